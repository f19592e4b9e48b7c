"""Many reactions at once: tau-leaping with the choice of steps of Cao, Gillespie and Petzold.

Over a leap the propensities are held, so each reaction happens a Poisson number of times. The leap is so short that
no propensity is expected to change, nor to scatter, by more than a share epsilon (Cao, Gillespie, Petzold 2006,
doi:10.1063/1.2159468). Reactions that could use up one of their reactants are critical: at most one of them happens
in a leap, so that amounts stay at 0 or above. Where a leap would hold few reactions, a stretch is done one by one.

Their bound on a reactant, epsilon x / g, has for g the order of the reaction, such as 2 + 1/(x - 1) for a pair of x.
Here g is taken from the propensity itself, as the sum over its amounts of |x da/dx| / a: the same number for mass
action, and right for any other law.

Leaps end at the times of the output and at `limit`, so a result depends on them, as it does on epsilon. Conditions are
looked at between leaps.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from amoeboid.kernels.compiling import kernel, scalar
from amoeboid.kernels.random import philox
from amoeboid.kernels.stochastic import (
    DONE,
    GROUP,
    LIMIT,
    RUNNING,
    TOO_MANY,
    call,
    choose,
    compute,
    judge,
    logarithm,
    next_stop,
    record,
)

FEW = 10.0
"""Expected reactions of a leap below which they are done one by one."""

STRETCH = 100
"""Reactions done one by one before a leap is tried again."""

CRITICAL = 10.0
"""Turnovers of a reaction that its reactants are enough for, below which it is critical."""

_UNIT = 2.0**-52
_HALF = np.uint64(32)
_DROP = np.uint64(12)
_SMALL_MEAN = 10.0


@scalar
def pair(individual: int, draw: int, key: Any) -> tuple[float, float]:
    """Make the two uniforms on (0, 1) of one draw; the first is that of the waiting time in the exact method."""
    number: Any = np.uint64(draw)
    a, b, c, d = philox(individual, number >> _HALF, key[0], number, key[1])
    u = (np.float64(((a << _HALF) | b) >> _DROP) + 0.5) * _UNIT
    return u, (np.float64(((c << _HALF) | d) >> _DROP) + 0.5) * _UNIT


@scalar
def poisson(mean: float, individual: int, draw: int, key: Any) -> tuple[float, int]:
    """Draw a Poisson number; give it and the next draw.

    Small means by inversion, others by transformed rejection (Hormann 1993, doi:10.1016/0167-6687(93)90997-4).
    """
    if mean < _SMALL_MEAN:
        u, _ = pair(individual, draw, key)
        share = math.exp(-mean)
        k = 0.0
        while u > share and k < 200.0:
            u -= share
            k += 1.0
            share *= mean / k
        return k, draw + 1
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse, accept = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2.0)
    while True:
        first, second = pair(individual, draw, key)
        draw += 1
        u = first - 0.5
        s = 0.5 - abs(u)
        k = math.floor((2.0 * a / s + b) * u + mean + 0.43)
        if s >= 0.07 and second <= accept:
            return k, draw
        if k >= 0.0 and not (s < 0.013 and second > s):
            left = math.log(second) + math.log(inverse) - math.log(a / (s * s) + b)
            if left <= k * math.log(mean) - mean - math.lgamma(k + 1.0):
                return k, draw


@scalar
def mark_critical(x: np.ndarray, a: np.ndarray, tables: Any, critical: np.ndarray) -> None:
    """Mark the reactions that could use up a reactant."""
    for j in range(critical.size):
        left = np.inf
        for k in range(tables[0][j], tables[0][j + 1]):
            if tables[2][k] < 0.0:
                left = min(left, math.floor(x[tables[1][k]] / -tables[2][k]))
        critical[j] = 1.0 if a[j] > 0.0 and left < CRITICAL else 0.0


@scalar
def longest(epsilon: float, x: np.ndarray, arrays: Any, tables: Any, moments: Any) -> float:
    """Give the longest leap in which no propensity changes or scatters by more than a share epsilon."""
    a, order, critical = arrays
    drift, spread = moments
    drift[:], spread[:] = 0.0, 0.0
    for j in range(critical.size):
        if critical[j] == 0.0 and a[j] > 0.0:
            for k in range(tables[0][j], tables[0][j + 1]):
                drift[tables[1][k]] += tables[2][k] * a[j]
                spread[tables[1][k]] += tables[2][k] * tables[2][k] * a[j]
    leap = np.inf
    for i in range(drift.size):
        if spread[i] > 0.0 and tables[3][i] < tables[3][i + 1]:
            g = 1.0
            for k in range(tables[3][i], tables[3][i + 1]):
                j = tables[4][k]
                if a[j] > 0.0:
                    g = max(g, order[j] / a[j])
            bound = max(epsilon * x[i] / g, 1.0)
            leap = min(leap, bound * bound / spread[i])
            if drift[i] != 0.0:
                leap = min(leap, bound / abs(drift[i]))
    return leap


@scalar
def leap_over(leap: float, moment: tuple[int, int], key: Any, arrays: Any, tables: Any) -> int:
    """Let reactions that are not critical happen; give the next draw.

    ``moment`` is individual and draw; ``arrays`` propensities, marks of critical reactions, amounts to be changed.
    """
    individual, draw = moment
    a, critical, changed = arrays
    for j in range(critical.size):
        if critical[j] == 0.0 and a[j] > 0.0:
            n, draw = poisson(a[j] * leap, individual, draw, key)
            for k in range(tables[0][j], tables[0][j + 1]):
                changed[tables[1][k]] += n * tables[2][k]
    return draw


@scalar
def one_by_one(code: Any, moment: Any, scene: Any, key: Any) -> tuple[int, float, int]:
    """Do up to `STRETCH` reactions; give the state, the time and the next draw.

    ``moment`` is time, horizon, draw, individual and sum of propensities; ``scene`` computed arrays, truth, cell and
    pointers.
    """
    time, horizon, draw, individual, total = moment
    arrays, truth, cell, pointers = scene
    for _ in range(STRETCH):
        u, pick = pair(individual, draw, key)
        draw += 1
        time = time - logarithm(u) / total if total > 0.0 else np.inf
        if time >= horizon:
            return RUNNING, horizon, draw
        total = compute(choose(pick * total, arrays[0], code), code, pointers, time, arrays)
        state = judge(total, code, arrays[0], truth, cell)
        if state != RUNNING:
            return state, time, draw
    return RUNNING, time, draw


@scalar
def at_once(tables: Any, moment: Any, scene: Any, key: Any) -> tuple[float, int]:
    """Try leaps of at most the given length until amounts stay at 0 or above; give the time and the next draw.

    ``moment`` is time, longest leap, time that is left, draw and individual; ``scene`` amounts, propensities, marks of
    critical reactions and room for changed amounts. The time is not a number when no leap was found.
    """
    time, leap, left, draw, individual = moment
    x, a, critical, changed = scene
    total = 0.0
    for j in range(critical.size):
        total += a[j] * critical[j]
    for _ in range(30):
        u, pick = pair(individual, draw, key)
        draw += 1
        wait = -logarithm(u) / total if total > 0.0 else np.inf
        taken = min(leap, wait, left)
        changed[:] = x
        draw = leap_over(taken, (individual, draw), key, (a, critical, changed), tables)
        if wait <= taken:
            target, last = pick * total, -1
            for j in range(critical.size):
                if critical[j] > 0.0 and target >= 0.0:
                    last = j
                    target -= a[j]
            for k in range(tables[0][last], tables[0][last + 1]):
                changed[tables[1][k]] += tables[2][k]
        if np.min(changed) >= 0.0:
            x[:] = changed
            return time + taken, draw
        leap = 0.5 * taken
    return np.nan, draw


@kernel
def leaping(low: int, high: int, code: Any, tables: Any, cells: Any, output: Any, key: Any) -> None:
    """Move cells that are `RUNNING` to the last time of the output by leaps, in place.

    The arguments are those of `amoeboid.kernels.stochastic.exact`, with these differences: ``tables`` are the first
    entry of each reaction (n_reactions + 1), rows and amounts of its entries, the first entry of each state
    (n_states + 1) and the propensities that read it; ``key`` has epsilon as its last entry, and counts leaps and
    stretches of single reactions; rows 1 and 2 of the clock are not used.
    """
    counts, clock, place, truth, limit, status, individual, feeds, constants = cells
    times, n, epsilon = output[0], code[2], key[3]
    x, u = np.empty(counts.shape[0]), np.empty(feeds.shape[0])
    arrays = (np.zeros(code[4] + (n + GROUP - 1) // GROUP), np.zeros(n))
    changed, drift, spread, critical = np.empty_like(x), np.empty_like(x), np.empty_like(x), np.empty(n)
    pointers = (x.ctypes.data, u.ctypes.data, constants.ctypes.data, arrays[0].ctypes.data)
    rooms = (pointers[0], pointers[1], pointers[2], arrays[1].ctypes.data)
    for cell in range(low, high):
        if status[cell] != RUNNING:
            continue
        x[:] = counts[:, cell]
        u[:] = feeds[:, cell]
        time, draw, grid = clock[0, cell], place[0, cell], place[1, cell]
        state, n_done = RUNNING, 0
        while state == RUNNING:
            total = compute(-1, code, pointers, time, arrays)
            state = judge(total, code, arrays[0], truth, cell)
            if state != RUNNING:
                break
            while grid < times.size and times[grid] <= time:
                record(x, output, grid, cell)
                grid += 1
            if grid == times.size or time >= limit[cell] or n_done >= key[2]:
                state = DONE if grid == times.size else (LIMIT if time >= limit[cell] else TOO_MANY)
                break
            horizon = min(next_stop(arrays[0], code, time), limit[cell], times[grid])
            left, n_done = horizon - time, n_done + 1
            call(code[1], 0, rooms, time)
            mark_critical(x, arrays[0], tables, critical)
            leap = longest(epsilon, x, (arrays[0], arrays[1], critical), tables, (drift, spread))
            begun = time
            time = np.nan
            if min(leap, left) * total >= FEW:
                scene = (x, arrays[0], critical, changed)
                time, draw = at_once(tables, (begun, leap, left, draw, individual[cell]), scene, key)
                time = horizon if time >= horizon * (1.0 - 1e-15) else time
            if not time >= begun:
                moment = (begun, horizon, draw, individual[cell], total)
                state, time, draw = one_by_one(code, moment, (arrays, truth, cell, pointers), key)
        counts[:, cell] = x
        clock[0, cell], clock[2, cell] = time, -1.0
        place[0, cell], place[1, cell] = draw, grid
        status[cell] = state
