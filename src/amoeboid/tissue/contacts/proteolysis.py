"""Contact proteolysis: a cell cuts what stands in front of its nucleus.

    dA/dt = a V / L (1 - A / A_n),   dm = rho L dA

A is the area of the pore in front, A_n the cross-section of the nucleus, L the path from pore to pore, V the volume
that the fastest cell clears in a time, and a the cell's activity: the share of its type, times what inhibitors
leave of MMP, times what Rac gives. So a cell stops to cut where its nucleus fits through. The volume cleared stays
open for others (``matrix.track``), its collagen goes to ``matrix.cut``: per voxel, what is there and what was cut
keep their sum. Range of validity: proteases at the surface of cells; none that diffuse. Rigid lattices are not cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters
from amoeboid.kernels.reference import motion
from amoeboid.process import State
from amoeboid.seeds import TICK
from amoeboid.tissue.cells import laws, living
from amoeboid.tissue.contacts import channels
from amoeboid.tissue.geometry import Grid
from amoeboid.tissue.matrix import Rest, refresh

Floats = NDArray[np.float64]


class Activity:
    """How fast each cell cuts, as a share of the fastest: its type, what is left of MMP, and Rac.

    a = share(type) MMP (1 - w + w Rac(drive)),   Rac = 1 / (1 + (c / K)^n) as in the motion of cells

    Parameters
    ----------
    parameters : Parameters
        Records ``cell.<type>.protease``, ``proteolysis.share``, ``proteolysis.rac_share`` (w) and those of Rac.
    cell_types : sequence of str
    """

    def __init__(self, parameters: Parameters, cell_types: Sequence[str]) -> None:
        self.share = laws.by_type(parameters, cell_types, "protease", "proteolysis.share")
        self.rac_share = parameters["proteolysis.rac_share"]
        self._law = laws.law(parameters)

    def of(self, state: State) -> Floats:
        """Give the activity of every cell, 0 to 1."""
        law = self._law
        rac = motion.rac(motion.seen(state["cell.drive"], law.drive_reference, law.coupling), law)
        share = self.share[state["cell.type"]] * living(state)
        return np.asarray(share * state["target.MMP"] * (1.0 + self.rac_share * (rac - 1.0)))


class Proteolysis:
    """Cut collagen in front of cells, once a tick.

    Parameters
    ----------
    parameters : Parameters
        Records ``proteolysis.*``, ``tracks.alignment``, ``cell.<type>.protease`` and ``cell.<type>.nucleus_area``.
    grid : Grid
    cell_types : sequence of str
        In the order that ``cell.type`` counts.
    rest : Rest
        How stiffness and pores follow from what is left.

    Raises
    ------
    ScenarioError
        When pores have no spread.
    """

    name = "proteolysis"
    interval = TICK
    reads: tuple[str, ...] = (
        "cell.id", "cell.type", "cell.position", "cell.radius", "cell.polarity", "cell.drive", "target.MMP",
    )  # fmt: skip
    writes: tuple[str, ...] = (
        "cell.opened", "cell.pore", "matrix.collagen", "matrix.cut", "matrix.orientation", "matrix.pore_area",
        "matrix.stiffness", "matrix.track",
    )  # fmt: skip

    def __init__(self, parameters: Parameters, grid: Grid, cell_types: Sequence[str], rest: Rest) -> None:
        self.grid = grid
        self.rest = rest
        self.channels = channels.channel_law(parameters)
        self.activity = Activity(parameters, cell_types)
        self.nucleus = laws.by_type(parameters, cell_types, "nucleus_area")
        self.rate = parameters["proteolysis.volume_rate"]

    def initial(self, state: State) -> None:
        """Count from nothing cut."""
        channels.nothing_opened(state)
        state.put("matrix.cut", np.zeros(self.grid.shape))

    def advance(self, state: State, time: float, dt: float) -> None:
        """Cut from ``time`` to ``time + dt`` [s]: exact while a cell stands still."""
        if not self.activity.share.any():
            return
        ahead = channels.front(state, self.grid, self.channels)
        nucleus = self.nucleus[state["cell.type"]]
        left = np.where(ahead.collagen > 0.0, np.maximum(nucleus - ahead.area, 0.0), 0.0)
        speed = self.rate * self.activity.of(state) / (nucleus * self.channels.depth)
        grown = left * -np.expm1(-speed * dt)
        if not grown.any():
            return
        volume = grown * self.channels.depth
        share = channels.shares(state, self.grid, ahead, volume)
        self._remove(state, share)
        channels.widen(state, ahead, grown, self.channels)
        channels.keep_open(state, share)
        channels.align(state, self.grid, ahead, volume, self.channels)

    def _remove(self, state: State, share: Floats) -> None:
        """Take a share of the collagen of each voxel away; pores and stiffness follow."""
        collagen, gone = state["matrix.collagen"], state["matrix.cut"]
        cut = collagen * -np.expm1(-share)
        collagen -= cut
        gone += cut
        refresh(state, self.rest)
