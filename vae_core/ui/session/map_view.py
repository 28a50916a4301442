"""What a visitor looks at on the map: a part of it, and some of the classes. In a link,
&view=<left>_<right>_<bottom>_<top> and &hidden=<digits>, where they are not as at first.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

Frame = tuple[float, float, float, float]
"""The lowest and the highest z1, the lowest and the highest z2."""

FURTHEST = 1e6
"""A frame may reach so far: runs that diverged encode digits far out."""
NARROWEST = 1e-3
"""The least width and height of a frame: narrower, its ends could not be told apart in a link."""


@dataclass(frozen=True)
class MapView:
    """frame: what lies between the axes, None for all of the map; hidden: classes, ascending."""

    frame: Frame | None = None
    hidden: tuple[int, ...] = ()

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> tuple["MapView", tuple[str, ...]]:
        """What a link asks for, and a sentence for each thing in it that was refused. Never raises."""
        frame, hidden, notices = None, (), []
        if text := parameters.get("view"):
            frame = _frame(text)
            if not frame:
                notices.append(
                    "The link's view is not used: expected view=left_right_bottom_top, as in view=-1_2.5_-3_0; "
                    f"found {text[:40]!r}."
                )
        if text := parameters.get("hidden"):
            if set(text) <= set("0123456789"):
                hidden = tuple(sorted({int(digit) for digit in text}))
            else:
                notices.append(
                    f"The link's hidden classes are not used: expected digits, as in hidden=358; found {text[:40]!r}."
                )
        return cls(frame, hidden), tuple(notices)

    def parameters(self) -> dict[str, str]:
        """The part of a link that leads to this view."""
        link = {"view": "_".join(f"{value:.7g}" for value in self.frame)} if self.frame else {}
        return link | ({"hidden": "".join(map(str, self.hidden))} if self.hidden else {})


WHOLE_MAP = MapView()
"""All of the map, all classes: as at first."""


def _frame(text: str) -> Frame | None:
    try:
        left, right, bottom, top = (float(value.replace("\u2212", "-")) for value in text.split("_"))
    except ValueError:
        return None
    spans = right - left, top - bottom
    far = max(map(abs, (left, right, bottom, top)))
    if not (math.isfinite(far) and far <= FURTHEST and min(spans) >= NARROWEST):
        return None
    return left + 0.0, right + 0.0, bottom + 0.0, top + 0.0  # without negative zeros
