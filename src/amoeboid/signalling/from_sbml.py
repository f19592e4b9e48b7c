"""From the record of an SBML file to a network; what we do not do is refused by name, with element and line."""

from __future__ import annotations

from collections.abc import Iterator

from amoeboid import units
from amoeboid.errors import Fault, FormatError, UnitError
from amoeboid.formats.sbml import Math, SbmlModel
from amoeboid.signalling.algebra import unknowns
from amoeboid.signalling.contents import Contents
from amoeboid.signalling.network import Network


def from_sbml(model: SbmlModel) -> Network:
    """Give the network of an SBML file, in the units of the file.

    Parameters
    ----------
    model : SbmlModel
        From `amoeboid.formats.sbml.read_sbml`.

    Returns
    -------
    network : Network
        With ``model``, ``given`` and ``second`` filled.

    Raises
    ------
    FormatError
        When the file uses what we do not do: delays, fast reactions, required packages, functions that call
        themselves, algebraic rules of which it is not plain what they determine; tells all at once.

    Examples
    --------
    >>> from amoeboid.formats.sbml import Parameter, Rule
    >>> decay = Rule("rate", "x", ("multiply", ("number", -0.5), ("name", "x")))
    >>> from_sbml(SbmlModel(parameters=(Parameter("x", 2.0, constant=False),), rules=(decay,))).given
    {'start of x': 2.0}
    """
    contents = Contents(model)
    faults = [*_refused(model), *_circles(contents), *_delays(contents), *_fast(contents)]
    try:
        contents = Contents(model, frozenset(unknowns(contents).values()))
    except FormatError as error:
        faults += error.faults
    if faults:
        raise FormatError(*faults)
    given = numbers(contents)
    return Network(
        name=model.id or model.name or "model",
        evidence="",
        summary=model.name,
        inputs=(),
        species=(),
        parameters={name: _unit(contents, name) for name in given},
        exponents={},
        rules=(),
        reactions=(),
        rate_rules=(),
        readouts=(),
        conserved=(),
        individuals=(),
        model=model,
        given=given,
        second=seconds(model),
    )


def numbers(contents: Contents) -> dict[str, float]:
    """Give the numbers that a file brings, by the names of `Contents.given`."""
    found = {}
    for name in (*contents.parameters, *contents.compartments, *contents.species, *contents.references):
        determined = name in contents.assigned or name in contents.solved or name in contents.initial
        fixed = name in contents.references and name not in contents.states
        if not determined and not fixed:
            given, number = contents.given(name)
            found[given] = float("nan") if number is None else float(number)
    local = {name: float("nan") if entry.value is None else entry.value for name, entry in contents.local.items()}
    return found | local


def seconds(model: SbmlModel) -> float:
    """Give how many seconds one unit of the file's time lasts; 1 where the file does not say."""
    text = model.unit_of.get("time", "")
    if not text:
        return 1.0
    try:
        return units.convert(1.0, text, "s", model.where)
    except UnitError:
        return 1.0


def _unit(contents: Contents, name: str) -> str:
    """Give the unit text of a number, as far as its element declares one."""
    id = name.split(" ")[-1]
    for entries in (contents.parameters, contents.local, contents.compartments, contents.species):
        if id in entries:
            unit: str = entries[id].unit
            return contents.model.units.get(unit, unit)
    return ""


def _refused(model: SbmlModel) -> Iterator[Fault]:
    for what, element, line in model.refused:
        place = f"{model.where}, line {line}" if line else model.where
        yield Fault(f"{place}, {element}" if element else place, what, "SBML core", "",
                    "export the model without it", "AMB-F88")  # fmt: skip


def _fast(contents: Contents) -> Iterator[Fault]:
    for reaction in contents.model.reactions:
        if reaction.fast:
            place, what = contents.where(reaction.id, "reaction"), "a fast reaction, which is always at its equilibrium"
            do = "give it a rate, or use its equilibrium as a rule"
            yield Fault(place, what, "reactions with a rate", "", do, "AMB-F89")


def _mathematics(contents: Contents) -> Iterator[tuple[str, str, Math | None]]:
    """Give all mathematics of a file with the kind and id of its element."""
    model = contents.model
    yield from (("function", entry.id, entry.body) for entry in model.functions)
    yield from (("initial assignment of", entry.symbol, entry.math) for entry in model.initial_assignments)
    yield from ((f"{rule.kind} rule for", rule.variable, rule.math) for rule in model.rules)
    yield from (("reaction", entry.id, entry.law) for entry in model.reactions)
    yield from (("reaction", part.reaction, part.reference.math) for part in contents.all_parts())
    for event in model.events:
        yield from (("event", event.id, math) for math in (event.trigger, event.delay, event.priority))
        yield from (("event", event.id, math) for _, math in event.assignments)


def _parts(math: Math | None) -> Iterator[Math]:
    """Give every node of mathematics."""
    stack = [] if math is None else [math]
    while stack:
        top = stack.pop()
        yield top
        if top[0] not in ("number", "name"):
            stack.extend(part for part in top[1:] if isinstance(part, tuple))


def _delays(contents: Contents) -> Iterator[Fault]:
    for what, name, math in _mathematics(contents):
        if any(part[0] == "delay" for part in _parts(math)):
            place, do = contents.where(name, what), "write the delay as a chain of reactions"
            yield Fault(place, "uses `delay`, values of the past", "mathematics of the present", "", do, "AMB-F90")


def _circles(contents: Contents) -> Iterator[Fault]:
    """Find functions that call themselves, through others or at once."""
    calls = {f.id: {part[1] for part in _parts(f.body) if part[0] == "call"} for f in contents.model.functions}
    while True:
        ends = {name for name, called in calls.items() if not called & calls.keys()}
        if not ends:
            break
        calls = {name: called for name, called in calls.items() if name not in ends}
    for name in calls:
        if any(name in called for called in calls.values()):
            yield Fault(contents.where(name, "function"), "a function that calls itself, perhaps through others",
                        "functions that end", "", "write it without itself", "AMB-F91")  # fmt: skip
