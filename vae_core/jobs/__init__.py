"""What a page asks of a training worker: to start, to stop, to show itself, to wait for its turn."""
