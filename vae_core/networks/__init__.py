"""A VAE in NumPy: dense layers, encoder and decoder, and their initial weights."""
