"""The pore law as scalars that other kernels inline: how much of its free speed a pore leaves a cell.

Range of validity: proteases off. The law is linear in the cross-section of the pore between the arrest
area (a tenth of the nuclear cross-section) and the full one (wolf-2013); a pushing cell widens the pore
elastically. The NumPy twin is `amoeboid.kernels.reference.pores`.
"""

from __future__ import annotations

import math

from amoeboid.kernels.compiling import scalar


@scalar
def widening(gamma: float, radius: float, stiffness: float, push: float) -> float:
    """Give the elastic strain with which a cell widens a pore, 0 to 1/2.

    strain = min(1/2, p / (p + E)),  p = push * 2 gamma / R
    """
    pressure = push * 2.0 * gamma / radius
    if pressure <= 0.0:
        return 0.0
    return min(0.5, pressure / (pressure + stiffness))


@scalar
def closed_share(collagen: float, gel: float, track: float) -> float:
    """Give the share of the way that collagen closes, 0 to 1.

    ``collagen`` and ``gel`` [mg/ml]: local density, and the density from which gel closes the whole way.
    ``track``: share of the voxel that passing cells have opened.
    """
    return min(1.0, max(0.0, collagen / gel)) * (1.0 - track)


@scalar
def passage(
    area0: float,
    sigma: float,
    z: float,
    gamma: float,
    radius: float,
    stiffness: float,
    collagen: float,
    nucleus_area: float,
    arrest_fraction: float,
    push: float,
    rigid: bool,
) -> float:
    """Give the share of the free speed that the pore in front of a cell leaves, 0 (arrest) to 1 (free).

    A = A0 exp(sigma z) (1 + strain)^2
    s = clip((A - a A_n) / (A_n - a A_n), 0, 1)                     wolf-2013
    passage = 1 - collagen (1 - s)

    Parameters
    ----------
    area0 : float
        Median pore area at rest [um^2].
    sigma, z : float
        Log-normal spread of pore areas, and the standard normal score of this pore (port ``cell.pore``).
    gamma, radius : float
        Cortical tension [nN/um] and cell radius [um].
    stiffness : float
        Modulus of the gel [kPa].
    collagen : float
        Share of the way that collagen closes, from `closed_share`; above 1 counts as 1.
    nucleus_area, arrest_fraction : float
        Nuclear cross-section [um^2], and the part of it at which a cell stops (``cell.arrest_fraction``).
    push : float
        Share of the cell's pressure 2 gamma / R that acts on the wall of the pore (``matrix.push``).
    rigid : bool
        Whether pores cannot widen and are all alike (strain 0, sigma 0).

    Returns
    -------
    passage : float
    """
    closed = min(1.0, max(0.0, collagen))
    if closed == 0.0:
        return 1.0
    area = area0
    if not rigid:
        stretch = 1.0 + widening(gamma, radius, stiffness, push)
        area = area0 * math.exp(sigma * z) * stretch * stretch
    arrest = arrest_fraction * nucleus_area
    share = min(1.0, max(0.0, (area - arrest) / (nucleus_area - arrest)))
    return 1.0 - closed * (1.0 - share)
