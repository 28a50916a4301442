"""All of the processor's cores for one long computation: its blocks, each in a thread of its own.

NumPy's matrix products use all cores by themselves, but nothing else does: exponentials, sorting, sums. NumPy lets
other threads run meanwhile, so whole blocks are computed side by side, each with its own matrix products. Results do
not depend on how many cores there are: blocks compute the same in any thread, and are put together in order.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_pool: ContextVar[ThreadPoolExecutor | None] = ContextVar("pool", default=None)


@contextlib.contextmanager
def all_cores() -> Iterator[None]:
    """Let `for_each` use all cores within it, and matrix products one each: in all of this process, which should have
    nothing else to do."""
    from threadpoolctl import threadpool_limits  # here, because the app's start does not need it

    pool = ThreadPoolExecutor(os.cpu_count())
    with threadpool_limits(1, user_api="blas"):
        token = _pool.set(pool)
        try:
            yield
        finally:
            _pool.reset(token)
            pool.shutdown(cancel_futures=True)  # what was begun ends; an error, or Ctrl-C, need not wait for the rest


def for_each(compute: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """What `compute` makes of each item, in their order: one after the other, or side by side within `all_cores`."""
    pool = _pool.get()
    return map(compute, items) if pool is None else pool.map(compute, items)
