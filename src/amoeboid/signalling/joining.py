"""A pathway file joined with the tissue: one network that takes inputs of the tissue and gives its readouts.

The join is made in the record of the file, before any equation is: what a mapping feeds becomes an assignment rule,
words of the tissue and outputs become parameters, and what a file does not say about contraction is appended from our
own network. So the file keeps the meaning that SBML gives it, whatever is fed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from amoeboid.errors import ScenarioError
from amoeboid.evidence import Parameters
from amoeboid.formats.sbml import Compartment, InitialAssignment, Math, Parameter, Rule, SbmlModel, Species
from amoeboid.signalling import formula_units
from amoeboid.signalling.contents import AMOUNT, CONCENTRATION, START
from amoeboid.signalling.contraction import OWN, Tail, factor, tail, tissue
from amoeboid.signalling.formulas import TISSUE, names, renamed
from amoeboid.signalling.from_sbml import from_sbml
from amoeboid.signalling.mapping import (
    ITSELF,
    Reading,
    Scales,
    TissueMapping,
    Told,
    outputs,
    read,
    scales,
    words,
)
from amoeboid.signalling.mathematics import TIME
from amoeboid.signalling.network import Individual, Network, Readout
from amoeboid.signalling.system import translate

Quantity = Parameter | Compartment | Species


def extended(model: SbmlModel, reading: Reading, units: Scales, appended: Tail) -> SbmlModel:
    """Give the record of a file with the tissue joined to it, in the words of this module."""
    named = [name for math in (*reading.inputs.values(), *reading.outputs.values()) for name in names(math)]
    model = _fed(_promoted(model, [*reading.inputs, *named]), reading.inputs)
    rules = {**appended.rules, **_outputs(reading, appended)}
    roots = [*reading.inputs.values(), *(tissue(name) for name in (*reading.outputs, "drive", "tension"))]
    if "tension" not in reading.outputs:
        roots += [appended.rate, appended.start]
    kept = _needed(roots, rules)
    parameters = [Parameter(name, 1.0, constant=False) for name in rules if name in kept]
    parameters += [Parameter(name, number) for name, number in appended.numbers.items() if name in kept]
    added = [Rule("assignment", name, rule) for name, rule in rules.items() if name in kept]
    for name, word in words().items():
        if f"{TISSUE}.{name}" in kept:
            scale = ("number", 1.0 / factor(word.unit, units))
            parameters += [Parameter(word.port, 1.0), Parameter(f"{TISSUE}.{name}", 1.0, constant=False)]
            added.append(Rule("assignment", f"{TISSUE}.{name}", ("multiply", scale, ("name", word.port))))
    starts = list(model.initial_assignments)
    if "tension" not in reading.outputs:
        tension = f"{TISSUE}.tension"
        parameters.append(Parameter(tension, 1.0, constant=False))
        added.append(Rule("rate", tension, appended.rate))
        starts.append(InitialAssignment(tension, appended.start))
    return replace(
        model,
        parameters=(*model.parameters, *parameters),
        rules=(*model.rules, *added),
        initial_assignments=tuple(starts),
    )


def _outputs(reading: Reading, appended: Tail) -> dict[str, Math]:
    """Give each output as stated, or as it follows; the tension that follows is a state and not here.

    STAT3-P and MLC2-P that a file does not give are not there: nobody writes their ports, and nothing measures them.
    """
    given = {f"{TISSUE}.{name}": stated for name, stated in reading.outputs.items()}
    if "drive" not in reading.outputs:
        has_share = "pMLC2" in reading.outputs
        given[f"{TISSUE}.drive"] = ("name", OWN + "drive") if has_share else appended.inverse
    return given


def _needed(roots: list[Math], rules: Mapping[str, Math]) -> set[str]:
    """Give all names that mathematics rests on, through rules."""
    found: set[str] = set()
    waiting = [name for root in roots for name in names(root)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(names(rules[name]) if name in rules else ())
    return found


def _promoted(model: SbmlModel, ids: Iterable[str]) -> SbmlModel:
    """Make local parameters that are named from outside, as ``reaction.k``, parameters of the whole file."""
    wanted = {id for id in ids if "." in id}
    reactions, parameters = [], list(model.parameters)
    for reaction in model.reactions:
        moved = [entry for entry in reaction.local if f"{reaction.id}.{entry.id}" in wanted]
        meaning: dict[str, Math] = {entry.id: ("name", f"{reaction.id}.{entry.id}") for entry in moved}
        parameters += [replace(entry, id=f"{reaction.id}.{entry.id}") for entry in moved]
        local = tuple(entry for entry in reaction.local if entry not in moved)
        law = renamed(reaction.law, meaning) if reaction.law and moved else reaction.law
        reactions.append(replace(reaction, local=local, law=law))
    return replace(model, reactions=tuple(reactions), parameters=tuple(parameters))


def _fed(model: SbmlModel, fed: Mapping[str, Math]) -> SbmlModel:
    """Let assignment rules give what a mapping feeds; the file's own number goes on under ``id itself``."""
    itself, starts = [], []
    entries: tuple[Quantity, ...] = (*model.parameters, *model.compartments, *model.species)
    for entry in entries:
        if entry.id in fed:
            own = _number(entry)
            itself.append(Parameter(entry.id + ITSELF, own[1] if own[0] == "number" else None, unit=entry.unit))
            if own[0] != "number":
                starts.append(InitialAssignment(entry.id + ITSELF, own))
    for start in model.initial_assignments:
        symbol = start.symbol + ITSELF if start.symbol in fed else start.symbol
        starts = [one for one in starts if one.symbol != symbol] + [replace(start, symbol=symbol)]
    species = (replace(e, constant=False, boundary=True) if e.id in fed else e for e in model.species)
    return replace(
        model,
        species=tuple(species),
        compartments=tuple(replace(e, constant=False) if e.id in fed else e for e in model.compartments),
        parameters=(*(replace(e, constant=False) if e.id in fed else e for e in model.parameters), *itself),
        initial_assignments=tuple(starts),
        rules=(*model.rules, *(Rule("assignment", id, fed[id]) for id in fed)),
    )


