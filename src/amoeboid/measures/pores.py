"""The pore law read from tracks: the line of speed against pore area, and where it meets zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from amoeboid.errors import Fault, NumericsError


@dataclass(frozen=True)
class PoreLaw:
    """A line through speeds against pore areas; ``intercept`` [um^2] is the area at which it meets zero.

    ``slope`` is in the unit of speed over um^2; ``n`` counts the lattices on the line, those of arrest left out.
    """

    slope: float
    intercept: float
    r_squared: float
    n: int


def pore_law_fit(area: ArrayLike, speed: ArrayLike, at_rest: float = 0.01) -> PoreLaw:
    """Fit a line to mean speeds above arrest.

    Parameters
    ----------
    area : (n_lattices,) [um^2]
    speed : (n_lattices,)
        Mean speed of the tracks in each lattice.
    at_rest : float
        Share of the fastest mean speed up to which a lattice counts as arrest and is left out of the line.

    Raises
    ------
    NumericsError
        When fewer than three lattices lie above arrest, or speed does not rise with area.

    Sources
    -------
    Wolf et al. 2013, J Cell Biol 201:1069: linear above arrest.

    Examples
    --------
    >>> pore_law_fit([5.0, 10.0, 20.0, 40.0], [0.0, 0.1, 0.3, 0.7]).intercept
    5.0
    """
    pores, pace = np.asarray(area, dtype=np.float64), np.asarray(speed, dtype=np.float64)
    moving = pace > at_rest * max(float(pace.max(initial=0.0)), np.finfo(np.float64).tiny)
    x, y = pores[moving], pace[moving]
    if np.unique(x).size < 3:
        what, expected = f"{np.unique(x).size} lattices in which cells move", "at least three pore areas above arrest"
        raise NumericsError(Fault("pore law", what, expected, "", "add arms with wider pores", "AMB-N46"))
    slope, offset = np.polyfit(x, y, 1)
    if slope <= 0.0:
        what, do = "speed does not rise with pore area", "look at the tracks: another thing than pores sets the speed"
        raise NumericsError(Fault("pore law", what, "a rising line", "", do, "AMB-N46"))
    rest = float(((y - (slope * x + offset)) ** 2).sum())
    total = float(((y - y.mean()) ** 2).sum())
    return PoreLaw(float(slope), round(float(-offset / slope), 10), 1.0 - rest / total, int(x.size))
