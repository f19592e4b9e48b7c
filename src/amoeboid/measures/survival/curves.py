"""Kaplan-Meier and Nelson-Aalen: survival and cumulative hazard with intervals, medians and milestones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from amoeboid.measures.intervals import LEVEL, Estimate
from amoeboid.measures.survival.sample import Floats, RiskTable, Sample, risk_table, sample


@dataclass(frozen=True)
class SurvivalCurve:
    """A Kaplan-Meier curve: a step down at each day of an event, with its pointwise interval.

    Parameters
    ----------
    time : (n_steps,) float64 [day]
        Distinct days of events.
    survival, low, high : (n_steps,) float64
        Share event-free just after each day, and the ends of its interval.
    greenwood : (n_steps,) float64
        Sum of d / (n (n - d)): the variance of log survival.
    at_risk, events : (n_steps,) int64
    observed : Sample
        What it was made from.
    level : float
    """

    time: Floats
    survival: Floats
    low: Floats
    high: Floats
    greenwood: Floats
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    observed: Sample
    level: float

    def at(self, days: ArrayLike) -> Floats:
        """Give the share event-free on each day; beyond the last observation, that of the last step."""
        return self._step(self.survival, days)

    def interval_at(self, days: ArrayLike) -> tuple[Floats, Floats]:
        """Give both ends of the interval on each day."""
        return self._step(self.low, days), self._step(self.high, days)

    def n_at_risk(self, days: ArrayLike) -> NDArray[np.int64]:
        """Count who is at risk on each day, for the table below the curve."""
        return self.observed.n_at_risk(days)

    def quantile(self, share: float = 0.5) -> Estimate:
        """Give the day on which `share` had the event, with the interval of Brookmeyer and Crowley; inf if never.

        The interval holds the days whose survival is not refused at the curve's level, on the log-log scale
        (Brookmeyer and Crowley 1982, Biometrics 38:29).
        """
        left = 1.0 - share
        ends = (self._first(self.survival, left), self._first(self.low, left), self._first(self.high, left))
        return Estimate(*ends, int(self.observed.time.size))

    @property
    def median(self) -> Estimate:
        """Median time to the event [day]."""
        return self.quantile(0.5)

    def _first(self, values: Floats, left: float) -> float:
        # a tolerance, since products of fractions such as 3/4 * 2/3 miss 1/2 by rounding
        below = np.flatnonzero(values <= left + 1e-12)
        return float(self.time[below[0]]) if below.size else float("inf")

    def _step(self, values: Floats, days: ArrayLike) -> Floats:
        row = np.searchsorted(self.time, np.asarray(days, dtype=np.float64), side="right")
        return np.asarray(np.concatenate([[1.0], values])[row])


@dataclass(frozen=True)
class HazardCurve:
    """A Nelson-Aalen curve: cumulative hazard after each day of an event, and its variance; (n_steps,) arrays."""

    time: Floats
    hazard: Floats
    variance: Floats


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None, *, level: float = LEVEL
) -> SurvivalCurve:
    """Estimate survival without a model, with Greenwood's variance and log-log intervals.

    Valid when censoring (and entry) tells nothing about the event. Where all at risk had the event, survival is
    0 and the interval runs from 0 to the upper end of the step before. With late entries a small first
    risk set can bring the curve to 0 early.

    Parameters
    ----------
    time : (n,) array_like [day]
    event : (n,) array_like of bool
    entry : (n,) array_like [day], optional
        At risk after this day only (left truncation).
    level : float

    Returns
    -------
    curve : SurvivalCurve

    Raises
    ------
    NumericsError
        As `sample`.

    Sources
    -------
    Kaplan and Meier 1958, J Am Stat Assoc 53:457; Kalbfleisch and Prentice 2002 (log-log).

    Examples
    --------
    >>> kaplan_meier([1.0, 2.0, 3.0, 4.0], [True, False, True, True]).survival.tolist()
    [0.75, 0.375, 0.0]
    """
    observed = sample(time, event, entry)
    table = risk_table(observed)
    survival, greenwood = _product_limit(table)
    low, high = _log_log(survival, greenwood, level)
    return SurvivalCurve(table.time, survival, low, high, greenwood, table.at_risk, table.events, observed, level)


def nelson_aalen(time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None) -> HazardCurve:
    """Estimate the cumulative hazard, sum of d / n, with variance sum of d / n^2.

    Parameters
    ----------
    time, event, entry : (n,) array_like
        As `kaplan_meier`.

    Raises
    ------
    NumericsError
        As `sample`.

    Sources
    -------
    Aalen 1978, Ann Statist 6:701.

    Examples
    --------
    >>> nelson_aalen([1.0, 2.0], [True, True]).hazard.tolist()
    [0.5, 1.5]
    """
    table = risk_table(sample(time, event, entry))
    step = table.events / table.at_risk
    return HazardCurve(table.time, np.cumsum(step), np.cumsum(step / table.at_risk))


def milestone_difference(treated: SurvivalCurve, control: SurvivalCurve, day: float) -> Estimate:
    """Estimate the difference of shares event-free on one day, treated less control, with a normal interval.

    The variance is Greenwood's, added over arms. Valid while both arms have patients at risk on that day.

    Parameters
    ----------
    treated, control : SurvivalCurve
    day : float [day]

    Sources
    -------
    Greenwood 1926; Klein et al. 2007, Stat Med 26:4505.

    Examples
    --------
    >>> arms = [kaplan_meier([1.0, 2.0, 3.0, 4.0], [True] * n + [False] * (4 - n)) for n in (1, 2)]
    >>> milestone_difference(*arms, 3.0).value
    0.25
    """
    values = [float(curve.at(day)) for curve in (treated, control)]
    # Var S(t) = S(t)^2 sum d / (n (n - d))   [Greenwood 1926]
    variance = sum(v * v * _variance_of_log(curve, day) for v, curve in zip(values, (treated, control), strict=True))
    half = float(stats.norm.ppf(0.5 + treated.level / 2.0) * np.sqrt(variance))
    difference = values[0] - values[1]
    n = treated.observed.time.size + control.observed.time.size
    return Estimate(difference, difference - half, difference + half, int(n))


def _variance_of_log(curve: SurvivalCurve, day: float) -> float:
    row = int(np.searchsorted(curve.time, day, side="right"))
    # survival 0 has variance 0: inf * 0 must not be met
    return float(curve.greenwood[row - 1]) if row and curve.survival[row - 1] > 0.0 else 0.0


def _product_limit(table: RiskTable) -> tuple[Floats, Floats]:
    n, d = table.at_risk.astype(np.float64), table.events.astype(np.float64)
    # S(t) = prod (1 - d/n); Var log S = sum d / (n (n - d))   [Kaplan and Meier 1958]
    with np.errstate(divide="ignore"):
        return np.asarray(np.cumprod(1.0 - d / n)), np.asarray(np.cumsum(d / (n * (n - d))))


def _log_log(survival: Floats, greenwood: Floats, level: float) -> tuple[Floats, Floats]:
    z = float(stats.norm.ppf(0.5 + level / 2.0))
    inside = (survival > 0.0) & (survival < 1.0)
    # S^exp(+- z se / |log S|): stays within 0 and 1   [Kalbfleisch and Prentice 2002]
    log = np.log(survival, where=inside, out=np.full(survival.shape, -1.0))
    half = z * np.sqrt(np.where(inside, greenwood, 0.0)) / -log
    low = np.where(inside, np.exp(log * np.exp(half)), survival)
    high = np.where(inside, np.exp(log * np.exp(-half)), survival)
    last = np.flatnonzero(inside)
    return low, np.where(survival <= 0.0, high[last[-1]] if last.size else 1.0, high)
