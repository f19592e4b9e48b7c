"""Range kernels over a pool of threads, in chunks that do not depend on the number of threads.

Kernels release the lock of the interpreter, so plain threads suffice. The cuts depend on the length alone:
what a kernel computes per chunk, a sum for instance, is the same for one thread and for sixteen.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from amoeboid.errors import ExecutionError, Fault

GRAIN = 1024
"""Least length of a chunk: below it the hand-over to a thread costs more than the work."""

MOST_CHUNKS = 64
"""Most chunks of one call; a longer range has longer chunks."""


class _Pool:
    """The threads of this process: made on first use, and anew in a forked child."""

    def __init__(self) -> None:
        self.n_threads = _default_threads()
        self.executor: ThreadPoolExecutor | None = None

    def workers(self) -> ThreadPoolExecutor:
        if self.executor is None:
            self.executor = ThreadPoolExecutor(self.n_threads, thread_name_prefix="amoeboid-kernel")
        return self.executor

    def resize(self, n_threads: int) -> None:
        if self.executor is not None:
            self.executor.shutdown(wait=True)
        self.executor = None
        self.n_threads = n_threads

    def forget(self) -> None:
        self.executor = None


def _default_threads() -> int:
    asked = os.environ.get("NUMBA_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_pool = _Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.forget)


def set_threads(n_threads: int) -> None:
    """Set how many threads `run_chunks` uses; results do not depend on it.

    Raises
    ------
    ExecutionError
        When the number is below one.
    """
    if n_threads < 1:
        raise ExecutionError(
            Fault(
                "",
                f"number of threads `{n_threads}`",
                "a whole number from 1",
                "`1`",
                "give at least one thread",
                "AMB-X11",
            )
        )
    if n_threads != _pool.n_threads:
        _pool.resize(n_threads)


def threads() -> int:
    """Give the number of threads that `run_chunks` uses."""
    return _pool.n_threads


def chunks(n: int, grain: int = GRAIN) -> list[tuple[int, int]]:
    """Cut the range [0, n) into fixed chunks, a function of `n` and `grain` only.

    Chunk lengths are multiples of `grain`, save the last.

    Examples
    --------
    >>> chunks(2500)
    [(0, 1024), (1024, 2048), (2048, 2500)]
    """
    per_chunk = -(-n // MOST_CHUNKS)
    length = grain * max(1, -(-per_chunk // grain))
    return [(low, min(low + length, n)) for low in range(0, n, length)]


def run_chunks(kernel: Callable[..., Any], n: int, *args: Any, grain: int = GRAIN) -> list[Any]:
    """Call ``kernel(low, high, *args)`` over fixed chunks of [0, n), on all threads.

    Up to two chunks run on the calling thread. The kernel writes only what belongs to its range.

    Parameters
    ----------
    kernel : callable
        Compiled with `amoeboid.kernels.compiling.kernel`; releases the lock.
    n : int
        Length of the range.
    *args
        Arrays and scalars, handed on as they are.
    grain : int
        Least length of a chunk; smaller for work that is dear per item.

    Returns
    -------
    results : list
        What the kernel returned, by chunk from low to high.
    """
    cuts = chunks(n, grain)
    if _pool.n_threads == 1 or len(cuts) <= 2:
        return [kernel(low, high, *args) for low, high in cuts]
    results: list[Any] = [None] * len(cuts)
    turn = itertools.count()

    def work() -> None:
        # next() of a count is one step under the interpreter's lock, so no chunk is taken twice
        while (k := next(turn)) < len(cuts):
            results[k] = kernel(*cuts[k], *args)

    workers = min(_pool.n_threads, len(cuts))
    helpers = [_pool.workers().submit(work) for _ in range(workers - 1)]
    try:
        work()
    finally:
        for helper in helpers:
            helper.result()
    return results
