"""One row of the benchmarks' table: a figure, its target, and what it is compared with in the same run."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    what: str
    found: float
    unit: str
    target: str
    compared_with: str
    reference: float
    """The comparison's figure, in the same unit."""

    def cells(self) -> tuple[str, ...]:
        ratio = self.reference / self.found
        versus = f"{ratio:,.0f} x faster" if ratio >= 10 else f"{1 / ratio:.2f} x"
        return (
            self.what,
            _number(self.found, self.unit),
            self.target,
            f"{self.compared_with}: {_number(self.reference, self.unit)}",
            versus,
        )


def table(rows: Iterable[Measurement]) -> str:
    """The rows as a Markdown table."""
    lines = [("what", "measured", "to reach", "compared with, in the same run", "ratio"), ("---",) * 5]
    lines += [row.cells() for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}" if value < 100 else f"{value:,.0f} {unit}"
