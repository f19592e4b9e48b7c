"""Persistent random walks with cells of unlike speed, seen through frames and localisation noise.

Each cell keeps its own speed and persistence time (log-normal over cells). Its direction diffuses on the
sphere, so that the mean cosine after a time t is exp(-t / persistence). Sampling and noise are part of the
model, because they are part of the recording. Cells go straight within a substep of at most 60 s, as they
do in the tissue model, which overstates short displacements of cells that turn within a few minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from amoeboid.seeds import TICK, Stream, normal, uniform

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WalkParameters:
    """What defines the walks of a population.

    Parameters
    ----------
    speed : float [um/s]
        Median over cells.
    speed_spread, persistence_spread : float
        Standard deviations of the logarithms over cells.
    persistence : float [s]
        Median over cells.
    noise_xy, noise_z : float [um]
        Standard deviation of the localisation error per axis.
    z_scale : float
        Factor on motion along z: anisotropy of the gel, or of the microscope's calibration.
    """

    speed: float
    speed_spread: float
    persistence: float
    persistence_spread: float
    noise_xy: float
    noise_z: float
    z_scale: float = 1.0


@dataclass(frozen=True)
class Recording:
    """How walks are watched: cells, frames, and time between frames [s]."""

    n_cells: int
    n_frames: int
    interval: float
    seed: int = 0

    @property
    def n_substeps(self) -> int:
        """Substeps of at most one tick between two frames."""
        return max(1, int(np.ceil(self.interval / TICK - 1e-9)))

    @cached_property
    def draws(self) -> tuple[Floats, Floats, Floats]:
        """Numbers drawn once: normals per cell, uniforms per cell and substep, noise per cell and frame.

        They do not depend on the parameters, so statistics of the walks are smooth in the parameters.
        """
        cells = np.arange(self.n_cells)
        own = normal(cells, 0, Stream.INDIVIDUAL_MOTILITY, self.seed, 5)
        ticks = np.arange(self.n_substeps * (self.n_frames - 1))[:, None]
        turns = uniform(cells, ticks, Stream.FIT, self.seed, 2)
        frames = np.arange(self.n_frames)[:, None]
        return own, turns, normal(cells, frames, Stream.LOCALISATION, self.seed, 3)


def simulate_walks(parameters: WalkParameters, recording: Recording) -> Floats:
    """Simulate positions of walking cells as a microscope would record them.

    Parameters
    ----------
    parameters : WalkParameters
    recording : Recording

    Returns
    -------
    position : (n_frames, n_cells, 3) float64 [um]

    Examples
    --------
    >>> parameters = WalkParameters(0.01, 0.0, 600.0, 0.0, 0.0, 0.0)
    >>> simulate_walks(parameters, Recording(5, 4, 60.0)).shape
    (4, 5, 3)
    """
    own, turns, noise = recording.draws
    speed = parameters.speed * np.exp(parameters.speed_spread * own[:, 0])
    tau = parameters.persistence * np.exp(parameters.persistence_spread * own[:, 1])
    substep = recording.interval / recording.n_substeps
    concentration = _concentration(np.exp(-substep / tau))
    direction = own[:, 2:5] / np.linalg.norm(own[:, 2:5], axis=1, keepdims=True)
    place = np.zeros((recording.n_cells, 3))
    position = np.empty((recording.n_frames, recording.n_cells, 3))
    position[0] = place
    for step in range(turns.shape[0]):
        place = place + (speed * substep)[:, None] * direction
        direction = _turn(direction, turns[step], concentration)
        frame, rest = divmod(step + 1, recording.n_substeps)
        if rest == 0:
            position[frame] = place
    position[:, :, 2] *= parameters.z_scale
    return np.asarray(position + noise * np.array([parameters.noise_xy, parameters.noise_xy, parameters.noise_z]))


def _concentration(mean_cosine: Floats) -> Floats:
    """Invert mean cosine = coth(k) - 1/k of the von Mises-Fisher law on the sphere by Newton steps."""
    cosine = np.clip(mean_cosine, 1e-9, 1.0 - 1e-9)
    k = cosine * (3.0 - cosine**2) / (1.0 - cosine**2)  # [Banerjee 2005, J Mach Learn Res 6:1345, eq. 4.4]
    for _ in range(4):
        small = k < 1e-3
        safe = np.where(small, 1.0, k)
        value = np.where(small, k / 3.0, 1.0 / np.tanh(safe) - 1.0 / safe)
        sinh = np.sinh(np.minimum(safe, 300.0))
        slope = np.where(small, 1.0 / 3.0, 1.0 / safe**2 - 1.0 / sinh**2)
        k = np.maximum(k - (value - cosine) / slope, 1e-9)
    return np.asarray(k)


def _turn(direction: Floats, uniforms: Floats, concentration: Floats) -> Floats:
    """Draw the next direction from the von Mises-Fisher law around the present one."""
    k = concentration
    u = uniforms[:, 0]
    # cos = 1 + ln(u + (1 - u) exp(-2 k)) / k   [Wood 1994, Commun Stat Simul 23:157]
    cosine = np.clip(1.0 + np.log(u + (1.0 - u) * np.exp(-2.0 * k)) / k, -1.0, 1.0)
    sine = np.sqrt(1.0 - cosine**2)
    angle = 2.0 * np.pi * uniforms[:, 1]
    first, second = _frame(direction)
    across = np.cos(angle)[:, None] * first + np.sin(angle)[:, None] * second
    turned = cosine[:, None] * direction + sine[:, None] * across
    return np.asarray(turned / np.linalg.norm(turned, axis=1, keepdims=True))


def _frame(direction: Floats) -> tuple[Floats, Floats]:
    """Give two unit vectors across each direction, without a branch [Duff 2017, J Comput Graph Tech 6:1]."""
    x, y, z = direction.T
    sign = np.where(z >= 0.0, 1.0, -1.0)
    a = -1.0 / (sign + z)
    b = x * y * a
    first = np.stack([1.0 + sign * x * x * a, sign * b, -sign * x], axis=1)
    return first, np.stack([b, sign + y * y * a, -y], axis=1)
