"""What an arm does to patients who lived both lives: the effect that trials try to find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from amoeboid.errors import NumericsError
from amoeboid.measures.intervals import LEVEL, Estimate
from amoeboid.measures.survival import cox
from amoeboid.trials.observation import Events

_HALF = float(stats.norm.ppf(0.5 + LEVEL / 2.0))
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Contrast:
    """An arm against the reference on the same patients, all watched to one day; shares are of all patients.

    Parameters
    ----------
    endpoint : str
        ``"DMFS"``, ``"PFS"`` or ``"OS"``.
    horizon : float [day]
        Since randomisation; who has no event by then counts as event-free.
    hazard_ratio : Estimate
        Of Cox's model over both lives, with an interval that knows that they are pairs; NaN without events.
    free, free_reference : Estimate
        Share event-free at the horizon, with the arm's treatment and with the reference's.
    spared, harmed, net : Estimate
        Share with the event by the horizon under the reference only, in the arm only, and their difference.
    days_gained : Estimate [day]
        Difference of restricted mean time to the event, arm less reference.
    """

    endpoint: str
    horizon: float
    hazard_ratio: Estimate
    free: Estimate
    free_reference: Estimate
    spared: Estimate
    harmed: Estimate
    net: Estimate
    days_gained: Estimate

    @property
    def verdict(self) -> str:
        """``"helps"``, ``"harms"`` or ``"nothing"`` (the interval of spared less harmed holds 0)."""
        return verdict(self.net)


def verdict(net: Estimate) -> str:
    """Say what an interval of spared less harmed means.

    Examples
    --------
    >>> verdict(Estimate(0.02, 0.01, 0.03, 100)), verdict(Estimate(0.0, 0.0, 0.0, 100))
    ('helps', 'nothing')
    """
    if net.low > 0.0:
        return "helps"
    return "harms" if net.high < 0.0 else "nothing"


def contrast(treated: Events, reference: Events, endpoint: str, horizon: float) -> Contrast:
    """Compare two lives of each patient up to a day.

    Parameters
    ----------
    treated, reference : Events
        The same patients in the same order.
    endpoint : {"DMFS", "PFS", "OS"}
        What counts as event, as it happens and not as scans show it.
    horizon : float [day]
        Since randomisation, above 0.

    Returns
    -------
    Contrast

    Examples
    --------
    >>> days, never = np.array([100.0, 200.0, 900.0]), np.full(3, np.inf)
    >>> control = Events(days, days, never, np.zeros(3, np.int8))
    >>> better = Events(2.0 * days, 2.0 * days, never, np.zeros(3, np.int8))
    >>> round(contrast(better, control, "DMFS", 300.0).spared.value, 3)
    0.333
    """
    one, other = treated.endpoint(endpoint), reference.endpoint(endpoint)
    hit, hit_reference = one <= horizon, other <= horizon
    gained = np.minimum(one, horizon) - np.minimum(other, horizon)
    return Contrast(
        endpoint,
        horizon,
        _hazard_ratio(one, other, horizon),
        _mean(~hit),
        _mean(~hit_reference),
        _mean(hit_reference & ~hit),
        _mean(hit & ~hit_reference),
        _mean(hit_reference.astype(np.int8) - hit.astype(np.int8)),
        _mean(gained),
    )


def _hazard_ratio(one: Floats, other: Floats, horizon: float) -> Estimate:
    """Fit Cox's model to both lives; each patient is a cluster of two."""
    if np.array_equal(np.minimum(one, horizon), np.minimum(other, horizon)):
        # the score is 0 at 1 whatever the ties, and the pairs leave it no error
        return Estimate(1.0, 1.0, 1.0, int((one <= horizon).sum() * 2))
    both, person = np.concatenate([one, other]), np.tile(np.arange(one.size), 2)
    try:
        return cox(
            np.minimum(both, horizon), both <= horizon, np.repeat([1.0, 0.0], one.size), cluster=person
        ).hazard_ratio()
    except NumericsError:  # one life has no event
        return Estimate(np.nan, np.nan, np.nan, int((both <= horizon).sum()))


def _mean(values: NDArray[np.generic]) -> Estimate:
    """Give a mean over patients with its normal interval, as wide as chance between so many patients makes it."""
    numbers = values.astype(np.float64)
    middle = float(numbers.mean())
    half = _HALF * float(numbers.std()) / float(np.sqrt(numbers.size))
    return Estimate(middle, middle - half, middle + half, numbers.size)
