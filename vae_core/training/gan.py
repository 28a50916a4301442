"""A GAN's gradient steps as pure functions of its state, and its losses (Goodfellow et al. 2014).

The generator G draws a digit from a latent point z; the discriminator D says how real a digit is, as a logit. Each step
of the training trains one of them and leaves the other one as it is:

    discriminator_step   a random real sample x and fresh noise z; x' = G(z); classify both; change D so that the error
                         of the classification becomes smaller
    generator_step       fresh noise z; x' = G(z); let D classify it; change G so that D's error becomes larger

What "error" is, the config says, with x and x' for the logits D(x) and D(x'), and softplus(a) = log(1 + exp(a)):

    loss             D minimises                                G minimises
    minimax          mean softplus(-x) + mean softplus(x')      -mean softplus(x'), the opposite of D's
    non-saturating   the same                                   mean softplus(-x')
    relativistic     mean softplus(x' - x)                      mean softplus(x - x')

The first two are in Goodfellow et al. 2014, section 3; relativistic pairs in Jolicoeur-Martineau 2019, and with both
gradient penalties in Huang et al. 2024 (R3GAN), section 2. The penalties hold D's slope down where the digits are, R1
at the real ones (Mescheder, Geiger and Nowozin 2018) and R2 at the drawn ones:

    penalty = gamma / 2 (mean |dD/dx|^2 over real digits + the same over drawn ones)
"""

# TensorFlow has no types to speak of.
# pyright: reportAttributeAccessIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportArgumentType=false

import math
from typing import NamedTuple

import tensorflow as tf

from vae_core.gan_config import GanConfig
from vae_core.networks.dense import LEAK
from vae_core.training.adam import Arrays, Learner, descend


class Gan(NamedTuple):
    """A GAN in training."""

    generator: Learner
    discriminator: Learner
    average: Arrays
    """The mean of the generator's weights over the steps."""


class Verdict(NamedTuple):
    """How the discriminator does on a batch: scalars, float32."""

    loss: tf.Tensor
    """nats, without the penalty."""
    penalty: tf.Tensor
    accuracy: tf.Tensor
    """The share of the pairs of which it takes the real digit for more real."""


# --- The two steps


def discriminator_step(config: GanConfig, gan: Gan, step, real, z) -> tuple[Gan, Verdict]:
    """Train the discriminator. The generator and its average stay as they are.

    step: which one it is, counted from 1, int32; real: (B, 784) float32 in [0, 1], a random sample of the digits; z:
    (B, 2), fresh noise. Returns the GAN afterwards, and the verdict of the discriminator before.
    """
    drawn = draw(config, gan.generator.weights, z)  # x' = G(z)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(gan.discriminator.weights)
        verdict = judge(config, gan.discriminator.weights, real, drawn)  # classify both
        error = verdict.loss + verdict.penalty
    gradients = tape.gradient(error, gan.discriminator.weights)  # back-propagate the error
    return gan._replace(discriminator=_descend(config, gan.discriminator, gradients, step)), verdict  # make it smaller


def generator_step(config: GanConfig, gan: Gan, step, real, z) -> tuple[Gan, tf.Tensor]:
    """Train the generator, and take its new weights into the average. The discriminator stays as it is.

    Parameters as above; the real digits only matter to the relativistic loss. Returns the GAN afterwards, and the
    generator's loss before, a scalar in nats.
    """
    real_logits = classify(gan.discriminator.weights, real)[0]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(gan.generator.weights)
        drawn = draw(config, gan.generator.weights, z)  # x' = G(z)
        drawn_logits = classify(gan.discriminator.weights, drawn)[0]  # let D classify it
        loss = generator_loss(config.loss, real_logits, drawn_logits)
    gradients = tape.gradient(loss, gan.generator.weights)  # back-propagate through D to G
    generator = _descend(config, gan.generator, gradients, step)  # D's error becomes larger
    number = tf.cast(step, tf.float32)
    # At first the average forgets faster, so that it is not held back by the untrained weights.
    kept = tf.minimum(config.averaging, (1 + number) / (10 + number))
    average = [kept * a + (1 - kept) * w for a, w in zip(gan.average, generator.weights, strict=True)]
    return gan._replace(generator=generator, average=average), loss


