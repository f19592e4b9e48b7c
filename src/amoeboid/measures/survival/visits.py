"""Events found at visits: between which two visits is known, the day is not. Turnbull's estimate of survival."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, NumericsError
from amoeboid.measures.survival.sample import Floats

N_STEPS = 20_000
TOLERANCE = 1e-9


@dataclass(frozen=True)
class VisitCurve:
    """Turnbull's estimate: survival is known between innermost intervals, and anything between its ends within one.

    Parameters
    ----------
    left, right : (n_intervals,) float64 [day]
        Innermost intervals (left, right]; the last may end at inf.
    mass : (n_intervals,) float64
        Share with the event in each.
    log_likelihood : float
    gap : float
        Upper bound on how far the log-likelihood is below its maximum.
    """

    left: Floats
    right: Floats
    mass: Floats
    log_likelihood: float
    gap: float

    def at(self, days: ArrayLike) -> tuple[Floats, Floats]:
        """Give the least and the most that survival can be on each day."""
        asked = np.asarray(days, dtype=np.float64)[..., None]
        # an exact day is over once it is asked for; an interval is open at its left end
        begun = (self.left < asked) | (self.right <= asked)
        low = 1.0 - np.sum(np.where(begun, self.mass, 0.0), axis=-1)
        high = 1.0 - np.sum(np.where(self.right <= asked, self.mass, 0.0), axis=-1)
        return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def turnbull(last_free: ArrayLike, found: ArrayLike) -> VisitCurve:
    """Estimate survival from intervals (last visit free of the event, visit that found it].

    The likelihood is climbed by self-consistency with a multiplicative Newton-like step (squared
    extrapolation) until its gap to the maximum, bounded by the gradient, is below 1e-9 per patient.

    Parameters
    ----------
    last_free : (n,) array_like [day]
        0 when no visit was free.
    found : (n,) array_like [day]
        inf when the event was never found (right-censored at `last_free`); equal to `last_free` for a day known
        exactly, such as death.

    Raises
    ------
    NumericsError
        When lengths differ or nobody is there, or an interval is negative, not a number, or turned round.

    Sources
    -------
    Turnbull 1976, J R Stat Soc B 38:290; extrapolation of Varadhan and
    Roland 2008, Scand J Stat 35:335.

    Examples
    --------
    >>> curve = turnbull([0.0, 0.0, 90.0, 90.0], [90.0, 90.0, 180.0, np.inf])
    >>> [round(float(share), 3) for share in curve.at(90.0)]
    [0.5, 0.5]
    """
    low, high = _checked(last_free, found)
    left, right = _innermost(low, high)
    pairs, counts = np.unique(np.stack([low, high], axis=1), axis=0, return_counts=True)
    inside = _covers(pairs, left, right).astype(np.float64)
    weight = counts / counts.sum()
    mass = np.full(left.size, 1.0 / left.size)
    for _ in range(N_STEPS):
        mass = _leap(mass, inside, weight)
        gradient = _gradient(mass, inside, weight)
        # the maximum has gradient at most 1 everywhere; what is above bounds the log-likelihood per patient
        if gradient.max() - 1.0 < TOLERANCE:
            break
    likelihood = float(counts @ np.log(inside @ mass))
    return VisitCurve(
        left, right, mass, likelihood, float(counts.sum() * (_gradient(mass, inside, weight).max() - 1.0))
    )


def _checked(last_free: ArrayLike, found: ArrayLike) -> tuple[Floats, Floats]:
    low, high = np.asarray(last_free, dtype=np.float64), np.asarray(found, dtype=np.float64)
    fits = low.shape == high.shape and low.ndim == 1 and low.size > 0
    if not fits or not np.all((low >= 0.0) & np.isfinite(low) & (high >= low)):
        what = f"intervals of shapes {low.shape} and {high.shape}, or one that is negative, turned round or no number"
        expected = "0 <= last visit free <= visit that found it, at most inf [day]"
        raise NumericsError(Fault("visits", what, expected, "", "order the visits of each patient", "AMB-N679"))
    return low, high


def _innermost(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Find the intervals that can hold mass: a left end followed by a right end with no other end between."""
    exact = low == high
    # an exact day is the closed point [t, t]: its left end comes before the right ends of that day, while the
    # open left end of (t, …] comes after them
    ends = np.concatenate([low, high])
    is_right = np.concatenate([np.zeros(low.size, dtype=np.int64), np.ones(high.size, dtype=np.int64)])
    order = np.where(is_right == 1, 1, np.where(np.concatenate([exact, exact]), 0, 2))
    place = np.lexsort((order, ends))
    ends, is_right = ends[place], is_right[place]
    found = np.flatnonzero((is_right[:-1] == 0) & (is_right[1:] == 1))
    return ends[found], ends[found + 1]


def _covers(pairs: Floats, left: Floats, right: Floats) -> NDArray[np.bool_]:
    low, high = pairs[:, :1], pairs[:, 1:]
    point = left == right
    # (low, high] holds the point t when low < t <= high; [t, t] holds itself
    strictly = (low < left) | ((low == high) & (low == left))
    return np.where(point, strictly & (right <= high), (low <= left) & (right <= high) & (low < high))


def _gradient(mass: Floats, inside: Floats, weight: Floats) -> Floats:
    return np.asarray((weight / (inside @ mass)) @ inside)


def _leap(mass: Floats, inside: Floats, weight: Floats) -> Floats:
    """Give two self-consistent steps, extrapolated where that raises the likelihood."""
    # p' = p sum_i w_i a_i / (a_i p)   [Turnbull 1976]
    once = mass * _gradient(mass, inside, weight)
    twice = once * _gradient(once, inside, weight)
    first, second = once - mass, twice - 2.0 * once + mass
    size = float(np.linalg.norm(second))
    if size == 0.0:
        return twice
    length = -float(np.linalg.norm(first)) / size
    there = np.maximum(mass - 2.0 * length * first + length**2 * second, 0.0)
    there /= there.sum()
    # one more plain step keeps all that can be above 0, and settles
    there = 0.999 * there + 0.001 * twice
    there = there * _gradient(there, inside, weight)
    better = weight @ np.log(inside @ there) >= weight @ np.log(inside @ twice)
    return there if better else twice
