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


def picture(image: np.ndarray, description: str) -> str:
    """An <img> of one digit. image: (28, 28) uint8; description: for those who cannot see it."""
    source = base64.b64encode(png(image)).decode()
    return f'<img class="digit" src="data:image/png;base64,{source}" alt="{html.escape(description)}">'


def gallery(images: np.ndarray, captions: list[tuple[str, str]]) -> None:
    """Digits in a row. images: (K, 28, 28) uint8; captions: of each, a bold and a plain part."""
    figures = "".join(
        f"<figure>{picture(image, f'{bold}, {plain}')}"
        f"<figcaption><b>{html.escape(bold)}</b><br><span>{html.escape(plain)}</span></figcaption></figure>"
        for image, (bold, plain) in zip(images, captions, strict=True)
    )
    st.html(f'<div class="digit-gallery">{figures}</div>')


def strip(images: np.ndarray, description: str, columns: int) -> None:
    """Digits side by side, in rows of so many. images: (K, 28, 28) uint8; description: of all of them."""
    rows = [np.concatenate(list(images[first : first + columns]), axis=1) for first in range(0, len(images), columns)]
    width = rows[0].shape[1]
    whole = np.concatenate([np.pad(row, ((0, 0), (0, width - row.shape[1]))) for row in rows])
    source = base64.b64encode(png(whole)).decode()
    st.html(
        f'<img class="digit-strip" src="data:image/png;base64,{source}" alt="{html.escape(description)}" '
        f'style="max-width: {columns * 56}px">'
    )


def vote(counts: np.ndarray) -> None:
    """A bar for each class. counts: (10,) integers."""
    most = max(int(counts.max()), 1)
    bars = "".join(
        f'<div><span>{count or ""}</span><i style="height:{round(64 * count / most)}px"></i><b>{label}</b></div>'
        for label, count in enumerate(counts.tolist())
    )
    description = ", ".join(f"{count} of class {label}" for label, count in enumerate(counts.tolist()) if count)
    st.html(f'<div class="class-votes" role="img" aria-label="{description}">{bars}</div>')


def chain(steps: list[tuple[str, str]]) -> None:
    """Steps from left to right with arrows between them. steps: of each, its HTML and a caption in plain text."""
    boxes = [
        f'<div class="step"><div>{content}</div><span class="step-caption">{html.escape(caption)}</span></div>'
        for content, caption in steps
    ]
    arrow = '<div class="step-arrow" aria-hidden="true">\u2192</div>'
    st.html(f'<div class="step-chain">{arrow.join(boxes)}</div>')
