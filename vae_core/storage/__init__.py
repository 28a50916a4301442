"""How anything reaches the disk: files, directories in the making, tensors, and where they belong."""
