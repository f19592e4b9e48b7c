"""What a file sets, and by what: which ids are states, what each id means, how each begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from amoeboid.formats.sbml import Compartment, Math, Parameter, SbmlModel, Species, SpeciesReference

START = "start of "
"""Before a name: the constant with which a state begins."""

AMOUNT = "amount of "
"""Before a species: its amount."""

CONCENTRATION = "concentration of "
"""Before a species: its concentration."""


@dataclass(frozen=True)
class Part:
    """A species' part in a reaction; `sign` is -1 where the reaction uses it up."""

    reaction: str
    reference: SpeciesReference
    sign: float


@dataclass(frozen=True)
class Contents:
    """An SBML record, arranged by what determines each id.

    ``solved`` are the ids that algebraic rules determine.
    """

    model: SbmlModel
    solved: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def species(self) -> dict[str, Species]:
        """Species by id."""
        return {entry.id: entry for entry in self.model.species}

    @cached_property
    def compartments(self) -> dict[str, Compartment]:
        """Compartments by id."""
        return {entry.id: entry for entry in self.model.compartments}

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Parameters of the whole file by id."""
        return {entry.id: entry for entry in self.model.parameters}

    @cached_property
    def local(self) -> dict[str, Parameter]:
        """Parameters of one reaction, as ``reaction.parameter``."""
        return {f"{entry.id}.{own.id}": own for entry in self.model.reactions for own in entry.local}

    @cached_property
    def references(self) -> dict[str, SpeciesReference]:
        """Species references that have an id."""
        return {part.reference.id: part.reference for part in self.all_parts() if part.reference.id}

    def all_parts(self) -> Iterator[Part]:
        """Give every reactant and product of every reaction."""
        for reaction in self.model.reactions:
            for sign, side in ((-1.0, reaction.reactants), (1.0, reaction.products)):
                yield from (Part(reaction.id, reference, sign) for reference in side)

    @cached_property
    def parts(self) -> dict[str, list[Part]]:
        """By species that reactions change, its parts in reactions that have a law."""
        lawful = {reaction.id for reaction in self.model.reactions if reaction.law is not None}
        found: dict[str, list[Part]] = {}
        for part in self.all_parts():
            entry = self.species.get(part.reference.species)
            if entry is not None and not entry.boundary and not entry.constant and part.reaction in lawful:
                found.setdefault(entry.id, []).append(part)
        return {name: parts for name, parts in found.items() if name not in self.assigned and name not in self.rated}

    def _rules(self, kind: str) -> dict[str, Math]:
        return {rule.variable: rule.math for rule in self.model.rules if rule.kind == kind and rule.math is not None}

    @cached_property
    def assigned(self) -> Mapping[str, Math]:
        """Mathematics of assignment rules by what they determine."""
        return self._rules("assignment")

    @cached_property
    def rated(self) -> Mapping[str, Math]:
        """Mathematics of rate rules by what they change."""
        return self._rules("rate")

    @cached_property
    def initial(self) -> Mapping[str, Math]:
        """Mathematics of initial assignments by what they set."""
        return {entry.symbol: entry.math for entry in self.model.initial_assignments if entry.math is not None}

    @cached_property
    def by_event(self) -> frozenset[str]:
        """Ids that events set."""
        events = [event for event in self.model.events if event.trigger is not None]
        return frozenset(name for event in events for name, math in event.assignments if math is not None)

    def variable(self, compartment: str) -> bool:
        """Say whether the size of a compartment can change."""
        return compartment in self.by_event or any(compartment in by for by in (self.assigned, self.rated, self.solved))

    def means_amount(self, name: str) -> bool:
        """Say whether the id of a species means an amount in mathematics, not a concentration."""
        entry = self.species[name]
        flat = self.compartments[entry.compartment].dimensions == 0 and self.model.level < 3
        return entry.only_substance or flat

    def holds_amount(self, name: str) -> bool:
        """Say whether the state of a species is its amount: so it is where the size may change, or is not known."""
        if self.means_amount(name) or self.variable(self.species[name].compartment):
            return True
        place, entry = self.compartments[self.species[name].compartment], self.species[name]
        return place.size is None and place.id not in self.initial and entry.amount is not None

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Ids that reactions, rate rules or events change, without the time."""
        every = (*self.species, *self.compartments, *self.parameters, *self.references)
        return tuple(name for name in every if self._is_state(name))

    def _is_state(self, name: str) -> bool:
        if name in self.assigned or name in self.solved:
            return False
        if name in self.rated or name in self.by_event or name in self.parts:
            return True
        # an amount that stays while its compartment grows: its concentration follows from a state that never changes
        return name in self.species and not self.means_amount(name) and self.holds_amount(name)

    def given(self, name: str) -> tuple[str, float | None]:
        """Give the constant that holds the number of an id at the beginning, and the number.

        For a species whose file gives an amount where its id means a concentration, or the other way round, the name
        has `AMOUNT` or `CONCENTRATION` before the id.
        """
        before = START if name in self.states else ""
        if name not in self.species:
            return before + name, self._number(name)
        entry, amount = self.species[name], self.means_amount(name)
        own, other = (entry.amount, entry.concentration) if amount else (entry.concentration, entry.amount)
        if own is None and other is not None:
            return START + (CONCENTRATION if amount else AMOUNT) + name, other
        return before + name, own

    def _number(self, name: str) -> float | None:
        if name in self.compartments:
            return self.compartments[name].size
        return self.parameters[name].value if name in self.parameters else self.references[name].stoichiometry

    def where(self, name: str, what: str) -> str:
        """Give the place of an element for messages: file, line, kind and id."""
        line = self.model.lines.get(name)
        place = f"{self.model.where}, line {line}" if line else self.model.where
        return f"{place}, {what} `{name}`" if place else f"{what} `{name}`"
