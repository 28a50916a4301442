"""Reading and writing: files, whole directories, tensors, and the folders where they are kept."""
