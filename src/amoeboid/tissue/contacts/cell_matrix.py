"""Cells and the matrix: which pore is in front of a cell, and the track that it leaves.

How fast a cell passes its pore is computed inside the mechanics step by `amoeboid.kernels.pores`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.process import State
from amoeboid.seeds import TICK
from amoeboid.tissue.geometry import Grid
from amoeboid.tissue.matrix import PoreSearch, widest

Floats = NDArray[np.float64]


class PoreSampling:
    """Draw a new pore for a cell once it has come to the next one, or has searched long enough.

    age' = |v| / spacing + 1 / search time;  a new pore at age 1, the widest of several directions.

    A cell that has widened its pore goes through it, however slowly, unless it finds a wider one: then its age counts
    the way alone, and once in a search time it compares. It takes what is wider; a narrower one it takes only with a
    chance of 1 - opened / found, by what it has opened of its pore and what it had found (``cell.opened``), so that a
    cell that hardly opens anything searches like one that opens nothing.

    Parameters
    ----------
    search : PoreSearch
    seed : int
    opened : bool
        Whether anything opens pores, so that ``cell.opened`` is kept.
    """

    def __init__(self, search: PoreSearch, seed: int, *, opened: bool = False) -> None:
        self.name = "sampling of pores"
        self.reads: tuple[str, ...] = ("cell.id", "cell.velocity", "cell.pore", "cell.pore_age")
        self.writes: tuple[str, ...] = ("cell.pore", "cell.pore_age", *(("cell.opened",) if opened else ()))
        self.interval = TICK
        self.search = search
        self.seed = seed

    def initial(self, state: State) -> None:
        """Give every cell a pore, and a share of the way to the next."""
        score, share = widest(state["cell.id"], 0, self.search, self.seed)
        state.put("cell.pore", score)
        state.put("cell.pore_age", share)

    def advance(self, state: State, time: float, dt: float) -> None:
        """Move ``cell.pore_age`` on by `dt` [s] and draw where it reaches 1, keyed by the tick that ends."""
        age, tick = state["cell.pore_age"], round((time + dt) / TICK)
        age += dt * (speed(state) / self.search.spacing + self._impatience(state))
        due = np.flatnonzero(age >= 1.0)
        if due.size:
            state["cell.pore"][due], _ = widest(state["cell.id"][due], tick, self.search, self.seed)
            age[due] %= 1.0
        if "cell.opened" in state:
            state["cell.opened"][due] = 0.0
            self._compare(state, tick)

    def _impatience(self, state: State) -> Floats | float:
        """Give the rate [1/s] at which cells give up their pore: none where they have widened it."""
        rate = 1.0 / self.search.time
        return rate if "cell.opened" not in state else np.where(state["cell.opened"] > 0.0, 0.0, rate)

    def _compare(self, state: State, tick: int) -> None:
        """Let cells that have widened their pore look at others, each once in a search time."""
        every = max(1, round(self.search.time / TICK))
        look = np.flatnonzero((state["cell.opened"] > 0.0) & ((tick + state["cell.id"]) % every == 0))
        if look.size == 0:
            return
        score, chance = widest(state["cell.id"][look], tick, self.search, self.seed)
        own = state["cell.opened"][look]
        leaves = (score > state["cell.pore"][look]) | (chance * (1.0 - own) > own)
        left = look[leaves]
        state["cell.pore"][left] = score[leaves]
        state["cell.pore_age"][left] = 0.0
        state["cell.opened"][left] = 0.0


class TrackWriting:
    """Open the matrix where cells have moved, for those that come later.

    A cell that moves by d through collagen leaves a channel of volume gain * A_nucleus * d, spread over the
    voxels around it. Channels fall at random, so of a voxel with channels of total share q a part
    1 - exp(-q) of what was closed is opened. Collagen is pushed aside, not removed: ``matrix.collagen`` stays.

    Parameters
    ----------
    grid : Grid
    nucleus_area : (n_types,) array
        Nuclear cross-section of each cell type [um^2].
    gain : float
        Record ``matrix.track_gain``; 0 for a rigid lattice.
    """

    def __init__(self, grid: Grid, nucleus_area: Floats, gain: float) -> None:
        self.name = "writing of tracks"
        self.reads: tuple[str, ...] = (
            "cell.id", "cell.type", "cell.position", "cell.velocity", "matrix.collagen", "matrix.track",
        )  # fmt: skip
        self.writes: tuple[str, ...] = ("matrix.track",)
        self.interval = TICK
        self.grid = grid
        self.nucleus_area = np.asarray(nucleus_area, dtype=np.float64)
        self.gain = gain

    def advance(self, state: State, time: float, dt: float) -> None:
        """Open what the last `dt` [s] of motion opens."""
        if self.gain == 0.0:
            return
        volume = self.gain * dt * speed(state) * self.nucleus_area[state["cell.type"]]
        share = volume / self.grid.voxel_volume
        channels = self.grid.spread(share, state["cell.position"], state["cell.id"])
        track = state["matrix.track"]
        channels[state["matrix.collagen"] == 0.0] = 0.0
        track += (1.0 - track) * -np.expm1(-channels)


def speed(state: State) -> Floats:
    """Give the speed of every cell in the last mechanics step [um/s]."""
    velocity = state["cell.velocity"]
    return np.asarray(np.sqrt(np.einsum("ni,ni->n", velocity, velocity)), dtype=np.float64)
