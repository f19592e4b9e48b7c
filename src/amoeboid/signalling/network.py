"""A reaction network as data: species, parameters, rules, reactions with units, and rival mechanisms.

The network of a package is a table (`jak1_rock.toml`); numbers are not in it, they are values of the evidence
catalogue whose ids begin with `Network.evidence`.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, TypeVar

from amoeboid.errors import EvidenceError, Fault, FormatError, nearest_name
from amoeboid.evidence import Parameters
from amoeboid.formats.sbml import Math, SbmlModel

Expression = str | Math
"""Mathematics of a network: texts in our own tables (with a dimension check), trees for files."""


@dataclass(frozen=True)
class Input:
    """A quantity that the rest of the model gives to every cell; without a default it must be given."""

    name: str
    unit: str
    port: str
    default: float | None = None
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Species:
    """A state of the network; ``scale`` is its typical size, ``start`` where the search for rest begins.

    ``term`` is what it is in the Systems Biology Ontology, ``identifiers`` say which molecules it holds.
    """

    name: str
    unit: str
    scale: str
    start: str = "0"
    term: str = ""
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A name for an expression."""

    name: str
    unit: str
    text: str
    meaning: str = ""


@dataclass(frozen=True)
class Reaction:
    """A conversion with its rate; what is on the right of ``->`` appears, what is on the left disappears."""

    name: str
    equation: str
    rate: str
    term: str = ""


@dataclass(frozen=True)
class RateRule:
    """A state whose rate of change is given outright."""

    species: str
    rate: str


@dataclass(frozen=True)
class Readout:
    """A quantity that other processes or people read."""

    name: str
    unit: str
    port: str
    text: Expression


@dataclass(frozen=True)
class Conserved:
    """A sum that no reaction changes; used as a check."""

    name: str
    sum: str
    total: str


@dataclass(frozen=True)
class Individual:
    """A factor of one cell on some parameters; its spread is that of the first parameter's value."""

    name: str
    scales: tuple[str, ...]


@dataclass(frozen=True)
class Variant:
    """What one option of a hypothesis adds to the network, or puts in the place of entries of that name."""

    hypothesis: str
    option: str
    input: tuple[Input, ...] = ()
    species: tuple[Species, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    exponents: Mapping[str, str] = field(default_factory=dict)
    rule: tuple[Rule, ...] = ()
    reaction: tuple[Reaction, ...] = ()


@dataclass(frozen=True)
class Network:
    """A reaction network with units and without numbers.

    ``parameters`` maps each name to its unit; ``exponents`` maps each name to the value that holds its whole
    number; both are looked up in the evidence under ``evidence`` + name.

    A network from a file has its reactions, rules and events in ``model``, its numbers in ``given`` (``evidence`` is
    then empty), and one unit of its time lasts ``second`` seconds. All is in the units of the file. An input whose
    name is that of a number in ``given`` takes its place.
    """

    name: str
    evidence: str
    summary: str
    inputs: tuple[Input, ...]
    species: tuple[Species, ...]
    parameters: Mapping[str, str]
    exponents: Mapping[str, str]
    rules: tuple[Rule, ...]
    reactions: tuple[Reaction, ...]
    rate_rules: tuple[RateRule, ...]
    readouts: tuple[Readout, ...]
    conserved: tuple[Conserved, ...]
    individuals: tuple[Individual, ...]
    hypotheses: Mapping[str, str] = field(default_factory=dict)
    model: SbmlModel | None = None
    given: Mapping[str, float] = field(default_factory=dict)
    second: float = 1.0

    @property
    def where(self) -> str:
        """Name for messages: the file, or the network and its hypotheses."""
        if self.model is not None:
            return self.model.where or f"model {self.name}"
        chosen = ", ".join(f"{key}={value}" for key, value in self.hypotheses.items())
        return f"network {self.name} ({chosen})" if chosen else f"network {self.name}"

    def species_index(self, name: str) -> int:
        """Give the row of a species.

        Raises
        ------
        EvidenceError
            When the network has no such species.
        """
        names = [entry.name for entry in self.species]
        if name not in names:
            raise EvidenceError(
                Fault(
                    self.where,
                    f"no species `{name}`",
                    "a species of the network",
                    nearest_name(name, names),
                    "correct the name",
                    "AMB-E21",
                )
            )
        return names.index(name)

    def numbers(self, parameters: Parameters | None = None) -> dict[str, float]:
        """Give the number of every parameter by name, in internal units or, for a file, in those of the file."""
        if self.model is not None:
            return dict(self.given)
        assert parameters is not None, "a network of our own has its numbers in the evidence"
        return {name: parameters[self.evidence + name] for name in self.parameters}

    def powers(self, parameters: Parameters) -> dict[str, int]:
        """Give the whole number of every exponent, by name.

        Raises
        ------
        EvidenceError
            When the value of an exponent is not a whole number from 1 to 16.
        """
        found = {}
        for name, record in self.exponents.items():
            value = parameters[self.evidence + record]
            if value != int(value) or not 1 <= value <= 16:
                raise EvidenceError(
                    Fault(
                        self.where,
                        f"`{self.evidence}{record}` is `{value:g}`",
                        "a whole number from 1 to 16",
                        f"`{min(16, max(1, round(value)))}`",
                        "give a whole number",
                        "AMB-E22",
                    )
                )
            found[name] = int(value)
        return found


_TERM = re.compile(r"^\s*(?:(\d+)\s+)?([A-Za-z_]\w*)\s*$")


def stoichiometry(reaction: Reaction, where: str = "") -> dict[str, int]:
    """Give how many of each species one turnover of a reaction makes (negative: uses).

    Raises
    ------
    FormatError
        When the equation is not of the form ``A + 2 B -> C``.

    Examples
    --------
    >>> stoichiometry(Reaction("pairing", "2 A -> B", "k*A^2"))
    {'A': -2, 'B': 1}
    """
    sides = reaction.equation.split("->")
    change: dict[str, int] = {}
    for sign, side in zip((-1, 1), sides, strict=False):
        for term in side.split("+") if side.strip() else []:
            match = _TERM.match(term)
            if match is None or len(sides) != 2:
                raise FormatError(_bad_equation(reaction, where))
            change[match[2]] = change.get(match[2], 0) + sign * int(match[1] or 1)
    if len(sides) != 2:
        raise FormatError(_bad_equation(reaction, where))
    return change


def _bad_equation(reaction: Reaction, where: str) -> Fault:
    return Fault(
        f"{where}, reaction `{reaction.name}`",
        f"`{reaction.equation}` is not an equation",
        "`A + 2 B -> C`; a side may be empty",
        "",
        "correct the equation",
        "AMB-F24",
    )


Record = TypeVar("Record")


def _records(kind: type[Record], rows: Iterable[Mapping[str, Any]]) -> tuple[Record, ...]:
    return tuple(
        kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}) for row in rows
    )


