"""The VAE Latent Explorer's library: see README.md in this folder for its architecture."""

__version__ = "0.1.0"
