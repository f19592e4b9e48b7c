"""What a motion of the matrix carries along: collagen, fibres, strain, tracks.

Collagen moves through the faces of voxels by limited upwind sweeps along one axis after the other (van Leer 1974), so
its mass is kept to rounding and density stays at or above 0. Everything else goes with the collagen that it belongs to.
Fibres turn and stretch with the motion (affine, trace kept at 1), elastic strain turns with it. Where gel has become
stiffer by compaction, its elastic strain is lowered until it holds no more energy than was carried there: fibres that
come to lie together do so without load. Range of validity: less than half a voxel per sweep; more sweeps else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.fibres import COMPONENTS
from amoeboid.tissue.matrix.constitution import FibreLaw, gel_moduli, respond

Floats = NDArray[np.float64]

_COURANT = 0.45  # largest share of a voxel that a face moves in one sweep
_EMPTY = 1e-9  # share of the rest density below which a voxel holds nothing that could be carried


@dataclass(frozen=True)
class Gel:
    """What there is of the matrix, by voxel.

    Attributes
    ----------
    collagen : (n_z, n_y, n_x) array
        [mg/ml].
    carried : (n_z, n_y, n_x, n) array
        What goes with it: orientation (6), elastic strain (6), strain that stays (6), track, energy density [kPa].
    """

    collagen: Floats
    carried: Floats


def gradient(motion: Floats, edge: float) -> Floats:
    """Give the mean gradient of a motion over voxels, (n_z, n_y, n_x, 3, 3), [..., a, b] = d u_b / d x_a."""
    parts = []
    for axis in (2, 1, 0):
        change = np.diff(motion, axis=axis)
        for other in range(3):
            if other != axis:
                change = 0.5 * (_low(change, other) + _high(change, other))
        parts.append(change / edge)
    return np.stack(parts, axis=-2)


def _low(array: Floats, axis: int) -> Floats:
    return array[(slice(None),) * axis + (slice(None, -1),)]


def _high(array: Floats, axis: int) -> Floats:
    return array[(slice(None),) * axis + (slice(1, None),)]


def tensor(six: Floats) -> Floats:
    """Give (..., 3, 3) of (..., 6) xx yy zz xy xz yz."""
    whole = np.empty((*six.shape[:-1], 3, 3))
    for place, (a, b) in enumerate(COMPONENTS):
        whole[..., a, b] = whole[..., b, a] = six[..., place]
    return whole


def _six(whole: Floats) -> Floats:
    return np.stack([whole[..., a, b] for a, b in COMPONENTS], axis=-1)


def turned(strain: Floats, slope: Floats) -> Floats:
    """Turn (..., 6) tensors with the spin of a motion: R e R^T, R = (1 - W/2)^-1 (1 + W/2) (Cayley).

    The size of a tensor is kept to rounding.
    """
    half = 0.25 * (np.swapaxes(slope, -1, -2) - slope)  # W / 2, W_ab = (d_b u_a - d_a u_b) / 2
    x, y, z = half[..., 2, 1], half[..., 0, 2], half[..., 1, 0]
    square = x * x + y * y + z * z
    axis = np.stack([x, y, z], axis=-1)
    # Cayley's rotation about an axis w: ((1 - w.w) 1 + 2 w w + 2 [w]) / (1 + w.w)
    rotation = 2.0 * (axis[..., :, None] * axis[..., None, :] + half)
    rotation += (1.0 - square)[..., None, None] * np.eye(3)
    rotation /= (1.0 + square)[..., None, None]
    return _six(_sandwich(rotation, tensor(strain)))


def _sandwich(outer: Floats, inner: Floats) -> Floats:
    """Give F X F^T; einsum without BLAS, so that bytes repeat."""
    first = np.einsum("...ab,...bc->...ac", outer, inner)
    return np.asarray(np.einsum("...ac,...dc->...ad", first, outer))


def stretched(orientation: Floats, slope: Floats) -> Floats:
    """Give the fibre tensor after an affine motion: F T F^T over its trace, F = 1 + du/dx."""
    deformation = np.eye(3) + np.swapaxes(slope, -1, -2)
    moved = _six(_sandwich(deformation, tensor(orientation)))
    return np.asarray(moved / moved[..., :3].sum(axis=-1, keepdims=True))


def carry(gel: Gel, motion: Floats, edge: float, turn: int) -> Gel:
    """Move collagen and what goes with it by a motion of the corners of voxels [um].

    Nothing passes the outer faces of the grid.

    Parameters
    ----------
    gel : Gel
    motion : (n_z + 1, n_y + 1, n_x + 1, 3) array
    edge : float
        Of a voxel [um].
    turn : int
        Sweeps go x y z when it is even, z y x when odd, so that no axis is always first.

    Returns
    -------
    gel : Gel
        Sums of density and of density times what is carried are those of before, to rounding.
    """
    n_sweeps = max(1, math.ceil(float(np.abs(motion).max()) / (_COURANT * edge)))
    mass = gel.collagen[..., None]
    amounts = np.concatenate([mass, mass * gel.carried], axis=-1)
    courants = [_through(motion, axis) / (edge * n_sweeps) for axis in range(3)]
    for sweep in range(n_sweeps):
        order = (2, 1, 0) if (turn + sweep) % 2 == 0 else (0, 1, 2)
        for axis in order:
            amounts = _sweep(amounts, courants[axis], axis)
    density = amounts[..., 0]
    there = density > _EMPTY * max(float(gel.collagen.max()), 1e-300)
    shares = np.divide(amounts[..., 1:], density[..., None], out=gel.carried.copy(), where=there[..., None])
    return Gel(np.ascontiguousarray(density), shares)


def _through(motion: Floats, axis: int) -> Floats:
    """Give how far inner faces across an axis of the array move along it [um]."""
    along = motion[..., 2 - axis]
    inner = along[(slice(None),) * axis + (slice(1, -1),)]
    for other in range(3):
        if other != axis:
            inner = 0.5 * (_low(inner, other) + _high(inner, other))
    return inner


def _sweep(amounts: Floats, courant: Floats, axis: int) -> Floats:
    """Move amounts along one axis: limited upwind for the mass, and for the shares that it carries."""
    amounts, courant = np.moveaxis(amounts, axis, 0), np.moveaxis(courant, axis, 0)
    mass = amounts[..., :1]
    shares = np.divide(amounts[..., 1:], mass, out=np.zeros_like(amounts[..., 1:]), where=mass > 0.0)
    speed = courant[..., None]
    flux = speed * _at_faces(mass, speed)
    flow = np.concatenate([flux, flux * _at_faces(shares, speed)], axis=-1)
    moved = amounts.copy()
    moved[:-1] -= flow
    moved[1:] += flow
    return np.moveaxis(moved, 0, axis)


def _at_faces(values: Floats, courant: Floats) -> Floats:
    """Give values at the inner faces along the first axis, from upwind, with van Leer's slope."""
    change = np.diff(values, axis=0)
    before, after = change[:-1], change[1:]
    product = before * after
    slope = np.zeros_like(values)
    # 2ab / (a + b) where both have one sign: never beyond a neighbour
    np.divide(2.0 * product, before + after, out=slope[1:-1], where=product > 0.0)
    reach = 0.5 * (1.0 - np.abs(courant))
    forward = values[:-1] + reach * slope[:-1]
    backward = values[1:] - reach * slope[1:]
    return np.where(courant > 0.0, forward, backward)


def settle(gel: Gel, law: FibreLaw) -> Gel:
    """Lower elastic strain where gel would hold more energy than was carried to it; add to the strain that stays.

    Fibre tensors get their trace of 1 back, from which limited sweeps depart by some per cent.
    """
    orientation, strain, lasting = (gel.carried[..., 6 * n : 6 * n + 6] for n in range(3))
    orientation = orientation / orientation[..., :3].sum(axis=-1, keepdims=True)
    carried = gel.carried[..., 19]
    energy = respond(strain, orientation, gel_moduli(gel.collagen, law), law).energy
    over = energy > carried
    # W(s e) <= s^2 W(e) for s <= 1: fibres stiffen with strain, the ground does not
    share = np.sqrt(np.divide(np.maximum(carried, 0.0), energy, out=np.ones_like(energy), where=over))[..., None]
    out = gel.carried.copy()
    out[..., :6] = orientation
    out[..., 6:12] = share * strain
    out[..., 12:18] = lasting + (1.0 - share) * strain
    return Gel(gel.collagen, out)
