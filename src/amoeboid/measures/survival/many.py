"""The same statistics for many trials at once: arrays (n_trials, n), one row per trial, two arms.

A trial with fewer patients is padded with patients censored at time 0: they are in no risk set, provided nobody
has the event on day 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from amoeboid.errors import Fault, NumericsError
from amoeboid.measures.survival.sample import Flags, Floats

N_STEPS = 30
SMALLEST = 1e-9
PIECE = 2**17
"""Patients of all trials that are worked on at once."""

LARGEST = 12.0
"""Largest log hazard ratio believed of one trial; beyond it an arm had no event in the other's presence."""


@dataclass(frozen=True)
class LogRanks:
    """Log-rank tests of many trials: (n_trials,) arrays.

    Parameters
    ----------
    z : float64
        Below 0 when treated patients had fewer events than expected; NaN when no event tells arms apart.
    p : float64
        Two-sided.
    n_events : int64
    """

    z: Floats
    p: Floats
    n_events: NDArray[np.int64]


@dataclass(frozen=True)
class HazardRatios:
    """Cox's log hazard ratio of treatment in many trials: (n_trials,) arrays; NaN where it has no finite estimate."""

    log_hazard_ratio: Floats
    standard_error: Floats
    n_events: NDArray[np.int64]

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats, Floats]:
        """Give hazard ratios with both ends of their intervals."""
        half = stats.norm.ppf(0.5 + level / 2.0) * self.standard_error
        middle = self.log_hazard_ratio
        return np.exp(middle), np.exp(middle - half), np.exp(middle + half)


def log_rank_many(time: ArrayLike, event: ArrayLike, treated: ArrayLike) -> LogRanks:
    """Test treated against control in each trial.

    Parameters
    ----------
    time : (n_trials, n) array_like [day]
    event, treated : (n_trials, n) array_like of bool

    Raises
    ------
    NumericsError
        When shapes differ or are not two-dimensional, or times are negative or not finite.

    Sources
    -------
    As `log_rank`, to which each row is equal.

    Examples
    --------
    >>> days = [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]
    >>> round(float(log_rank_many(days, [[True] * 6], [[False] * 3 + [True] * 3]).z[0]) ** 2, 4)
    5.0517
    """
    days, hit, arm = _checked(time, event, treated)
    pieces = [_log_rank(_events(days[rows], hit[rows], arm[rows])) for rows in _pieces(days.shape)]
    z = np.concatenate([np.zeros(0), *pieces])
    return LogRanks(z, np.asarray(2.0 * stats.norm.sf(np.abs(z))), hit.sum(axis=1))


def hazard_ratio_many(time: ArrayLike, event: ArrayLike, treated: ArrayLike) -> HazardRatios:
    """Fit Cox's model of treatment, with Efron's ties, to each trial.

    Parameters
    ----------
    time, event, treated : (n_trials, n) array_like
        As `log_rank_many`.

    Raises
    ------
    NumericsError
        As `log_rank_many`.

    Sources
    -------
    As `cox`, to which each row is equal.

    Examples
    --------
    >>> fit = hazard_ratio_many([[1.0, 2.0, 3.0, 4.0]], [[True] * 4], [[True, False, True, False]])
    >>> round(float(np.exp(fit.log_hazard_ratio[0])), 4)
    2.5616
    """
    days, hit, arm = _checked(time, event, treated)
    pieces = [_hazard_ratio(_events(days[rows], hit[rows], arm[rows])) for rows in _pieces(days.shape)]
    beta, error = np.concatenate([np.zeros((2, 0)), *pieces], axis=1)
    return HazardRatios(beta, error, hit.sum(axis=1))


def survival_many(time: ArrayLike, event: ArrayLike, days: ArrayLike) -> Floats:
    """Give Kaplan-Meier survival of each trial (or arm) on each day, (n_trials, n_days).

    Parameters
    ----------
    time, event : (n_trials, n) array_like
        As `log_rank_many`.
    days : (n_days,) array_like [day]

    Raises
    ------
    NumericsError
        As `log_rank_many`.

    Examples
    --------
    >>> survival_many([[1.0, 2.0, 3.0, 4.0]], [[True, False, True, True]], [2.5, 3.0]).tolist()
    [[0.75, 0.375]]
    """
    ordered, hit = _ordered(time, event)
    survival = _survival(hit)
    asked = np.atleast_1d(np.asarray(days, dtype=np.float64))
    before = np.concatenate([np.ones((survival.shape[0], 1)), survival], axis=1)
    rows = np.stack([np.sum(ordered <= day, axis=1) for day in asked], axis=1)
    return np.take_along_axis(before, rows, axis=1)


