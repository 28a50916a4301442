"""What the fixture `report` is measured on: random weights and random digits."""

from tests.unit.builders import CONFIG, random_digits, random_tensors
from vae_core.networks.network import Network

DIGITS = random_digits(train=80, test=40)
NETWORK = Network.from_tensors(random_tensors(CONFIG))
