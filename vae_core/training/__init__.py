"""Training: the worker process that trains a run, and all of the code that imports Keras and TensorFlow."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is imported: no messages on standard error
os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever backend the user's Keras is configured for
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # take a GPU's memory as needed, not all
