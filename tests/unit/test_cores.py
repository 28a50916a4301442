"""Blocks side by side: in their order, as if one came after the other, and no longer than needed."""

import threading
import time

import pytest
from threadpoolctl import threadpool_info

from vae_core.cores import all_cores, for_each


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_results_come_in_the_order_of_the_items():
    def square(item: int) -> int:
        time.sleep(0.02 if item == 0 else 0)
        return item * item

    assert list(for_each(square, range(9))) == [item * item for item in range(9)]
    with all_cores():
        assert list(for_each(square, range(9))) == [item * item for item in range(9)]


def test_within_it_blocks_have_threads_of_their_own_and_matrix_products_one_core_each():
    here, before = threading.get_ident(), blas_threads()
    assert set(for_each(lambda _: threading.get_ident(), range(3))) == {here}
    with all_cores():
        assert here not in set(for_each(lambda _: threading.get_ident(), range(3)))
        assert blas_threads() == {1}
    assert blas_threads() == before
    assert set(for_each(lambda _: threading.get_ident(), range(3))) == {here}


def test_what_a_block_computes_by_blocks_stays_in_its_thread():
    with all_cores():
        inner = list(
            for_each(lambda _: (threading.get_ident(), *for_each(lambda _: threading.get_ident(), "ab")), "cd")
        )
    assert all(len(set(threads)) == 1 for threads in inner)


def test_an_error_leaves_the_rest_undone():
    begun: list[int] = []

    def fail(item: int) -> None:
        begun.append(item)
        time.sleep(0.01)
        raise ValueError(item)

    with pytest.raises(ValueError), all_cores():
        list(for_each(fail, range(1000)))
    assert len(begun) < 500