def _number(entry: Quantity) -> Math:
    """Give the number of an entry as mathematics means it: of a species a concentration, or an amount."""
    if isinstance(entry, Parameter):
        return ("number", math.nan if entry.value is None else entry.value)
    if isinstance(entry, Compartment):
        return ("number", math.nan if entry.size is None else entry.size)
    wanted, other = (entry.amount, entry.concentration) if entry.only_substance else (entry.concentration, entry.amount)
    if wanted is not None:
        return ("number", wanted)
    kind = "multiply" if entry.only_substance else "divide"
    return (kind, ("number", math.nan if other is None else other), ("name", entry.compartment))


def faults(model: SbmlModel, mapping: TissueMapping) -> list[Told]:
    """Give everything that is wrong with a mapping, each with its place in the mapping; none when it can be joined."""
    reading, told = read(model, mapping)
    found, missing = scales(model, mapping)
    told += missing
    return told + formula_units.check(model, reading, found) if found else told


@dataclass(frozen=True)
class Joined:
    """A file joined with the tissue: its network, the spreads of its individual factors, and how its cells start.

    ``start`` is what the mapping says, ``rest``, ``file``, or empty to take rest where there is one; ``outputs`` names
    what the mapping gives itself.
    """

    network: Network
    spreads: tuple[float, ...]
    start: str
    outputs: tuple[str, ...]


def join(model: SbmlModel, mapping: TissueMapping, own: Network, parameters: Parameters) -> Joined:
    """Join a pathway file with the tissue.

    Parameters
    ----------
    model : SbmlModel
        The file, with overridden numbers already in it (`amoeboid.signalling.overridden`).
    mapping : TissueMapping
        What it takes from the tissue and gives to it.
    own, parameters : Network, Parameters
        Our own network and its numbers, from which follows what the mapping does not give.

    Raises
    ------
    ScenarioError
        When the mapping does not fit the file; tells all.
    FormatError
        When the file uses what we do not do.
    """
    wrong = faults(model, mapping)
    units, _ = scales(model, mapping)
    if wrong or units is None:
        raise ScenarioError(*(replace(fault, where=".".join(("pathway", *path))) for path, fault in wrong))
    reading, _ = read(model, mapping)
    record = extended(model, reading, units, tail(own, parameters, units))
    record = _promoted(record, mapping.spread)
    found = from_sbml(record)
    readouts = tuple(
        Readout(name, entry.unit, entry.port, ("multiply", ("number", factor(entry.unit, units)), tissue(name)))
        for name, entry in outputs().items()
        if name in (*reading.outputs, "drive", "tension")
    )
    joined = replace(
        found,
        inputs=tuple(replace(word, name=word.port) for word in words().values() if word.port in found.given),
        readouts=readouts,
        individuals=tuple(Individual(id, (_spread_name(id, mapping, found),)) for id in mapping.spread),
        second=units.second,
    )
    return Joined(joined, tuple(mapping.spread.values()), _start(joined, mapping), tuple(mapping.outputs))


def _spread_name(id: str, mapping: TissueMapping, found: Network) -> str:
    """Give the number of a file that carries the spread of an id: its own, or how a species starts."""
    names = (id + ITSELF if id in mapping.inputs else id, START + id, START + AMOUNT + id, START + CONCENTRATION + id)
    return next((name for name in names if name in found.given), id)


def _start(joined: Network, mapping: TissueMapping) -> str:
    """Give how cells start: a file with events or with time in its mathematics has no rest to look for."""
    return mapping.start or ("file" if has_clock(joined) else "")


def has_clock(joined: Network) -> bool:
    """Whether what a file does hangs on when: it has events, or its mathematics uses the time."""
    system = translate(joined)
    return bool(system.events) or TIME in system.species
