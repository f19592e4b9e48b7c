"""Twin of `amoeboid.kernels.burden` in NumPy: fine grids of days instead of steps that adapt themselves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Tables = tuple[Any, ...]
Days = np.ndarray


def excess(days: Days, row: int, course: Tables) -> Days:
    """Give the integral [day] of growth less 1 up to days."""
    edges, total = course[0], course[4][1, row]
    return np.asarray(np.interp(days, edges, total))


def total(i: int, days: Days, lesions: Tables, body: Tables, course: Tables) -> Days:
    """Give the weighed cells of one patient on days."""
    start, origin, since, weight = lesions
    row = i if course[1].shape[1] > 1 else 0
    cells = np.zeros(len(days))
    for k in range(start[i], start[i + 1]):
        shift = excess(days, row, course) - excess(since[k], row, course)
        grown = weight[k] * np.exp(body[1] * (1.0 - np.exp(-body[0][i] * (days - origin[k] + shift))))
        cells += np.where(days >= since[k], grown, 0.0)
    return cells


def dying(i: int, lesions: Tables, body: Tables, course: Tables, hazard: Tables) -> float:
    """Give the day of death of one patient, by the trapezoid rule over 40,000 days evenly apart."""
    most, half, steepness, threshold, end, since = hazard
    first = max(since, np.min(lesions[2][lesions[0][i] : lesions[0][i + 1]], initial=end[i]))
    if not end[i] > first:
        return math.inf
    days = np.linspace(first, end[i], 40_001)
    share = (total(i, days, lesions, body, course) / half) ** steepness
    rate = most * share / (1.0 + share)
    passed = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(days))])
    return float(np.interp(threshold[i], passed, days)) if passed[-1] >= threshold[i] else math.inf


def reached(i: int, lesions: Tables, body: Tables, course: Tables, scaled: Days) -> Days:
    """Give the day on which each lesion of one patient reaches its scaled age, by bisection."""
    start, origin, since, _ = lesions
    row = i if course[1].shape[1] > 1 else 0
    which = slice(start[i], start[i + 1])
    low, high = np.full(start[i + 1] - start[i], -1e6), np.full(start[i + 1] - start[i], 1e6)
    for _ in range(80):
        middle = 0.5 * (low + high)
        age = body[0][i] * (middle - origin[which] + excess(middle, row, course) - excess(since[which], row, course))
        below = age < scaled[which]
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(np.maximum(high, since[which]))
