"""The named recipes, on all of MNIST and on fewer digits."""

import dataclasses

import pytest

from vae_core.config import TrainingConfig
from vae_core.recipes import GAN_RECIPES, RECIPES, VAE_RECIPES, recipe_for


def test_the_seed_recipe_has_the_posts_numbers():
    seed = VAE_RECIPES["seed"]
    assert (seed.encoder_widths, seed.decoder_widths) == ((256,), (256,))
    assert (seed.epochs, seed.batch_size, seed.learning_rate) == (50, 100, 0.001)
    assert (seed.optimizer, seed.schedule) == ("rmsprop", "constant")
    assert (seed.initialization, seed.output_bias) == ("glorot", "zero")
    assert (seed.beta, seed.epsilon_std, seed.validation) == (1.0, 1.0, 0)


def test_every_recipe_goes_by_its_own_name():
    assert all(config.recipe == name for name, config in RECIPES.items())
    assert set(RECIPES) == {"seed", "fast", "deep", "gan", "gan-collapsed"}


@pytest.mark.parametrize("digits", [1, 10, 4000, 60_000, 70_000])
@pytest.mark.parametrize("name", ["seed", "deep", "gan", "gan-collapsed"])
def test_the_others_are_the_same_on_whatever_digits_there_are(name: str, digits: int):
    assert recipe_for(name, digits) == RECIPES[name]


@pytest.mark.parametrize("digits", [60_000, 70_000])
def test_fast_is_as_written_on_all_of_mnist(digits: int):
    assert recipe_for("fast", digits) == RECIPES["fast"]


@pytest.mark.parametrize("digits", [1, 9, 10, 500, 4000, 30_000, 59_999])
def test_fast_takes_about_as_many_steps_on_fewer_digits(digits: int):
    whole, config = VAE_RECIPES["fast"], recipe_for("fast", digits)
    assert isinstance(config, TrainingConfig)
    assert config == dataclasses.replace(whole, epochs=config.epochs, validation=config.validation)
    assert config.validation == min(whole.validation, digits // 10)
    seen = config.epochs * (digits - config.validation)
    expected = whole.epochs * (60_000 - whole.validation)
    assert config.epochs == 1000 or abs(seen - expected) <= (digits - config.validation) / 2


def test_the_collapsed_gan_is_the_plain_one():
    plain, gan = GAN_RECIPES["gan-collapsed"], GAN_RECIPES["gan"]
    assert (plain.loss, plain.gamma, plain.averaging, plain.schedule) == ("minimax", 0.0, 0.0, "constant")
    assert (gan.loss, gan.gamma, gan.averaging, gan.schedule) == ("relativistic", 2.0, 0.9995, "half cosine")
    assert (gan.weights_of("decoder."), gan.weights_of("discriminator.")) == (465_424, 449_665)