def learning_rate(config: GanConfig, step):
    """The learning rate of a step, counted from 1: constant, or falling to 0 as a cosine in the second half."""
    if config.schedule == "constant":
        return tf.constant(config.learning_rate)
    share = tf.cast(step, tf.float32) / config.steps
    return config.learning_rate * 0.5 * (1 + tf.cos(math.pi * tf.clip_by_value(2 * share - 1, 0.0, 1.0)))


def _descend(config: GanConfig, learner: Learner, gradients: Arrays, step) -> Learner:
    number = tf.cast(step, tf.float32)
    return descend(learner, gradients, learning_rate(config, step), number, config.beta_1, config.beta_2)


# --- The networks


def draw(config: GanConfig, weights: Arrays, z):
    """G(z): the generator's digits. z: (B, 2). Returns pixels (B, 784) in [0, 1]."""
    activation = {"silu": tf.nn.silu, "relu": tf.nn.relu}[config.activation]
    hidden = z
    for kernel, bias in _layers(weights)[:-1]:
        hidden = activation(hidden @ kernel + bias)  # (B, H)
    kernel, bias = _layers(weights)[-1]
    return tf.sigmoid(hidden @ kernel + bias)


def classify(weights: Arrays, pixels):
    """D(x): how real each digit is. pixels: (B, 784). Returns logits (B,), and the slopes (B, H) of the hidden layers'
    activations, which are 1 or LEAK."""
    hidden, slopes = pixels, []
    for kernel, bias in _layers(weights)[:-1]:
        before = hidden @ kernel + bias  # (B, H)
        slope = tf.stop_gradient(tf.where(before > 0, 1.0, LEAK))
        hidden = before * slope
        slopes.append(slope)
    kernel, bias = _layers(weights)[-1]
    return (hidden @ kernel)[:, 0] + bias, slopes


def pixel_gradients(weights: Arrays, slopes: Arrays):
    """dD/dx for the digits with these slopes: (B, 784). Written out, since leaky layers have no second derivative: a
    tape in a tape would take several times as long for the same numbers."""
    layers = _layers(weights)
    gradients = tf.transpose(layers[-1][0])  # (1, H)
    for (kernel, _), slope in zip(layers[-2::-1], slopes[::-1], strict=True):
        gradients = tf.matmul(slope * gradients, kernel, transpose_b=True)
    return gradients


def _layers(weights: Arrays) -> list[tuple]:
    return list(zip(weights[::2], weights[1::2], strict=True))


# --- The losses


def judge(config: GanConfig, weights: Arrays, real, drawn) -> Verdict:
    """How the discriminator with these weights does on a batch of real and drawn digits, each (B, 784)."""
    count = len(real)
    logits, slopes = classify(weights, tf.concat([real, drawn], axis=0))  # (2 B,)
    real_logits, drawn_logits = logits[:count], logits[count:]
    penalty = tf.constant(0.0)
    if config.gamma:
        steepness = tf.reduce_sum(tf.square(pixel_gradients(weights, slopes)), axis=1)  # (2 B,)
        penalty = 0.5 * config.gamma * tf.reduce_sum(steepness) / count
    accuracy = tf.reduce_mean(tf.cast(real_logits > drawn_logits, tf.float32))
    return Verdict(discriminator_loss(config.loss, real_logits, drawn_logits), penalty, accuracy)


def discriminator_loss(loss: str, real, drawn):
    """What the discriminator minimises, in nats. real, drawn: its logits, (B,)."""
    if loss == "relativistic":
        return tf.reduce_mean(tf.nn.softplus(drawn - real))
    return tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(drawn))


def generator_loss(loss: str, real, drawn):
    """What the generator minimises, in nats. real, drawn: the discriminator's logits, (B,)."""
    if loss == "relativistic":
        return tf.reduce_mean(tf.nn.softplus(real - drawn))
    if loss == "non-saturating":
        return tf.reduce_mean(tf.nn.softplus(-drawn))
    return -tf.reduce_mean(tf.nn.softplus(drawn))
