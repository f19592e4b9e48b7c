"""How contractility of cells decides who enters the blood and who leaves it: the record between tissue and body.

`inference` makes it from runs of tissue; a shipped one lies with the evidence; `trials` uses it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Draws = NDArray[np.float64]


@dataclass(frozen=True)
class EscapeLink:
    """Curves over contractility with draws of their uncertainty; all are straight between knots, flat beyond.

    Parameters
    ----------
    contractility : (n_knots,) float64
        Mean active drive of the cells, 0 to 1, rising.
    entry : (n_draws, n_knots) float64 [1/day]
        Rate at which one cell near a vessel enters it, alone or with others.
    cluster_share : (n_draws, n_knots) float64
        Share of entries with attached neighbours.
    exit : (n_draws, n_knots) float64
        Chance that an arrested cell leaves the vessel before it is lost.
    made_from : str
        Where the curves come from: name and hash of the runs.

    The draws of one row belong together. Row 0 is the best estimate.
    """

    contractility: Draws
    entry: Draws
    cluster_share: Draws
    exit: Draws
    made_from: str

    @property
    def n_draws(self) -> int:
        """Number of draws, the best estimate among them."""
        return len(self.entry)

    def at(self, contractility: ArrayLike, draw: int = 0) -> tuple[Draws, Draws, Draws]:
        """Give entry [1/day], cluster share and exit at any contractility, of one draw, in its shape."""
        x = np.asarray(contractility, dtype=np.float64)
        curves = (self.entry[draw], self.cluster_share[draw], self.exit[draw])
        return tuple(np.interp(x, self.contractility, y) for y in curves)
