"""Training: the worker process that trains a run, and all of the code that imports Keras and TensorFlow."""
