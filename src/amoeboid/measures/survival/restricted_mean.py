"""Restricted mean survival time: the area below a Kaplan-Meier curve up to a day; no proportional hazards needed."""

from __future__ import annotations

import numpy as np
from scipy import stats

from amoeboid.errors import Fault, NumericsError
from amoeboid.measures.intervals import Estimate
from amoeboid.measures.survival.curves import SurvivalCurve


def restricted_mean(curve: SurvivalCurve, horizon: float) -> Estimate:
    """Estimate the mean of min(time, horizon) [day] with a normal interval.

    Parameters
    ----------
    curve : SurvivalCurve
    horizon : float [day]
        Above 0 and at most the last day observed; beyond it the curve says nothing.

    Raises
    ------
    NumericsError
        When the horizon is not above 0, or lies beyond the last day observed while some are event-free.

    Sources
    -------
    Royston and Parmar 2013, BMC Med Res Methodol 13:152.

    Examples
    --------
    >>> from amoeboid.measures.survival.curves import kaplan_meier
    >>> restricted_mean(kaplan_meier([1.0, 2.0, 3.0, 4.0], [True] * 4), 4.0).value
    2.5
    """
    mean, variance = _moments(curve, horizon)
    half = float(stats.norm.ppf(0.5 + curve.level / 2.0) * np.sqrt(variance))
    return Estimate(mean, mean - half, mean + half, int(curve.observed.time.size))


def restricted_mean_difference(treated: SurvivalCurve, control: SurvivalCurve, horizon: float) -> Estimate:
    """Estimate the difference of restricted means, treated less control [day], with a normal interval.

    Parameters
    ----------
    treated, control : SurvivalCurve
    horizon : float [day]
        Reached by both arms.

    Raises
    ------
    NumericsError
        As `restricted_mean`.

    Examples
    --------
    >>> from amoeboid.measures.survival.curves import kaplan_meier
    >>> arms = [kaplan_meier(days, [True] * 3) for days in ([2.0, 4.0, 6.0], [1.0, 2.0, 6.0])]
    >>> restricted_mean_difference(*arms, 6.0).value
    1.0
    """
    (one, spread), (other, more) = _moments(treated, horizon), _moments(control, horizon)
    half = float(stats.norm.ppf(0.5 + treated.level / 2.0) * np.sqrt(spread + more))
    n = int(treated.observed.time.size + control.observed.time.size)
    return Estimate(one - other, one - other - half, one - other + half, n)


def _moments(curve: SurvivalCurve, horizon: float) -> tuple[float, float]:
    last = float(curve.observed.time.max())
    # once survival is 0 the area is known for good
    if not horizon > 0.0 or (horizon > last and float(curve.at(last)) > 0.0):
        what, do = f"the horizon `{horizon:g}` days", "choose a day that both arms reach"
        raise NumericsError(Fault("restricted mean", what, f"above 0 and at most {last:g} days", "", do, "AMB-N670"))
    n_steps = int(np.searchsorted(curve.time, horizon, side="right"))
    edges = np.concatenate([[0.0], curve.time[:n_steps], [horizon]])
    heights = np.concatenate([[1.0], curve.survival[:n_steps]])
    areas = heights * np.diff(edges)
    # Var = sum_j [int_{t_j}^{horizon} S]^2 d_j / (n_j (n_j - d_j))   [Royston and Parmar 2013]
    after = np.cumsum(areas[::-1])[::-1][1:]
    n, d = curve.at_risk[:n_steps].astype(np.float64), curve.events[:n_steps].astype(np.float64)
    steps = np.where(n > d, d / (n * np.maximum(n - d, 1.0)), 0.0)
    return float(areas.sum()), float(np.sum(after**2 * steps))
