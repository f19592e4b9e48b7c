"""The force between two cells along the line of their centres, as scalars that the motion kernel inlines.

Range of validity: overlaps small against the radii for the Hertz law; the sum over neighbours of a
confluent tissue is pairwise, so cells have no shared volume and overlap more than real ones would flatten.
There are no branches in here: the motion kernel weighs eight neighbours at a time.
The NumPy twin is `amoeboid.kernels.reference.contact`.
"""

from __future__ import annotations

import math

from amoeboid.kernels.compiling import scalar

Roots = tuple[float, float]

_LEAST = 1e-300  # nN/um; keeps the division of a cell without tension from 0/0


@scalar
def hertz(overlap: float, reduced: float, stiffness: float) -> float:
    """Give the repulsion [nN] of two elastic spheres.

    F = 4/3 E / (2 (1 - nu^2)) sqrt(R*) delta^(3/2)

    Parameters
    ----------
    overlap : float
        delta [um]; none below 0.
    reduced : float
        R* = Ri Rj / (Ri + Rj) [um].
    stiffness : float
        4/3 E / (2 (1 - nu^2)) [kPa].
    """
    depth = max(overlap, 0.0)
    return stiffness * depth * math.sqrt(reduced * depth)


@scalar
def indentation(distance: float, radius_i: float, radius_j: float) -> float:
    """Give sqrt(R*) delta^(3/2) [um^2] of two cells: their repulsion in units of the stiffness of `hertz`."""
    depth = max(radius_i + radius_j - distance, 0.0)
    return depth * math.sqrt(radius_i * radius_j / (radius_i + radius_j) * depth)


@scalar
def sine_of_contact(adhesion: float, tension: float) -> float:
    """Give sin(theta) of the contact angle, by Young and Dupre.

    cos(theta) = 1 - omega / (gamma_i + gamma_j), held at 0 or more: a contact is at most as wide as the cell.

    Parameters
    ----------
    adhesion : float
        omega [nN/um].
    tension : float
        gamma_i + gamma_j [nN/um].
    """
    share = min(max(adhesion, 0.0) / max(tension, _LEAST), 1.0)
    return math.sqrt(share * (2.0 - share))


@scalar
def taper(gap: float, reach: float) -> float:
    """Give the share of the adhesion left across a gap: (1 - (gap/reach)^2)^2, 1 in touch, 0 beyond."""
    share = min(max(gap, 0.0) / reach, 1.0)
    rest = 1.0 - share * share
    return rest * rest


@scalar
def pair_adhesion(roots: Roots, others: Roots, heterotypic: float) -> float:
    """Give omega [nN/um] of a pair from what either cell has of two kinds of junction.

    omega = e_i e_j + n_i n_j + h (e_i n_j + n_i e_j)

    Parameters
    ----------
    roots, others : (e, n)
        Square roots of the adhesion of two cells of the type, epithelial and mesenchymal [sqrt(nN/um)].
    heterotypic : float
        h, what an epithelial and a mesenchymal junction hold of each other, against like ones.
    """
    e, n = roots
    return others[0] * (e + heterotypic * n) + others[1] * (n + heterotypic * e)


@scalar
def pair_force(
    distance: float,
    radius_i: float,
    radius_j: float,
    tension: float,
    adhesion: float,
    stiffness: float,
    reach: float,
) -> float:
    """Give the force [nN] between two cells, positive when it drives them apart.

    F = hertz(delta) - pi omega a,  a = 2 R* sin(theta), for like cells R sin(theta)

    Parameters
    ----------
    distance : float
        Between the centres [um].
    radius_i, radius_j : float
        [um].
    tension : float
        Sum of the two cortical tensions [nN/um].
    adhesion : float
        omega of the pair [nN/um].
    stiffness : float
        As in `hertz` [kPa].
    reach : float
        Gap at which the adhesion ends [um].
    """
    gap = distance - (radius_i + radius_j)
    reduced = radius_i * radius_j / (radius_i + radius_j)
    pull = math.pi * adhesion * 2.0 * reduced * sine_of_contact(adhesion, tension)
    return hertz(-gap, reduced, stiffness) - pull * taper(gap, reach)
