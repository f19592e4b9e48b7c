"""A virtual parallel-plate squeeze: a drop with cortical tension between two plates, and how it is read.

The drop keeps its volume, does not stick, and has one tension gamma, so its free surface has one mean curvature
H and meets the plates flat (Laplace). With r the distance from the axis and psi the slope of the profile,

    r sin(psi) = H (r^2 - a^2),   P = 2 gamma H,   F = P pi a^2,   H = b / (b^2 - a^2)

with a the radius of the contact and b that of the equator. This is the reading of fischer-friedrich-2014.
Range of validity: static, no bending or shear of the cortex, plates wider than the cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from amoeboid.errors import Fault, NumericsError

Floats = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)
_SLOPE = 0.25 * math.pi * (_NODES + 1.0)
_WEIGHT = 0.25 * math.pi * _WEIGHTS
_FLATTEST = 1e6  # largest ratio of contact to curvature radius that is solved for


@dataclass(frozen=True)
class Squeeze:
    """A cell between two plates, as an instrument sees it.

    Attributes
    ----------
    height : float
        Distance of the plates [um].
    force : float
        On each plate [nN].
    contact_radius, equator_radius : float
        a and b [um].
    pressure : float
        Inside over outside [kPa].
    mean_curvature : float
        H of the free surface [1/um].
    """

    height: float
    force: float
    contact_radius: float
    equator_radius: float
    pressure: float
    mean_curvature: float

    @property
    def contact_area(self) -> float:
        """Area of one contact [um^2]."""
        return math.pi * self.contact_radius**2


def _profile(flatness: float) -> tuple[float, float]:
    """Give height and volume in units of L = 1 / (2 H) for a flatness q = 2 H a."""
    sine = np.sin(_SLOPE)
    root = np.sqrt(sine**2 + flatness**2)
    out = sine + root
    # with q = 0 the limit of s (1 + s/root) at s = 0 is 0, and root is never 0 at a Gauss node
    rise = sine * (1.0 + sine / root)
    height = 2.0 * float(np.sum(_WEIGHT * rise))
    volume = 2.0 * math.pi * float(np.sum(_WEIGHT * out**2 * rise))
    return height, volume


def squeeze(tension: float, radius: float, height: float) -> Squeeze:
    """Press a round cell of a given tension flat to a given height.

    Parameters
    ----------
    tension : float
        gamma [nN/um].
    radius : float
        Of the free cell [um].
    height : float
        Distance of the plates [um], at most the diameter.

    Returns
    -------
    squeeze : Squeeze

    Raises
    ------
    NumericsError
        When the height is not above 0 and at most the diameter, or tension or radius is not above 0.

    Sources
    -------
    fischer-friedrich-2014

    Examples
    --------
    >>> round(1000 * squeeze(0.2, 10.0, 20.0).pressure, 3)
    40.0
    """
    if not (tension > 0.0 and radius > 0.0 and 0.0 < height <= 2.0 * radius * (1.0 + 1e-12)):
        raise NumericsError(
            Fault("", f"no squeeze with tension {tension:g} nN/um, radius {radius:g} um, height {height:g} um",
                  "tension and radius above 0, height above 0 and at most the diameter", "",
                  "set the plates nearer than the diameter", "AMB-N22")
        )  # fmt: skip
    volume = 4.0 / 3.0 * math.pi * radius**3
    wanted = height / volume ** (1.0 / 3.0)

    def off(log_flatness: float) -> float:
        tall, full = _profile(math.exp(log_flatness))
        return float(tall / full ** (1.0 / 3.0) - wanted)

    flatness = 0.0
    if off(math.log(1e-6)) > 0.0:
        flatness = math.exp(brentq(off, math.log(1e-6), math.log(_FLATTEST), xtol=1e-14, rtol=1e-14))
    scale = (volume / _profile(flatness)[1]) ** (1.0 / 3.0)
    contact = scale * flatness
    pressure = tension / scale
    equator = scale * (1.0 + math.sqrt(1.0 + flatness**2))
    return Squeeze(height, pressure * math.pi * contact**2, contact, equator, pressure, 0.5 / scale)


def read(seen: Squeeze) -> tuple[float, float]:
    """Read tension [nN/um] and pressure [kPa] from force, contact area and curvature, as an AFM study does.

    P = F / A,  gamma = P / (2 H)

    Raises
    ------
    NumericsError
        When the plates do not touch the cell, so that there is no force to read.

    Examples
    --------
    >>> tension, pressure = read(squeeze(1.6, 10.0, 12.0))
    >>> round(tension, 6)
    1.6
    """
    if seen.contact_radius <= 0.0:
        raise NumericsError(
            Fault("", f"no contact at a height of {seen.height:g} um", "plates nearer than the diameter", "",
                  "squeeze the cell further", "AMB-N23")
        )  # fmt: skip
    pressure = seen.force / seen.contact_area
    return pressure / (2.0 * seen.mean_curvature), pressure


def curvature_from_outline(contact_radius: float, equator_radius: float) -> float:
    """Give the mean curvature H = b / (b^2 - a^2) [1/um] from two radii measured in an image [um].

    Examples
    --------
    >>> seen = squeeze(0.2, 10.0, 15.0)
    >>> h = curvature_from_outline(seen.contact_radius, seen.equator_radius)
    >>> abs(h / seen.mean_curvature - 1) < 1e-9
    True
    """
    return equator_radius / (equator_radius**2 - contact_radius**2)
