"""What each cell meets of the dissolved substances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from amoeboid.process import State, field_port, species_port
from amoeboid.seeds import TICK
from amoeboid.tissue.geometry import Grid


class CellField:
    """Sample fields at cell centres, and sum the cytokines that act on GP130.

    A cytokine counts as one molecule of stimulus per molecule, whichever it is; `autocrine` is what a cell
    makes for itself, the same for all or for all of its type.

    Parameters
    ----------
    grid : Grid
    cytokines, drugs : sequence of str
        Substances with a ``field.<name>``.
    autocrine : float or (n_types,) array
        Constant added to ``cell.cytokine`` [nM].
    """

    def __init__(
        self, grid: Grid, cytokines: Sequence[str], drugs: Sequence[str], autocrine: float | NDArray[np.float64]
    ) -> None:
        self.name = "sampling of fields"
        self.interval = TICK
        self.grid = grid
        self.cytokines = tuple(cytokines)
        self.substances = (*self.cytokines, *drugs)
        self.autocrine = autocrine
        typed = () if isinstance(autocrine, float) else ("cell.type",)
        self.reads: tuple[str, ...] = (
            "cell.position", *typed, *(field_port(name).name for name in self.substances)
        )  # fmt: skip
        self.writes: tuple[str, ...] = (
            "cell.cytokine", *(species_port(name).name for name in self.substances)
        )  # fmt: skip

    def initial(self, state: State) -> None:
        """Sample once, for processes that start from what cells meet."""
        self._sample(state)

    def advance(self, state: State, time: float, dt: float) -> None:
        """Sample the fields as they are now."""
        self._sample(state)

    def _sample(self, state: State) -> None:
        position = state["cell.position"]
        own = self.autocrine
        total = np.full(len(position), own) if isinstance(own, float) else own[state["cell.type"]]
        for name in self.substances:
            # a long step may undershoot zero by rounding, or by theta below 1
            met = np.maximum(self.grid.sample(state[field_port(name).name], position), 0.0)
            state.put(species_port(name).name, met)
            if name in self.cytokines:
                total += met
        state.put("cell.cytokine", total)