def restricted_mean_many(time: ArrayLike, event: ArrayLike, horizon: float) -> tuple[Floats, Floats]:
    """Give the restricted mean [day] of each trial (or arm) and its standard error, (n_trials,) each.

    Where a trial ends before the horizon with patients event-free, its last survival is carried on.

    Parameters
    ----------
    time, event : (n_trials, n) array_like
        As `log_rank_many`.
    horizon : float [day]

    Raises
    ------
    NumericsError
        As `log_rank_many`.

    Sources
    -------
    As `restricted_mean`, to which each row that reaches the horizon is equal.

    Examples
    --------
    >>> restricted_mean_many([[1.0, 2.0, 3.0, 4.0]], [[True] * 4], 4.0)[0].tolist()
    [2.5]
    """
    ordered, hit = _ordered(time, event)
    survival = _survival(hit)
    n_trials, n = hit.shape
    edges = np.concatenate([np.zeros((n_trials, 1)), np.minimum(ordered, horizon)], axis=1)
    widths = np.diff(edges, axis=1, append=np.full((n_trials, 1), horizon))
    areas = widths * np.concatenate([np.ones((n_trials, 1)), survival], axis=1)
    after = np.cumsum(areas[:, ::-1], axis=1)[:, ::-1][:, 1:]
    left = np.arange(n, 0, -1.0)
    # tied events one after another: sum of 1/((n - l)(n - l - 1)) is d / (n (n - d)) by telescoping
    steps = np.where(left > 1.0, 1.0 / (left * np.maximum(left - 1.0, 1.0)), 0.0)
    variance = np.sum(after**2 * np.where(hit & (ordered <= horizon), steps, 0.0), axis=1)
    return areas.sum(axis=1), np.sqrt(variance)


@dataclass(frozen=True)
class _Events:
    """All events of some trials, end to end: (n_events,) arrays; a trial's sums touch its own events only.

    `trial` is its row; of those at risk on its day and of the events of its day, how many there are, and how many
    of them are treated; `place` counts the events of the day that come before.
    """

    n_trials: int
    trial: NDArray[np.intp]
    treated: Floats
    at_risk: Floats
    treated_at_risk: Floats
    tied: Floats
    treated_tied: Floats
    place: Floats

    def total(self, values: Floats) -> Floats:
        """Sum values over the events of each trial."""
        return np.asarray(np.bincount(self.trial, weights=values, minlength=self.n_trials), dtype=np.float64)


def _log_rank(events: _Events) -> Floats:
    share = events.treated_at_risk / events.at_risk
    # each of d tied events brings 1/d of d (n - d)/(n - 1) p (1 - p)   [Mantel 1966]
    thin = (events.at_risk - events.tied) / np.maximum(events.at_risk - 1.0, 1.0)
    gap, spread = events.total(events.treated - share), events.total(share * (1.0 - share) * thin)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 0.0, gap / np.sqrt(spread), np.nan)


def _hazard_ratio(events: _Events) -> Floats:
    # among the treated and the others: at risk less Efron's share of the ties
    fraction = events.place / events.tied
    one = events.treated_at_risk - fraction * events.treated_tied
    other = events.at_risk - events.treated_at_risk - fraction * (events.tied - events.treated_tied)
    treated = events.total(events.treated)
    decided = _decided(events, one, other)
    beta, going = np.zeros(events.n_trials), decided.copy()
    for _ in range(N_STEPS):
        gap, information = _score(events, (one, other, treated), beta)
        step = np.divide(gap, information, where=going, out=np.zeros_like(gap))
        # a trial stops by itself, so that its bytes do not depend on the others
        beta += np.clip(step, -1.0, 1.0)
        going &= np.abs(step) > SMALLEST
        if not going.any():
            break
    information = _score(events, (one, other, treated), beta)[1]
    fine = decided & (np.abs(beta) < LARGEST)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(fine, np.stack([beta, 1.0 / np.sqrt(information)]), np.nan)


def _decided(events: _Events, one: Floats, other: Floats) -> Flags:
    """Whether each likelihood has a maximum: treated events neither as few nor as many as they can be."""
    least = events.total(np.where(other > 0.0, 0.0, 1.0))
    most = events.total(np.where(one > 0.0, 1.0, 0.0))
    treated = events.total(events.treated)
    return np.asarray((treated > least) & (treated < most))


