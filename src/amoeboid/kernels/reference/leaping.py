"""Plain twin of `amoeboid.kernels.leaping`: one cell, the same draws, written after the paper."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.reference import stochastic

Floats = NDArray[np.float64]
Key = tuple[int, int, int]


@dataclass(frozen=True)
class Rules:
    """Propensities (n_reactions,), the sums over amounts of |x da/dx|, and which propensity reads which amount."""

    propensities: Callable[[Floats], Sequence[float]]
    orders: Callable[[Floats], Sequence[float]]
    reads: NDArray[np.bool_]
    changes: Floats


class Draws:
    """Draws of one cell in order.

    Examples
    --------
    >>> draws = Draws((0, 11, 1))
    >>> draws.poisson(0.0), draws.number
    (0.0, 1)
    """

    def __init__(self, key: Key) -> None:
        self.key, self.number = key, 0

    def pair(self) -> tuple[float, float]:
        """Give a unit exponential and a uniform number."""
        found = stochastic.draw(self.number, *self.key)
        self.number += 1
        return found

    def poisson(self, mean: float) -> float:
        """Give a Poisson number, by inversion below 10 and by Hörmann's transformed rejection above."""
        if mean < 10.0:
            u, share, k = math.exp(-self.pair()[0]), math.exp(-mean), 0.0
            while u > share and k < 200.0:
                u, k = u - share, k + 1.0
                share *= mean / k
            return k
        b = 0.931 + 2.53 * math.sqrt(mean)
        a = -0.059 + 0.02483 * b
        while True:
            wait, v = self.pair()
            u = math.exp(-wait) - 0.5
            s = 0.5 - abs(u)
            k = math.floor((2.0 * a / s + b) * u + mean + 0.43)
            if s >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2.0):
                return k
            if k >= 0.0 and not (s < 0.013 and v > s):
                scaled = v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (s * s) + b)
                if math.log(scaled) <= k * math.log(mean) - mean - math.lgamma(k + 1.0):
                    return k


def longest(x: Floats, a: Floats, rules: Rules, epsilon: float) -> tuple[float, NDArray[np.bool_]]:
    """Give the longest leap, and which reactions are critical."""
    with np.errstate(divide="ignore", invalid="ignore"):
        turnovers = np.where(rules.changes < 0.0, np.floor(x[:, None] / -rules.changes), np.inf).min(axis=0)
        order = np.where(a > 0.0, np.asarray(rules.orders(x)) / a, 0.0)
    critical = (a > 0.0) & (turnovers < 10.0)
    running = np.where(critical, 0.0, a)
    drift, spread = rules.changes @ running, rules.changes**2 @ running
    leap = np.inf
    for i in np.flatnonzero((spread > 0.0) & rules.reads.any(axis=1)):
        bound = max(epsilon * x[i] / max(1.0, order[rules.reads[i]].max()), 1.0)
        leap = min(leap, bound**2 / spread[i], bound / abs(drift[i]) if drift[i] else np.inf)
    return leap, critical


def leaping(rules: Rules, start: Floats, times: Floats, key: Key, epsilon: float) -> Floats:
    """Simulate one cell by leaps; see `amoeboid.kernels.reference.stochastic.exact` for the arguments."""
    x, time, draws = np.array(start, dtype=np.float64), 0.0, Draws(key)
    found = np.empty((x.size, times.size))
    for grid, end in enumerate(times):
        while time < end:
            a = np.asarray(rules.propensities(x), dtype=np.float64)
            leap, critical = longest(x, a, rules, epsilon)
            if min(leap, end - time) * a.sum() >= 10.0:
                x, time = _leap(x, a, (rules, critical), (time, leap, end), draws)
            else:
                x, time = _one_by_one(x, rules, (time, end), draws)
        found[:, grid] = x
    return found


def _leap(
    x: Floats, a: Floats, how: tuple[Rules, NDArray[np.bool_]], span: tuple[float, float, float], draws: Draws
) -> tuple[Floats, float]:
    (rules, critical), (time, leap, end) = how, span
    rare = np.where(critical, a, 0.0)
    while True:
        wait, pick = draws.pair()
        wait = wait / rare.sum() if rare.sum() > 0.0 else np.inf
        taken = min(leap, wait, end - time)
        n = np.array([0.0 if critical[j] or not a[j] > 0.0 else draws.poisson(a[j] * taken) for j in range(a.size)])
        if wait <= taken:
            n[np.searchsorted(np.cumsum(rare), pick * rare.sum(), side="right")] += 1.0
        changed = x + rules.changes @ n
        if changed.min() >= 0.0:
            reached = time + taken
            return changed, end if reached >= end * (1.0 - 1e-15) else reached
        leap = 0.5 * taken


def _one_by_one(x: Floats, rules: Rules, span: tuple[float, float], draws: Draws) -> tuple[Floats, float]:
    time, end = span
    for _ in range(100):
        a = np.asarray(rules.propensities(x), dtype=np.float64)
        wait, pick = draws.pair()
        time = time + wait / a.sum() if a.sum() > 0.0 else np.inf
        if time >= end:
            return x, end
        x = x + rules.changes[:, np.searchsorted(np.cumsum(a), pick * a.sum(), side="right")]
    return x, time
