"""The latent plane: its points, the digits encoded in it, the decoded manifold, and heatmaps."""
