"""What treatment does to the spread of a cancer in the body, piece by piece of time: the record that scales exchange.

`trials` makes it from doses, pathway and link; `body` uses it and knows nothing of drugs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError

Pieces = NDArray[np.float64]


@dataclass(frozen=True)
class Treatment:
    """Multipliers of the rates of spread, constant within pieces of time, as counted from diagnosis.

    Before ``edges[0]`` and from ``edges[-1]`` on every multiplier is 1: untreated. One row serves all patients, or
    each has its own.

    Parameters
    ----------
    edges : (n_pieces + 1,) float64 [day]
        Rising; day 0 is that of diagnosis.
    single, cluster : (n_patients or 1, n_pieces) float64
        Multiplier of the rate at which single cells, and clusters, enter the blood.
    extravasation : (n_patients or 1, n_pieces) float64
        Multiplier of the chance that an arrested cell leaves the vessel.
    killing : (n_patients or 1, n_pieces) float64
        What is left of killing by NK cells, 1 when untreated.
    growth : (n_patients or 1, n_pieces) float64
        Multiplier of the rate of growth of every lesion; 1 but for a drug with an effect of its own on growth.

    Raises
    ------
    ScenarioError
        When the edges do not rise, a shape is wrong, or a multiplier is negative or not finite; tells all.

    Examples
    --------
    >>> untreated(3).single.shape
    (1, 0)
    """

    edges: Pieces
    single: Pieces
    cluster: Pieces
    extravasation: Pieces
    killing: Pieces
    growth: Pieces

    def __post_init__(self) -> None:
        faults = []
        if self.edges.ndim != 1 or self.edges.size < 1 or not np.all(np.diff(self.edges) > 0.0):
            faults.append(_fault("edges", "do not rise", "days that rise, one at least"))
        n_pieces = self.edges.size - 1
        for name in MULTIPLIERS:
            rows = getattr(self, name)
            if rows.ndim != 2 or rows.shape[1] != n_pieces:
                faults.append(_fault(name, f"shape {rows.shape}", f"(patients or 1, {n_pieces})"))
            elif not np.all(np.isfinite(rows) & (rows >= 0.0)):
                faults.append(_fault(name, "a number is negative or not finite", "0 or more, and finite"))
        if faults:
            raise ScenarioError(*faults)

    def rows(self, first: int, last: int) -> Treatment:
        """Give the treatment of patients `first` to `last`, `last` not among them; a common row stays common."""
        parts = {name: getattr(self, name) for name in MULTIPLIERS}
        return Treatment(self.edges, **{name: x if len(x) == 1 else x[first:last] for name, x in parts.items()})


MULTIPLIERS = ("single", "cluster", "extravasation", "killing", "growth")
"""The fields of a treatment that multiply a rate or a chance."""


def untreated(day: float = 0.0) -> Treatment:
    """Give the treatment under which nothing is changed."""
    nothing = np.ones((1, 0))
    return Treatment(np.array([float(day)]), nothing, nothing, nothing, nothing, nothing)


def _fault(field: str, what: str, expected: str) -> Fault:
    return Fault(f"treatment.{field}", what, expected, "", f"correct `{field}`", "AMB-S700")