def _score(events: _Events, arms: tuple[Floats, Floats, Floats], beta: Floats) -> tuple[Floats, Floats]:
    one, other, treated = arms
    here = np.exp(beta)[events.trial] * one
    share = here / (here + other)
    # U = sum x - sum p, I = sum p (1 - p), p = e^b Y1 / (e^b Y1 + Y0)
    return treated - events.total(share), events.total(share * (1.0 - share))


def _survival(hit: Flags) -> Floats:
    # patients leave one by one, events first among the ties: the product over a day is (n - d) / n
    return np.asarray(np.cumprod(np.where(hit, 1.0 - 1.0 / np.arange(hit.shape[1], 0, -1.0), 1.0), axis=1))


def _pieces(shape: tuple[int, ...]) -> list[slice]:
    """Cut trials into pieces whose arrays stay in the cache: twice as fast, and the same bytes."""
    size = max(1, PIECE // max(shape[1], 1))
    return [slice(start, start + size) for start in range(0, shape[0], size)]


def _checked(time: ArrayLike, event: ArrayLike, treated: ArrayLike) -> tuple[Floats, Flags, Flags]:
    days, hit = np.asarray(time, dtype=np.float64), np.asarray(event).astype(bool)
    arm = np.asarray(treated).astype(bool)
    if days.ndim != 2 or {hit.shape, arm.shape} != {days.shape} or not np.all((days >= 0.0) & np.isfinite(days)):
        what = f"times of shape {days.shape}, events {hit.shape}, arms {arm.shape}, or a time negative or not finite"
        expected = "one shape (n_trials, n), times of 0 or more [day]"
        raise NumericsError(Fault("many trials", what, expected, "", "stack trials row by row", "AMB-N673"))
    return days, hit, arm


def _ordered(time: ArrayLike, event: ArrayLike) -> tuple[Floats, Flags]:
    """Sort each trial by day, events first among the ties."""
    days, hit, _ = _checked(time, event, event)
    order = np.argsort(~hit, axis=1, kind="stable")
    days, hit = np.take_along_axis(days, order, axis=1), np.take_along_axis(hit, order, axis=1)
    order = np.argsort(days, axis=1, kind="stable")
    return np.take_along_axis(days, order, axis=1), np.take_along_axis(hit, order, axis=1)


def _events(days: Floats, hit: Flags, arm: Flags) -> _Events:
    order = np.argsort(days, axis=1, kind="stable")
    days = np.take_along_axis(days, order, axis=1)
    hit, arm = np.take_along_axis(hit, order, axis=1), np.take_along_axis(arm, order, axis=1)
    n = days.shape[1]
    fresh, ends = np.ones(days.shape, dtype=bool), np.ones(days.shape, dtype=bool)
    fresh[:, 1:] = days[:, 1:] > days[:, :-1]
    ends[:, :-1] = fresh[:, 1:]
    earlier = np.arange(n, dtype=np.int32)
    treated_earlier, counts = _running(arm), _running(hit)
    treated_counts = _running(hit & arm)
    # counts rise along a row, so what they were at the first of a day is the largest of the firsts so far
    first = [
        _since(fresh, np.broadcast_to(values[..., :n], days.shape))
        for values in (earlier, treated_earlier, counts, treated_counts)
    ]
    last = [_until(ends, values[:, 1:]) for values in (counts, treated_counts)]
    trial, column = np.nonzero(hit)
    at = (trial, column)
    columns = (
        arm[at],
        n - first[0][at],
        treated_earlier[:, -1][trial] - first[1][at],
        (last[0] - first[2])[at],
        (last[1] - first[3])[at],
        counts[at] - first[2][at],
    )
    return _Events(days.shape[0], trial, *(values.astype(np.float64) for values in columns))


def _running(flags: Flags) -> NDArray[np.int32]:
    """Count flags before each column, and before the end."""
    total = np.zeros((flags.shape[0], flags.shape[1] + 1), dtype=np.int32)
    np.cumsum(flags, axis=1, out=total[:, 1:])
    return total


def _since(fresh: Flags, values: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.asarray(np.maximum.accumulate(np.where(fresh, values, 0), axis=1))


def _until(ends: Flags, values: NDArray[np.int32]) -> NDArray[np.int32]:
    beyond = np.iinfo(np.int32).max
    return np.asarray(np.minimum.accumulate(np.where(ends, values, beyond)[:, ::-1], axis=1)[:, ::-1])
