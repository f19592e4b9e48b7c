"""Twin of `amoeboid.kernels.posture`: polarity and aspect ratio over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.spatial.transform import Rotation

from amoeboid.kernels.motion import Gel, Law, Space
from amoeboid.kernels.posture import Figure
from amoeboid.kernels.reference import motion

Floats = NDArray[np.float64]


def concentration(mean: float) -> float:
    """Give kappa with coth(kappa) - 1/kappa = mean, by bracketing."""
    if mean > 0.99:
        return 1.0 / (1.0 - mean)
    root: float = brentq(lambda k: 1.0 / np.tanh(k) - 1.0 / k - mean, 1e-3, 200.0, xtol=1e-13)
    return root


def drift(p: Floats, b: Floats, dt: float, n_steps: int = 20000) -> Floats:
    """Integrate dp/dt = (I - p p) b by many small steps of the midpoint rule; p and b are (n, 3)."""
    h = dt / n_steps
    for _ in range(n_steps):
        slope = b - np.sum(b * p, axis=1, keepdims=True) * p
        middle = p + 0.5 * h * slope
        slope = b - np.sum(b * middle, axis=1, keepdims=True) * middle
        p = p + h * slope
        p = p / np.linalg.norm(p, axis=1, keepdims=True)
    return p


def cosine_of_turn(decay: ArrayLike, u: ArrayLike) -> Floats:
    """Give the cosine of the random turn by inverting the von Mises-Fisher law, mean exp(-decay)."""
    kappa = np.array([concentration(float(np.exp(-value))) for value in np.atleast_1d(decay)])
    share = np.asarray(u, dtype=np.float64)
    return np.asarray(1.0 + np.log(share + (1.0 - share) * np.exp(-2.0 * kappa)) / kappa)


def rotate(p: ArrayLike, axis: ArrayLike, angle: float) -> Floats:
    """Rotate vectors about a unit axis, for tests of isotropy."""
    return np.asarray(Rotation.from_rotvec(np.asarray(axis) * angle).apply(p))


def reshape(
    cells: tuple[Floats, Floats, Floats], aspect: Floats, gel: Gel, space: Space, law: Law, figure: Figure, dt: float
) -> Floats:
    """Give aspect ratios after dt [s]; cells are position, tension, drive."""
    position, tension, drive = cells
    present, _, stiffness, _ = motion.surroundings(position, gel, space, law)
    hold = present * motion.grip(stiffness, law) + (1.0 - present) * figure.tissue_grip
    out = motion.rac(drive, law) * hold
    target = 1.0 + figure.span * out / (out + np.maximum(tension, 0.0) / figure.tension)
    return np.asarray(target + (aspect - target) * np.exp(-dt / figure.time))
