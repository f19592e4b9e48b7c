"""Downhill within bounds: a trust region in a box, with second derivatives that are learnt on the way.

The objective comes with f and J, where J'f is its gradient and J'J a part of its second derivatives that is never
negative (Fisher's information). What is missing, S, matters in the curved canyons of kinetic models; it is learnt from
the change of the gradient along each step, as Dennis, Gay and Welsch (1981, NL2SOL) do, and used when the model with it
told the last step better than the model without. Each step minimises the model in a box around the point cut with
the bounds, by SciPy's bounded least squares (Stark and Parker 1995), so that parameters may come to lie on a bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from amoeboid.errors import NumericsError
from amoeboid.inference.problem import Floats

Factors = Callable[[Floats], tuple[float, Floats, Floats]]
"""From a point to the objective, f and J; raises NumericsError where there is none."""

MOST_EVALUATIONS = 400

_FIRST, _WIDEST, _NARROWEST = 0.5, 5.0, 1e-7  # half widths of the box, in units of the scale
_LEAST = 1e-5  # promise of a step below which the end is reached
_PATIENCE = 5
_SINGULAR = 1e-10


@dataclass(frozen=True)
class Descent:
    """Where the descent ended, the objective there, how many points were looked at, and why it ended."""

    place: Floats
    value: float
    n_evaluations: int
    message: str


@dataclass(frozen=True)
class _Point:
    place: Floats
    value: float
    gradient: Floats
    information: Floats


@dataclass(frozen=True)
class _Step:
    move: Floats
    promise: float
    learnt: bool


def descend(factors: Factors, start: Floats, bounds: tuple[Floats, Floats]) -> Descent:
    """Minimise from a start within bounds.

    Parameters
    ----------
    factors : callable
        The objective.
    start : (n,) array
        Inside the bounds; the objective must be finite there.
    bounds : (n,) array, (n,) array
        Lower and upper.

    Raises
    ------
    NumericsError
        When there is no objective at the start.

    Examples
    --------
    >>> def banana(x):
    ...     f = np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])
    ...     return 0.5 * float(f @ f), f, np.array([[-20.0 * x[0], 10.0], [-1.0, 0.0]])
    >>> descend(banana, np.array([-1.2, 1.0]), (np.full(2, -2.0), np.full(2, 2.0))).place.round(3)
    array([1., 1.])
    """
    here = _at(factors, np.clip(start, *bounds))
    learnt = np.zeros((start.size, start.size))
    radius, trusts_learnt, calm = _FIRST, False, 0
    for n_evaluations in range(1, MOST_EVALUATIONS):
        step = _best_step(here, learnt, trusts_learnt, bounds, radius)
        if step.promise < _LEAST:
            return Descent(here.place, here.value, n_evaluations, "no step promises anything")
        there = _tried(factors, here, step, bounds)
        ratio = -1.0 if there is None else (here.value - there.value) / step.promise
        if there is not None:
            trusts_learnt = _is_better(here, there, learnt, step.move)
            learnt = _updated(learnt, here, there, step.move)
        radius = _radius(radius, ratio, float(np.abs(step.move).max()))
        if there is not None and ratio > 1e-4:
            calm = calm + 1 if here.value - there.value < _LEAST else 0
            here = there
        if radius < _NARROWEST or calm > _PATIENCE:
            return Descent(here.place, here.value, n_evaluations + 1, "steps bring nothing more")
    return Descent(here.place, here.value, MOST_EVALUATIONS, "stopped: too many evaluations")


def _at(factors: Factors, place: Floats) -> _Point:
    value, f, jacobian = factors(place)
    return _Point(place, value, jacobian.T @ f, jacobian.T @ jacobian)


def _tried(factors: Factors, here: _Point, step: _Step, bounds: tuple[Floats, Floats]) -> _Point | None:
    try:
        there = _at(factors, np.clip(here.place + step.move, *bounds))
    except NumericsError:
        return None
    good = np.isfinite(there.value) and np.isfinite(there.gradient).all() and np.isfinite(there.information).all()
    return there if good else None


def _best_step(
    here: _Point, learnt: Floats, trusts_learnt: object, bounds: tuple[Floats, Floats], radius: float
) -> _Step:
    """Give the step of the model that is trusted; that of the other when it promises nothing."""
    box = (np.maximum(bounds[0] - here.place, -radius), np.minimum(bounds[1] - here.place, radius))
    step = _step(here, learnt if trusts_learnt else 0.0 * learnt, box)
    return step if step.promise >= _LEAST else _step(here, 0.0 * learnt if trusts_learnt else learnt, box)


def _step(here: _Point, learnt: Floats, box: tuple[Floats, Floats]) -> _Step:
    """Minimise g'p + p'Bp/2 in the box; B is made positive by the absolute values of its eigenvalues."""
    size, axes = np.linalg.eigh(here.information + learnt)
    size = np.maximum(np.abs(size), _SINGULAR * max(float(np.abs(size).max()), 1e-300))
    root = (axes * np.sqrt(size)).T
    target = -(axes / np.sqrt(size)).T @ here.gradient
    room = 1e-14  # the solver wants a box with an inside
    found = optimize.lsq_linear(root, target, (np.minimum(box[0], -room), np.maximum(box[1], room)), method="bvls").x
    move = np.clip(found, *box)
    bent = root @ move
    return _Step(move, -float(here.gradient @ move + 0.5 * bent @ bent), bool(learnt.any()))


def _is_better(here: _Point, there: _Point, learnt: Floats, move: Floats) -> bool:
    """Tell whether the model with what was learnt foretold the change better than that without."""
    bend = there.value - here.value - float(here.gradient @ move)
    plain = 0.5 * float(move @ here.information @ move)
    return abs(plain + 0.5 * float(move @ learnt @ move) - bend) < abs(plain - bend)


def _updated(learnt: Floats, here: _Point, there: _Point, move: Floats) -> Floats:
    """Learn from a step: S' s = y - J'J s at the new point, y the change of the gradient, with S sized first."""
    y = there.gradient - here.gradient
    wanted = y - there.information @ move
    known = float(move @ learnt @ move)
    sized = learnt * min(1.0, abs(float(move @ wanted)) / abs(known)) if known else learnt
    error = wanted - sized @ move
    along = float(y @ move)
    if along > 1e-10 * float(np.linalg.norm(y) * np.linalg.norm(move)):
        outer = np.outer(error, y)
        return np.asarray(sized + (outer + outer.T) / along - float(error @ move) * np.outer(y, y) / along**2)
    if abs(float(error @ move)) > 1e-8 * float(np.linalg.norm(error) * np.linalg.norm(move)):
        return np.asarray(sized + np.outer(error, error) / float(error @ move))
    return np.asarray(sized)


def _radius(radius: float, ratio: float, length: float) -> float:
    if ratio > 0.75 and length > 0.9 * radius:
        return min(2.0 * radius, _WIDEST)
    if ratio < 0.25:
        return (0.25 if ratio < 0.0 else 0.5) * length
    return radius
