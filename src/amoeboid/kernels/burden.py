"""Lesions of patients as they grow: their sum on given days, the day each reaches a size, and the day they kill.

All lesions of a patient follow one curve of growth on his clock, so that of many only lumps by age need be kept.

``lesions`` start (n_patients + 1,), origin, since [day], weight, behind one another by patient. ``body`` decay
[1/day] by patient and log of capacity. ``course`` as in `amoeboid.kernels.spreading`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from amoeboid.kernels.compiling import kernel, scalar
from amoeboid.kernels.spreading import GROWTH, excess_by, piece_of

Tables = tuple[Any, ...]

_FINE = 0.2  # rise of ln burden per step: the hazard's logarithm, straight within a step, is then right to 0.5 %
_COARSE = 1.0  # the same while the hazard is negligible
_NEGLIGIBLE = 1e-3  # of the burden at which half of the hazard is reached
_LONGEST = 60.0  # [day]
_YOUNGEST = 50.0  # scaled days before its first cell at which a lesion is nothing, and exp does not overflow
_LOST = 1e-6  # share of the burden that may be left out when all younger lumps are no larger than this one


@scalar
def grown(day: float, lesion: Any, row: Any, decay: float, lesions: Tables, course: Tables) -> float:
    """Give the scaled age of a lesion on a day, with what treatment of growth took or added."""
    origin, since = lesions[1][lesion], lesions[2][lesion]
    shift = excess_by(day, GROWTH, row, course) - excess_by(since, GROWTH, row, course)
    return float(decay * ((day - origin) + shift))


@scalar
def burden_on(day: float, i: Any, row: Any, lesions: Tables, body: Tables, course: Tables) -> tuple[float, float]:
    """Give the weighed cells of a patient on a day, and the relative rate [1/day] at which they increase untreated."""
    start, _, since, weight = lesions
    decay, log_capacity = body[0][i], body[1]
    total, rise = 0.0, 0.0
    for lesion in range(np.uint64(start[i]), np.uint64(start[i + np.uint64(1)])):
        if since[lesion] <= day:
            left = log_capacity * math.exp(-grown(day, lesion, row, decay, lesions, course))
            cells = weight[lesion] * math.exp(log_capacity - left)
            total += cells
            rise += cells * left
    return total, decay * rise / total if total > 0.0 else 0.0


@scalar
def hazard_of(burden: float, hazard: Tables) -> float:
    """Give the rate [1/day] of dying of a weighed burden: h1 x^g / (1 + x^g), x = B / B50."""
    most, half, steepness = hazard[0], hazard[1], hazard[2]
    if burden <= 0.0:
        return 0.0
    return float(most / (1.0 + (half / burden) ** steepness))


@scalar
def sum_of(clock: float, i: Any, lumps: Tables, body: Tables) -> tuple[float, float]:
    """Give the weighed cells of a patient by a clock of growth [day], and their relative increase per day of it.

    Lumps lie from the oldest to the youngest, so that those that cannot matter any more end the sum.
    """
    start, origin, weight, rest = lumps
    decay, log_capacity = body[0][i], body[1]
    total, rise = 0.0, 0.0
    for k in range(np.uint64(start[i]), np.uint64(start[i + np.uint64(1)])):
        # N = K exp(-ln K e^{-a (u - o)})
        left = log_capacity * math.exp(min(decay * (origin[k] - clock), _YOUNGEST))
        cells = math.exp(log_capacity - left)
        total += weight[k] * cells
        rise += weight[k] * cells * left
        if cells * rest[k] < _LOST * total:
            break
    return total, decay * rise / total if total > 0.0 else 0.0


@scalar
def is_treated(row: Any, course: Tables) -> bool:
    """Tell whether growth is treated at all."""
    excess = course[3]
    treated = False
    for p in range(np.uint64(excess.shape[2])):
        treated = treated or excess[np.uint64(GROWTH), row, p] != 0.0
    return treated


@scalar
def next_edge(day: float, edges: np.ndarray) -> float:
    """Give the next day on which a treatment changes; infinite after the last."""
    p = piece_of(day, edges) + 1
    return float(edges[np.uint64(p)]) if p < edges.size else math.inf


@scalar
def lethal(i: Any, end: float, threshold: float, lumps: Tables, body: Tables, course: Tables, hazard: Tables) -> float:
    """Give the day on which the integrated hazard of a patient passes his threshold; infinite when not before `end`."""
    row = i if course[1].shape[1] > 1 else np.uint64(0)
    first = np.uint64(lumps[0][i])
    if lumps[0][i + np.uint64(1)] == lumps[0][i]:
        return math.inf
    day = float(max(hazard[5], lumps[1][first]))
    treated = is_treated(row, course)
    passed = 0.0
    burden, rise = sum_of(day + excess_by(day, GROWTH, row, course), i, lumps, body)
    rate = hazard_of(burden, hazard)
    while day < end:
        wanted = _COARSE if burden < _NEGLIGIBLE * hazard[1] else _FINE
        after = min(day + (wanted / rise if wanted < rise * _LONGEST else _LONGEST), end)
        if treated:
            after = min(after, next_edge(day, course[0]))
        burden, rise = sum_of(after + excess_by(after, GROWTH, row, course), i, lumps, body)
        later = hazard_of(burden, hazard)
        # ln h straight over the step: int h = (h1 - h0) / k, k = ln(h1/h0) / step
        step = after - day
        k = math.log(later / rate) / step if rate > 0.0 and later > 0.0 and later != rate else 0.0
        more = (later - rate) / k if k != 0.0 else 0.5 * (rate + later) * step
        if passed + more >= threshold:
            left = threshold - passed
            return day + (math.log1p(k * left / rate) / k if k != 0.0 else 2.0 * left / (rate + later))
        passed += more
        day, rate = after, later
    return math.inf


@kernel
def total(
    low: int, high: int, lesions: Tables, body: Tables, course: Tables, days: np.ndarray, out: np.ndarray
) -> None:
    """Fill ``out`` (n_patients, n_days) with the weighed cells of each patient on each day."""
    for i in range(np.uint64(low), np.uint64(high)):
        row = i if course[1].shape[1] > 1 else np.uint64(0)
        for k in range(np.uint64(days.size)):
            out[i, k] = burden_on(days[k], i, row, lesions, body, course)[0]


@kernel
def dying(low: int, high: int, lumps: Tables, body: Tables, course: Tables, hazard: Tables, out: np.ndarray) -> None:
    """Fill ``out`` (n_patients,) with the day of death [day].

    ``lumps`` start (n_patients + 1,), origin [day on the clock of growth], weight, weight behind: from old to young by
    patient. ``hazard`` greatest rate [1/day], burden of half of it, steepness, by patient the threshold and the end
    [day], and the day from which it counts.
    """
    for i in range(np.uint64(low), np.uint64(high)):
        out[i] = lethal(i, hazard[4][i], hazard[3][i], lumps, body, course, hazard)


@scalar
def day_of(scaled: float, origin: float, since: float, decay: float, row: Any, course: Tables) -> float:
    """Give the day on which a lesion reaches a scaled age, but not before it grows."""
    edges, _, _, excess, gained = course
    # t + D(t) = tau/a + origin + D(since), D the integral of growth less 1: straight in pieces, and does not fall
    wanted = (origin + scaled / decay) + excess_by(since, GROWTH, row, course)
    which = np.uint64(GROWTH)
    day = wanted
    for p in range(np.uint64(edges.size)):
        if wanted < edges[p] + gained[which, row, p]:
            break
        bend = excess[which, row, p] if p < edges.size - 1 else 0.0
        day = wanted - gained[which, row, p]
        if bend != 0.0:
            day = edges[p] + (day - edges[p]) / (1.0 + bend)
    return max(day, since)


@kernel
def reached(
    low: int, high: int, lesions: Tables, body: Tables, course: Tables, scaled: np.ndarray, out: np.ndarray
) -> None:
    """Fill ``out`` (n_lesions,) with the day on which each lesion of patients low to high reaches its scaled age."""
    start, origin, since, _ = lesions
    for i in range(np.uint64(low), np.uint64(high)):
        row = i if course[1].shape[1] > 1 else np.uint64(0)
        for lesion in range(np.uint64(start[i]), np.uint64(start[i + np.uint64(1)])):
            out[lesion] = day_of(scaled[lesion], origin[lesion], since[lesion], body[0][i], row, course)


@kernel
def clocks(low: int, high: int, patient: np.ndarray, lesions: Tables, course: Tables, out: np.ndarray) -> None:
    """Fill ``out`` (n_lesions,) with origins [day] on the clock of growth, where lesions of a patient share a curve.

    ``lesions`` origin and since [day]. The clock is u = t + D(t), D the days that treatment added by then.
    """
    for k in range(np.uint64(low), np.uint64(high)):
        row = np.uint64(patient[k]) if course[1].shape[1] > 1 else np.uint64(0)
        out[k] = lesions[0][k] + excess_by(lesions[1][k], GROWTH, row, course)
