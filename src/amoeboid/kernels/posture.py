"""Where a cell points and how long it is: polarity on the sphere, and the aspect ratio.

    dp = (I - p p) b dt + rotational diffusion,  D_r = 1 / (2 tau),  so that <p(t) p(0)> = exp(-t / tau)

Each part is exact over a tick in what is claimed of it: the drift for a constant b, the diffusion in its
correlation exp(-dt/tau), whatever dt. The NumPy twin is `amoeboid.kernels.reference.posture`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import kernel, scalar
from amoeboid.kernels.motion import Gel, Law, Space, grip, rac, surroundings
from amoeboid.kernels.random import uniforms
from amoeboid.kernels.sampling import blend, locate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Vector = tuple[float, float, float]

_STEEP = 20.0  # concentration from which coth is 1 to rounding
_FLAT = 1e-4  # concentration below which all directions are alike
_TINY = 1e-12


class Steering(NamedTuple):
    """Rates [1/s] of turning: from neighbours, along fibres, up a gradient, to stiff matrix; the key of the draws."""

    inhibition: float
    guidance: float
    chemotaxis: float
    durotaxis: float
    seed: int
    stream: int


class Figure(NamedTuple):
    """Numbers of the shape: span of the aspect ratio, half tension [nN/um], time [s], hold on tissue."""

    span: float
    tension: float
    time: float
    tissue_grip: float


@scalar
def concentration(mean: float) -> float:
    """Give kappa of the von Mises-Fisher law with a mean cosine, coth(kappa) - 1/kappa = mean.

    Start of Banerjee et al. 2005 (JMLR 6:1345), then Newton.
    """
    kappa = mean * (3.0 - mean * mean) / (1.0 - mean * mean)
    if kappa > _STEEP:
        return 1.0 / (1.0 - mean)
    for _ in range(4):
        if kappa < _FLAT:
            return kappa
        sinh = math.sinh(kappa)
        kappa -= (1.0 / math.tanh(kappa) - 1.0 / kappa - mean) / (1.0 / (kappa * kappa) - 1.0 / (sinh * sinh))
    return kappa


@scalar
def diffuse(p: Vector, decay: float, u: float, v: float) -> Vector:
    """Turn a direction by a random angle whose mean cosine is exp(-decay); u, v uniform on (0, 1)."""
    px, py, pz = p
    kappa = concentration(math.exp(-decay))
    if kappa < _FLAT:
        cosine = 2.0 * u - 1.0
    else:
        cosine = 1.0 + math.log(u + (1.0 - u) * math.exp(-2.0 * kappa)) / kappa
    sine = math.sqrt(max(0.0, 1.0 - cosine * cosine))
    across, up = sine * math.cos(2.0 * math.pi * v), sine * math.sin(2.0 * math.pi * v)
    # two vectors square to p (Duff et al. 2017, JCGT 6:1)
    sign = 1.0 if pz >= 0.0 else -1.0
    a = -1.0 / (sign + pz)
    b = px * py * a
    x = cosine * px + across * (1.0 + sign * px * px * a) + up * b
    y = cosine * py + across * sign * b + up * (sign + py * py * a)
    z = cosine * pz - across * sign * px - up * py
    norm = math.sqrt(x * x + y * y + z * z)
    return x / norm, y / norm, z / norm


@scalar
def drift(p: Vector, b: Vector, dt: float) -> Vector:
    """Turn a direction towards b for dt: the solution of dp/dt = (I - p p) b, tan(a/2) shrinks as exp(-|b| t)."""
    px, py, pz = p
    rate = math.sqrt(b[0] * b[0] + b[1] * b[1] + b[2] * b[2])
    if rate * dt < _TINY:
        return p
    bx, by, bz = b[0] / rate, b[1] / rate, b[2] / rate
    cosine = min(1.0, max(-1.0, px * bx + py * by + pz * bz))
    sx, sy, sz = px - cosine * bx, py - cosine * by, pz - cosine * bz
    sine = math.sqrt(sx * sx + sy * sy + sz * sz)
    if sine < _TINY:
        return p
    left = math.exp(-2.0 * rate * dt) * (1.0 - cosine)
    new_cosine = (1.0 + cosine - left) / (1.0 + cosine + left)
    new_sine = math.sqrt(max(0.0, 1.0 - new_cosine * new_cosine)) / sine
    return new_cosine * bx + new_sine * sx, new_cosine * by + new_sine * sy, new_cosine * bz + new_sine * sz


@scalar
def along_fibres(x: float, y: float, z: float, p: Vector, orientation: Floats, space: Space) -> Vector:
    """Give T p - (p T p) p with the fibre tensor T at a point: none when fibres have no direction."""
    n_z, n_y, n_x, _ = orientation.shape
    k = locate(z - space.corner_z, space.inverse_spacing, n_z)
    j = locate(y - space.corner_y, space.inverse_spacing, n_y)
    i = locate(x - space.corner_x, space.inverse_spacing, n_x)
    xx, yy = blend(orientation[..., 0], k, j, i), blend(orientation[..., 1], k, j, i)
    zz, xy = blend(orientation[..., 2], k, j, i), blend(orientation[..., 3], k, j, i)
    xz, yz = blend(orientation[..., 4], k, j, i), blend(orientation[..., 5], k, j, i)
    tx = xx * p[0] + xy * p[1] + xz * p[2]
    ty = xy * p[0] + yy * p[1] + yz * p[2]
    tz = xz * p[0] + yz * p[1] + zz * p[2]
    along = tx * p[0] + ty * p[1] + tz * p[2]
    return tx - along * p[0], ty - along * p[1], tz - along * p[2]


@scalar
def uphill(x: float, y: float, z: float, field: Floats, space: Space, width: float) -> Vector:
    """Give the relative difference of a field over a width [um] along x, y, z: (c+ - c-) / c."""
    n_z, n_y, n_x = field.shape
    h = 0.5 * width
    inverse = space.inverse_spacing
    k = locate(z - space.corner_z, inverse, n_z)
    j = locate(y - space.corner_y, inverse, n_y)
    i = locate(x - space.corner_x, inverse, n_x)
    east = blend(field, k, j, locate(x + h - space.corner_x, inverse, n_x))
    west = blend(field, k, j, locate(x - h - space.corner_x, inverse, n_x))
    north = blend(field, k, locate(y + h - space.corner_y, inverse, n_y), i)
    south = blend(field, k, locate(y - h - space.corner_y, inverse, n_y), i)
    above = blend(field, locate(z + h - space.corner_z, inverse, n_z), j, i)
    below = blend(field, locate(z - h - space.corner_z, inverse, n_z), j, i)
    mean = (east + west + north + south + above + below) / 6.0
    if mean <= 0.0:
        return 0.0, 0.0, 0.0
    return (east - west) / mean, (north - south) / mean, (above - below) / mean


@kernel
def turn(
    low: int,
    high: int,
    cells: tuple[Ints, Floats, Floats, Floats, Floats],
    polarity: Floats,
    fields: tuple[Floats, Floats, Floats],
    space: Space,
    steering: Steering,
    tick: int,
    dt: float,
) -> None:
    """Turn the polarity of cells by one tick.

    Parameters
    ----------
    cells : id (n,), position (n, 3) [um], radius (n,) [um], persistence (n,) [s], crowding (n, 3)
    polarity : (n, 3) array
        Unit vectors, changed in place.
    fields : fibre tensor (n_z, n_y, n_x, 6), attractant and stiffness (n_z, n_y, n_x)
        Used where the rate is not 0.
    space, steering
    tick : int
        Keys the draws.
    dt : float
        [s].
    """
    ids, position, radius, persistence, crowding = cells
    orientation, attractant, stiffness = fields
    for row in range(np.uintp(low), np.uintp(high)):
        p = (polarity[row, 0], polarity[row, 1], polarity[row, 2])
        x, y, z = position[row, 0], position[row, 1], position[row, 2]
        bx = -steering.inhibition * crowding[row, 0]
        by = -steering.inhibition * crowding[row, 1]
        bz = -steering.inhibition * crowding[row, 2]
        if steering.guidance != 0.0:
            gx, gy, gz = along_fibres(x, y, z, p, orientation, space)
            bx, by, bz = bx + steering.guidance * gx, by + steering.guidance * gy, bz + steering.guidance * gz
        if steering.chemotaxis != 0.0:
            gx, gy, gz = uphill(x, y, z, attractant, space, 2.0 * radius[row])
            bx, by, bz = (
                bx + steering.chemotaxis * gx,
                by + steering.chemotaxis * gy,
                bz + steering.chemotaxis * gz,
            )
        if steering.durotaxis != 0.0:
            gx, gy, gz = uphill(x, y, z, stiffness, space, 2.0 * radius[row])
            bx, by, bz = bx + steering.durotaxis * gx, by + steering.durotaxis * gy, bz + steering.durotaxis * gz
        p = drift(p, (bx, by, bz), dt)
        u, v, _, _ = uniforms(ids[row], tick, steering.stream, 0, steering.seed)
        decay = dt / persistence[row] if persistence[row] > 0.0 else math.inf
        polarity[row, 0], polarity[row, 1], polarity[row, 2] = diffuse(p, decay, u, v)


@kernel
def reshape(
    low: int,
    high: int,
    cells: tuple[Floats, Floats, Floats],
    aspect: Floats,
    gel: Gel,
    space: Space,
    law: Law,
    figure: Figure,
    dt: float,
) -> None:
    """Relax the aspect ratio towards the balance of protrusion and adhesion against tension.

    target = 1 + span x / (x + gamma / gamma_half),  x = Rac * hold;  exact for constant surroundings.

    Parameters
    ----------
    cells : position (n, 3) [um], tension (n,) [nN/um], drive (n,)
    aspect : (n,) array
        Changed in place.
    gel, space, law, figure
    dt : float
        [s].
    """
    position, tension, drive = cells
    share = -math.expm1(-dt / figure.time)
    for row in range(np.uintp(low), np.uintp(high)):
        present, _, stiffness, _ = surroundings(position[row, 0], position[row, 1], position[row, 2], gel, space, law)
        hold = present * grip(stiffness, law) + (1.0 - present) * figure.tissue_grip
        out = rac(drive[row], law) * hold
        back = max(tension[row], 0.0) / figure.tension
        target = 1.0 + (figure.span * out / (out + back) if out > 0.0 else 0.0)
        aspect[row] += share * (target - aspect[row])
