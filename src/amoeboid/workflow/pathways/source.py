"""Where a pathway comes from: a file, text, or the shipped network; and the numbers of it that may be changed."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from amoeboid import signalling
from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters, catalogue
from amoeboid.formats.sbml import SbmlModel, Species, parse_antimony, read_model
from amoeboid.signalling import Network, System
from amoeboid.workflow.pathways import describe
from amoeboid.workflow.pathways.settings import Names

SHIPPED = ("jak1_rock",)
START = "start of "
"""Before the name of a state: the constant with which it begins."""


@dataclass(frozen=True)
class Source:
    """A network with its numbers, and what the file says when it comes from one."""

    network: Network
    parameters: Parameters
    record: SbmlModel | None = None

    @property
    def numbers(self) -> dict[str, float]:
        """Number of every constant and input of the equations when nothing is set."""
        own = self.network.numbers(self.parameters)
        return own if self.record is not None else {**own, **self.resting}

    @property
    def resting(self) -> dict[str, float]:
        """Inputs of the shipped network for an untreated cell."""
        return signalling.resting_inputs(self.network, self.parameters) if self.record is None else {}

    def freed(self, names: Iterable[str], value: Mapping[str, float]) -> Source:
        """Give the same model with plain numbers in the place of what computes or re-expresses them at the start.

        An initial assignment goes; a species given as an amount, whose id means a concentration, is given as one.
        """
        if self.record is None:
            return self
        chosen, record = frozenset(names), self.record
        initial = tuple(one for one in record.initial_assignments if one.symbol not in chosen)
        freed = dataclasses.replace(
            record,
            initial_assignments=initial,
            species=tuple(_freed(one, value) if one.id in chosen else one for one in record.species),
            parameters=tuple(_numbered(one, "value", value) if one.id in chosen else one for one in record.parameters),
            compartments=tuple(
                _numbered(one, "size", value) if one.id in chosen else one for one in record.compartments
            ),
        )
        return from_record(freed)

    def is_free(self, name: str) -> bool:
        """Say whether a number is a plain one already."""
        if self.record is None:
            return True
        if any(one.symbol == name for one in self.record.initial_assignments):
            return False
        for one in self.record.species:
            if one.id == name:
                return (one.amount if one.only_substance else one.concentration) is not None
        return True


def _freed(one: Species, value: Mapping[str, float]) -> Species:
    own, other = ("amount", "concentration") if one.only_substance else ("concentration", "amount")
    changes: dict[str, Any] = {own: value[one.id], other: None}
    return dataclasses.replace(one, **changes)


def _numbered(one: Any, field: str, value: Mapping[str, float]) -> Any:
    return dataclasses.replace(one, **{field: value[one.id]})


def read_source(source: str | os.PathLike[str]) -> Source:
    """Read a pathway: a path to SBML or Antimony, Antimony text, or the name of a shipped network.

    Raises
    ------
    ScenarioError
        When it is none of these.
    FormatError
        When the file cannot be read or uses what is not supported; tells element and line.
    """
    record = read_record(source)
    if record is not None:
        return from_record(record)
    return Source(signalling.network(name=str(source)), Parameters(catalogue()))


def read_record(source: str | os.PathLike[str]) -> SbmlModel | None:
    """Read what a file or text says; nothing for the name of a shipped network. Raises as `read_source`."""
    if isinstance(source, str) and ("\n" in source or ";" in source):
        return parse_antimony(source, "antimony text")
    text = os.fspath(source) if isinstance(source, (str, os.PathLike)) else ""
    there = isinstance(text, str) and _is_there(text)
    if text in SHIPPED and not there:
        return None
    if not there:
        shown = (text if isinstance(text, str) and text else repr(source))[:200].replace("\0", "?")
        expected = f"an SBML or Antimony file, Antimony text, or {', '.join(SHIPPED)}"
        near = nearest_name(shown, [*SHIPPED, *_files_beside(shown)])
        do = "correct the path or the name"
        raise ScenarioError(Fault("pathway", f"there is no `{shown}`", expected, near, do, "AMB-S50"))
    return read_model(Path(text))


def _is_there(text: str) -> bool:
    try:
        return bool(text.strip()) and os.path.lexists(text)
    except (OSError, ValueError):
        return False


def _files_beside(text: str) -> list[str]:
    """Give model files of the folder that a path names, as a person would write them."""
    folder = os.path.dirname(text)
    try:
        found = sorted(os.listdir(folder or "."))[:2000]
    except (OSError, ValueError):
        return []
    return [os.path.join(folder, name) for name in found if name.endswith((".xml", ".sbml", ".ant"))]


def from_record(record: SbmlModel) -> Source:
    """Turn what a file says into a network with its numbers."""
    return Source(signalling.from_sbml(record), Parameters(catalogue()), record)


def names_of(source: Source, system: System) -> Names:
    """Give the numbers of a model that may be set, with what they are when nothing is set."""
    numbers, record = source.numbers, source.record
    if record is None:
        units = dict(source.network.parameters) | {one.name: one.unit for one in source.network.inputs}
        begin = {one.name: "a cell begins at rest" for one in source.network.species}
        return Names(source.network.name, numbers, units, begin)
    computed = {rule.variable: "a rule computes it" for rule in record.rules if rule.kind == "assignment"}
    computed |= {one.id: "it is a reaction" for one in record.reactions}
    computed |= {rule.variable: "a rule computes it" for rule in record.rules if rule.kind == "algebraic"}
    listed = [one.id for one in record.compartments] + [one.id for one in record.parameters]
    ids = [id for id in (*listed, *(one.id for one in record.species)) if id not in computed]
    local = {name: number for name, number in numbers.items() if "." in name}
    value = dict(zip(ids, at_start(system, ids, numbers), strict=True)) | local
    return Names(source.network.name, value, describe.quantity_units(record), computed)


def at_start(system: System, names: list[str], numbers: Mapping[str, float]) -> list[float]:
    """Give what quantities are at time 0, for one cell."""
    constants = np.array([numbers[name] for name in system.constants])
    feeds = np.array([[numbers.get(name, 1.0)] for name in system.feeds]).reshape(-1, 1)
    with np.errstate(all="ignore"):
        nothing = np.full((len(system.species), 1), np.nan)
        y = system.compute(system.starts, nothing, feeds, constants)
        found = system.compute(tuple(system.quantities[name] for name in names), y, feeds, constants)
    return [float(number) for number in found[:, 0]]
