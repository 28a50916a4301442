"""Scores put into words: a table of each with its unit, what it means, and what others reached. Its looks: page.css."""

import html
from collections.abc import Mapping, Sequence

import streamlit as st

from vae_core.data.digits import test_digits_of
from vae_core.evaluation.digit_metrics import ClassMetrics
from vae_core.evaluation.discriminator_scores import ON_DIGITS, ON_SAMPLES, PAIRS
from vae_core.evaluation.references import Reference, Source
from vae_core.runs.record import Score

MEANINGS = {
    "-ELBO": "Reconstruction plus KL, at beta 1 whatever it was in training. An upper bound on \u2212log p(x). "
    "Lower is better.",
    "reconstruction": "How far the drawing is from the digit, pixel by pixel, at a point that the encoder suggests. "
    "Lower is better.",
    "KL": "How much the encoder's posterior differs from the prior: how exactly it says where the digit lies. Training "
    "keeps it low.",
    "KL of z1": "The part of the KL along z1.",
    "KL of z2": "The part of the KL along z2.",
    "rate": "The KL in bits.",
    "distortion": "The reconstruction in bits.",
    "bits per pixel": "The \u2212ELBO in bits, divided by the 784 pixels, as if each were black or white.",
    "-ELBO, binarised": "The \u2212ELBO of digits with each pixel drawn as black or white, as in many papers. "
    "Lower is better.",
    "-log p(x)": "How improbable the model finds the digit, wherever on the plane it may lie. It is never higher than "
    "the \u2212ELBO. Lower is better.",
    "inference gap": "The \u2212ELBO less \u2212log p(x): what is lost because the encoder's posterior is not the "
    "exact one. 0 is best.",
    "KL of q(z) from the prior": "How much the posteriors of all digits together differ from the prior, from which new "
    "digits are drawn. With few digits, a part of it is chance.",
    "active units": "How many of the map's two dimensions are in use.",
    "1-NN accuracy": "How often a digit's nearest neighbour on the map is of its class.",
    "5-NN accuracy": "How often the commonest class of the 5 nearest is the digit's. If two are as common, the lower "
    "one counts.",
    "50-NN accuracy": "The same with the 50 nearest.",
    "trustworthiness": "Whether neighbours on the map are alike in pixels. 1 is best.",
    "continuity": "Whether digits alike in pixels are neighbours on the map. 1 is best.",
    "silhouette": "How far apart the classes lie on the map. Near 0 is normal for a VAE, whose classes touch.",
    "classes covered": "How many of the ten classes are drawn, each by one sample in a hundred or more.",
    "rarest class": "The share of the class that is drawn least.",
    "KL of classes": "How much the shares of the classes differ between samples and digits. 0 is best.",
    "seam share": "Pictures of no class: to the judge no class is more likely than all others together. "
    "Lower is better.",
    "Frechet distance": "How much the spread of the samples differs from that of the digits, in what the judge sees of "
    "them. It can be compared only under the same judge and with as many samples and digits. Lower is better.",
    "density": "How many digits a sample is close to, compared with real digits, for which it is 1. It is more if the "
    "samples are all like the most typical digits, as blurred ones are.",
    "coverage": "How many of the digits have a sample nearby: what is missing is never drawn. Higher is better.",
    "diversity within a class": "How different two samples of the same class are to the judge. As much as two real "
    "digits is best.",
    "nearest training digit": "How far a sample is from the training digit most like it. Of a copy it would be 0.",
    "near copies": "Samples that are like a single training digit and like no other: a model that learned by heart "
    "would draw them.",
    PAIRS: "How often the GAN's discriminator finds the real one of a digit and a sample. 50 % is guessing: it cannot "
    "tell what is drawn from what is real.",
    ON_DIGITS: "How often it takes a real digit for real.",
    ON_SAMPLES: "How often it takes a sample for drawn.",
}
"""One line on each score of a report, by its name."""

_RESTATED = ("KL of z1", "KL of z2", "rate", "distortion", "bits per pixel", "active units")
"""Scores that say no more than others do, in parts or in other units: they share the last row."""

