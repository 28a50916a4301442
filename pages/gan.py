"""GAN: how a generator and a discriminator train each other, what a generator learns, and how it differs from a VAE."""

from contextlib import suppress

import numpy as np
import streamlit as st

from vae_core.data.digits import class_text
from vae_core.data.images import to_images, to_pixels
from vae_core.errors import LatentPointError, RunDamaged, RunError, VaeError
from vae_core.kinds import GAN
from vae_core.latent.points import Z_LIMIT, Point, as_point, as_points
from vae_core.likelihood.elbo import reconstruction_nats
from vae_core.runs import progress
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.run import Run
from vae_core.ui.components.decoder_maps import Side, decoder_maps, pinned_point
from vae_core.ui.components.time_machine import time_machine
from vae_core.ui.components.two_steps import two_steps
from vae_core.ui.elements.digits_on_show import digits_on_show
from vae_core.ui.elements.loss_curve import loss_curve
from vae_core.ui.elements.notices import damaged_runs, link_warnings, show_error, showing_errors
from vae_core.ui.elements.pictures import gallery
from vae_core.ui.elements.run_labels import names
from vae_core.ui.resources.drawing_layers import DRAWING_LAYERS, JUDGED, REALNESS, drawing_layer
from vae_core.ui.resources.drawn_layer import DrawnLayer
from vae_core.ui.resources.loaded_decoder import LoadedDecoder, load_decoder
from vae_core.ui.resources.loaded_run import LoadedRun, digits_for, load_run
from vae_core.ui.session.digits import digits
from vae_core.ui.session.gan import BESIDE, LEARNED, STEPS, VIEWS, GanState

state = GanState()

_NOT_YET = DrawnLayer(None, 0.0)


def main() -> None:
    notices = state.begin(len(digits_for(digits()).test_images))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("A GAN, beside the VAE", anchor=False, width="content")
        st.segmented_control(
            "Part",
            list(VIEWS),
            format_func=VIEWS.__getitem__,
            key=GanState.view.key,
            persist_state="session",
            required=True,
            label_visibility="collapsed",
        )
    link_warnings(notices)
    {STEPS: the_two_steps, LEARNED: what_it_learned, BESIDE: beside_a_vae}[state.view]()


# --- The two steps


def the_two_steps() -> None:
    st.markdown(
        "A **generator** G draws digits from random points; a **discriminator** D tells real digits from drawn ones. "
        "They are trained in turn, each against the other. Take a step, or play."
    )
    two_steps()
    state.write_link()


# --- What it has learned


def what_it_learned() -> None:
    gans, _, problems = offered()
    link_warnings(state.keep_among(gans, {}))
    learned(gans, problems, state.run)
    training(gans[state.run])


@st.fragment
def learned(gans: dict[str, Run], problems: list[str], run_id: str) -> None:
    """The map of a generator. Drawn anew whatever the visitor does there, so that the rest of the page stays.

    run_id: of the run that the page as a whole shows.
    """
    if state.run != run_id:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        choose_run("GAN", GanState.run.key, gans)
        choose_layer(list(DRAWING_LAYERS))
        let_go()
    damaged_runs(problems)
    decoder_maps([side_of(opened(gans[state.run]))], state.target, state.revision, pin_from_maps)
    state.write_link()
    st.markdown(
        "A generator has no encoder, so no digits can be placed on its map. The layers show what it draws where. It "
        "must draw something at every point, and its drawing changes smoothly: between two classes lies a **seam**, "
        "where the drawing is a bit of both."
    )


def training(run: Run) -> None:
    """How the run came to be, in the time machine."""
    st.header("How it came to be", anchor=False)
    try:
        history = run.history().to_dict("records")
        figure = loss_curve(run.record, history, progress.read(run.directory).steps)
        problems = time_machine(run, None, figure, None)
    except RunDamaged as error:
        problems = [str(error)]
    for problem in problems:
        show_error(problem)


# --- Beside a VAE


def beside_a_vae() -> None:
    gans, vaes, problems = offered()
    link_warnings(state.keep_among(gans, vaes))
    both(gans, vaes, problems)


@st.fragment
def both(gans: dict[str, Run], vaes: dict[str, Run], problems: list[str]) -> None:
    """Both models, drawn anew whatever the visitor does, so that their maps keep their zoom."""
    with st.container(horizontal=True, vertical_alignment="center"):
        choose_run("GAN", GanState.run.key, gans)
        choose_run("VAE", GanState.vae.key, vaes)
        choose_layer([name for name in DRAWING_LAYERS if name != REALNESS])
        let_go()
    above = st.container()
    gan, vae = opened(gans[state.run]), opened(vaes[state.vae])
    encoded = load_run(digits(), vaes[state.vae])
    found = find(encoded, gan)
    sides = [
        side_of(gan, found=found.get("gan")),
        side_of(vae, map_url=encoded.map_url(), found=found.get("encoded")),
    ]
    decoder_maps(sides, state.target, state.revision, pin_from_maps)
    with above:
        digits_on_show(encoded.digits, [encoded.run], encoded.run.scores_on(encoded.digits))
        damaged_runs(problems)
    find_a_digit(encoded, gan, found)
    state.write_link()


def find(encoded: LoadedRun, gan: LoadedDecoder) -> dict[str, Point]:
    """Where each model draws the chosen digit: the encoder's mean, and the best place of both decoders. Empty while no
    digit is chosen."""
    index = state.digit
    if index is None:
        return {}
    digest = encoded.digits.digest
    pixels = to_pixels(encoded.digits.test_images[index : index + 1])[0]
    return {
        "encoded": as_point(*np.clip(encoded.map.means[index], -Z_LIMIT, Z_LIMIT).tolist()),
        "vae": searched(load_decoder(encoded.run), pixels, encoded.network.decoder.digest, digest, index),
        "gan": searched(gan, pixels, gan.decoder.digest, digest, index),
    }


