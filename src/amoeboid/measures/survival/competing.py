"""Competing risks: Aalen-Johansen's share of patients whom each cause has reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from amoeboid.measures.intervals import LEVEL
from amoeboid.measures.survival.sample import Floats, risk_table, sample


@dataclass(frozen=True)
class IncidenceCurve:
    """Cumulative incidence of one cause, where others can come first: (n_steps,) arrays.

    Parameters
    ----------
    time : float64 [day]
        Distinct days of an event of any cause.
    incidence, low, high : float64
        Share whom the cause has reached, and its interval.
    variance : float64
    """

    time: Floats
    incidence: Floats
    low: Floats
    high: Floats
    variance: Floats

    def at(self, days: ArrayLike) -> Floats:
        """Give the share whom the cause has reached by each day."""
        row = np.searchsorted(self.time, np.asarray(days, dtype=np.float64), side="right")
        return np.asarray(np.concatenate([[0.0], self.incidence])[row])


def aalen_johansen(
    time: ArrayLike, cause: ArrayLike, of: int, entry: ArrayLike | None = None, *, level: float = LEVEL
) -> IncidenceCurve:
    """Estimate how many patients a cause has reached, when other causes take patients out of its way.

    Unlike 1 less Kaplan-Meier with other causes censored, shares of all causes and of those free of any add to 1.

    Parameters
    ----------
    time : (n,) array_like [day]
    cause : (n,) array_like of int
        0 censored, else the number of the cause.
    of : int
        The cause.
    entry : (n,) array_like [day], optional
    level : float

    Returns
    -------
    curve : IncidenceCurve
        With log-log intervals, and the variance of the delta method.

    Raises
    ------
    NumericsError
        As `sample`.

    Sources
    -------
    Aalen and Johansen 1978, Scand J Stat 5:141; variance as in Marubini and Valsecchi 1995; interval
    of Choudhury 2002, Stat Med 21:1129.

    Examples
    --------
    >>> aalen_johansen([1.0, 2.0, 3.0, 4.0], [1, 2, 0, 1], 1).incidence.tolist()
    [0.25, 0.25, 0.75]
    """
    number = np.asarray(cause)
    table = risk_table(sample(time, number != 0, entry))
    days = np.asarray(time, dtype=np.float64)[number == of]
    n, d = table.at_risk.astype(np.float64), table.events.astype(np.float64)
    own = np.bincount(np.searchsorted(table.time, days), minlength=table.time.size).astype(np.float64)
    before = np.concatenate([[1.0], np.cumprod(1.0 - d / n)])[: n.size]
    # F_k(t) = sum S(t-) d_k / n   [Aalen and Johansen 1978]
    incidence = np.cumsum(before * own / n)
    variance = _variance(incidence, before, (n, d, own))
    low, high = _log_log(incidence, variance, level)
    return IncidenceCurve(table.time, incidence, low, high, variance)


def _variance(incidence: Floats, before: Floats, counts: tuple[Floats, Floats, Floats]) -> Floats:
    n, d, own = counts
    # sum_j [F(t) - F(t_j)]^2 d_j/(n_j (n_j - d_j)) + S(t_j-)^2 (n_j - d_kj) d_kj / n_j^3
    #   - 2 [F(t) - F(t_j)] S(t_j-) d_kj / n_j^2, with the square multiplied out so that sums run along
    hazard = np.where(n > d, d / (n * np.maximum(n - d, 1.0)), 0.0)
    flat = before**2 * (n - own) * own / n**3
    cross = before * own / n**2
    a, b, c = np.cumsum(hazard), np.cumsum(hazard * incidence), np.cumsum(hazard * incidence**2)
    variance = incidence**2 * a - 2.0 * incidence * b + c + np.cumsum(flat)
    variance -= 2.0 * (incidence * np.cumsum(cross) - np.cumsum(cross * incidence))
    return np.asarray(np.maximum(variance, 0.0))


def _log_log(incidence: Floats, variance: Floats, level: float) -> tuple[Floats, Floats]:
    z = float(stats.norm.ppf(0.5 + level / 2.0))
    # a sum of shares may miss 1 by rounding
    inside = (incidence > 0.0) & (incidence < 1.0 - 1e-12)
    # F^exp(+- z se / (F log F)): stays within 0 and 1   [Choudhury 2002]
    share = np.where(inside, incidence, 0.5)
    log = np.log(share)
    half = np.where(inside, z * np.sqrt(variance) / (share * -log), 0.0)
    low = np.where(inside, np.exp(log * np.exp(half)), incidence)
    return low, np.where(inside, np.exp(log * np.exp(-half)), incidence)
