"""The process that moves one dissolved substance through the tissue.

u' = D lap(u) - (k + U) u in every voxel, with U = clearance times cells per voxel volume. Faces are a bath whose
concentration is given, or walls. The field starts empty: the medium is changed at time 0 outside the tissue.

Range of validity: D is the same everywhere; uptake is linear, far below saturation; steps of 60 s.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, NumericsError
from amoeboid.kernels import diffusion as kernel
from amoeboid.process import State, field_port
from amoeboid.seeds import TICK
from amoeboid.tissue.fields.substance import Substance
from amoeboid.tissue.geometry import Grid

Floats = NDArray[np.float64]

CALM = 1e-3  # share of the largest concentration: below it, one whole step is as good as many
SHORT = 1.0  # diffusion number up to which directional sweeps damp rough patterns well
STEEPEST = 12.0  # fastest decay of a pattern on the grid, in units of D / h^2


class Diffusion:
    """Move ``field.<substance>`` by implicit sweeps over the whole residual (Douglas form).

    Directional sweeps damp what is rough along two or three axes only slowly when D dt / h^2 is large. So a
    tick is cut into steps of D dt / h^2 <= 1 while the field is far from balance, and taken whole once both
    the roughest pattern that the residual could hide, and the mean change, are below a thousandth. The choice
    depends on the state alone, so a resumed run makes it again.

    Parameters
    ----------
    substance : Substance
    grid : Grid
    bath : float or str or None
        Concentration on all faces [nM], or the port that holds it (``"bath.ruxolitinib"``); None for walls.
    theta : float
        Weight of the new time level (record ``fields.theta``).
    """

    def __init__(self, substance: Substance, grid: Grid, bath: float | str | None, theta: float = 1.0) -> None:
        self.name = f"diffusion of {substance.name}"
        self.port = field_port(substance.name).name
        self.reads: tuple[str, ...] = ("cell.id", "cell.position", self.port)
        if isinstance(bath, str):
            self.reads = (*self.reads, bath)
        self.writes: tuple[str, ...] = (self.port,)
        self.interval = TICK
        self.substance = substance
        self.grid = grid
        self._bath = bath
        self._theta = theta
        self._stepper = kernel.Stepper(grid.shape)
        self._supply = np.zeros(grid.shape)
        self._schemes: dict[float, kernel.Scheme] = {}

    def initial(self, state: State) -> None:
        """Start with none of the substance inside."""
        state.put(self.port, np.zeros(self.grid.shape))

    def advance(self, state: State, time: float, dt: float) -> None:
        """Move the field from `time` to ``time + dt`` [s].

        Raises
        ------
        NumericsError
            When a concentration is not finite afterwards.
        """
        u = state[self.port]
        bath = self.bath(state)
        largest = max(bath, float(u.max()))
        if largest == 0.0:
            return
        loss = self.loss(state)
        whole = self._scheme(dt)
        peak, mean = self._stepper.prepare(u, self._supply, loss, whole, bath)
        hidden = peak / (1.0 + STEEPEST * whole.number)
        if max(hidden, mean) <= CALM * largest:
            self._stepper.finish(u, self._supply, whole, bath)
        else:
            n_steps = max(1, math.ceil(whole.number / SHORT))
            part = self._scheme(dt / n_steps)
            for _ in range(n_steps):
                self._stepper.step(u, self._supply, loss, part, bath)
        self._check(u, time + dt)

    def bath(self, state: State) -> float:
        """Give the concentration on the faces [nM]; 0 for walls."""
        if self._bath is None:
            return 0.0
        return float(state[self._bath][0]) if isinstance(self._bath, str) else self._bath

    def loss(self, state: State) -> Floats:
        """Give the rate of loss per voxel [1/s]: decay, and uptake spread with the weights of sampling."""
        if self.substance.clearance == 0.0:
            return np.full(self.grid.shape, self.substance.decay)
        ids, position = state["cell.id"], state["cell.position"]
        share = np.full(len(ids), self.substance.clearance / self.grid.voxel_volume)
        return self.substance.decay + self.grid.spread(share, position, ids)

    def _scheme(self, dt: float) -> kernel.Scheme:
        if dt not in self._schemes:
            face = kernel.WALL if self._bath is None else kernel.BATH
            number = self.substance.diffusivity * dt / self.grid.spacing**2
            faces = (face, face, face, face, face, face)
            self._schemes[dt] = kernel.scheme(self.grid.shape, number, dt, self._theta, faces)
        return self._schemes[dt]

    def _check(self, u: Floats, time: float) -> None:
        if math.isfinite(float(u.sum())):
            return
        k, j, i = (int(index) for index in np.argwhere(~np.isfinite(u))[0])
        raise NumericsError(
            Fault(
                f"{self.name}, {time:g} s, voxel z {k}, y {j}, x {i}",
                f"{self.port} is `{u[k, j, i]}` nM",
                "a finite concentration",
                "",
                "check the bath and the positions of the cells; the last checkpoint is before this",
                "AMB-N71",
            )
        )
