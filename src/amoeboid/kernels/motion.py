"""One mechanics step of every cell: contacts, active force, pore, walls, velocity, new position.

    zeta v = s F_active p + max(s, s_floor) F_contact + F_wall
    F_active = min(zeta v_free, F_stall(gamma))
    v_free = vigour [w v_cortical(gamma) + (1 - w) v_mesenchymal(Rac, stiffness)]

Nothing here knows of an amoeboid or a mesenchymal *cell*: both ways of moving are always computed, and the
weight w follows from tension and confinement. Overdamped: no inertia; explicit Euler, first order in the step.
The NumPy twin is `amoeboid.kernels.reference.motion`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import kernel, scalar
from amoeboid.kernels.contact import hertz, indentation, pair_adhesion, pair_force
from amoeboid.kernels.neighbours import Neighbours
from amoeboid.kernels.pores import closed_share, passage
from amoeboid.kernels.sampling import blend, locate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Roots = tuple[float, float]

COLUMNS = 7
"""Columns of the packed array: x, y, z, radius, tension, roots of epithelial and of mesenchymal adhesion."""

ROOM = 64
"""Neighbours that are weighed in one go; more are weighed in several."""

LANES = 8
"""Neighbours that are weighed side by side."""

_FAR = 1e6  # um; where padding stands
_TINY = 1e-9  # um; nearer than this two centres have no line between them


class Law(NamedTuple):
    """Numbers of the mechanics, in internal units; each is an evidence record, see `tissue.cells.laws`."""

    hertz: float
    reach: float
    drag: float
    loosening: float
    coupling: float
    tension_reference: float
    drive_reference: float
    stall_tension_low: float
    stall_tension_high: float
    stall_low: float
    stall_high: float
    speed_cortical: float
    cortical_half: float
    bleb_threshold: float
    bleb_width: float
    speed_mesenchymal: float
    rac_half: float
    rac_power: float
    stiffness_best: float
    stiffness_spread: float
    tissue_stiffness: float
    confining_contacts: float
    friction_share: float
    passage_floor: float
    gel: float
    pore_spread: float
    push: float
    arrest_fraction: float
    heterotypic: float


class Space(NamedTuple):
    """Lengths of the domain, corner and inverse spacing of the grid [um, 1/um], whether pores are rigid."""

    size_x: float
    size_y: float
    size_z: float
    corner_x: float
    corner_y: float
    corner_z: float
    inverse_spacing: float
    rigid: bool


class Cells(NamedTuple):
    """What a step reads of the cells, by row; ``nucleus`` is the nuclear cross-section [um^2].

    ``sticky`` and ``mesenchymal`` are the square roots [sqrt(nN/um)] of the adhesion of two cells of the type through
    either kind of junction.
    """

    id: Ints
    radius: Floats
    tension: Floats
    drive: Floats
    polarity: Floats
    vigour: Floats
    pore: Floats
    nucleus: Floats
    sticky: Floats
    mesenchymal: Floats


class Gel(NamedTuple):
    """What a step reads of the matrix, by voxel."""

    collagen: Floats
    stiffness: Floats
    pore_area: Floats
    track: Floats


class Moved(NamedTuple):
    """What a step writes, by row."""

    position: Floats
    velocity: Floats
    drive_force: Floats
    traction: Floats
    passage: Floats
    contacts: Ints
    crowding: Floats
    pressure: Floats


@scalar
def seen(value: float, reference: float, coupling: float) -> float:
    """Give what motion sees of a tension or drive: reference + kappa (value - reference); never below 0."""
    return max(0.0, reference + coupling * (value - reference))


@scalar
def stall_force(tension: float, law: Law) -> float:
    """Give the force [nN] at which a cell of a cortical tension stalls: linear between two anchors, flat beyond."""
    share = (tension - law.stall_tension_low) / (law.stall_tension_high - law.stall_tension_low)
    return law.stall_low + min(1.0, max(0.0, share)) * (law.stall_high - law.stall_low)


@scalar
def cortical_speed(tension: float, law: Law) -> float:
    """Give the speed [um/s] of cortical flow: none below the bleb threshold, then saturating with tension."""
    excess = max(0.0, tension - law.bleb_threshold)
    return law.speed_cortical * excess / (excess + law.cortical_half)


@scalar
def bleb_share(tension: float, law: Law) -> float:
    """Give the smooth switch from 0 to 1 as tension passes the bleb threshold."""
    return 1.0 / (1.0 + math.exp((law.bleb_threshold - tension) / law.bleb_width))


@scalar
def rac(drive: float, law: Law) -> float:
    """Give Rac activity, 0 to 1: ROCK shuts it, r = 1 / (1 + (c/K)^n)."""
    if drive <= 0.0:
        return 1.0
    return 1.0 / (1.0 + math.pow(drive / law.rac_half, law.rac_power))


@scalar
def grip(stiffness: float, law: Law) -> float:
    """Give how well protrusions hold on a substrate [kPa], best at one stiffness: a bell over its logarithm."""
    if stiffness <= 0.0:
        return 0.0
    away = math.log(stiffness / law.stiffness_best) / law.stiffness_spread
    return math.exp(-0.5 * away * away)


@scalar
def confinement(present: float, contacts: float, law: Law) -> float:
    """Give how confined a cell is, 0 to 1, by matrix (collagen share) or by neighbours."""
    beside = min(1.0, contacts / law.confining_contacts)
    return 1.0 - (1.0 - present) * (1.0 - beside)


@scalar
def free_speed(
    tension: float, drive: float, present: float, contacts: float, stiffness: float, law: Law
) -> tuple[float, float]:
    """Give the speed [um/s] before vigour, and the weight w of cortical flow in it."""
    weight = confinement(present, contacts, law) * bleb_share(tension, law)
    substrate = present * stiffness + (1.0 - present) * law.tissue_stiffness
    holding = max(present, min(1.0, contacts / law.confining_contacts))
    mesenchymal = law.speed_mesenchymal * rac(drive, law) * grip(substrate, law) * holding
    return weight * cortical_speed(tension, law) + (1.0 - weight) * mesenchymal, weight


@kernel
def gather(
    low: int,
    high: int,
    position: Floats,
    anchor: Floats,
    margin: Floats,
    cells: Cells,
    order: Ints,
    law: Law,
    packed: Floats,
) -> tuple[float, np.int64]:
    """Gather by slot what neighbours see of a cell.

    Parameters
    ----------
    position, anchor : (n, 3) arrays [um]
        Now, and at the last rebuild of the list.
    margin : (n,) array [um]
        How far each cell may go before the list is stale.
    packed : (n, COLUMNS) array
        Receives x, y, z, radius, tension as motion sees it, square roots of the two adhesions.

    Returns
    -------
    farthest : float
        Largest square of displacement since the anchor over margin; the list holds up to 1.
    broken : int
        First row of the range with a number that is not finite, or -1.
    """
    farthest = 0.0
    broken = np.int64(-1)
    for slot in range(np.uintp(low), np.uintp(high)):
        row = np.uintp(order[slot])
        x, y, z = position[row, 0], position[row, 1], position[row, 2]
        dx, dy, dz = x - anchor[row, 0], y - anchor[row, 1], z - anchor[row, 2]
        farthest = max(farthest, (dx * dx + dy * dy + dz * dz) / (margin[row] * margin[row]))
        tension = seen(cells.tension[row], law.tension_reference, law.coupling)
        drive = seen(cells.drive[row], law.drive_reference, law.coupling)
        held = math.sqrt(max(0.0, 1.0 - law.loosening * drive))
        packed[slot, 0] = x
        packed[slot, 1] = y
        packed[slot, 2] = z
        packed[slot, 3] = cells.radius[row]
        packed[slot, 4] = tension
        packed[slot, 5] = cells.sticky[row] * held
        packed[slot, 6] = cells.mesenchymal[row] * held
        if not math.isfinite(x + y + z + cells.radius[row] + cells.tension[row] + cells.drive[row]):
            broken = np.int64(row) if broken < 0 else min(broken, np.int64(row))
    return farthest, broken


@scalar
def wall_force(coordinate: float, length: float, radius: float, stiffness: float) -> float:
    """Give the force [nN] of the two walls across one axis on a cell: Hertz against a flat wall."""
    return hertz(radius - coordinate, radius, stiffness) - hertz(radius - (length - coordinate), radius, stiffness)


@scalar
def reflect(coordinate: float, length: float) -> float:
    """Fold a coordinate that left the domain back into it."""
    if coordinate < 0.0:
        coordinate = -coordinate
    if coordinate > length:
        coordinate = 2.0 * length - coordinate
    return min(max(coordinate, 0.0), length)


@scalar
def surroundings(x: float, y: float, z: float, gel: Gel, space: Space, law: Law) -> tuple[float, float, float, float]:
    """Sample the matrix at a point: collagen share, share of the way closed, stiffness [kPa], pore area [um^2]."""
    n_z, n_y, n_x = gel.collagen.shape
    along_z = locate(z - space.corner_z, space.inverse_spacing, n_z)
    along_y = locate(y - space.corner_y, space.inverse_spacing, n_y)
    along_x = locate(x - space.corner_x, space.inverse_spacing, n_x)
    collagen = blend(gel.collagen, along_z, along_y, along_x)
    if collagen <= 0.0:
        return 0.0, 0.0, 0.0, 1.0
    present = closed_share(collagen, law.gel, 0.0)
    closed = closed_share(collagen, law.gel, blend(gel.track, along_z, along_y, along_x))
    stiffness = blend(gel.stiffness, along_z, along_y, along_x)
    return present, closed, stiffness, blend(gel.pore_area, along_z, along_y, along_x)


@scalar
def weigh(group: int, radius: float, tension: float, roots: Roots, law: Law, ws: Floats) -> None:
    """Turn LANES neighbours laid side by side into forces on the cell and unit vectors to those in touch.

    Rows 0 to 6 of ``ws`` hold dx, dy, dz [um], radius, tension, adhesion roots; 0 to 2 receive the force [nN], 3 to 5
    the unit vectors, 6 whether the cells touch, 7 the indentation. A fixed count without branches: the compiler makes
    vectors.
    """
    first = np.uintp(group * LANES)
    for lane in range(LANES):
        k = first + np.uintp(lane)
        dx, dy, dz = ws[k], ws[np.uintp(ROOM) + k], ws[np.uintp(2 * ROOM) + k]
        other = ws[np.uintp(3 * ROOM) + k]
        distance = math.sqrt(dx * dx + dy * dy + dz * dz)
        inverse = 1.0 / distance
        ux, uy, uz = dx * inverse, dy * inverse, dz * inverse
        adhesion = pair_adhesion(roots, (ws[np.uintp(5 * ROOM) + k], ws[np.uintp(6 * ROOM) + k]), law.heterotypic)
        force = pair_force(
            distance, radius, other, tension + ws[np.uintp(4 * ROOM) + k], adhesion, law.hertz, law.reach
        )
        touch = 1.0 if distance < radius + other else 0.0
        ws[k] = -force * ux
        ws[np.uintp(ROOM) + k] = -force * uy
        ws[np.uintp(2 * ROOM) + k] = -force * uz
        ws[np.uintp(3 * ROOM) + k] = touch * ux
        ws[np.uintp(4 * ROOM) + k] = touch * uy
        ws[np.uintp(5 * ROOM) + k] = touch * uz
        ws[np.uintp(6 * ROOM) + k] = touch
        ws[np.uintp(7 * ROOM) + k] = indentation(distance, radius, other)


@scalar
def lay_out(slot: int, first: int, count: int, packed: Floats, ids: Ints, near: Neighbours, ws: Floats) -> int:
    """Lay up to ROOM neighbours of a cell side by side, padded with cells far away; give the groups of LANES."""
    x, y, z = packed[slot, 0], packed[slot, 1], packed[slot, 2]
    for step in range(count):
        k = np.uintp(step)
        other = np.uintp(near.flat[np.uintp(first + step)])
        dx, dy, dz = packed[other, 0] - x, packed[other, 1] - y, packed[other, 2] - z
        if abs(dx) + abs(dy) + abs(dz) < _TINY:
            # coincident centres: part along x, the smaller id to the left, so that both sides agree
            dx = _TINY if ids[np.uintp(near.order[slot])] < ids[np.uintp(near.order[other])] else -_TINY
            dy, dz = 0.0, 0.0
        ws[k], ws[np.uintp(ROOM) + k], ws[np.uintp(2 * ROOM) + k] = dx, dy, dz
        ws[np.uintp(3 * ROOM) + k] = packed[other, 3]
        ws[np.uintp(4 * ROOM) + k] = packed[other, 4]
        ws[np.uintp(5 * ROOM) + k] = packed[other, 5]
        ws[np.uintp(6 * ROOM) + k] = packed[other, 6]
    groups = (count + LANES - 1) // LANES
    for step in range(count, groups * LANES):
        k = np.uintp(step)
        ws[k], ws[np.uintp(ROOM) + k], ws[np.uintp(2 * ROOM) + k] = _FAR, 0.0, 0.0
        ws[np.uintp(3 * ROOM) + k], ws[np.uintp(4 * ROOM) + k] = 1.0, 1.0
        ws[np.uintp(5 * ROOM) + k], ws[np.uintp(6 * ROOM) + k] = 0.0, 0.0
    return groups


@scalar
def contacts_of(
    slot: int, packed: Floats, ids: Ints, near: Neighbours, law: Law, ws: Floats
) -> tuple[float, float, float, float, float, float, float, float]:
    """Sum the forces of neighbours [nN] in order of id, unit vectors to touching cells, their number, indentations."""
    radius, tension, roots = packed[slot, 3], packed[slot, 4], (packed[slot, 5], packed[slot, 6])
    fx, fy, fz = 0.0, 0.0, 0.0
    cx, cy, cz = 0.0, 0.0, 0.0
    touching, dents = 0.0, 0.0
    place, end = int(near.offsets[slot]), int(near.offsets[slot + np.uintp(1)])
    while place < end:
        count = min(ROOM, end - place)
        for group in range(lay_out(slot, place, count, packed, ids, near, ws)):
            weigh(group, radius, tension, roots, law, ws)
        for step in range(count):
            k = np.uintp(step)
            fx += ws[k]
            fy += ws[np.uintp(ROOM) + k]
            fz += ws[np.uintp(2 * ROOM) + k]
            cx += ws[np.uintp(3 * ROOM) + k]
            cy += ws[np.uintp(4 * ROOM) + k]
            cz += ws[np.uintp(5 * ROOM) + k]
            touching += ws[np.uintp(6 * ROOM) + k]
            dents += ws[np.uintp(7 * ROOM) + k]
        place += count
    return fx, fy, fz, touching, cx, cy, cz, dents


@kernel
def step(
    low: int,
    high: int,
    packed: Floats,
    near: Neighbours,
    cells: Cells,
    gel: Gel,
    space: Space,
    law: Law,
    dt: float,
    out: Moved,
) -> np.int64:
    """Move cells by one explicit step; reads neighbours from ``packed``, writes rows of its slots only.

    Parameters
    ----------
    packed : (n, COLUMNS) array
        From `gather`.
    near : Neighbours
    cells, gel, space, law
        Arrays by row, arrays by voxel, domain and numbers.
    dt : float
        [s].
    out : Moved

    Returns
    -------
    broken : int
        First row of the range with a velocity that is not finite, or -1.
    """
    broken = np.int64(-1)
    ws = np.empty(8 * ROOM)
    for slot in range(np.uintp(low), np.uintp(high)):
        row = np.uintp(near.order[slot])
        x, y, z, radius = packed[slot, 0], packed[slot, 1], packed[slot, 2], packed[slot, 3]
        px, py, pz = cells.polarity[row, 0], cells.polarity[row, 1], cells.polarity[row, 2]
        fx, fy, fz, touching, cx, cy, cz, dents = contacts_of(slot, packed, cells.id, near, law, ws)
        present, closed, stiffness, pore = surroundings(
            x + radius * px, y + radius * py, z + radius * pz, gel, space, law
        )
        tension = packed[slot, 4]
        drive = seen(cells.drive[row], law.drive_reference, law.coupling)
        share = passage(
            pore, law.pore_spread, cells.pore[row], tension, radius, stiffness, closed, cells.nucleus[row],
            law.arrest_fraction, law.push, space.rigid,
        )  # fmt: skip
        speed, weight = free_speed(tension, drive, present, touching, stiffness, law)
        active = min(law.drag * cells.vigour[row] * speed, stall_force(tension, law))
        passive = max(share, law.passage_floor)
        vx = (share * active * px + passive * fx + wall_force(x, space.size_x, radius, law.hertz)) / law.drag
        vy = (share * active * py + passive * fy + wall_force(y, space.size_y, radius, law.hertz)) / law.drag
        vz = (share * active * pz + passive * fz + wall_force(z, space.size_z, radius, law.hertz)) / law.drag
        if not math.isfinite(vx + vy + vz):
            broken = np.int64(row) if broken < 0 else min(broken, np.int64(row))
        out.position[row, 0] = reflect(x + dt * vx, space.size_x)
        out.position[row, 1] = reflect(y + dt * vy, space.size_y)
        out.position[row, 2] = reflect(z + dt * vz, space.size_z)
        out.velocity[row, 0], out.velocity[row, 1], out.velocity[row, 2] = vx, vy, vz
        out.drive_force[row] = active
        hold = weight * law.friction_share + (1.0 - weight)
        out.traction[row] = present * hold * active / (math.pi * radius * radius)
        out.passage[row] = share
        out.contacts[row] = touching
        out.crowding[row, 0], out.crowding[row, 1], out.crowding[row, 2] = cx, cy, cz
        out.pressure[row] = law.hertz * dents / (4.0 * math.pi * radius * radius)
    return broken