def _variant(row: Mapping[str, Any]) -> Variant:
    kinds = {"input": Input, "species": Species, "rule": Rule, "reaction": Reaction}
    fixed: dict[str, Any] = {key: _records(kind, row[key]) for key, kind in kinds.items() if key in row}
    return Variant(**{**row, **fixed})


def read(text: str) -> tuple[Network, tuple[Variant, ...]]:
    """Read a network and its variants from the text of a table.

    Raises
    ------
    FormatError
        When the text is no network.
    """
    try:
        table = tomllib.loads(text)
        network = Network(
            name=table["name"],
            evidence=table["evidence"],
            summary=table.get("summary", "").strip(),
            inputs=_records(Input, table["input"]),
            species=_records(Species, table["species"]),
            parameters=dict(table["parameters"]),
            exponents=dict(table.get("exponents", {})),
            rules=_records(Rule, table.get("rule", ())),
            reactions=_records(Reaction, table.get("reaction", ())),
            rate_rules=_records(RateRule, table.get("rate_rule", ())),
            readouts=_records(Readout, table.get("readout", ())),
            conserved=_records(Conserved, table.get("conserved", ())),
            individuals=_records(Individual, table.get("individual", ())),
        )
        return network, tuple(_variant(row) for row in table.get("variant", ()))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as cause:
        raise FormatError(
            Fault(
                "network table",
                f"cannot be read: {cause}",
                "the layout of `jak1_rock.toml`",
                "",
                "correct the table",
                "AMB-F25",
            )
        ) from cause


Named = TypeVar("Named", Input, Species, Rule, Reaction)


def _merged(base: tuple[Named, ...], other: tuple[Named, ...]) -> tuple[Named, ...]:
    """Put entries of `other` in the place of those of the same name, and the new ones at the end."""
    new = {entry.name: entry for entry in other}
    kept = tuple(new.pop(entry.name, entry) for entry in base)
    return kept + tuple(new.values())


def with_variant(network: Network, variant: Variant) -> Network:
    """Give the network under one option of a hypothesis."""
    return dataclasses.replace(
        network,
        inputs=_merged(network.inputs, variant.input),
        species=_merged(network.species, variant.species),
        rules=_merged(network.rules, variant.rule),
        reactions=_merged(network.reactions, variant.reaction),
        parameters={**network.parameters, **variant.parameters},
        exponents={**network.exponents, **variant.exponents},
        hypotheses={**network.hypotheses, variant.hypothesis: variant.option},
    )


@cache
def _shipped(name: str) -> tuple[Network, tuple[Variant, ...]]:
    folder = resources.files(__package__)
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in known:
        raise EvidenceError(
            Fault(
                "",
                f"unknown network `{name}`",
                f"one of {', '.join(known)}",
                nearest_name(name, known),
                "correct the name",
                "AMB-E23",
            )
        )
    return read((folder / f"{name}.toml").read_text(encoding="utf-8"))


def network(hypotheses: Mapping[str, str] | None = None, name: str = "jak1_rock") -> Network:
    """Give a shipped network under the chosen hypotheses; those that do not concern it are passed over.

    Parameters
    ----------
    hypotheses : mapping of str to str, optional
        Option by hypothesis; the default option of each changes nothing.
    name : str
        Name of the network.

    Raises
    ------
    EvidenceError
        When there is no such network.

    Examples
    --------
    >>> len(network().species), len(network({"jak1_rock_link": "slow"}).species)
    (19, 20)
    """
    base, variants = _shipped(name)
    for variant in variants:
        if (hypotheses or {}).get(variant.hypothesis) == variant.option:
            base = with_variant(base, variant)
    return base
