"""The force between two cells along the line of their centres, and its sum over the neighbours of a cell.

Range of validity: overlaps small against the radii for the Hertz law; the sum over neighbours of a
confluent tissue is pairwise, so cells have no shared volume and overlap more than real ones would flatten.
There are no branches in the law of a pair: eight neighbours are weighed at a time. The motion kernel inlines all of it.
The NumPy twin is `amoeboid.kernels.reference.contact`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import scalar
from amoeboid.kernels.neighbours import Neighbours

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Roots = tuple[float, float]
Own = tuple[float, float, Roots]

COLUMNS = 8
"""Columns of the packed array: x, y, z, radius, tension, roots of epithelial and of mesenchymal adhesion, nothing."""

LANES = 8
"""Neighbours that are weighed side by side."""

BATCH = 8
"""Cells whose neighbours are laid out before the first is weighed: what was stored has arrived when it is read."""

ROOM = 456
"""Neighbours, with what fills their groups up, that a batch may have; more are weighed cell by cell."""

SUMS = 8
"""What is summed over neighbours: force, unit vectors to those in touch, their number, indentations."""

FORCE_QUANTUM = 2.0**-36
"""Forces [nN] and indentations [um^2] of pairs are whole numbers of it; their sums are exact below 1e5."""

UNIT_QUANTUM = 2.0**-44
"""Components of unit vectors are whole numbers of it."""

_FAR = 1e6  # um; where padding stands
_TINY = 1e-9  # um; nearer than this two centres have no line between them
_LEAST = 1e-300  # nN/um; keeps the division of a cell without tension from 0/0


class Bond(NamedTuple):
    """Numbers of the law of a pair: stiffness of `hertz` [kPa], reach [um], hold of unlike junctions."""

    hertz: float
    reach: float
    heterotypic: float


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
def sine_of_share(share: float) -> float:
    """Give sin(theta) of the contact angle from 1 - cos(theta), 0 to 1."""
    return math.sqrt(share * (2.0 - share))


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
    return sine_of_share(min(max(adhesion, 0.0) / max(tension, _LEAST), 1.0))


@scalar
def taper(gap: float, reach: float) -> float:
    """Give the share of the adhesion left across a gap: (1 - (gap/reach)^2)^2, 1 in touch, 0 beyond."""
    share = min(max(gap, 0.0) * (1.0 / reach), 1.0)
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
def interaction(
    square: float,
    radius_i: float,
    radius_j: float,
    tension: float,
    adhesion: float,
    stiffness: float,
    reach: float,
) -> tuple[float, float, float, float]:
    """Give what two cells do to each other, per um of the way between their centres.

    F = stiffness d - pi omega a,  d = sqrt(R*) delta^(3/2),  a = 2 R* sin(theta), for like cells R sin(theta)

    Parameters
    ----------
    square : float
        Square of the distance between the centres [um^2], above 0.
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

    Returns
    -------
    pull, beside : float
        Force towards the other over the distance [nN/um], and 1 over the distance where the cells touch [1/um].
    touch, dent : float
        1 where they touch, and d, the repulsion in units of the stiffness [um^2].
    """
    distance = math.sqrt(square)
    both, tensions = radius_i + radius_j, max(tension, _LEAST)
    # one division for three quotients: divisions and roots are most of the time of a pair
    inverse = 1.0 / (both * tensions * distance)
    per_distance = inverse * (both * tensions)
    reduced = radius_i * radius_j * (inverse * (tensions * distance))
    sine = sine_of_share(min(max(adhesion, 0.0) * (inverse * (both * distance)), 1.0))
    gap = distance - both
    dent = hertz(-gap, reduced, 1.0)
    pull = 2.0 * math.pi * adhesion * reduced * sine * taper(gap, reach) - stiffness * dent
    touch = 1.0 if gap < 0.0 else 0.0
    return pull * per_distance, touch * per_distance, touch, dent


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
    """Give the force [nN] between two cells, positive when it drives them apart; arguments as in `interaction`."""
    pull, _, _, _ = interaction(distance * distance, radius_i, radius_j, tension, adhesion, stiffness, reach)
    return -pull * distance


def packed_array(n: int) -> Floats:
    """Make room for what neighbours see of n cells, each in one line of the cache; not filled."""
    scratch = np.empty((n + 1) * COLUMNS)
    first = -(scratch.ctypes.data // 8) % COLUMNS
    return scratch[first : first + n * COLUMNS].reshape(n, COLUMNS)


@scalar
def in_quanta(value: float, quantum: float) -> float:
    """Round to whole quanta: a sum of such numbers is exact, so neither order nor grouping changes a byte of it.

    Beside 1.5 * 2^52 quanta a double has room for whole quanta only. Holds for values below 2^51 quanta.
    """
    beside = 1.5 * 2.0**52 * quantum
    return (value + beside) - beside


@scalar
def weigh(first: int, end: int, own: Own, bond: Bond, ws: Floats) -> None:
    """Turn groups of LANES neighbours laid side by side into running sums of what they do to the cell.

    Rows 0 to 6 of ``ws`` hold dx, dy, dz [um], radius, tension, adhesion roots; 0 to 7 receive sums of SUMS over
    the groups up to this one, by lane, beginning with what stands before ``first``. A fixed count without branches:
    the compiler makes vectors.
    """
    radius, tension, roots = own
    for group in range(np.uintp(first), np.uintp(end), np.uintp(LANES)):
        for lane in range(LANES):
            k = group + np.uintp(lane)
            before = k - np.uintp(LANES)
            dx, dy, dz = ws[k], ws[np.uintp(ROOM) + k], ws[np.uintp(2 * ROOM) + k]
            pull, beside, touch, dent = interaction(
                dx * dx + dy * dy + dz * dz, radius, ws[np.uintp(3 * ROOM) + k],
                tension + ws[np.uintp(4 * ROOM) + k],
                pair_adhesion(roots, (ws[np.uintp(5 * ROOM) + k], ws[np.uintp(6 * ROOM) + k]), bond.heterotypic),
                bond.hertz, bond.reach,
            )  # fmt: skip
            ws[k] = ws[before] + in_quanta(pull * dx, FORCE_QUANTUM)
            ws[np.uintp(ROOM) + k] = ws[np.uintp(ROOM) + before] + in_quanta(pull * dy, FORCE_QUANTUM)
            ws[np.uintp(2 * ROOM) + k] = ws[np.uintp(2 * ROOM) + before] + in_quanta(pull * dz, FORCE_QUANTUM)
            ws[np.uintp(3 * ROOM) + k] = ws[np.uintp(3 * ROOM) + before] + in_quanta(beside * dx, UNIT_QUANTUM)
            ws[np.uintp(4 * ROOM) + k] = ws[np.uintp(4 * ROOM) + before] + in_quanta(beside * dy, UNIT_QUANTUM)
            ws[np.uintp(5 * ROOM) + k] = ws[np.uintp(5 * ROOM) + before] + in_quanta(beside * dz, UNIT_QUANTUM)
            ws[np.uintp(6 * ROOM) + k] = ws[np.uintp(6 * ROOM) + before] + touch
            ws[np.uintp(7 * ROOM) + k] = ws[np.uintp(7 * ROOM) + before] + in_quanta(dent, FORCE_QUANTUM)


@scalar
def lay_out(cell: int, first: int, n: int, at: int, packed: Floats, near: Neighbours, ws: Floats) -> int:
    """Lay ``n`` neighbours of a cell side by side from ``at`` on, behind a group of zeros; give where they end.

    What is left of the last group is filled with cells far away.
    """
    x, y, z = packed[cell, 0], packed[cell, 1], packed[cell, 2]
    for row in range(SUMS):
        for lane in range(LANES):
            ws[np.uintp(row * ROOM + lane) + np.uintp(at)] = 0.0
    place = np.uintp(at + LANES)
    for step in range(np.uintp(n)):
        k = place + step
        other = np.uintp(near.flat[np.uintp(first) + step])
        ws[k] = packed[other, 0] - x
        ws[np.uintp(ROOM) + k] = packed[other, 1] - y
        ws[np.uintp(2 * ROOM) + k] = packed[other, 2] - z
        ws[np.uintp(3 * ROOM) + k] = packed[other, 3]
        ws[np.uintp(4 * ROOM) + k] = packed[other, 4]
        ws[np.uintp(5 * ROOM) + k] = packed[other, 5]
        ws[np.uintp(6 * ROOM) + k] = packed[other, 6]
    full = np.uintp((n + LANES - 1) // LANES * LANES)
    for step in range(np.uintp(n), full):
        k = place + step
        ws[k], ws[np.uintp(ROOM) + k], ws[np.uintp(2 * ROOM) + k] = _FAR, 0.0, 0.0
        ws[np.uintp(3 * ROOM) + k], ws[np.uintp(4 * ROOM) + k] = 1.0, 1.0
        ws[np.uintp(5 * ROOM) + k], ws[np.uintp(6 * ROOM) + k] = 0.0, 0.0
    return int(place + full)


@scalar
def own_of(cell: int, packed: Floats) -> Own:
    """Give radius, tension and adhesion roots of a cell."""
    return packed[cell, 3], packed[cell, 4], (packed[cell, 5], packed[cell, 6])


@scalar
def lane_sum(row: int, end: int, ws: Floats) -> float:
    """Add the lanes of the group before ``end`` of a row."""
    k = np.uintp(row * ROOM - LANES) + np.uintp(end)
    left = (ws[k] + ws[k + np.uintp(1)]) + (ws[k + np.uintp(2)] + ws[k + np.uintp(3)])
    right = (ws[k + np.uintp(4)] + ws[k + np.uintp(5)]) + (ws[k + np.uintp(6)] + ws[k + np.uintp(7)])
    return left + right  # type: ignore[no-any-return]


@scalar
def one_by_one(
    cell: int, packed: Floats, ids: Ints, near: Neighbours, bond: Bond, ws: Floats, totals: Floats, first: int
) -> None:
    """Sum over the neighbours of one cell however many, some on the same point: those are parted along x."""
    for row in range(SUMS):
        totals[np.uintp(first) + np.uintp(row)] = 0.0
    place, end = int(near.offsets[cell]), int(near.offsets[cell + np.uintp(1)])
    while place < end:
        n = min(ROOM - 2 * LANES, end - place)
        last = lay_out(cell, place, n, 0, packed, near, ws)
        for step in range(np.uintp(n)):
            k = np.uintp(LANES) + step
            if abs(ws[k]) + abs(ws[np.uintp(ROOM) + k]) + abs(ws[np.uintp(2 * ROOM) + k]) < _TINY:
                # the smaller id to the left, so that both sides agree
                other = np.uintp(near.flat[np.uintp(place) + step])
                ws[k] = _TINY if ids[np.uintp(cell)] < ids[other] else -_TINY
                ws[np.uintp(ROOM) + k], ws[np.uintp(2 * ROOM) + k] = 0.0, 0.0
        weigh(LANES, last, own_of(cell, packed), bond, ws)
        for row in range(SUMS):
            totals[np.uintp(first) + np.uintp(row)] += lane_sum(row, last, ws)
        place += n


@scalar
def contacts_of(
    low: int, high: int, packed: Floats, ids: Ints, near: Neighbours, bond: Bond, ws: Floats, totals: Floats, ends: Ints
) -> None:
    """Sum over the neighbours of up to BATCH cells; cell c of them has its SUMS totals from ``c * SUMS`` on."""
    fits = near.offsets[np.uintp(high)] - near.offsets[np.uintp(low)] + 2 * LANES * (high - low) <= ROOM
    if fits:
        at = 0
        for cell in range(np.uintp(low), np.uintp(high)):
            place = int(near.offsets[cell])
            n = int(near.offsets[cell + np.uintp(1)]) - place
            at = lay_out(cell, place, n, at, packed, near, ws)
            ends[cell - np.uintp(low)] = np.int64(at)
        at = LANES
        for cell in range(np.uintp(low), np.uintp(high)):
            end = int(ends[cell - np.uintp(low)])
            weigh(at, end, own_of(cell, packed), bond, ws)
            at = end + LANES
        for c in range(np.uintp(high - low)):
            for row in range(SUMS):
                totals[c * np.uintp(SUMS) + np.uintp(row)] = lane_sum(row, ends[c], ws)
    for cell in range(np.uintp(low), np.uintp(high)):
        first = (cell - np.uintp(low)) * np.uintp(SUMS)
        # cells on one point have no line between their centres, so that their force is no number
        if not fits or not math.isfinite(totals[first]):
            one_by_one(cell, packed, ids, near, bond, ws, totals, int(first))
