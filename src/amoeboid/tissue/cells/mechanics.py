"""The process that moves cells: overdamped, one sphere a cell, with a neighbour list kept as ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, NumericsError
from amoeboid.evidence import Parameters
from amoeboid.kernels import motion, neighbours, threads
from amoeboid.process import State
from amoeboid.tissue.cells import laws
from amoeboid.tissue.geometry import Domain, Grid

Floats = NDArray[np.float64]

_LIST = ("mechanics.neighbours", "mechanics.offsets", "mechanics.anchor", "mechanics.reach")
_MOVED = (
    "cell.position",
    "cell.velocity",
    "cell.drive_force",
    "cell.traction",
    "cell.passage",
    "cell.contacts",
    "cell.crowding",
    "cell.pressure",
)
_MATRIX = ("matrix.collagen", "matrix.stiffness", "matrix.pore_area", "matrix.track")


class Mechanics:
    """Move cells under contact, active and wall forces; overdamped, explicit, first order.

    Parameters
    ----------
    parameters : Parameters
        Records ``mechanics.*``, ``motility.*``, ``matrix.*`` and those of the cell types.
    domain, grid : Domain, Grid
        Where cells may be; the voxels of the matrix.
    cell_types : sequence of str
        Ids of the types, in the order that ``cell.type`` counts.
    matrix : str
        ``collagen``, ``rigid`` (pores cannot widen and are all alike) or ``none``.
    hypotheses : mapping from name to option
        ``junction_loosening`` is read.
    """

    name = "mechanics"
    reads: tuple[str, ...] = (
        "cell.id",
        "cell.type",
        "cell.radius",
        "cell.tension",
        "cell.drive",
        "cell.polarity",
        "cell.vigour",
        "cell.pore",
        *_MATRIX,
    )
    writes: tuple[str, ...] = (*_MOVED, *_LIST)

    def __init__(
        self,
        parameters: Parameters,
        domain: Domain,
        grid: Grid,
        cell_types: Sequence[str],
        *,
        matrix: str = "collagen",
        hypotheses: Mapping[str, str] | None = None,
    ) -> None:
        self.interval = parameters["mechanics.step"]
        self.law = laws.law(parameters, hypotheses)
        least, ahead, most = (parameters[f"mechanics.{name}"] for name in ("skin", "skin_time", "skin_most"))
        self._margins = (least, ahead, most)
        self.rebuilds = 0
        self._space = laws.space(domain, grid, matrix)
        self._nucleus = laws.by_type(parameters, cell_types, "nucleus_area")
        self._sticky = np.sqrt(laws.by_type(parameters, cell_types, "adhesion", laws.ADHESION))
        self._mesenchymal = np.sqrt(laws.by_type(parameters, cell_types, "adhesion_mesenchymal", laws.MESENCHYMAL))
        self._builder = neighbours.Builder()
        self._packed: Floats = np.empty((0, motion.COLUMNS))

    def advance(self, state: State, time: float, dt: float) -> None:
        """Move all cells from ``time`` to ``time + dt`` [s].

        Raises
        ------
        NumericsError
            When a number of a cell, or its new velocity, is not finite.
        """
        n = state.n_cells
        if n == 0:
            return
        if self._packed.shape[0] != n:
            self._packed = motion.packed_array(n)
        if "cell.pressure" not in state:
            state.put("cell.pressure", np.zeros(n))
        cells = self._cells(state)
        near = self._neighbours(state, cells, time)
        gel = motion.Gel(*(state[name] for name in _MATRIX))
        moved = motion.Moved(*(state[name] for name in _MOVED))
        broken = threads.run_chunks(motion.step, n, self._packed, near, cells, gel, self._space, self.law, dt, moved)
        if max(broken) >= 0:
            raise _broken("cell.velocity", time, state, min(row for row in broken if row >= 0))

    def _cells(self, state: State) -> motion.Cells:
        return motion.Cells(
            state["cell.id"],
            state["cell.type"],
            state["cell.radius"],
            state["cell.tension"],
            state["cell.drive"],
            state["cell.polarity"],
            state["cell.vigour"],
            state["cell.pore"],
            self._nucleus,
            self._sticky,
            self._mesenchymal,
        )

    def _neighbours(self, state: State, cells: motion.Cells, time: float) -> neighbours.Neighbours:
        """Gather what neighbours see; list them anew when a cell has used up its margin, by moving or growing.

        Each cell gets a margin for the way it will go in a while at its present speed: a pair is listed when
        its gap is below the reach and both margins, so fast cells in thin surroundings do not make the
        lists of slow ones in a crowd long, nor stale.
        """
        if "mechanics.anchor" in state and state["mechanics.anchor"].shape[0] == state.n_cells:
            farthest = self._gather(state, cells, time)
            if farthest <= 1.0:
                return _listed(state)
        else:
            _check_finite(state, time)
        self.rebuilds += 1
        position = state["cell.position"]
        anchor, reach = np.empty_like(position), np.empty_like(cells.radius)
        threads.run_chunks(
            motion.note, state.n_cells, position, state["cell.velocity"], cells.radius, self._margins, anchor, reach
        )
        near = self._builder.build(position, reach, self.law.reach)
        state.put("mechanics.neighbours", near.flat)
        state.put("mechanics.offsets", near.offsets)
        state.put("mechanics.anchor", anchor)
        state.put("mechanics.reach", reach)
        self._gather(state, cells, time)
        return near

    def _gather(self, state: State, cells: motion.Cells, time: float) -> float:
        position, anchor, reach = (state[name] for name in ("cell.position", "mechanics.anchor", "mechanics.reach"))
        done = threads.run_chunks(
            motion.gather, position.shape[0], position, anchor, reach, cells, self.law, self._packed
        )
        rows = [row for _, row in done if row >= 0]
        if rows:
            raise _broken(_which(state, min(rows)), time, state, min(rows))
        return float(max(farthest for farthest, _ in done))


def _listed(state: State) -> neighbours.Neighbours:
    return neighbours.Neighbours(state["mechanics.offsets"], state["mechanics.neighbours"])


_CHECKED = ("cell.position", "cell.radius", "cell.tension", "cell.drive")


def _check_finite(state: State, time: float) -> None:
    for name in _CHECKED:
        rows = np.flatnonzero(~np.isfinite(state[name].reshape(state.n_cells, -1)).all(axis=1))
        if rows.size:
            raise _broken(name, time, state, int(rows[0]))


def _which(state: State, row: int) -> str:
    return next((name for name in _CHECKED if not np.all(np.isfinite(state[name][row]))), "cell.position")


def _broken(quantity: str, time: float, state: State, row: int) -> NumericsError:
    what = f"`{quantity}` is not finite: {state[quantity][row]}"
    where = f"process mechanics, time {time:g} s, cell {int(state['cell.id'][row])}"
    return NumericsError(
        Fault(where, what, "a finite number", "", "shorten `mechanics.step` or look at what this cell meets",
              "AMB-N21")
    )  # fmt: skip
