"""Runs: one training each, as a directory of files; finding, reading, writing and locking them."""
