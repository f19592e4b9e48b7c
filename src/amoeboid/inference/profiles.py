"""Profiles of the likelihood: how far each parameter can go while all others make the best of it.

A parameter is moved away from the optimum in steps, the others are fitted anew at each, until the objective has risen
by half the quantile of chi-squared with one degree of freedom (Raue and others 2009), or a bound is met. What the
profile then shows is said plainly: identified, open on one side or both, or flat.
"""

from __future__ import annotations

from dataclasses import dataclass

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


def profile(target: Target, best: Fit, parameter: int) -> Profile:
    """Follow the profile of one parameter to both sides.

    Parameters
    ----------
    target : Target
        What was minimised.
    best : Fit
        The optimum from which to go.
    parameter : int
        Place of the parameter.

    Returns
    -------
    profile : Profile
        With the better optimum where one was met on the way, by more than 0.01.
    """
    lower, upper = target.bounds
    down = _side(target, best, parameter, float(lower[parameter]))
    up = _side(target, best, parameter, float(upper[parameter]))
    fits = [*reversed(down), best, *up]
    place = np.array([one.theta[parameter] for one in fits])
    value = np.array([one.value for one in fits])
    least = min(fits, key=lambda one: one.value)
    rises = [max([one.value - best.value for one in side], default=0.0) for side in (down, up)]
    return Profile(
        parameter, place, value, _crossing(best, down, parameter, -np.inf), _crossing(best, up, parameter, np.inf),
        rises[0], rises[1], least if least.value < best.value - 0.01 else None,
    )  # fmt: skip


def _side(target: Target, best: Fit, parameter: int, bound: float) -> list[Fit]:
    """Go one way, with steps that raise the objective by about 0.3 each."""
    here = best
    found: list[Fit] = []
    sign = 1.0 if bound > best.theta[parameter] else -1.0
    whole = abs(bound - best.theta[parameter])
    step = min(0.05, 0.02 * whole) if whole > 0.0 else 0.0
    direction = np.zeros_like(best.theta)
    while step > 0.0 and len(found) < _MOST_POINTS:
        place = here.theta[parameter] + sign * step
        place = min(place, bound) if sign > 0.0 else max(place, bound)
        start = here.theta + direction * abs(place - here.theta[parameter])  # the others go on as they went
        there = _fitted(target, start, here.theta, (parameter, place))
        if there is None:  # nothing can be simulated beyond
            break
        rise = there.value - here.value
        if rise > 2.0 * _AIM and step > 1e-4 and there.value - best.value > 0.3 * RISE:
            step *= 0.5
            continue
        moved = abs(place - here.theta[parameter])
        direction = (there.theta - here.theta) / moved if moved > 0.0 else direction * 0.0
        found.append(there)
        here = there
        if there.value - best.value > RISE * _BEYOND or place == bound:
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


def _crossing(best: Fit, side: list[Fit], parameter: int, none: float) -> float:
    """Interpolate where the objective has risen by `RISE`, in the root of the rise, which is nearly linear."""
    before = best
    for one in side:
        if one.value - best.value >= RISE:
            low, high = (np.sqrt(max(fit.value - best.value, 0.0)) for fit in (before, one))
            share = (np.sqrt(RISE) - low) / (high - low) if high > low else 1.0
            return float(before.theta[parameter] + share * (one.theta[parameter] - before.theta[parameter]))
        before = one
    return none
