"""How much free drug the surroundings of a tissue hold: constant in a dish, after doses in a body."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.kinetics import Kinetics, Regimen, kinetics, plasma
from amoeboid.pharmacology.library import drug
from amoeboid.pharmacology.medium import free_fraction
from amoeboid.pharmacology.occupancy import check_concentration
from amoeboid.process import State
from amoeboid.seeds import TICK


@dataclass(frozen=True)
class Constant:
    """A drug at one total concentration [nM] in the medium, from `start` to `stop` [s], which is a washout.

    Raises
    ------
    ScenarioError
        When the concentration is negative or not finite, or the stop is not after the start.
    """

    drug: str
    concentration: float
    start: float = -math.inf
    stop: float = math.inf

    def __post_init__(self) -> None:
        check_concentration(self.drug, self.concentration)
        if not self.start < self.stop:
            raise ScenarioError(_never_given(self))


Administration = Constant | Regimen
"""How a drug is given."""


class Exposure:
    """The process that sets the free concentration of each drug in the bath around the tissue.

    A constant concentration is the total in `medium`, of which the free share counts. A dose is followed in
    plasma; its free share there is taken as that of the bath at once, so drug is assumed to pass freely,
    passively and fast between plasma and the fluid at the tissue. A dose does not ask for the medium, since
    it is made in plasma.

    *Reads* nothing. *Writes* ``bath.<drug>`` of every drug.

    Parameters
    ----------
    administrations : sequence of Constant and Regimen
        One for each drug.
    medium : str
        Of `MEDIA`, or another share of serum.
    parameters : Parameters
        Choice of values.

    Raises
    ------
    ScenarioError
        When a drug or medium is not known, a drug is there twice, or a dosed drug has no record.
    EvidenceError
        When the free share of a drug is needed and not known.
    """

    name = "exposure"
    interval = TICK
    reads: tuple[str, ...] = ()

    def __init__(
        self, administrations: Sequence[Administration], medium: str, parameters: Parameters | None = None
    ) -> None:
        p = parameters or Parameters(catalogue())
        self._constant: dict[str, tuple[Constant, float]] = {}
        self._dosed: dict[str, tuple[Regimen, Kinetics, float]] = {}
        for given in administrations:
            id = drug(given.drug).id
            if id in self._constant or id in self._dosed:
                raise ScenarioError(_twice(id))
            if isinstance(given, Constant):
                self._constant[id] = (given, given.concentration * free_fraction(id, medium, p))
            else:
                record = kinetics(id, given.variant, p)
                self._dosed[id] = (given, record, free_fraction(id, "plasma", p))
        self.drugs: tuple[str, ...] = tuple(sorted((*self._constant, *self._dosed)))
        self.writes: tuple[str, ...] = tuple(f"bath.{id}" for id in self.drugs)

    def free(self, id: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the free concentration [nM] of a drug in the bath at `times` [s]."""
        if id in self._constant:
            given, level = self._constant[id]
            return np.where((times > given.start) & (times <= given.stop), level, 0.0)
        regimen, record, share = self._dosed[id]
        return share * plasma(regimen, times, record)

    def initial(self, state: State) -> None:
        """Put every bath's port, as it is at time 0."""
        self.advance(state, 0.0, 0.0)

    def advance(self, state: State, time: float, dt: float) -> None:
        """Write the free concentrations at ``time + dt``: implicit fields need the end of the step."""
        at = np.array([time + dt])
        for id in self.drugs:
            state.put(f"bath.{id}", self.free(id, at))


def _twice(id: str) -> Fault:
    return Fault("drugs", f"`{id}` is given twice", "one entry for each drug", "", "join the two entries", "AMB-S88")


def _never_given(given: Constant) -> Fault:
    what = f"starts at {given.start:g} s and stops at {given.stop:g} s"
    return Fault(f"{given.drug}.stop", what, "a stop after the start", "", "give a later `stop`", "AMB-S470")
