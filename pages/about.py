"""About: a short course on real digits in how a variational autoencoder works; then formulas, network and sources."""

import streamlit as st

from vae_core import __version__
from vae_core.data.digits import name_of
from vae_core.data.images import PIXELS
from vae_core.errors import RunDamaged, RunError
from vae_core.latent.manifold import DEFAULT_QUANTILE, DEFAULT_SIDE, lattice
from vae_core.networks.dense import weights
from vae_core.runs.catalog import open_run, shipped_by_beta
from vae_core.ui.components.course import course
from vae_core.ui.elements.digits_on_show import describe_test_digits, digits_on_show
from vae_core.ui.elements.notices import link_warnings, show_error, showing_errors
from vae_core.ui.elements.score_tables import table
from vae_core.ui.resources.loaded_run import LoadedRun, load_run
from vae_core.ui.session.digits import digits
from vae_core.ui.session.explore import ExploreState


def main() -> None:
    link_warnings((*ExploreState().begin(), *ExploreState().leave_gan()))
    st.title("How it works", anchor=False)
    try:
        loaded = load_run(digits(), open_run(ExploreState().run))
    except RunError as error:
        show_error(error, "The run cannot be shown.")
        st.stop()
    st.markdown(
        "A **variational autoencoder** (VAE) learns to place digits in a plane and to draw a digit from any point of "
        "it. These five steps show how, on a digit that you choose."
    )
    digits_on_show(loaded.digits, [loaded.run], loaded.run.scores_on(loaded.digits))
    five_steps(loaded)
    left, right = st.columns(2, gap="large")
    with left:
        the_loss()
        the_lattice()
    with right:
        the_network(loaded)
        the_digits(loaded)
    the_gan()
    sources()
    st.caption(f"VAE Latent Explorer {__version__}")


def five_steps(loaded: LoadedRun) -> None:
    """On the test digit that is nearest to the point pinned in the explorer, and the run that is chosen there."""
    digit = int(loaded.map.nearest(ExploreState().pinned or loaded.map.start, 1)[0][0])
    by_beta = []
    for run in shipped_by_beta():
        try:
            by_beta.append(load_run(digits(), run, loaded.run))
        except RunDamaged as error:
            show_error(error, "Step 5 leaves a run out.")
    course(loaded, digit, by_beta)


def the_loss() -> None:
    st.header("The loss", anchor=False)
    st.latex(
        r"\begin{aligned} -\mathrm{ELBO}(x) =\;& \underbrace{\mathbb{E}_{q(z|x)}\left[-\log p(x|z)\right]}"
        r"_{\text{reconstruction}} \\ +\;& \underbrace{\tfrac12 \sum_{i=1}^{2} \left(\sigma_i^2 + \mu_i^2 - 1 - \log"
        r" \sigma_i^2\right)}_{\text{KL}(q(z|x)\,\|\,\mathcal N(0, I))} \end{aligned}"
    )
    st.markdown(
        "This is step 4 as a formula; \u03bc is the mean and \u03c3 the std. Both terms are in **nats** (a unit of "
        "information: 1 nat is 1.44 bits) for one digit, and lower is better. Training multiplies the KL by **beta**,"
        " which is 1 unless a run sets it; scores always use beta 1, so that models can be compared. The blog post "
        "\u201cVAE\u201d (see Sources) divides the loss by the 784 pixels: its last value, 0.1904, is 149.3 nats. The"
        " encoder of `deep` also learns from distorted digits and from digits of which a part is hidden."
    )


def the_lattice() -> None:
    nodes = lattice()
    st.header("Why the tiles are denser in the middle", anchor=False)
    st.latex(
        r"\begin{gathered} z^{(k)} = \Phi^{-1}\!\left(q + \frac{k}{n-1}(1 - 2q)\right) \\"
        r" k = 0, \dots, n-1 \end{gathered}"
    )
    inside = (1 - 2 * DEFAULT_QUANTILE) ** 2
    st.markdown(
        "To draw a new digit, a VAE takes a random point from the **prior**, the standard normal distribution, and "
        "decodes it. Most such points are near the origin. The manifold on the page Explore shows the digits at the "
        "quantiles of the prior (`norm.ppf`). So the same share of the random points falls between any two neighbours "
        f"on an axis, and more tiles are near the origin. With n = {DEFAULT_SIDE} and q = {DEFAULT_QUANTILE} the tiles "
        f"reach from \u2212{nodes[-1]:.3f} to {nodes[-1]:.3f} on each axis, where {inside:.0%} of the random points "
        f"fall; the distance between two neighbours grows from {nodes[8] - nodes[7]:.2f} in the middle to "
        f"{nodes[-1] - nodes[-2]:.2f} at the edge."
    )


