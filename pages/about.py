"""About: how a variational autoencoder works, shown on the run and the digits that the explorer shows."""

import numpy as np
import pandas as pd
import streamlit as st

from vae_core import __version__
from vae_core.data.digits import name_of
from vae_core.data.images import PIXELS, to_images, to_pixels
from vae_core.errors import RunError
from vae_core.latent.manifold import DEFAULT_QUANTILE, DEFAULT_SIDE, lattice
from vae_core.latent.points import as_points
from vae_core.runs.catalog import open_run
from vae_core.ui.elements.digits_on_show import describe_test_digits, digits_on_show
from vae_core.ui.elements.notices import link_warnings, show_error, showing_errors
from vae_core.ui.elements.pictures import chain, picture
from vae_core.ui.resources.loaded_run import LoadedRun, load_run
from vae_core.ui.session.digits import digits
from vae_core.ui.session.explore import ExploreState


def main() -> None:
    link_warnings(ExploreState().begin())
    st.title("How it works", anchor=False)
    try:
        loaded = load_run(digits(), open_run(ExploreState().run))
    except RunError as error:
        show_error(error, "The run cannot be shown.")
        st.stop()
    digits_on_show(loaded.digits, [loaded.run], loaded.run.scores_on(loaded.digits))
    from_digit_to_digit(loaded)
    left, right = st.columns(2, gap="large")
    with left:
        the_loss()
        the_lattice()
    with right:
        the_network(loaded)
        the_digits(loaded)
    sources()
    st.caption(f"VAE Latent Explorer {__version__}")


def from_digit_to_digit(loaded: LoadedRun) -> None:
    index = int(loaded.map.nearest(ExploreState().pinned or loaded.map.start, 1)[0][0])
    image, label = loaded.digits.test_images[index], loaded.digits.test_labels[index]
    mean, log_var = loaded.network.encode(to_pixels(image))
    std = np.exp(0.5 * log_var)
    decoded = to_images(loaded.network.decode(as_points(mean)).reshape(1, -1))[0]
    st.markdown(
        "The **encoder** turns a digit into a small cloud in a plane, the **decoder** turns any point of that plane "
        "into a digit. Trained together, they lay digits that look alike side by side: that plane is the map."
    )
    chain(
        [
            (picture(image, f"A test digit, a {label}"), f"a test digit x, a {label}"),
            ("<b>encoder</b>", "q(z | x)"),
            (
                f"<span>mean<br><b>{written(mean[0])}</b><br>std<br><b>{written(std[0])}</b></span>",
                "a cloud in the latent plane",
            ),
            ("<b>decoder</b>", "p(x | z), at the mean"),
            (picture(decoded, "The decoder's digit at the mean"), "the digit drawn from there"),
        ]
    )
    st.caption("The test digit nearest to the point pinned in the explorer, through the run chosen there.")


def written(pair: np.ndarray) -> str:
    return f"({pair[0]:.2f}, {pair[1]:.2f})".replace("-", "\u2212")


def the_loss() -> None:
    st.header("The loss", anchor=False)
    st.latex(
        r"\begin{aligned} -\mathrm{ELBO}(x) =\;& \underbrace{\mathbb{E}_{q(z|x)}\left[-\log p(x|z)\right]}"
        r"_{\text{reconstruction}} \\ +\;& \underbrace{\tfrac12 \sum_{i=1}^{2} \left(\sigma_i^2 + \mu_i^2 - 1 - \log"
        r" \sigma_i^2\right)}_{\text{KL}(q(z|x)\,\|\,\mathcal N(0, I))} \end{aligned}"
    )
    st.markdown(
        "The **reconstruction** is the cross-entropy between the digit and its drawing, summed over the 784 pixels. "
        "The **KL** term is what it costs to place a digit far from the origin, or too exactly: it keeps the map round "
        "and without gaps. Both are in **nats** a digit, and lower is better. The post divides by the 784 pixels: its "
        "0.1904 is 149.3 nats. Training minimises this sum, the KL times **beta** where a run sets it. The encoder of "
        "`deep` also learns from distorted digits, from digits of which a part is hidden, and which of its proposals "
        "is the best one. Scores are at beta 1."
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
        "A VAE draws new digits from the prior, a normal distribution: most near the origin, few far out. The "
        "manifold's nodes are its quantiles (`norm.ppf`), so every step crosses the same share of the prior, and "
        f"crowded regions get more tiles. With n = {DEFAULT_SIDE} and q = {DEFAULT_QUANTILE} they span "
        f"\u00b1{nodes[-1]:.3f} and hold {inside:.0%} of the prior; the gap between two nodes grows from "
        f"{nodes[8] - nodes[7]:.2f} in the middle to {nodes[-1] - nodes[-2]:.2f} at the edge."
    )


def the_network(loaded: LoadedRun) -> None:
    st.header("The network", anchor=False)
    config = loaded.run.record.config
    hidden = {"relu": "ReLU", "silu": "SiLU"}[config.activation]
    activations = {"mean": "none", "log_var": "none", "choice": "softmax", "logits": "sigmoid"}
    rows = [
        {
            "layer": name,
            "inputs": inputs,
            "outputs": outputs,
            "activation": activations.get(name.split(".")[1], hidden),
            "parameters": f"{(inputs + 1) * outputs:,}",
        }
        for name, (inputs, outputs) in config.layers.items()
    ]
    st.table(pd.DataFrame(rows).set_index("layer"))
    encoder, decoder = loaded.network.parameters
    st.markdown(
        f"Encoder {encoder:,}, decoder {decoder:,}, together **{encoder + decoder:,}** parameters, for {PIXELS} pixels "
        "and 2 latent dimensions."
    )
    if config.proposals > 1:
        st.markdown(
            f"One guess is often far off, because a digit may fit in two places of the map. So this encoder proposes "
            f"**{config.proposals}** clouds for a digit. In training the decoder draws the mean of each, and only the "
            "one with the least \u2212ELBO learns from the digit, while the layer `choice` learns to foresee which one "
            "that is. Afterwards q(z|x) is the cloud that `choice` expects to be the best: one pass through the "
            "encoder, none through the decoder."
        )


def the_digits(loaded: LoadedRun) -> None:
    st.header("The digits", anchor=False)
    trained = loaded.run.record.dataset
    st.markdown(
        f"On show: the {describe_test_digits(loaded.digits)}. They come from: `{loaded.digits.origin}`. "
        f"The model was trained on {trained.train:,} {trained.name} digits"
        + (f", none of which is in the {', '.join(map(name_of, trained.left_out))}." if trained.left_out else ".")
    )


def sources() -> None:
    st.header("Sources", anchor=False)
    st.markdown(
        "- D. P. Kingma and M. Welling, *Auto-Encoding Variational Bayes*, ICLR 2014: the model and the bound.\n"
        "- D. J. Rezende, S. Mohamed and D. Wierstra, *Stochastic Backpropagation and Approximate Inference in Deep "
        "Generative Models*, ICML 2014.\n"
        "- Y. LeCun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten digits*, CC BY-SA 3.0.\n"
        "- M. A. Petroff, *Accessible Color Sequences for Data Visualization*, 2021: the map's colours.\n"
        "- The recipe `seed` follows a blog post on Keras VAEs: 784-256-2-256-784, RMSprop, 50 epochs."
    )


with showing_errors():
    main()
