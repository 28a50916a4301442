"""The training: the only code that imports Keras and TensorFlow, and the worker that runs it."""