def the_network(loaded: LoadedRun) -> None:
    st.header("The network", anchor=False)
    config = loaded.run.vae_config
    hidden = {"relu": "ReLU", "silu": "SiLU"}[config.activation]
    activations = {"mean": "none", "log_var": "none", "choice": "softmax", "logits": "sigmoid"}
    heads = ("layer", "activation", "inputs", "outputs", "parameters")
    rows = [
        f'<th scope="row">{name}</th><td>{activations.get(name.split(".")[1], hidden)}</td>'
        f"<td>{inputs:,}</td><td>{outputs:,}</td><td>{(inputs + 1) * outputs:,}</td>"
        for name, (inputs, outputs) in config.layers.items()
    ]
    table("layers", list(heads), rows)
    encoder, decoder = weights(loaded.network.encoder.layers), weights(loaded.network.decoder.layers)
    st.markdown(
        f"Encoder {encoder:,}, decoder {decoder:,}, together **{encoder + decoder:,}** parameters, for {PIXELS} pixels "
        "and 2 latent dimensions."
    )
    if config.proposals > 1:
        st.markdown(
            "A digit may fit in two places of the map, and then a single guess can be far off. So this encoder "
            f"proposes **{config.proposals}** clouds for a digit. In training the decoder draws the mean of each, and "
            "only the cloud with the lowest \u2212ELBO learns from the digit. The layer `choice` learns to predict "
            "which one that is. After training, q(z|x) is the cloud that `choice` predicts to be the best, so the "
            "decoder is not needed to encode a digit."
        )


def the_digits(loaded: LoadedRun) -> None:
    st.header("The digits", anchor=False)
    trained = loaded.run.record.dataset
    st.markdown(
        f"On show: the {describe_test_digits(loaded.digits)}. They come from: `{loaded.digits.origin}`. "
        f"The model was trained on {trained.train:,} {trained.name} digits"
        + (f", none of which is in the {', '.join(map(name_of, trained.left_out))}." if trained.left_out else ".")
    )


def the_gan() -> None:
    st.header("The other model: a GAN", anchor=False)
    st.latex(
        r"\min_G \max_D \;\; \mathbb{E}_{x}\left[\log D(x)\right] "
        r"+ \mathbb{E}_{z}\left[\log\left(1 - D(G(z))\right)\right]"
    )
    st.markdown(
        "A **generative adversarial network** (GAN) draws digits from the same kind of plane, but learns it in another "
        "way. A **generator** G draws a digit from a random point z. A **discriminator** D says how probable it is "
        "that a digit is real. They are trained in turn: the discriminator so that it tells real digits from drawn "
        "ones with fewer errors, the generator so that the discriminator makes more. The formula is that of the first "
        "GAN, with D as a probability.\n\n"
        "What follows from that: a GAN never compares its drawing with a given digit, so it has no encoder and no "
        "reconstruction loss, and its drawings can be sharp where a VAE must draw an average. Nothing asks it either "
        "to draw *every* kind of digit. Where it gives up some, that is called **mode collapse**."
    )
    st.page_link("pages/gan.py", label="See both steps happen, and a GAN beside a VAE", icon=":material/swords:")


def sources() -> None:
    st.header("Sources", anchor=False)
    st.markdown(
        "- D. P. Kingma and M. Welling, *Auto-Encoding Variational Bayes*, ICLR 2014: the model and the bound.\n"
        "- D. J. Rezende, S. Mohamed and D. Wierstra, *Stochastic Backpropagation and Approximate Inference in Deep "
        "Generative Models*, ICML 2014.\n"
        "- I. Goodfellow et al., *Generative Adversarial Nets*, NeurIPS 2014; N. Huang et al., *The GAN is dead; long "
        "live the GAN! A Modern Baseline GAN*, NeurIPS 2024: the loss of the recipe `gan`.\n"
        "- Y. LeCun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten digits*, CC BY-SA 3.0.\n"
        "- M. A. Petroff, *Accessible Color Sequences for Data Visualization*, 2021: the map's colours.\n"
        "- *VAE*, a blog post in Korean on VAEs in Keras. The recipe `seed` follows it: layers of "
        "784-256-2-256-784 units, RMSprop, 50 epochs."
    )


with showing_errors():
    main()
