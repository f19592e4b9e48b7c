"""Cells and membranes: who gets through a sheet, and who makes the hole.

Cells that touch a basement membrane cut it (proteases) and break it (force above its yield stress); what either
takes away is area of the patch in a voxel, dm = -m dq with q the area over that of the patch. Porous sheets stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters
from amoeboid.process import State
from amoeboid.seeds import TICK
from amoeboid.tissue.cells import laws
from amoeboid.tissue.contacts.proteolysis import Activity
from amoeboid.tissue.geometry import Grid
from amoeboid.tissue.matrix import BASEMENT, Sheet, lay_sheets, share_through, sheet_distances, way_through

Floats = NDArray[np.float64]


class Membranes:
    """Hold cells back at sheets, by the way they went since the last tick, whatever moved them.

    Parameters
    ----------
    parameters : Parameters
        Records ``cell.arrest_fraction`` and ``cell.<type>.nucleus_area``.
    grid : Grid
    sheets : sequence of Sheet
    cell_types : sequence of str
        In the order that ``cell.type`` counts.
    """

    name = "membranes"
    interval = TICK
    reads: tuple[str, ...] = ("cell.type", "cell.position", "cell.velocity", "matrix.membrane", "membrane.distance")
    writes: tuple[str, ...] = ("cell.position", "cell.velocity", "membrane.distance")

    def __init__(self, parameters: Parameters, grid: Grid, sheets: Sequence[Sheet], cell_types: Sequence[str]) -> None:
        self.grid = grid
        self.sheets = tuple(sheets)
        self.nucleus = laws.by_type(parameters, cell_types, "nucleus_area")
        self.arrest_fraction = parameters["cell.arrest_fraction"]

    def initial(self, state: State) -> None:
        """Lay the sheets, whole, and note on which side of them cells are.

        Raises
        ------
        ScenarioError
            When two sheets lie in one layer of voxels.
        """
        lay_sheets(state, self.grid, self.sheets)

    def advance(self, state: State, time: float, dt: float) -> None:
        """Move cells back along the normals as far as the sheets held them."""
        position, velocity = state["cell.position"], state["cell.velocity"]
        nucleus = self.nucleus[state["cell.type"]]
        last = state["membrane.distance"]
        for index, one in enumerate(self.sheets):
            after = position[:, one.axis] - one.position
            reach = 0.5 * one.thickness + np.sqrt(nucleus / np.pi)
            share = share_through(self._hole(state, one), nucleus, self.arrest_fraction)
            place = way_through(last[index], after, reach, share)
            moved = place != after
            position[moved, one.axis] = one.position + place[moved]
            velocity[moved, one.axis] = (place[moved] - last[index][moved]) / dt
        last[...] = sheet_distances(position, self.sheets)

    def _hole(self, state: State, one: Sheet) -> Floats:
        """Give the area of the hole [um^2] at every cell."""
        if one.kind != BASEMENT:
            return np.full(state.n_cells, one.pore_area)
        left = self.grid.sample(state["matrix.membrane"], one.onto(self.grid, state["cell.position"]))
        return np.asarray((1.0 - left) * self.grid.spacing**2)


class Breach:
    """Cut and break basement membranes where cells touch them.

    dA/dt = a A_cut + A_p max(0, s / s_y - 1) / T,   s = push 2 gamma / R + F / A_p

    with a the cell's proteolytic activity, A_cut the area that the fastest cell cuts in a time, s the stress that the
    cell puts on the sheet by its pressure and its pull F over the area of a pole A_p, s_y the yield stress of the
    membrane and T the time in which it tears.

    Parameters
    ----------
    parameters : Parameters
        Records ``membrane.*``, ``matrix.push``, ``tracks.pole_area`` and those of `Activity`.
    grid : Grid
    sheets : sequence of Sheet
    activity : Activity, optional
        How fast each cell cuts; none where proteolysis is not at work.
    """

    name = "breach of membranes"
    interval = TICK
    reads: tuple[str, ...] = (
        "cell.id", "cell.type", "cell.position", "cell.radius", "cell.tension", "cell.drive", "membrane.distance",
        "target.MMP",
    )  # fmt: skip
    writes: tuple[str, ...] = ("matrix.membrane",)

    def __init__(self, parameters: Parameters, grid: Grid, sheets: Sequence[Sheet], activity: Activity | None) -> None:
        self.grid = grid
        self.sheets = tuple(sheets)
        self.activity = activity
        self.area_rate = parameters["membrane.area_rate"]
        self.yield_stress = parameters["membrane.yield_stress"]
        self.time = parameters["membrane.tear_time"]
        self.pole_area = parameters["tracks.pole_area"]
        self.push = parameters["matrix.push"]

    def area(self, state: State, dt: float) -> Floats:
        """Give the area [um^2] that each cell would take away of a whole membrane in a time ``dt`` [s]."""
        stress = self.push * 2.0 * state["cell.tension"] / state["cell.radius"]
        if "cell.pull" in state:
            stress = stress + state["cell.pull"] / self.pole_area
        torn = self.pole_area * np.maximum(stress / self.yield_stress - 1.0, 0.0) / self.time
        cut = self.area_rate * self.activity.of(state) if self.activity else 0.0
        return np.asarray((cut + torn) * dt)

    def advance(self, state: State, time: float, dt: float) -> None:
        """Take membrane away from ``time`` to ``time + dt`` [s]."""
        whole = self.area(state, dt) / self.grid.spacing**2
        for index, one in enumerate(self.sheets):
            if one.kind != BASEMENT:
                continue
            near = np.abs(state["membrane.distance"][index]) <= state["cell.radius"] + 0.5 * one.thickness
            at = one.onto(self.grid, state["cell.position"])
            gone = self.grid.spread(np.where(near, whole, 0.0), at, state["cell.id"])
            patch = state["matrix.membrane"][one.voxels(self.grid)]
            patch *= np.exp(-gone[one.voxels(self.grid)])