@st.cache_data(show_spinner="Searching for the digit", max_entries=1000)
def searched(_loaded: LoadedDecoder, _pixels: np.ndarray, decoder: str, digits: str, index: int) -> Point:
    return _loaded.inverter().invert(_pixels).z


def find_a_digit(encoded: LoadedRun, gan: LoadedDecoder, found: dict[str, Point]) -> None:
    """Have both models draw the same real digit as well as they can."""
    st.header("Find this digit", anchor=False)
    index = state.digit
    chooser, results = st.columns([1, 3], gap="large")
    with chooser:
        last = len(encoded.digits.test_images) - 1
        st.number_input("Test digit", 0, last, key=GanState.digit.key, persist_state="session", placeholder="a number")
        st.button(
            "Random digit", key="random digit", icon=":material/shuffle:", on_click=choose_random_digit, args=(last,)
        )
        st.caption(
            "The VAE\u2019s encoder answers in one pass where a digit belongs. A GAN has none: its point is searched "
            "for, from many starting points downhill to the smallest error. The same search in the VAE shows what its "
            "encoder misses."
        )
    if index is None:
        results.caption("Choose a digit: its best drawing by each model is shown here.")
        return
    image = encoded.digits.test_images[index]
    places = [
        ("GAN, searched", gan.decoder, found["gan"]),
        ("VAE, encoded", encoded.network.decoder, found["encoded"]),
        ("VAE, searched", encoded.network.decoder, found["vae"]),
    ]
    pixels = to_pixels(image[None])[0]
    images, captions = [image], [("Real digit", class_text(int(encoded.digits.test_labels[index])))]
    for name, decoder, z in places:
        logits = decoder.logits(as_points(np.array(z)))
        drawn = decoder.decode(as_points(np.array(z))).reshape(-1)
        images.append(to_images(drawn[None])[0])
        error = float(np.sqrt(np.square(drawn - pixels).mean()))
        captions.append((name, f"error {error:.3f}, {reconstruction_nats(pixels, logits)[0]:.0f} nats"))
    with results:
        gallery(f"Test digit {index}, and how close each model comes", np.stack(images), captions)
        st.caption(
            "Error: the root of the mean squared difference of a pixel, from 0 to 1; the search minimises it. Nats: "
            "the reconstruction loss, which the VAE was trained on: it punishes a wrong pixel the more, the surer the "
            "model was. Circles on the maps: the GAN\u2019s searched point, and the VAE\u2019s encoded one."
        )
    st.markdown(
        "**Sharp is not the same as right.** A GAN learns to draw what a discriminator takes for real: sharp strokes, "
        "of which nobody asks whether they are those of a given digit. A VAE is asked exactly that of every digit, and "
        "where it is unsure it draws grey.  \n**A map is not the same as a sampler.** The VAE\u2019s encoder gives "
        "every digit a place. The GAN only ever learned to draw from random points: many real digits have no place in "
        "its plane at all."
    )


def choose_random_digit(last: int) -> None:
    state.digit = int(np.random.default_rng().integers(last + 1))


# --- What several parts need


def offered() -> tuple[dict[str, Run], dict[str, Run], list[str]]:
    """The GANs and the VAEs that are not being trained, each by id, and what is wrong with other runs."""
    runs, problems = list_runs()
    ready = [run for run in runs if run.record.status != "running"]
    gans = {run.id: run for run in ready if run.record.kind == GAN}
    return gans, {run.id: run for run in ready if run.record.kind != GAN}, problems


def choose_run(label: str, key: str, runs: dict[str, Run]) -> None:
    titles = names(runs.values())
    st.selectbox(
        label,
        list(runs),
        format_func=lambda run_id: f"{label}: {titles[run_id]}",
        key=key,
        persist_state="session",
        label_visibility="collapsed",
        width=190,
    )


def choose_layer(layers: list[str]) -> None:
    if state.layer not in layers:
        state.layer = JUDGED
    st.pills(
        "Layer",
        layers,
        format_func=lambda name: DRAWING_LAYERS[name].label,
        key=GanState.layer.key,
        persist_state="session",
        required=True,
        label_visibility="collapsed",
    )


def let_go() -> None:
    st.button("Reset", icon=":material/restart_alt:", on_click=state.move, args=(None,), help="Let the point go.")


def opened(run: Run) -> LoadedDecoder:
    """The run's decoder; where it cannot be read, the page says so and ends here."""
    try:
        return load_decoder(open_run(run.id))
    except RunError as error:
        show_error(error, "This run cannot be shown.")
        st.stop()


def side_of(loaded: LoadedDecoder, map_url: str | None = None, found: Point | None = None) -> Side:
    judged, layer = layer_as_far(loaded, JUDGED), state.layer
    return Side(loaded, judged, layer, judged if layer == JUDGED else layer_as_far(loaded, layer), map_url, found)


def layer_as_far(loaded: LoadedDecoder, layer: str) -> DrawnLayer:
    """A layer as far as it is computed; if it cannot be, that is said."""
    try:
        return drawing_layer(loaded, layer)
    except VaeError as error:
        show_error(error, "The layer is not shown.")
        return _NOT_YET


def pin_from_maps() -> None:
    z, revision = pinned_point()
    with suppress(LatentPointError, TypeError):  # no map of ours sends what is none
        state.pin(as_point(*z) if z else None, revision)


with showing_errors():
    main()
