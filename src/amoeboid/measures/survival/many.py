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


@dataclass(frozen=True)
class _Sorted:
    """Trials sorted by time, with the counts of each day; all (n_trials, n).

    `place` is the number of events of the same day that come before in the order: tied events one after another.
    """

    time: Floats
    event: Flags
    treated: Flags
    at_risk: Floats
    treated_at_risk: Floats
    tied: Floats
    place: Floats
    treated_tied: Floats


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
    trials = _sorted(time, event, treated)
    share = trials.treated_at_risk / trials.at_risk
    hit = trials.event
    gap = np.sum(np.where(hit, trials.treated - share, 0.0), axis=1)
    # each of d tied events brings 1/d of d (n - d)/(n - 1) p (1 - p)   [Mantel 1966]
    thin = (trials.at_risk - trials.tied) / np.maximum(trials.at_risk - 1.0, 1.0)
    spread = np.sum(np.where(hit, share * (1.0 - share) * thin, 0.0), axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(spread > 0.0, gap / np.sqrt(spread), np.nan)
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
    trials = _sorted(time, event, treated)
    counts = trials.event.sum(axis=1)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    hit = trials.event
    # among the treated and the others: at risk less Efron's share of the ties
    fraction = trials.place[hit] / trials.tied[hit]
    one = trials.treated_at_risk[hit] - fraction * trials.treated_tied[hit]
    other = (trials.at_risk - trials.treated_at_risk)[hit] - fraction * (trials.tied - trials.treated_tied)[hit]
    score = _Score(one, other, starts, counts, _per_trial(trials.treated[hit].astype(np.float64), starts, counts))
    beta, information = _ascend(score)
    fine = (np.abs(beta) < LARGEST) & (information > 0.0) & score.decided
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(fine, 1.0 / np.sqrt(information), np.nan)
    return HazardRatios(np.where(fine, beta, np.nan), error, counts)


def survival_many(time: ArrayLike, event: ArrayLike, days: ArrayLike) -> Floats:
    """Give Kaplan-Meier survival of each trial (or arm) on each day, (n_trials, n_days).

    Examples
    --------
    >>> survival_many([[1.0, 2.0, 3.0, 4.0]], [[True, False, True, True]], [2.5, 3.0]).tolist()
    [[0.75, 0.375]]
    """
    trials = _sorted(time, event, np.zeros(np.shape(time), dtype=bool))
    survival = _survival(trials)
    asked = np.atleast_1d(np.asarray(days, dtype=np.float64))
    before = np.concatenate([np.ones((survival.shape[0], 1)), survival], axis=1)
    rows = np.stack([np.sum(trials.time <= day, axis=1) for day in asked], axis=1)
    return np.take_along_axis(before, rows, axis=1)


def restricted_mean_many(time: ArrayLike, event: ArrayLike, horizon: float) -> tuple[Floats, Floats]:
    """Give the restricted mean [day] of each trial (or arm) and its standard error, (n_trials,) each.

    Where a trial ends before the horizon with patients event-free, its last survival is carried on.

    Examples
    --------
    >>> restricted_mean_many([[1.0, 2.0, 3.0, 4.0]], [[True] * 4], 4.0)[0].tolist()
    [2.5]
    """
    trials = _sorted(time, event, np.zeros(np.shape(time), dtype=bool))
    survival = _survival(trials)
    n_trials = survival.shape[0]
    edges = np.concatenate([np.zeros((n_trials, 1)), np.minimum(trials.time, horizon)], axis=1)
    widths = np.diff(edges, axis=1, append=np.full((n_trials, 1), horizon))
    areas = widths * np.concatenate([np.ones((n_trials, 1)), survival], axis=1)
    after = np.cumsum(areas[:, ::-1], axis=1)[:, ::-1][:, 1:]
    n = trials.at_risk - trials.place
    # tied events one after another: sum of 1/((n - l)(n - l - 1)) is d / (n (n - d)) by telescoping
    steps = np.where(trials.event & (trials.time <= horizon) & (n > 1.0), 1.0 / (n * np.maximum(n - 1.0, 1.0)), 0.0)
    return areas.sum(axis=1), np.sqrt(np.sum(after**2 * steps, axis=1))


@dataclass(frozen=True)
class _Score:
    """Score and information of many trials with one binary covariate, over all events end to end."""

    one: Floats
    other: Floats
    starts: NDArray[np.intp]
    counts: NDArray[np.int64]
    treated_events: Floats

    @property
    def decided(self) -> Flags:
        """Whether each trial's likelihood has a maximum: events in each arm while the other is at risk."""
        mixed = ((self.one > 0.0) & (self.other > 0.0)).astype(np.float64)
        low, high = np.where(self.other > 0.0, 0.0, 1.0), np.where(self.one > 0.0, 1.0, 0.0)
        least, most = (_per_trial(bound, self.starts, self.counts) for bound in (low, high))
        some = _per_trial(mixed, self.starts, self.counts) > 0.0
        return np.asarray(some & (self.treated_events > least) & (self.treated_events < most))

    def at(self, beta: Floats) -> tuple[Floats, Floats]:
        ratio = np.repeat(np.exp(beta), self.counts)
        share = ratio * self.one / (ratio * self.one + self.other)
        # U = sum x - sum p, I = sum p (1 - p), p = e^b Y1 / (e^b Y1 + Y0)
        gap = self.treated_events - _per_trial(share, self.starts, self.counts)
        return gap, _per_trial(share * (1.0 - share), self.starts, self.counts)


def _ascend(score: _Score) -> tuple[Floats, Floats]:
    beta = np.zeros(score.counts.size)
    for _ in range(N_STEPS):
        gap, information = score.at(beta)
        step = np.divide(gap, information, where=information > 0.0, out=np.zeros_like(gap))
        beta = np.clip(beta + np.clip(step, -1.0, 1.0), -LARGEST, LARGEST)
        if np.all(np.abs(step[score.decided]) < 1e-9):
            break
    return beta, score.at(beta)[1]


def _per_trial(values: Floats, starts: NDArray[np.intp], counts: NDArray[np.int64]) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(total[starts + counts] - total[starts])


def _survival(trials: _Sorted) -> Floats:
    n = trials.at_risk - trials.place
    return np.asarray(np.cumprod(np.where(trials.event, 1.0 - 1.0 / n, 1.0), axis=1))


def _sorted(time: ArrayLike, event: ArrayLike, treated: ArrayLike) -> _Sorted:
    days, hit = np.asarray(time, dtype=np.float64), np.asarray(event).astype(bool)
    arm = np.asarray(treated).astype(bool)
    if days.ndim != 2 or {hit.shape, arm.shape} != {days.shape} or not np.all((days >= 0.0) & np.isfinite(days)):
        what = f"times of shape {days.shape}, events {hit.shape}, arms {arm.shape}, or a time negative or not finite"
        expected = "one shape (n_trials, n), times of 0 or more [day]"
        raise NumericsError(Fault("many trials", what, expected, "", "stack trials row by row", "AMB-N673"))
    order = np.argsort(days, axis=1, kind="stable")
    days, hit, arm = (np.take_along_axis(values, order, axis=1) for values in (days, hit, arm))
    return _counted(days, hit, arm)


def _counted(days: Floats, hit: Flags, arm: Flags) -> _Sorted:
    n = days.shape[1]
    number = np.broadcast_to(np.arange(n), days.shape)
    fresh = np.ones(days.shape, dtype=bool)
    fresh[:, 1:] = days[:, 1:] > days[:, :-1]
    first = np.maximum.accumulate(np.where(fresh, number, 0), axis=1)
    ends = np.ones(days.shape, dtype=bool)
    ends[:, :-1] = fresh[:, 1:]
    last = np.minimum.accumulate(np.where(ends, number, n)[:, ::-1], axis=1)[:, ::-1] + 1
    before = _running(hit)
    treated_before = _running(arm)
    both = _running(hit & arm)
    pick = np.take_along_axis
    treated_at_risk = treated_before[:, -1:] - pick(treated_before, first, axis=1)
    tied = pick(before, last, axis=1) - pick(before, first, axis=1)
    place = before[:, :-1] - pick(before, first, axis=1)
    treated_tied = pick(both, last, axis=1) - pick(both, first, axis=1)
    return _Sorted(days, hit, arm, (n - first).astype(np.float64), treated_at_risk, tied, place, treated_tied)


def _running(flags: Flags) -> Floats:
    total = np.zeros((flags.shape[0], flags.shape[1] + 1))
    np.cumsum(flags, axis=1, out=total[:, 1:])
    return total
