"""Where several of pytest's processes run side by side, NumPy uses one core in each: more would only be in the way."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
