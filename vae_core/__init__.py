"""The VAE Latent Explorer's library: see README.md in this folder for its architecture."""
