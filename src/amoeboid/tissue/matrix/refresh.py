"""What follows from the present matrix: its stiffness and its pores, from density and stress.

Whoever changes ``matrix.collagen`` or ``matrix.stress`` calls `refresh` afterwards, so that the two laws stand in one
place. Range of validity: collagen I at small to moderate strain; stiffening follows the stress
that the fibres carry (licup-2015), pores the density alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters
from amoeboid.process import State
from amoeboid.tissue.matrix.building import COLLAGEN, Material
from amoeboid.tissue.matrix.laws import pore_area, stiffness

Floats = NDArray[np.float64]

_NO_STRESS = 1e-60  # kPa; below it the cube of a stress is 0 in floating point


@dataclass(frozen=True)
class Rest:
    """A matrix without load, and how it departs from that.

    Attributes
    ----------
    kind : str
        ``"collagen"``, ``"rigid"`` (nothing follows from anything) or ``"none"``.
    density : float
        Density that `modulus` and `area` belong to [mg/ml].
    modulus, area : float
        Elastic modulus [kPa] and median pore area [um^2] at that density.
    modulus_exponent, area_exponent : float
        Powers of the density.
    gel : float
        Density below which there is no closed network [mg/ml]; pores grow no wider than there.
    stiffening_strain : float
        Strain over which the modulus of a stretched fibre grows e-fold.
    """

    kind: str
    density: float
    modulus: float
    area: float
    modulus_exponent: float
    area_exponent: float
    gel: float
    stiffening_strain: float


def rest(material: Material, parameters: Parameters) -> Rest:
    """Read the laws of a material.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> round(rest(Material("collagen", 3.5), Parameters(catalogue())).modulus, 3)
    0.35
    """
    p = parameters
    density = material.collagen or p["matrix.gel_density"]
    return Rest(
        kind=material.kind,
        density=density,
        modulus=stiffness(density, p),
        area=pore_area(density, p) if material.pore_area is None else material.pore_area,
        modulus_exponent=p["matrix.stiffness_exponent"],
        area_exponent=p["matrix.pore_area_exponent"],
        gel=p["matrix.gel_density"],
        stiffening_strain=p["matrix.stiffening_strain"],
    )


def modulus_at(density: Floats, law: Rest) -> Floats:
    """Give the elastic modulus [kPa] of collagen of any density [mg/ml] without load.

    E = E_rest (density / density_rest) ** exponent
    """
    return np.asarray(law.modulus * (np.maximum(density, 0.0) / law.density) ** law.modulus_exponent)


def area_at(density: Floats, law: Rest) -> Floats:
    """Give the median pore area [um^2] of collagen of any density [mg/ml], at most that of the thinnest gel."""
    return np.asarray(law.area * (np.maximum(density, law.gel) / law.density) ** law.area_exponent)


def greatest_tension(stress: Floats) -> Floats:
    """Give the largest principal stress [kPa] of (..., 6) stresses xx yy zz xy xz yz; 0 where all is pressed.

    Closed form of the largest root of the characteristic polynomial (Smith 1961), so no library decides its bytes.
    """
    xx, yy, zz, xy, xz, yz = (stress[..., axis] for axis in range(6))
    mean = (xx + yy + zz) / 3.0
    off = xy * xy + xz * xz + yz * yz
    a, b, c = xx - mean, yy - mean, zz - mean
    spread = np.sqrt((0.5 * (a * a + b * b + c * c) + off) / 3.0)
    half = 0.5 * (a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz))
    safe = np.where(spread > _NO_STRESS, spread, 1.0)
    angle = np.arccos(np.clip(half / safe**3, -1.0, 1.0)) / 3.0
    return np.asarray(np.maximum(mean + 2.0 * spread * np.cos(angle), 0.0))


def refresh(state: State, law: Rest) -> None:
    """Write ``matrix.stiffness`` and ``matrix.pore_area`` as they follow from the other ports of the matrix.

    E = E(density) + sigma_1 / strain_stiffening           licup-2015: modulus grows in proportion to stress
    A = A(density)

    Changes nothing for a rigid lattice or in liquid. ``matrix.stress`` is read where it is; without it the gel
    carries no load.

    Parameters
    ----------
    state : State
    law : Rest

    Sources
    -------
    vessella-2025 (density), licup-2015 (stress)
    """
    if law.kind != COLLAGEN:
        return
    density = state["matrix.collagen"]
    modulus = modulus_at(density, law)
    if "matrix.stress" in state:
        modulus += np.where(density > 0.0, greatest_tension(state["matrix.stress"]) / law.stiffening_strain, 0.0)
    area = area_at(density, law)
    state["matrix.stiffness"][...] = modulus
    state["matrix.pore_area"][...] = area
