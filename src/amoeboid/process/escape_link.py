"""How contractility of cells decides who enters the blood and who leaves it: the record between tissue and body.

`inference` makes it from runs of tissue; a shipped one lies with the evidence; `trials` uses it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, FormatError

Draws = NDArray[np.float64]


@dataclass(frozen=True)
class EscapeLink:
    """Curves over contractility with draws of their uncertainty; all are straight between knots, flat beyond.

    Parameters
    ----------
    contractility : (n_knots,) float64
        Mean active drive of the cells, 0 to 1, rising.
    entry : (n_draws, n_knots) float64 [1/day]
        Rate of entries for a cell at risk; a cell that enters alone is one entry, and so is a cluster. Never 0.
    cluster_share : (n_draws, n_knots) float64
        Share of entries that are clusters.
    exit : (n_draws, n_knots) float64
        Chance that an arrested cell leaves the vessel before it is lost.
    made_from : str
        Where the curves come from: name and hash of the link.

    The draws of one row belong together. Row 0 is the best estimate. Rows of one reading of what is contested stand
    behind each other, so who takes fewer draws than there are takes them evenly from all.

    Raises
    ------
    FormatError
        When knots do not rise from 0 to 1, shapes differ, or a number is out of its range; tells all.

    Examples
    --------
    >>> straight = EscapeLink(np.array([0.0, 1.0]), np.array([[0.001, 0.01]]), np.full((1, 2), 0.2),
    ...                       np.full((1, 2), 0.5), "by hand")
    >>> round(float(straight.at(0.5)[0]), 4)
    0.0055
    """

    contractility: Draws
    entry: Draws
    cluster_share: Draws
    exit: Draws
    made_from: str

    def __post_init__(self) -> None:
        faults = [*_of_knots(self.contractility), *(fault for name in CURVES for fault in self._of_curve(name))]
        if faults:
            raise FormatError(*faults)

    @property
    def n_draws(self) -> int:
        """Number of draws, the best estimate among them."""
        return len(self.entry)

    def at(self, contractility: ArrayLike, draw: int = 0) -> tuple[Draws, Draws, Draws]:
        """Give entry [1/day], cluster share and exit at any contractility, of one draw, in its shape."""
        x = np.asarray(contractility, dtype=np.float64)
        entry, share, leaving = (np.interp(x, self.contractility, getattr(self, name)[draw]) for name in CURVES)
        return entry, share, leaving

    def relative(self, contractility: ArrayLike, reference: ArrayLike, draw: int = 0) -> tuple[Draws, Draws, Draws]:
        """Give what `Treatment` multiplies: single entry, cluster entry and exit, each over that at the reference.

        Parameters
        ----------
        contractility, reference : array_like
            Mean active drive under treatment and without; broadcast together.
        draw : int
            Row of the draws.
        """
        (entry, share, leaving), (entry0, share0, leaving0) = self.at(contractility, draw), self.at(reference, draw)
        single = entry * (1.0 - share) / (entry0 * (1.0 - share0))
        return single, entry * share / (entry0 * share0), leaving / leaving0

    def _of_curve(self, name: str) -> list[Fault]:
        """Give what is wrong with the rows of one curve."""
        rows, n_knots = np.asarray(getattr(self, name)), np.size(self.contractility)
        if rows.ndim != 2 or rows.shape[1] != n_knots or len(rows) != len(self.entry) or not rows.size:
            return [_fault(name, f"shape {rows.shape}", f"(draws, {n_knots}), as many draws as `entry`", "AMB-F680")]
        high = np.inf if name == "entry" else 1.0
        if not np.all((rows > 0.0) & (rows < high)):
            bound = "finite" if name == "entry" else "below 1"
            return [_fault(name, "a number is 0, negative, too high or no number", f"above 0, {bound}", "AMB-F681")]
        return []


CURVES = ("entry", "cluster_share", "exit")
"""The curves of a link, in the order in which `EscapeLink.at` gives them."""


def _of_knots(knots: Draws) -> list[Fault]:
    good = knots.ndim == 1 and knots.size >= 2 and np.all(np.isfinite(knots)) and np.all(np.diff(knots) > 0.0)
    if good and knots[0] == 0.0 and knots[-1] == 1.0:
        return []
    return [_fault("contractility", "knots that do not rise from 0 to 1", "numbers that rise from 0 to 1", "AMB-F682")]


def _fault(field: str, what: str, expected: str, code: str) -> Fault:
    return Fault(f"link.{field}", what, expected, "", "make the link anew with `amoeboid link`", code)
