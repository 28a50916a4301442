"""A VAE as arrays: dense layers, encoder and decoder, and how their weights begin."""
