"""How firmly two cells hold on to each other: the adhesion of the mechanics, pair by pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters
from amoeboid.kernels.reference import contact, motion
from amoeboid.process import State
from amoeboid.tissue.cells import laws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST = 1e-12  # nN/um; keeps cells without tension from 0/0


@dataclass(frozen=True)
class Bonding:
    """The attraction of two cells, as the motion of cells has it.

    F = pi omega 2 R* sin(theta) taper(gap), omega = e_i e_j + n_i n_j + h (e_i n_j + n_i e_j)

    Parameters
    ----------
    epithelial, mesenchymal : (n_types,) array
        Roots of the adhesion of each type through either kind of junction [(nN/um)^(1/2)].
    heterotypic : float
        h.
    reach : float
        Gap at which the adhesion ends [um].
    loosening : float
        Share of the adhesion that a full drive takes away; 0 without the hypothesis.
    seen : tuple of 3 float
        Coupling, reference of tension [nN/um] and of drive, of what motion sees.
    """

    epithelial: Floats
    mesenchymal: Floats
    heterotypic: float
    reach: float
    loosening: float
    seen: tuple[float, float, float]

    @classmethod
    def of(
        cls, parameters: Parameters, cell_types: Sequence[str], hypotheses: Mapping[str, str] | None = None
    ) -> Bonding:
        """Read the numbers from their records."""
        law = laws.law(parameters, hypotheses)
        return cls(
            np.sqrt(laws.by_type(parameters, cell_types, "adhesion", laws.ADHESION)),
            np.sqrt(laws.by_type(parameters, cell_types, "adhesion_mesenchymal", laws.MESENCHYMAL)),
            law.heterotypic,
            law.reach,
            law.loosening,
            (law.coupling, law.tension_reference, law.drive_reference),
        )

    def tension(self, tension: Floats) -> Floats:
        """Give what motion sees of tensions [nN/um]."""
        coupling, reference, _ = self.seen
        return motion.seen(tension, reference, coupling)

    def force(self, state: State, row: int, others: Ints) -> Floats:
        """Give the attraction [nN] between one cell and others."""
        rows = np.concatenate([[row], others])
        position, radius = state["cell.position"][rows], state["cell.radius"][rows]
        tension = self.tension(state["cell.tension"][rows])
        away = position[1:] - position[0]
        distance = np.sqrt(away[:, 0] ** 2 + away[:, 1] ** 2 + away[:, 2] ** 2)
        e, n = self._roots(state, rows)
        omega = contact.pair_adhesion((e[0], n[0]), (e[1:], n[1:]), self.heterotypic)
        reduced = radius[0] * radius[1:] / (radius[0] + radius[1:])
        sine = contact.sine_of_contact(omega, np.maximum(tension[0] + tension[1:], _LEAST))
        gap = distance - radius[0] - radius[1:]
        return np.asarray(np.pi * omega * 2.0 * reduced * sine * contact.taper(gap, self.reach))

    def _roots(self, state: State, rows: Ints) -> tuple[Floats, Floats]:
        coupling, _, reference = self.seen
        drive = motion.seen(state["cell.drive"][rows], reference, coupling)
        left = np.sqrt(np.maximum(0.0, 1.0 - self.loosening * drive))
        kind = state["cell.type"][rows]
        return self.epithelial[kind] * left, self.mesenchymal[kind] * left
