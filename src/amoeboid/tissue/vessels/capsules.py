"""Vessels: straight capsules with a sense of flow, and where their walls are.

A capsule is all within a radius of the line between two points. Its ends are round and closed: a vessel that ends
within the tissue ends blindly; one that runs through begins and ends at faces of the domain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, ScenarioError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class Vessel:
    """A straight vessel.

    Parameters
    ----------
    start, end : tuple of 3 float
        Ends of the axis, x, y, z [um]; blood flows from start to end.
    radius : float
        Of the outer wall [um].
    flow : float
        Mean speed of the blood [um/s]; 0 where it stands.

    Raises
    ------
    ScenarioError
        When a number is not finite, the radius is not above 0, the flow is below 0, or both ends are one point.

    Examples
    --------
    >>> Vessel((0.0, 0.0, 0.0), (100.0, 0.0, 0.0), 10.0).length
    100.0
    """

    start: Point
    end: Point
    radius: float
    flow: float = 0.0

    def __post_init__(self) -> None:
        if not all(math.isfinite(x) for x in (*self.start, *self.end, self.radius, self.flow)):
            raise _fault(f"a vessel of the numbers {self.start}, {self.end}, {self.radius}, {self.flow}", "finite ones")
        if self.radius <= 0.0:
            raise _fault(f"a vessel of radius `{self.radius:g} um`", "a radius above 0 um")
        if self.flow < 0.0:
            raise _fault(f"a flow of `{self.flow:g} um/s`", "a flow from 0 um/s, from `start` to `end`")
        if self.length == 0.0:
            raise _fault("a vessel that begins and ends at one point", "two points")

    @property
    def length(self) -> float:
        """Length of the axis [um]."""
        return math.dist(self.start, self.end)


def _fault(what: str, expected: str) -> ScenarioError:
    return ScenarioError(Fault("tissue.vessels", what, expected, "", "correct the vessel", "AMB-S440"))


@dataclass(frozen=True)
class Nearest:
    """The nearest wall, of each of n points.

    Attributes
    ----------
    vessel : (n,) int64
        Index of the vessel.
    gap : (n,) float64 [um]
        Distance from its wall; below 0 inside.
    outward : (n, 3) float64
        Unit vector away from its axis.
    """

    vessel: Ints
    gap: Floats
    outward: Floats


class Vessels:
    """The vessels of a tissue.

    Parameters
    ----------
    vessels : sequence of Vessel

    Examples
    --------
    >>> one = Vessels([Vessel((0.0, 0.0, 0.0), (100.0, 0.0, 0.0), 10.0)])
    >>> one.nearest([[50.0, 0.0, 25.0]]).gap.tolist()
    [15.0]
    """

    def __init__(self, vessels: Sequence[Vessel]) -> None:
        self.vessels = tuple(vessels)

    def __len__(self) -> int:
        """Give the number of vessels."""
        return len(self.vessels)

    @property
    def along(self) -> Floats:
        """Unit vectors along the flow, (n_vessels, 3)."""
        ends = np.array([one.end for one in self.vessels], dtype=np.float64).reshape(-1, 3)
        starts = np.array([one.start for one in self.vessels], dtype=np.float64).reshape(-1, 3)
        length = np.array([one.length for one in self.vessels]).reshape(-1, 1)
        return np.asarray((ends - starts) / length)

    @property
    def flow(self) -> Floats:
        """Mean speed of the blood in each [um/s]."""
        return np.array([one.flow for one in self.vessels], dtype=np.float64)

    def nearest(self, points: ArrayLike) -> Nearest:
        """Give the nearest wall of each of (n, 3) points; of two as near, that of the first vessel."""
        at = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        vessel = np.full(len(at), -1, dtype=np.int64)
        gap = np.full(len(at), np.inf)
        outward = np.zeros((len(at), 3))
        for index, one in enumerate(self.vessels):
            distance, way = _from_axis(one, at)
            nearer = distance - one.radius < gap
            vessel[nearer] = index
            gap[nearer] = distance[nearer] - one.radius
            outward[nearer] = way[nearer]
        return Nearest(vessel, gap, outward)

    def gap(self, points: ArrayLike, which: int) -> Floats:
        """Give the distance [um] of (n, 3) points from the wall of one vessel; below 0 inside."""
        one = self.vessels[which]
        return _from_axis(one, np.asarray(points, dtype=np.float64).reshape(-1, 3))[0] - one.radius


def _from_axis(one: Vessel, at: Floats) -> tuple[Floats, Floats]:
    """Give distance [um] and unit vector from the nearest point of the axis; on the axis, one square to it."""
    start, axis = np.array(one.start), np.array(one.end) - np.array(one.start)
    share = np.clip(dot(at - start, axis) / one.length**2, 0.0, 1.0)
    away = at - (start + share[:, None] * axis)
    distance = np.sqrt(dot(away, away))
    on = distance == 0.0
    if on.any():
        away[on] = _square_to(axis)
    return distance, np.asarray(away / np.where(on, 1.0, distance)[:, None])


def dot(one: Floats, other: Floats) -> Floats:
    """Give the products of (n, 3) vectors with others, term by term, so that no row depends on where it stands."""
    return np.asarray(one[..., 0] * other[..., 0] + one[..., 1] * other[..., 1] + one[..., 2] * other[..., 2])


def _square_to(axis: Floats) -> Floats:
    """Give a unit vector square to an axis, the same for the same axis."""
    unit = np.zeros(3)
    unit[int(np.argmin(np.abs(axis)))] = 1.0
    way = np.cross(axis, unit)
    return np.asarray(way / np.sqrt(np.sum(way * way)))
