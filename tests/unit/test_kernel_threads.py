"""The thread pool: fixed cuts, same results, errors that arrive."""

import numpy as np
import pytest

from amoeboid.errors import ExecutionError
from amoeboid.kernels import threads


@pytest.fixture(autouse=True)
def _restore():
    before = threads.threads()
    yield
    threads.set_threads(before)


def test_cuts_cover_the_range_once_and_ignore_threads() -> None:
    for n in (0, 1, 1024, 1025, 99_999, 1_000_000):
        threads.set_threads(1)
        one = threads.chunks(n)
        threads.set_threads(3)
        assert threads.chunks(n) == one
        assert [k for low, high in one for k in (low, high)] == sorted(k for cut in one for k in cut)
        assert sum(high - low for low, high in one) == n
        assert len(one) <= threads.MOST_CHUNKS


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_results_come_back_in_order_for_any_number_of_threads(n_threads: int) -> None:
    threads.set_threads(n_threads)
    out = np.zeros(10_000)

    def body(low: int, high: int, array: np.ndarray) -> int:
        array[low:high] += np.arange(low, high)
        return low

    results = threads.run_chunks(body, 10_000, out)
    assert results == [low for low, _ in threads.chunks(10_000)]
    np.testing.assert_array_equal(out, np.arange(10_000))


def test_an_error_in_a_chunk_reaches_the_caller() -> None:
    threads.set_threads(2)

    def body(low: int, high: int) -> None:
        raise ZeroDivisionError(low)

    with pytest.raises(ZeroDivisionError):
        threads.run_chunks(body, 10_000)


def test_no_threads_is_refused_in_four_parts() -> None:
    with pytest.raises(ExecutionError, match="number of threads `0`"):
        threads.set_threads(0)
