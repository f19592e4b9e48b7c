"""What the data say about each parameter, in words and with names.

A profile tells of one parameter whether its interval is closed. Directions in which several parameters can move
together without any change of the fit follow from the Jacobian of what is simulated: they name what goes with what.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from amoeboid.errors import NumericsError
from amoeboid.inference.multistart import Target
from amoeboid.inference.problem import Floats
from amoeboid.inference.profiles import Profile

IDENTIFIED = "identified"
PRACTICALLY = "practically not identified"
STRUCTURALLY = "structurally not identified"

_WEAK = 1e-5
"""Singular value, as a share of the largest, below which a direction counts as one of no change."""

_PART = 1e-3  # of a direction; numbers of unlike size share in it unlike


@dataclass(frozen=True)
class Judgement:
    """What the data say of one parameter: ``verdict`` is one of the three words, ``reason`` says how it shows."""

    name: str
    verdict: str
    reason: str

    @property
    def is_identified(self) -> bool:
        """Whether the 95 % interval is closed."""
        return self.verdict == IDENTIFIED


def judge(name: str, profile: Profile, together: Sequence[Sequence[str]]) -> Judgement:
    """Say what a profile means.

    Parameters
    ----------
    name : str
        Parameter.
    profile : Profile
        Of that parameter.
    together : sequence of sequence of str
        From `compensating`: names that can move together without a change of the fit.
    """
    others = sorted({other for group in together if name in group for other in group} - {name})
    if others:  # its interval then says where the others meet their bounds, not what the data say
        return Judgement(name, STRUCTURALLY, f"moves together with {', '.join(others)} without any change of the fit")
    if profile.verdict == "identified":
        return Judgement(name, IDENTIFIED, "the likelihood falls on both sides")
    if profile.verdict == "flat":
        return Judgement(name, STRUCTURALLY, "has no effect on the data")
    if profile.verdict == "open on both sides":
        return Judgement(name, PRACTICALLY, "neither a lower nor an upper bound follows from the data")
    side = "upper" if profile.verdict == "open above" else "lower"
    return Judgement(name, PRACTICALLY, f"no {side} bound follows from the data")


def compensating(target: Target, theta: Floats, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Give groups of parameters that can move together without a change of what is simulated.

    A property of the model and the experiments, so it must show wherever one looks: at points inside the bounds near
    the optimum and near their middle. (At the optimum itself a parameter may have run to where it does nothing.)

    Parameters
    ----------
    target : Target
        What was minimised.
    theta : (n_parameters,) array
        The optimum.
    names : sequence of str
        Of the parameters.

    Returns
    -------
    groups : tuple of tuple of str
        A parameter that does nothing at all is a group of its own.
    """
    lower, upper = target.bounds
    width = upper - lower
    uneven = 0.05 * np.sin(1.0 + np.arange(theta.size))  # no special point, such as one where two are equal
    found = []
    for share in (0.0, 0.3):
        middle = (1.0 - share) * theta + share * 0.5 * (lower + upper)
        point = np.clip(middle + uneven * width, lower + 0.15 * width, upper - 0.15 * width)
        with contextlib.suppress(NumericsError):
            found.append(_groups(_weak(target.factors(point)[2]), names))
    return tuple(group for group in found[0] if all(group in other for other in found)) if found else ()


def _weak(jacobian: Floats) -> Floats:
    """Give the directions along which nothing changes."""
    _, size, axes = np.linalg.svd(jacobian, full_matrices=True)
    size = np.concatenate([size, np.zeros(axes.shape[0] - size.size)])
    return np.asarray(axes[size < _WEAK * size.max()] if size.max() > 0.0 else axes)


def _groups(directions: Floats, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Join names that share a direction: the space is reduced to directions of few names first."""
    rows = np.array(directions, dtype=np.float64)
    for place in range(rows.shape[0]):  # reduced echelon form with the largest pivot, so that groups fall apart
        column = int(np.argmax(np.abs(rows[place])))
        rows[place] /= rows[place, column]
        for other in range(rows.shape[0]):
            if other != place:
                rows[other] -= rows[other, column] * rows[place]
    return [tuple(name for name, part in zip(names, row, strict=True) if abs(part) > _PART) for row in rows]


def covariance(target: Target, theta: Floats) -> Floats:
    """Give the inverse of Fisher's information, (n_parameters, n_parameters) on the scales, to begin a sample.

    Directions that the data leave open get the width of the bounds over six.

    Raises
    ------
    NumericsError
        When the model cannot be simulated there.
    """
    lower, upper = target.bounds
    jacobian = target.factors(theta)[2]
    widest = ((upper - lower) / 6.0) ** 2
    return np.asarray(np.linalg.inv(jacobian.T @ jacobian + np.diag(1.0 / widest)))
