"""Opening by force: fibres part where a cell pulls on them harder than they bear, and the way stays open.

A pole that pulls with a force F on the fibres around it strains them most near by: at a distance r from it the
stress is F / (2 pi r^2). Fibres part up to where that is the yield stress, so with A_p the area of the pole itself

    A_c = (F - A_p s_y) / (2 s_y),  nothing for F below A_p s_y;   s_y = s_ref rho / rho_ref

is the cross-section of the channel, at most that of the cell. The pore in front widens towards it within the time
that fibres take to give way. Collagen is pushed aside, not removed. Range of validity: quasi-static, one yield stress
for all fibres; that it is proportional to density follows what was measured in sheared gels (boundary-stress-2015).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters
from amoeboid.process import State
from amoeboid.seeds import TICK
from amoeboid.tissue.contacts import channels
from amoeboid.tissue.geometry import Grid

Floats = NDArray[np.float64]


class Tearing:
    """Open the matrix in front of cells that pull above its yield stress, once a tick.

    Parameters
    ----------
    parameters : Parameters
        Records ``tracks.*`` and ``matrix.density_low``.
    grid : Grid

    Raises
    ------
    ScenarioError
        When pores have no spread.
    """

    name = "tearing"
    interval = TICK
    reads: tuple[str, ...] = (
        "cell.id", "cell.position", "cell.radius", "cell.polarity", "cell.pull", "matrix.collagen", "matrix.pore_area",
    )  # fmt: skip
    writes: tuple[str, ...] = ("cell.opened", "cell.pore", "matrix.orientation", "matrix.track")

    def __init__(self, parameters: Parameters, grid: Grid) -> None:
        self.grid = grid
        self.channels = channels.channel_law(parameters)
        self.yield_stress = parameters["tracks.yield_stress"] / parameters["matrix.density_low"]
        self.pole_area = parameters["tracks.pole_area"]
        self.time = parameters["tracks.tear_time"]

    def initial(self, state: State) -> None:
        """Begin with pores as they were found."""
        channels.nothing_opened(state)

    def channel(self, pull: Floats, collagen: Floats, radius: Floats) -> Floats:
        """Give the cross-section [um^2] that a pull [nN] opens in collagen [mg/ml], for cells of a radius [um]."""
        bears = self.yield_stress * collagen
        over = np.where(bears > 0.0, np.maximum(pull - self.pole_area * bears, 0.0), 0.0)
        return np.asarray(np.minimum(over / np.where(bears > 0.0, 2.0 * bears, 1.0), math.pi * radius * radius))

    def advance(self, state: State, time: float, dt: float) -> None:
        """Open from ``time`` to ``time + dt`` [s]: exact while a cell stands still and pulls alike."""
        ahead = channels.front(state, self.grid, self.channels)
        channel = self.channel(state["cell.pull"], ahead.collagen, state["cell.radius"])
        grown = np.maximum(channel - ahead.area, 0.0) * -np.expm1(-dt / self.time)
        if not grown.any():
            return
        volume = grown * self.channels.depth
        channels.widen(state, ahead, grown, self.channels)
        channels.keep_open(state, channels.shares(state, self.grid, ahead, volume))
        channels.align(state, self.grid, ahead, volume, self.channels)
