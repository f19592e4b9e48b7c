"""The process that moves one dissolved substance through the tissue.

u' = D lap(u) - (k + U) u + S in every voxel, with U what cells clear and S what they make (`exchange`). Faces are a
bath whose concentration is given, or walls. The field starts empty: the medium is changed at time 0 outside the tissue.

Range of validity: D is the same everywhere; uptake that saturates is held at the concentration before the step; steps
of 60 s.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, NumericsError
from amoeboid.kernels import diffusion as kernel
from amoeboid.process import State, field_port
from amoeboid.seeds import TICK
from amoeboid.tissue.fields import exchange
from amoeboid.tissue.fields.substance import Substance
from amoeboid.tissue.geometry import Grid

Floats = NDArray[np.float64]

CALM = 1e-3  # share of the largest concentration: below it, one whole step is as good as many
SHORT = 1.0  # diffusion number up to which directional sweeps damp rough patterns well
STEEPEST = 12.0  # fastest decay of a pattern on the grid, in units of D / h^2
PACES = 4.0  # ratio of the steps of a cycle: each damps its own roughness, and together all
CYCLES = 50  # most cycles of a field that settles; beyond it goes on in the next tick


class Diffusion:
    """Move ``field.<substance>`` by implicit sweeps over the whole residual (Douglas form).

    Directional sweeps damp what is rough along two or three axes only slowly when D dt / h^2 is large. So a
    tick is cut into steps of D dt / h^2 <= 1 while the field is far from balance, and taken whole once both
    the roughest pattern that the residual could hide, and the mean change, are below a thousandth. The choice
    depends on the state alone, so a resumed run makes it again.

    A substance that settles goes to its steady state instead, by cycles of steps whose lengths are spread from the
    short to the whole: the residual alone counts, so no step length is in the result.

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
        self.reads: tuple[str, ...] = (*exchange.ports(substance), self.port)
        if isinstance(bath, str):
            self.reads = (*self.reads, bath)
        self.writes: tuple[str, ...] = (self.port,)
        self.interval = substance.every
        self.substance = substance
        self.grid = grid
        self._bath = bath
        self._theta = theta
        self._stepper = kernel.Stepper(grid.shape)
        self._nothing = np.zeros(grid.shape)
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
        bath, made = self.bath(state), self.supply(state)
        if made is self._nothing and max(bath, float(u.max())) == 0.0:
            return
        if self.substance.settles:
            self._settle(state, made, bath, dt)
        else:
            self._follow(state, made, bath, dt)
        self._check(u, time + dt)

    def bath(self, state: State) -> float:
        """Give the concentration on the faces [nM]; 0 for walls."""
        if self._bath is None:
            return 0.0
        return float(state[self._bath][0]) if isinstance(self._bath, str) else self._bath

    def loss(self, state: State) -> Floats:
        """Give the rate of loss per voxel [1/s]: decay, and uptake spread with the weights of sampling."""
        return exchange.loss(self.substance, self.grid, state, state[self.port])

    def supply(self, state: State) -> Floats:
        """Give what cells make per voxel [nM/s], spread with the weights of sampling."""
        made = exchange.supply(self.substance, self.grid, state)
        return self._nothing if made is None else made

    def _follow(self, state: State, made: Floats, bath: float, dt: float) -> None:
        """Move in time: by one whole step where the field is calm, else by short ones."""
        u, loss, whole = state[self.port], self.loss(state), self._scheme(dt)
        if self._is_calm(self._stepper.prepare(u, made, loss, whole, bath), u, bath, whole):
            self._stepper.finish(u, made, whole, bath)
            return
        n_steps = max(1, math.ceil(whole.number / SHORT))
        part = self._scheme(dt / n_steps)
        for _ in range(n_steps):
            self._stepper.step(u, made, loss, part, bath)

    def _is_calm(self, residual: tuple[float, float], u: Floats, bath: float, whole: kernel.Scheme) -> bool:
        """Whether neither what is rough nor what is even in the residual can matter within a tick."""
        peak, mean = residual
        largest = max(bath, float(u.max())) * (whole.dt / TICK)
        return max(peak / (1.0 + STEEPEST * whole.number), mean) <= CALM * largest

    def _settle(self, state: State, made: Floats, bath: float, dt: float) -> None:
        """Go to the steady state, once at least and until calm, with uptake at the concentrations of each cycle."""
        u, whole = state[self.port], self._scheme(dt)
        n_paces = 1 + max(0, math.ceil(math.log(whole.number / SHORT, PACES)))
        for _ in range(CYCLES):
            loss = self.loss(state)
            for pace in range(n_paces):
                self._stepper.step(u, made, loss, self._scheme(dt / PACES**pace), bath)
            if self._is_calm(self._stepper.prepare(u, made, self.loss(state), whole, bath), u, bath, whole):
                return

    def _scheme(self, dt: float) -> kernel.Scheme:
        if dt not in self._schemes:
            # half a voxel to the face, and what lies beyond it: 2 for a bath that washes the faces
            way = 1.0 / kernel.BATH + self.substance.beyond / self.grid.spacing
            face = kernel.WALL if self._bath is None else 1.0 / way
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
