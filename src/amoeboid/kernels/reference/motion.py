"""Twin of `amoeboid.kernels.motion`: one step of all cells over all pairs, as read from the equations."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.kernels.motion import Cells, Gel, Law, Moved, Space
from amoeboid.kernels.reference import contact, neighbours, pores, sampling

Floats = NDArray[np.float64]


def seen(value: ArrayLike, reference: float, coupling: float) -> Floats:
    """Give reference + kappa (value - reference), at least 0."""
    return np.maximum(0.0, reference + coupling * (np.asarray(value, dtype=np.float64) - reference))


def stall_force(tension: ArrayLike, law: Law) -> Floats:
    """Give the stall force [nN], linear in tension between two anchors."""
    anchors = [law.stall_tension_low, law.stall_tension_high]
    return np.asarray(np.interp(np.asarray(tension), anchors, [law.stall_low, law.stall_high]))


def cortical_speed(tension: ArrayLike, law: Law) -> Floats:
    """Give the speed [um/s] of cortical flow."""
    excess = np.maximum(0.0, np.asarray(tension, dtype=np.float64) - law.bleb_threshold)
    return np.asarray(law.speed_cortical * excess / (excess + law.cortical_half))


def bleb_share(tension: ArrayLike, law: Law) -> Floats:
    """Give the logistic switch over tension."""
    return np.asarray(1.0 / (1.0 + np.exp((law.bleb_threshold - np.asarray(tension)) / law.bleb_width)))


def rac(drive: ArrayLike, law: Law) -> Floats:
    """Give Rac activity 1 / (1 + (c/K)^n)."""
    share = np.maximum(np.asarray(drive, dtype=np.float64), 0.0) / law.rac_half
    return np.asarray(1.0 / (1.0 + share**law.rac_power))


def grip(stiffness: ArrayLike, law: Law) -> Floats:
    """Give the bell over the logarithm of stiffness; none at 0."""
    value = np.asarray(stiffness, dtype=np.float64)
    away = np.log(np.where(value > 0.0, value, 1.0) / law.stiffness_best) / law.stiffness_spread
    return np.where(value > 0.0, np.exp(-0.5 * away**2), 0.0)


def free_speed(
    tension: ArrayLike, drive: ArrayLike, present: ArrayLike, contacts: ArrayLike, stiffness: ArrayLike, law: Law
) -> tuple[Floats, Floats]:
    """Give the free speed [um/s] before vigour, and the weight of cortical flow."""
    there = np.asarray(present, dtype=np.float64)
    beside = np.minimum(1.0, np.asarray(contacts) / law.confining_contacts)
    weight = (1.0 - (1.0 - there) * (1.0 - beside)) * bleb_share(tension, law)
    substrate = there * np.asarray(stiffness) + (1.0 - there) * law.tissue_stiffness
    slow = law.speed_mesenchymal * rac(drive, law) * grip(substrate, law) * np.maximum(there, beside)
    return np.asarray(weight * cortical_speed(tension, law) + (1.0 - weight) * slow), weight


def contacts_of(
    position: Floats, radius: Floats, tension: Floats, roots: tuple[Floats, Floats], law: Law
) -> tuple[Floats, NDArray[np.int64], Floats, Floats]:
    """Give force (n, 3) [nN], number of touching cells (n,), sum of units to them (n, 3), repulsion (n,) [nN]."""
    n = len(position)
    pair = neighbours.pairs(position, radius, law.reach)
    i, j = pair[:, 0], pair[:, 1]
    away = position[j] - position[i]
    distance = np.linalg.norm(away, axis=1)
    unit = away / distance[:, None]
    e, m = roots
    adhesion = contact.pair_adhesion((e[i], m[i]), (e[j], m[j]), law.heterotypic)
    pull = contact.pair_force(distance, radius[i], radius[j], tension[i] + tension[j], adhesion, law.hertz, law.reach)
    push = law.hertz * contact.indentation(distance, radius[i], radius[j])
    force, crowding = np.zeros((n, 3)), np.zeros((n, 3))
    np.add.at(force, i, -pull[:, None] * unit)
    touching = distance < radius[i] + radius[j]
    np.add.at(crowding, i[touching], unit[touching])
    repulsion = np.zeros(n)
    np.add.at(repulsion, i, push)
    return force, np.bincount(i[touching], minlength=n), crowding, repulsion


def surroundings(points: Floats, gel: Gel, space: Space, law: Law) -> tuple[Floats, Floats, Floats, Floats]:
    """Give collagen share, share of the way closed, stiffness [kPa], median pore area [um^2] at (n, 3) points."""
    corner = np.array([space.corner_x, space.corner_y, space.corner_z])
    collagen, stiffness, area, track = (sampling.sample(field, points - corner, space.inverse_spacing) for field in gel)
    present = pores.closed_share(collagen, law.gel, 0.0)
    return present, pores.closed_share(collagen, law.gel, track), stiffness, np.where(collagen > 0.0, area, 1.0)


def step(position: Floats, cells: Cells, gel: Gel, space: Space, law: Law, dt: float) -> Moved:
    """Give what one explicit step of all cells writes; the arrays given are left as they are."""
    radius = cells.radius
    tension = seen(cells.tension, law.tension_reference, law.coupling)
    drive = seen(cells.drive, law.drive_reference, law.coupling)
    held = np.sqrt(np.maximum(0.0, 1.0 - law.loosening * drive))
    roots = (cells.sticky[cells.type] * held, cells.mesenchymal[cells.type] * held)
    force, touching, crowding, pushes = contacts_of(position, radius, tension, roots, law)
    present, closed, stiffness, area = surroundings(position + radius[:, None] * cells.polarity, gel, space, law)
    share = pores.passage(
        area, law.pore_spread, cells.pore, tension, radius, stiffness, closed, cells.nucleus[cells.type],
        law.arrest_fraction, law.push, space.rigid,
    )  # fmt: skip
    speed, weight = free_speed(tension, drive, present, touching, stiffness, law)
    active = np.minimum(law.drag * cells.vigour * speed, stall_force(tension, law))
    size = np.array([space.size_x, space.size_y, space.size_z])
    near, far = radius[:, None] - position, radius[:, None] - (size - position)
    wall = contact.hertz(near, radius[:, None], law.hertz) - contact.hertz(far, radius[:, None], law.hertz)
    passive = np.maximum(share, law.passage_floor)
    total = (share * active)[:, None] * cells.polarity + passive[:, None] * force + wall
    velocity = total / law.drag
    moved = np.abs(position + dt * velocity)
    moved = np.clip(np.where(moved > size, 2.0 * size - moved, moved), 0.0, size)
    traction = present * (weight * law.friction_share + 1.0 - weight) * active / (np.pi * radius**2)
    pressure = pushes / (4.0 * np.pi * radius**2)
    return Moved(moved, velocity, active, traction, np.asarray(share), touching, crowding, pressure)
