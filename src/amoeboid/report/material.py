"""What a report is made from: a finished run, its tables and frames, the catalogue, and the list of references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from amoeboid.analysis import Thresholds
from amoeboid.evidence import Catalogue, Parameters, catalogue
from amoeboid.measures import Estimate, poisson_rate, wilson
from amoeboid.report.quantities import quantity
from amoeboid.report.readings import Readings
from amoeboid.report.references import References
from amoeboid.scenario import Matrix, Scenario
from amoeboid.simulation import parameters_of
from amoeboid.store import Frames, Member, Run, value_record
from amoeboid.units import SECONDS_A_DAY

FIRST = 1
"""The replicate that pictures show and in which explored options are run."""


@dataclass(frozen=True)
class Material:
    """A finished run, opened for a report."""

    run: Run
    scenario: Scenario
    provenance: Mapping[str, Any]
    readings: Readings
    events: Mapping[str, NDArray[Any]]
    catalogue: Catalogue
    references: References
    _frames: dict[str, Frames] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run | str | Path) -> Material:
        """Open a run for its report.

        Raises
        ------
        StoreError
            When the run is not finished and measured, or is damaged.
        """
        opened = run if isinstance(run, Run) else Run(run)
        document, records = opened.scenario, catalogue()
        readings = Readings(opened.table("measures"), tuple(arm.name for arm in document.arms))
        return cls(opened, document, opened.provenance, readings, opened.table("events"), records, References(records))

    @cached_property
    def parameters(self) -> Parameters:
        """Values as the reference arm has them."""
        return parameters_of(self.scenario, self.scenario.reference_arm)

    @cached_property
    def thresholds(self) -> Thresholds:
        """The conventions of the assays."""
        return Thresholds.of(self.parameters)

    @cached_property
    def members(self) -> dict[tuple[str, str], Member]:
        """Members of the first replicate by arm and option, ``""`` for the defaults."""
        return {
            (member.arm, ";".join(f"{key}={value}" for key, value in sorted(member.hypotheses.items()))): member
            for member in self.run.members()
            if member.replicate == FIRST
        }

    @cached_property
    def options(self) -> tuple[str, ...]:
        """Options that were run beside the defaults, as ``hypothesis=option``, in order."""
        return tuple(dict.fromkeys(option for _, option in self.members if option))

    def frames(self, arm: str, option: str = "") -> Frames:
        """Give what an arm recorded in its first replicate, under the defaults where the option does not touch it."""
        member = self.members.get((arm, option)) or self.members[arm, ""]
        if member.id not in self._frames:
            self._frames[member.id] = member.frames()
        return self._frames[member.id]

    @property
    def n_members(self) -> int:
        """Members of the run."""
        return len(self.run.members())

    @cached_property
    def n_cells(self) -> int:
        """Cells of a member."""
        return int(self.frames(self.scenario.reference_arm.name).position.shape[1])

    def touches(self, arm: str, option: str) -> bool:
        """Whether an option was run in an arm and made any difference to it, by the hash of the final state."""
        member, default = self.members.get((arm, option)), self.members.get((arm, ""))
        if member is None or default is None:
            return False
        return not member.state_hash or member.state_hash != default.state_hash

    def means(self, measure: str) -> dict[str, Estimate]:
        """Give means over replicates by arm, with Student's 95 % interval.

        Where a share is the same in all replicates, most often 0, Student's interval has no width. Wilson's over all
        their cells stands in its place, and ``n`` is then the number of cells. For a rate it is that of Poisson.
        """
        found = self.readings.means(measure)
        if measure.endswith("_rate_per_day"):
            return {arm: self._counted(mean) if mean.value == mean.high else mean for arm, mean in found.items()}
        if not quantity(measure).is_share:
            return found
        return {arm: self._pooled(mean) if mean.low == mean.high else mean for arm, mean in found.items()}

    def _counted(self, mean: Estimate) -> Estimate:
        """Give Poisson's interval of a rate; cells count as at risk throughout, a little more than they were."""
        n = mean.n * self.n_cells
        days = n * self.scenario.duration / SECONDS_A_DAY
        return replace(poisson_rate(round(mean.value * days), days), value=mean.value, n=n)

    def _pooled(self, mean: Estimate) -> Estimate:
        n = mean.n * self.n_cells
        return wilson(round(mean.value * n), n)

    def matrix(self, arm: str) -> Matrix:
        """Give what lies between the cells of an arm."""
        return self.scenario.arm(arm).matrix or self.scenario.tissue.matrix

    def cell_types(self, arm: str) -> tuple[str, ...]:
        """Give the types of cell of an arm."""
        return self.scenario.types_of(self.scenario.arm(arm))

    @cached_property
    def used(self) -> dict[str, dict[str, Any]]:
        """Values that the run read, as provenance has them, and those that its analysis reads."""
        found = {id: dict(record) for id, record in self.provenance.get("parameters", {}).items()}
        _ = self.thresholds
        for id in self.parameters.used():
            found.setdefault(id, {**value_record(self.parameters.value(id)), "changed": []})
        return dict(sorted(found.items()))

    @property
    def has_same_numbers(self) -> bool:
        """Whether the catalogue holds the numbers that the run was made with."""
        return self.catalogue.fingerprint() == self.run.identity.numbers

    def cited(self, id: str) -> Any:
        """Give a value in prose, with its mark and references."""
        return self.references.value(self.parameters.value(id))
