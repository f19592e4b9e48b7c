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
from amoeboid.kernels.contact import BATCH, COLUMNS, LANES, ROOM, SUMS, Bond, contacts_of, hertz, packed_array
from amoeboid.kernels.neighbours import Neighbours
from amoeboid.kernels.pores import closed_share, passage
from amoeboid.kernels.sampling import blend, locate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

__all__ = ["COLUMNS", "Cells", "Gel", "Law", "Moved", "Space", "gather", "note", "packed_array", "step"]


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
    """What a step reads of the cells, by row, and in the last three of their types, by type.

    ``nucleus`` is the nuclear cross-section [um^2]; ``sticky`` and ``mesenchymal`` are the square roots [sqrt(nN/um)]
    of the adhesion of two cells of the type through either kind of junction.
    """

    id: Ints
    type: Ints
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
    share = drive / law.rac_half
    # a square is most of what is asked, and a power ten times dearer
    return 1.0 / (1.0 + (share * share if law.rac_power == 2.0 else math.pow(share, law.rac_power)))


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
def note(
    low: int,
    high: int,
    position: Floats,
    velocity: Floats,
    radius: Floats,
    skins: tuple[float, float, float],
    anchor: Floats,
    reach: Floats,
) -> None:
    """Note where cells are, and with what radius they are listed: their own and a margin for the way they will go.

    The margin is the way at the present speed in a time, between two bounds; ``skins`` are the lower bound [um], the
    time [s] and the upper bound [um].
    """
    least, ahead, most = skins
    for row in range(np.uintp(low), np.uintp(high)):
        vx, vy, vz = velocity[row, 0], velocity[row, 1], velocity[row, 2]
        anchor[row, 0], anchor[row, 1], anchor[row, 2] = position[row, 0], position[row, 1], position[row, 2]
        reach[row] = radius[row] + min(max(ahead * math.sqrt(vx * vx + vy * vy + vz * vz), least), most)


@kernel
def gather(
    low: int,
    high: int,
    position: Floats,
    anchor: Floats,
    reach: Floats,
    cells: Cells,
    law: Law,
    packed: Floats,
) -> tuple[float, np.int64]:
    """Gather what neighbours see of each cell.

    Parameters
    ----------
    position, anchor : (n, 3) arrays [um]
        Now, and at the last rebuild of the list.
    reach : (n,) array [um]
        Radius with which the list was built: what is left above the present radius is how far a cell may go.
    packed : (n, COLUMNS) array
        Receives what `COLUMNS` says, the tension as motion sees it.

    Returns
    -------
    farthest : float
        Largest square of displacement since the anchor over what a cell may go; the list holds up to 1.
    broken : int
        First row of the range with a number that is not finite, or -1.
    """
    farthest = 0.0
    broken = np.int64(-1)
    for row in range(np.uintp(low), np.uintp(high)):
        x, y, z = position[row, 0], position[row, 1], position[row, 2]
        dx, dy, dz = x - anchor[row, 0], y - anchor[row, 1], z - anchor[row, 2]
        left = reach[row] - cells.radius[row]
        farthest = max(farthest, (dx * dx + dy * dy + dz * dz) / (left * left) if left > 0.0 else math.inf)
        tension = seen(cells.tension[row], law.tension_reference, law.coupling)
        drive = seen(cells.drive[row], law.drive_reference, law.coupling)
        held = math.sqrt(max(0.0, 1.0 - law.loosening * drive))
        packed[row, 0] = x
        packed[row, 1] = y
        packed[row, 2] = z
        packed[row, 3] = cells.radius[row]
        packed[row, 4] = tension
        kind = np.uintp(cells.type[row])
        packed[row, 5] = cells.sticky[kind] * held
        packed[row, 6] = cells.mesenchymal[kind] * held
        if not math.isfinite(x + y + z + cells.radius[row] + cells.tension[row] + cells.drive[row]):
            broken = np.int64(row) if broken < 0 else min(broken, np.int64(row))
    return farthest, broken


@scalar
def wall_force(coordinate: float, length: float, radius: float, stiffness: float) -> float:
    """Give the force [nN] of the two walls across one axis on a cell: Hertz against a flat wall."""
    if radius <= coordinate <= length - radius:
        return 0.0
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
    """Move cells by one explicit step; reads neighbours from ``packed``, writes its rows only.

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
    bond = Bond(law.hertz, law.reach, law.heterotypic)
    scratch, totals, ends = np.empty(SUMS * ROOM + LANES), np.empty(SUMS * BATCH), np.empty(BATCH, np.int64)
    ws = scratch[np.uintp(-(scratch.ctypes.data // 8) % LANES) :]  # a group in one line of the cache
    for row in range(np.uintp(low), np.uintp(high)):
        c = (row - np.uintp(low)) % np.uintp(BATCH)
        if c == 0:
            end = min(int(row) + BATCH, high)
            contacts_of(int(row), end, packed, cells.id, near, bond, ws, totals, ends)
        first = c * np.uintp(SUMS)
        fx, fy, fz = totals[first], totals[first + np.uintp(1)], totals[first + np.uintp(2)]
        touching = totals[first + np.uintp(6)]
        x, y, z, radius = packed[row, 0], packed[row, 1], packed[row, 2], packed[row, 3]
        px, py, pz = cells.polarity[row, 0], cells.polarity[row, 1], cells.polarity[row, 2]
        present, closed, stiffness, pore = surroundings(
            x + radius * px, y + radius * py, z + radius * pz, gel, space, law
        )
        tension = packed[row, 4]
        drive = seen(cells.drive[row], law.drive_reference, law.coupling)
        share = passage(
            pore, law.pore_spread, cells.pore[row], tension, radius, stiffness, closed,
            cells.nucleus[np.uintp(cells.type[row])],
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
        out.crowding[row, 0], out.crowding[row, 1] = totals[first + np.uintp(3)], totals[first + np.uintp(4)]
        out.crowding[row, 2] = totals[first + np.uintp(5)]
        out.pressure[row] = law.hertz * totals[first + np.uintp(7)] / (4.0 * math.pi * radius * radius)
    return broken
