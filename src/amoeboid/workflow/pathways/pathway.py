"""A pathway that a person brings: what it is, and the verbs that answer questions of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import signalling
from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters, catalogue
from amoeboid.formats.sbml import SbmlModel
from amoeboid.signalling import Network, System
from amoeboid.workflow.pathways import engine, settings
from amoeboid.workflow.pathways.courses import Courses
from amoeboid.workflow.pathways.engine import Question
from amoeboid.workflow.pathways.settings import Names, Number, Spread

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pathway:
    """A pathway with its numbers; made by `pathway`.

    Parameters
    ----------
    network : Network
        Its reactions and rules.
    parameters : Parameters
        Numbers of the evidence catalogue; a file brings its own.
    record : SbmlModel, optional
        What the file says, for a pathway from a file.
    """

    network: Network
    parameters: Parameters
    record: SbmlModel | None = None

    @property
    def name(self) -> str:
        """Id of the model."""
        return self.network.name

    @cached_property
    def system(self) -> System:
        """The equations."""
        return signalling.translate(self.network, self.parameters)

    @property
    def time_unit(self) -> str:
        """Unit of the model's own time; empty where it declares none."""
        return "s" if self.record is None else self.record.unit_of.get("time", "")

    @cached_property
    def names(self) -> Names:
        """Numbers that may be set or varied."""
        numbers = self.network.numbers(self.parameters)
        units = dict(self.network.parameters)
        inputs = signalling.resting_inputs(self.network, self.parameters) if self.record is None else {}
        return Names(self.name, {**numbers, **inputs}, {**units, **{e.name: e.unit for e in self.network.inputs}})

    def simulate(
        self,
        times: ArrayLike | Sequence[Number] | Number,
        n_cells: int = 1,
        *,
        vary: Mapping[str, Spread] | None = None,
        set: Mapping[str, Number] | None = None,
        quantities: Sequence[str] | None = None,
        seed: int = 1,
        relative: float = 1e-6,
        method: str = "auto",
    ) -> Courses:
        """Follow one or many cells over time."""
        moments = settings.read_times(times, self.time_unit, self.name)
        given = {self.names.check(k, "set"): self.names.number(k, v, "set") for k, v in (set or {}).items()}
        drawn = settings.varied(self.names, vary or {}, given, (settings.check_cells(n_cells, self.name), seed))
        chosen = self._chosen(quantities)
        question = Question(moments, n_cells, {**self._base(), **given, **drawn}, chosen, relative, method, seed)
        engine.check_size(question, self.name)
        parts = [engine.courses(one, question) for one in engine.batches(self.network, self.parameters, question)]
        return Courses(
            "time", moments, chosen, np.concatenate(parts, axis=2), {**self.units_of, "time": self.time_unit}, self.name
        )

    def _base(self) -> dict[str, float]:
        return dict(signalling.resting_inputs(self.network, self.parameters)) if self.record is None else {}

    @property
    def units_of(self) -> dict[str, str]:
        """Unit of every quantity, by name."""
        species = {one.name: one.unit for one in self.network.species}
        return species | {one.name: one.unit for one in self.network.readouts}

    def _chosen(self, names: Sequence[str] | None) -> tuple[str, ...]:
        known = engine.quantities(self.system)
        for name in names or ():
            if name not in known:
                raise ScenarioError(
                    Fault(f"{self.name}, quantities", f"the model has no quantity `{name[:80]}`",
                          "a species, rule or readout", nearest_name(name, known),
                          "`amoeboid pathway show` lists them", "AMB-S58")
                )  # fmt: skip
        return tuple(names or known)


def pathway(source: str) -> Pathway:
    """Give a pathway by the name of a shipped network."""
    return Pathway(signalling.network(name=source), Parameters(catalogue()))
