"""Pictures of digits and the vote of a neighbourhood, as small pieces of HTML: drawn in one message, with no chart library."""

import base64
import html
import io

import numpy as np
import streamlit as st
from PIL import Image


def picture(image: np.ndarray, description: str, width: str = "100%") -> str:
    """An <img> of one digit. image: (28, 28) uint8; description: for those who cannot see it."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    source = base64.b64encode(file.getvalue()).decode()
    style = f"width:{width};aspect-ratio:1;image-rendering:pixelated;border-radius:4px;display:block"
    return f'<img src="data:image/png;base64,{source}" alt="{html.escape(description)}" style="{style}">'


def gallery(images: np.ndarray, captions: list[tuple[str, str]]) -> None:
    """Digits in a row. images: (K, 28, 28) uint8; captions: of each, a bold and a plain part."""
    figures = "".join(
        f'<figure style="margin:0">{picture(image, f"{bold}, {plain}")}'
        f'<figcaption style="font-size:.8rem;line-height:1.3;margin-top:.25rem"><b>{html.escape(bold)}</b><br>'
        f'<span style="opacity:.75">{html.escape(plain)}</span></figcaption></figure>'
        for image, (bold, plain) in zip(images, captions, strict=True)
    )
    st.html(f'<div style="display:grid;gap:.6rem;grid-template-columns:repeat(auto-fill,minmax(44px,1fr))">{figures}</div>')


def vote(counts: np.ndarray) -> None:
    """A bar for each class. counts: (10,) integers."""
    most = max(int(counts.max()), 1)
    bars = "".join(
        f'<div style="display:flex;flex-direction:column;justify-content:flex-end;text-align:center">'
        f'<span style="opacity:.75">{count or "&nbsp;"}</span>'
        f'<div style="height:{round(64 * count / most)}px;background:currentColor;opacity:.6;border-radius:2px 2px 0 0"></div>'
        f'<b style="border-top:1px solid currentColor">{label}</b></div>'
        for label, count in enumerate(counts.tolist())
    )
    told = ", ".join(f"{count} of class {label}" for label, count in enumerate(counts.tolist()) if count)
    style = "display:grid;grid-template-columns:repeat(10,1fr);gap:4px;height:112px;font-size:.8rem;line-height:1.4"
    st.html(f'<div role="img" aria-label="{told}" style="{style}">{bars}</div>')
