"""Pictures of digits, and small charts of them, as PNG and HTML: drawn in one message, with no chart library.

Their looks are in page.css.
"""

import base64
import html
import io

import numpy as np
import streamlit as st
from PIL import Image


def png(image: np.ndarray) -> bytes:
    """A grey picture as a PNG file. image: (height, width) uint8."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def gallery(title: str, images: np.ndarray, captions: list[tuple[str, str]], side: int = 38) -> None:
    """Digits in a row under a title. images: (K, 28, 28) uint8; captions: of each, a bold and a plain part; side: of a
    digit, in pixels at least."""
    share = 100 / max(1, len(images) - 1)
    figures = "".join(
        f'<figure><div class="digit" role="img" aria-label="{html.escape(f"{bold}, {plain}")}" '
        f'style="--at:{share * i:.2f}%"></div>'
        f"<figcaption><b>{html.escape(bold)}</b><br><span>{html.escape(plain)}</span></figcaption></figure>"
        for i, (bold, plain) in enumerate(captions)
    )
    # One picture of all, of which each figure shows its part: to encode them one by one takes a tenth of a click.
    look = f"--digits:url({_source(np.concatenate(list(images), axis=1))});--count:{len(images)};--side:{side}px"
    st.html(f'<p><b>{html.escape(title)}</b></p><div class="digit-gallery" style="{look}">{figures}</div>')


def _source(image: np.ndarray) -> str:
    return f"data:image/png;base64,{base64.b64encode(png(image)).decode()}"


def strip(images: np.ndarray, description: str, columns: int) -> None:
    """Digits side by side, in rows of so many. images: (K, 28, 28) uint8; description: of all of them."""
    rows = [np.concatenate(list(images[first : first + columns]), axis=1) for first in range(0, len(images), columns)]
    width = rows[0].shape[1]
    whole = np.concatenate([np.pad(row, ((0, 0), (0, width - row.shape[1]))) for row in rows])
    st.html(
        f'<img class="digit-strip" src="{_source(whole)}" alt="{html.escape(description)}" '
        f'style="max-width: {columns * 56}px">'
    )


def vote(title: str, counts: np.ndarray) -> None:
    """A bar for each class, under a title. counts: (10,) integers."""
    most = max(int(counts.max()), 1)
    bars = "".join(
        f'<div><span>{count or ""}</span><i style="height:{round(64 * count / most)}px"></i><b>{label}</b></div>'
        for label, count in enumerate(counts.tolist())
    )
    description = ", ".join(f"{count} of class {label}" for label, count in enumerate(counts.tolist()) if count)
    st.html(
        f'<p><b>{html.escape(title)}</b></p><div class="class-votes" role="img" aria-label="{description}">{bars}</div>'
    )
