"""Profiles of the likelihood: how far each parameter can go while all others make the best of it.

A parameter is moved away from the optimum in steps, the others are fitted anew at each, until the objective has risen
by half the quantile of chi-squared with one degree of freedom (Raue and others 2009), or a bound is met. What the
profile then shows is said plainly: identified, open on one side or both, or flat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special

from amoeboid.errors import NumericsError
from amoeboid.inference.multistart import Fit, Target, optimise
from amoeboid.inference.problem import Floats

RISE = float(special.gammaincinv(0.5, 0.95))
"""Rise of the negative log-likelihood that bounds a 95 % interval of one parameter: 1.92."""

FLAT = 0.05
"""Rise below which a profile over its whole range counts as flat."""

_AIM = 0.3
_MOST_POINTS = 60
_BEYOND = 1.15
_NEW = 0.01


@dataclass(frozen=True)
class Profile:
    """One parameter's profile: ``place`` (n_points,) on its scale, rising, and the least objective there.

    ``low`` and ``high`` are the ends of the 95 % interval; infinite where the objective does not rise enough before
    the bound. ``rise_low`` and ``rise_high`` are the largest rises seen on each side.
    """

    parameter: int
    place: Floats
    value: Floats
    low: float
    high: float
    rise_low: float
    rise_high: float
    better: Fit | None = None

    @property
    def verdict(self) -> str:
        """Give "identified", "open above", "open below", "open on both sides" or "flat"."""
        below, above = np.isfinite(self.low), np.isfinite(self.high)
        if below and above:
            return "identified"
        if not below and not above:
            return "flat" if max(self.rise_low, self.rise_high) < FLAT else "open on both sides"
        return "open above" if below else "open below"


def profile(target: Target, best: Fit, parameter: int, others: Sequence[Fit] = ()) -> Profile:
    """Follow the profile of one parameter to both sides.

    Parameters
    ----------
    target : Target
        What was minimised.
    best : Fit
        The optimum from which to go.
    parameter : int
        Place of the parameter.
    others : sequence of Fit
        Other optima: from those that the profile does not know, it is followed too, and the lower one counts.

    Returns
    -------
    profile : Profile
        With the better optimum where one was met on the way, by more than 0.01.
    """
    lower, upper = target.bounds
    bounds = (float(lower[parameter]), float(upper[parameter]))
    found = _Curve.along(target, best, best, (parameter, bounds))
    for other in others:
        if other.value - best.value < RISE and found.value_at(float(other.theta[parameter])) > other.value + _NEW:
            found = found.joined(_Curve.along(target, other, best, (parameter, bounds)))
    rises = found.value - best.value
    below = found.place <= best.theta[parameter]
    return Profile(
        parameter, found.place, found.value, found.low, found.high,
        float(rises[below].max(initial=0.0)), float(rises[~below].max(initial=0.0)),
        found.least if found.least.value < best.value - 0.01 else None,
    )  # fmt: skip


@dataclass(frozen=True)
class _Curve:
    """A profile followed from one optimum: places that rise, values, ends of the interval, and the lowest point."""

    place: Floats
    value: Floats
    low: float
    high: float
    least: Fit

    @classmethod
    def along(cls, target: Target, origin: Fit, best: Fit, which: tuple[int, tuple[float, float]]) -> _Curve:
        """Follow from an optimum; rises count from the best."""
        parameter, bounds = which
        down, up = (_side(target, (origin, best.value), parameter, bound) for bound in bounds)
        fits = [*reversed(down), origin, *up]
        place = np.array([one.theta[parameter] for one in fits])
        ends = [
            _crossing(best.value, [origin, *side], parameter, none) for side, none in ((down, -np.inf), (up, np.inf))
        ]
        value = np.array([one.value for one in fits])
        return cls(place, value, ends[0], ends[1], min(fits, key=lambda one: one.value))

    def value_at(self, place: float) -> float:
        """Give the value at a place, infinite where the curve has not been."""
        return float(np.interp(place, self.place, self.value, left=np.inf, right=np.inf))

    def joined(self, other: _Curve) -> _Curve:
        """Give the lower of two curves."""
        place = np.unique(np.concatenate([self.place, other.place]))
        value = np.array([min(self.value_at(x), other.value_at(x)) for x in place.tolist()])
        known = np.isfinite(value)
        least = min(self.least, other.least, key=lambda one: one.value)
        return _Curve(place[known], value[known], min(self.low, other.low), max(self.high, other.high), least)


def _side(target: Target, origin: tuple[Fit, float], parameter: int, bound: float) -> list[Fit]:
    """Go one way from an optimum, with steps that raise the objective by about 0.3 each."""
    here, least = origin
    first = float(here.theta[parameter])
    found: list[Fit] = []
    sign, whole = (1.0 if bound > first else -1.0), abs(bound - first)
    step = min(0.05, 0.02 * whole)
    direction = np.zeros_like(here.theta)
    while step > 0.0 and len(found) < _MOST_POINTS:
        place = float(here.theta[parameter]) + sign * step
        place = min(place, bound) if sign > 0.0 else max(place, bound)
        moved = abs(place - float(here.theta[parameter]))
        start = here.theta + direction * moved  # the others go on as they went
        there = _fitted(target, start, here.theta, (parameter, place))
        if there is None:  # nothing can be simulated beyond
            break
        rise = there.value - here.value
        if rise > 2.0 * _AIM and step > 1e-4 and there.value - least > 0.3 * RISE:
            step *= 0.5
            continue
        direction = (there.theta - here.theta) / moved if moved > 0.0 else 0.0 * direction
        found.append(there)
        here = there
        if there.value - least > RISE * _BEYOND or place == bound:
            break
        step = float(np.clip(step * np.clip(_AIM / max(rise, 1e-3), 0.5, 2.0), 1e-6, 0.1 * whole + 1e-6))
    return found


def _fitted(target: Target, start: Floats, other: Floats, held: tuple[int, float]) -> Fit | None:
    for point in (start, other):
        try:
            return optimise(target, point, {held[0]: held[1]})
        except NumericsError:
            continue
    return None


def _crossing(least: float, fits: list[Fit], parameter: int, none: float) -> float:
    """Interpolate where the objective has risen by `RISE`, in the root of the rise, which is nearly linear."""
    for before, one in pairwise(fits):
        if one.value - least >= RISE:
            low, high = (np.sqrt(max(fit.value - least, 0.0)) for fit in (before, one))
            share = (np.sqrt(RISE) - low) / (high - low) if high > low else 1.0
            return float(before.theta[parameter] + share * (one.theta[parameter] - before.theta[parameter]))
    return none