_DECIMALS = {"nats": 2, "bits a digit": 2, "bits": 3, "dimensions": 0, "classes": 0, "grey levels": 1}
"""Of the units that are written: two for nats and bits of a digit, of which it has dozens; three for what lies around
1; none for counts. In a line of words nats have one."""
_DECIMALS_ALONE = {"squared distance": 2, "distance": 2, "0 or more": 2}
"""Of units that say no more than the meaning of the score; three for the others of them."""


def written(value: float, unit: str) -> str:
    """A value with its unit; a share as a percentage."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    number = f"{value:.{(_DECIMALS | _DECIMALS_ALONE).get(unit, 3)}f}".replace("-", "\u2212")
    return f"{number} {unit}" if unit in _DECIMALS else number


def label(text: str) -> str:
    """A score's name, or a text that names some, with proper minus signs and accents."""
    return text.replace("-ELBO", "\u2212ELBO").replace("-log p", "\u2212log p").replace("Frechet", "Fr\u00e9chet")


def measured_on(score: Score) -> str:
    """The digits that a score was measured on, and the samples that were set beside them."""
    digits = f"{score.digits:,} {test_digits_of(score.dataset)}"
    return digits if score.samples is None else f"{score.samples:,} samples beside {digits}"


def score_table(scores: Sequence[Score], comparisons: Mapping[str, Sequence[Reference]]) -> None:
    """A row for each score. comparisons: by a score's name, what to set beside it."""
    beside = any(comparisons.values())
    heads = ("Score", "Value", "What it means", *(["For comparison"] if beside else []))
    rows = []
    for score in scores:
        if score.name in _RESTATED:
            continue
        how = f"{measured_on(score)}; {score.estimator}"
        cells = [
            f'<th scope="row">{html.escape(label(score.name))}</th>',
            f"<td><b>{written(score.value, score.unit)}</b>{_plus_minus(score)}{_real(score)}</td>",
            f"<td>{html.escape(MEANINGS.get(score.name, ''))}<br><small>{html.escape(label(how))}</small></td>",
        ]
        if beside:
            others = comparisons.get(score.name, ())
            lines = "".join(f"<li>{_compared(reference, score.unit)}</li>" for reference in others)
            cells.append(f"<td>{f'<ul>{lines}</ul>' if lines else ''}</td>")
        rows.append("".join(cells))
    if again := [score for score in scores if score.name in _RESTATED]:
        lines = "".join(
            f"<li><b>{html.escape(label(score.name))} {written(score.value, score.unit)}</b>: "
            f"{html.escape(MEANINGS[score.name])}</li>"
            for score in again
        )
        rows.append(f'<th scope="row">In other words</th><td colspan="{len(heads) - 1}"><ul>{lines}</ul></td>')
    table("scores", heads, rows)


def class_table(classes: Sequence[ClassMetrics]) -> None:
    """A row for each class."""
    rows = [
        f'<th scope="row">{row.label}</th><td>{row.digits:,}</td><td>{row.negative_elbo:.1f}</td>'
        f"<td>{row.reconstruction:.1f}</td><td>{written(row.accuracy, 'share')}</td>"
        for row in classes
    ]
    table("classes", ("Class", "Digits", "\u2212ELBO", "Reconstruction", "5-NN accuracy"), rows)


def _plus_minus(score: Score) -> str:
    return "" if score.error is None else f"<br><small>\u00b1 {written(score.error, score.unit)}</small>"


def _real(score: Score) -> str:
    return "" if score.real is None else f"<br><small>real digits {written(score.real, score.unit)}</small>"


def _compared(reference: Reference, unit: str) -> str:
    value = written(reference.value, unit).removesuffix(f" {unit}")
    how = f"{reference.split} digits, {reference.pixels}; {reference.condition}; "
    by = "ours" if reference.source is None else _link(reference.source)
    return f"<b>{value}</b> {html.escape(reference.of)} <small>({html.escape(how)}{by})</small>"


def _link(source: Source) -> str:
    title = html.escape(f"{source.title}, {source.place}")
    return f'<a href="{html.escape(source.link)}" target="_blank" title="{title}">{html.escape(source.place)}</a>'


def table(name: str, heads: Sequence[str], rows: Sequence[str]) -> None:
    """A table in HTML. name: its class in page.css; heads: plain text; rows: of each, its cells in HTML."""
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    st.html(f'<table class="figures {name}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')
