"""The best parameters from many starts: downhill from points that fill the bounds evenly.

Each start is worked on by itself, so the result does not depend on the number of processes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from amoeboid.errors import ExecutionError, Fault, NumericsError
from amoeboid.inference.descent import descend
from amoeboid.inference.problem import Floats
from amoeboid.seeds import Stream

_TRIES = 20
_SAME = 0.05


class Target(Protocol):
    """What can be minimised: an `objective.Objective`, or a function of a test."""

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds, (n_parameters,) each."""

    def value(self, theta: Floats) -> float:
        """Give the objective; infinite where there is none."""

    def values(self, thetas: Floats) -> Floats:
        """Give the objective of several vectors."""

    def factors(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give the objective, and f and J with J'f its gradient and J'J about its second derivatives."""


@dataclass(frozen=True)
class Fit:
    """Where one start ended: ``theta`` (n_parameters,) on the scales, the objective there, and how it went."""

    theta: Floats
    value: float
    start: Floats
    n_evaluations: int
    message: str


@dataclass(frozen=True)
class Multistart:
    """Ends of all starts, best first; starts from which nothing could be simulated are only counted."""

    fits: tuple[Fit, ...]
    n_failed: int = 0

    @property
    def best(self) -> Fit:
        """The end with the lowest objective."""
        return self.fits[0]

    @property
    def n_same(self) -> int:
        """How many ends are as good as the best, within 0.05 of its log-likelihood."""
        return sum(one.value <= self.best.value + _SAME for one in self.fits)


@dataclass(frozen=True)
class Search:
    """How to search: number of starts, seed, processes at once (None: one per core), and what to begin with."""

    n_starts: int = 50
    seed: int = 1
    processes: int | None = None
    first: tuple[Floats, ...] = field(default=())


def starting_points(bounds: tuple[Floats, Floats], n_points: int, seed: int) -> Floats:
    """Give a Latin hypercube in the bounds, (n_points, n_parameters).

    Examples
    --------
    >>> points = starting_points((np.zeros(2), np.ones(2)), 4, seed=1)
    >>> sorted((points[:, 0] * 4).astype(int).tolist())
    [0, 1, 2, 3]
    """
    random = np.random.default_rng((int(Stream.FIT), 1, seed))
    strata = random.permuted(np.tile(np.arange(n_points), (bounds[0].size, 1)), axis=1).T
    share = (strata + random.random(strata.shape)) / n_points
    return np.asarray(bounds[0] + share * (bounds[1] - bounds[0]))


def optimise(target: Target, start: Floats, held: Mapping[int, float] | None = None) -> Fit:
    """Go downhill from one start, with some parameters held.

    Parameters
    ----------
    target : Target
        What to minimise.
    start : (n_parameters,) array
        Where to begin; moved inside the bounds.
    held : mapping of int to float, optional
        Parameters that do not move, and where they are.

    Raises
    ------
    NumericsError
        When nothing can be simulated at the start.
    """
    lower, upper = target.bounds
    begin = np.clip(start, lower, upper)
    for place, number in (held or {}).items():
        begin[place] = number
    free = np.array([place for place in range(begin.size) if place not in (held or {})], dtype=np.int64)
    if not np.isfinite(target.value(begin)):
        raise NumericsError(
            Fault("start of a fit", "the model cannot be simulated there", "parameters at which it can", "",
                  "begin elsewhere, or narrow the bounds", "AMB-N74")
        )  # fmt: skip
    if not free.size:
        return Fit(begin, target.value(begin), start, 1, "nothing to move")

    def whole(part: Floats) -> Floats:
        theta = begin.copy()
        theta[free] = part
        return theta

    def factors(part: Floats) -> tuple[float, Floats, Floats]:
        value, f, jacobian = target.factors(whole(part))
        return value, f, jacobian[:, free]

    found = descend(factors, begin[free], (lower[free], upper[free]))
    end = whole(found.place)
    return Fit(end, target.value(end), start, found.n_evaluations, found.message)


def multistart(target: Target, search: Search) -> Multistart:
    """Minimise from many starts and sort the ends.

    Parameters
    ----------
    target : Target
        What to minimise; is sent to other processes when there are several.
    search : Search
        How many starts; those in ``first`` come before the ones drawn.

    Raises
    ------
    NumericsError
        When nothing can be simulated from any start.
    """
    spare = 0 if search.n_starts <= len(search.first) else search.n_starts - len(search.first)
    drawn = starting_points(target.bounds, max(spare, 1), search.seed)[:spare]
    starts = [np.asarray(one, dtype=np.float64) for one in search.first] + list(drawn)
    ends = _everywhere(target, starts, search)
    fits = sorted((one for one in ends if one is not None), key=lambda one: (one.value, *one.theta))
    if not fits:
        raise NumericsError(
            Fault("fit", f"the model could be simulated from none of {len(starts)} starts", "bounds in which it can",
                  "", "narrow the bounds, or check the data", "AMB-N72")
        )  # fmt: skip
    return Multistart(tuple(fits), len(starts) - len(fits))


def _everywhere(target: Target, starts: Sequence[Floats], search: Search) -> list[Fit | None]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    n_processes = min(search.processes or cores, len(starts))
    if n_processes <= 1 or len(starts) < 4:
        return [_from(target, start, search.seed + k) for k, start in enumerate(starts)]
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(n_processes, context, _begin, (target,))
    try:
        jobs = [pool.submit(_work, start, search.seed + k) for k, start in enumerate(starts)]
        return [job.result() for job in jobs]
    except BrokenProcessPool as cause:
        raise ExecutionError(
            Fault("fit", "a process ended before its starts were done", "enough memory", "",
                  "give fewer processes", "AMB-X41")
        ) from cause  # fmt: skip
    finally:
        workers = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:  # an interrupted fit does not go on behind the prompt
            worker.terminate()


_target: Target | None = None


def _begin(target: Target) -> None:
    global _target
    _target = target
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear


def _work(start: Floats, seed: int) -> Fit | None:
    assert _target is not None
    return _from(_target, start, seed)


def _from(target: Target, start: Floats, seed: int) -> Fit | None:
    """Minimise from a start; where nothing can be simulated, from another point drawn for it."""
    lower, upper = target.bounds
    draw = np.random.default_rng((int(Stream.FIT), 2, seed))
    point = start
    for _ in range(_TRIES):
        try:
            return optimise(target, point)
        except NumericsError:
            point = lower + (upper - lower) * draw.random(lower.size)
    return None
