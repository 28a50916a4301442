"""The latent plane: its points, the digits encoded on it, the manifold, and what can be laid over it."""
