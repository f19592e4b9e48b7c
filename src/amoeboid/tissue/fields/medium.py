"""The medium around a tissue: what it holds of substances that are added for a time and then washed out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from amoeboid.process import State, drug_port
from amoeboid.seeds import TICK


class Medium:
    """Set the concentration of substances in the bath, and wash them out at a time.

    *Writes* ``bath.<substance>``: its level up to and including the tick that ends at `until`, nothing afterwards. What
    is in the tissue then leaves through the faces, as fast as it diffuses.

    Parameters
    ----------
    levels : mapping
        Concentration [nM] by substance.
    until : float
        Time of the washout [s].
    """

    name = "medium"
    interval = TICK
    reads: tuple[str, ...] = ()

    def __init__(self, levels: Mapping[str, float], until: float) -> None:
        self.levels = dict(levels)
        self.until = until
        self.writes: tuple[str, ...] = tuple(drug_port(name).name for name in sorted(self.levels))

    def initial(self, state: State) -> None:
        """Put the baths as they are at time 0."""
        self.advance(state, 0.0, 0.0)

    def advance(self, state: State, time: float, dt: float) -> None:
        """Write the baths at ``time + dt``: implicit fields need the end of the step."""
        for name, level in self.levels.items():
            state.put(drug_port(name).name, np.array([level if time + dt <= self.until else 0.0]))
