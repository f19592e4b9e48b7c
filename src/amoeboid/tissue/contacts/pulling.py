"""Cells that pull on the matrix, and feel how it resists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters
from amoeboid.kernels import motion, pulling, threads
from amoeboid.process import State
from amoeboid.seeds import TICK
from amoeboid.tissue.cells import laws, living
from amoeboid.tissue.geometry import Domain, Grid

Floats = NDArray[np.float64]

_MATRIX = ("matrix.collagen", "matrix.stiffness", "matrix.pore_area", "matrix.track")


class Pulling:
    """Write the pull of every cell on the matrix, and the modulus of what it holds.

    pull = (T + (1 - T) hold) 2 pi R gamma present: the force of each of two opposite poles, so no net force enters the
    matrix. It is 0 where there is no matrix. ``cell.traction`` stays what mechanics writes.

    Parameters
    ----------
    parameters : Parameters
        Records ``cell.pull`` or ``cell.<type>.pull`` (share T of firm adhesions) and those of motility.
    domain, grid : Domain, Grid
    cell_types : sequence of str
    """

    name = "pulling"
    interval = TICK
    reads: tuple[str, ...] = (
        "cell.type", "cell.position", "cell.polarity", "cell.radius", "cell.tension", "cell.drive", "cell.contacts",
        *_MATRIX,
    )  # fmt: skip
    writes: tuple[str, ...] = ("cell.pull", "cell.stiffness")

    def __init__(self, parameters: Parameters, domain: Domain, grid: Grid, cell_types: Sequence[str]) -> None:
        self._law = laws.law(parameters)
        self._space = laws.space(domain, grid, "collagen")
        self._firm = laws.by_type(parameters, cell_types, "pull", otherwise="cell.pull")

    def initial(self, state: State) -> None:
        """Write both ports once, for processes that start from them."""
        self.advance(state, 0.0, TICK)

    def advance(self, state: State, time: float, dt: float) -> None:
        """Write ``cell.pull`` [nN] and ``cell.stiffness`` [kPa] as they are now."""
        n = state.n_cells
        cells = pulling.Pullers(
            state["cell.position"],
            state["cell.polarity"],
            state["cell.radius"],
            state["cell.tension"],
            state["cell.drive"],
            state["cell.contacts"],
            self._firm[state["cell.type"]],
        )
        gel = motion.Gel(*(state[name] for name in _MATRIX))
        pull, stiffness = np.zeros(n), np.zeros(n)
        threads.run_chunks(pulling.pull, n, cells, gel, self._space, self._law, (pull, stiffness))
        state.put("cell.pull", pull * living(state))
        state.put("cell.stiffness", stiffness)
