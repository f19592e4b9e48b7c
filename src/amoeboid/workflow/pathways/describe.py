"""What a model file says, as tables that a person reads: species, numbers, reactions, rules, events, units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amoeboid.formats.sbml import Reaction, SbmlModel, Species, SpeciesReference
from amoeboid.workflow.pathways.formula import infix
from amoeboid.workflow.tables import Row, Table

SPECIES = ("id", "starts at", "unit", "compartment", "what", "name")
PARAMETERS = ("id", "value", "unit", "what", "name")
_NOT_GIVEN = "-"


@dataclass(frozen=True)
class Description:
    """A model in tables; ``facts`` are what it is, ``notices`` what is odd about it."""

    facts: Table
    species: Table
    parameters: Table
    reactions: Table
    rules: Table
    events: Table
    units: Mapping[str, str]
    notices: tuple[str, ...] = ()


def describe(record: SbmlModel) -> Description:
    """Put what a file says into tables."""
    units = quantity_units(record)
    return Description(
        Table(("what", "value"), _facts(record)),
        Table(SPECIES, tuple(_species(record, one, units) for one in record.species)),
        Table(PARAMETERS, _parameters(record, units)),
        Table(("id", "equation", "rate", "name"), tuple(_reaction(one) for one in record.reactions)),
        Table(("what", "id", "is"), _rules(record)),
        Table(("id", "when", "after", "sets"), _events(record)),
        units,
        (*record.notices, *_oddities(record)),
    )


def determined(record: SbmlModel) -> dict[str, str]:
    """Tell of each id that the model changes or computes by what it does so: a rule, an event, reactions."""
    words = {"assignment": "by rule", "rate": "by rate rule"}
    found = {symbol: "set by event" for event in record.events for symbol, _ in event.assignments}
    moved = {one.species for reaction in record.reactions for one in (*reaction.reactants, *reaction.products)}
    for species in record.species:
        if species.id in moved and not species.boundary and not species.constant:
            found[species.id] = "by reactions"
    return found | {rule.variable: words[rule.kind] for rule in record.rules if rule.kind in words}


def quantity_units(record: SbmlModel) -> dict[str, str]:
    """Give the unit of every id, as far as the file declares it, and of ``time``."""
    base = record.unit_of
    sizes = {one.id: _unit(record, one.unit) or _size_unit(base, one.dimensions) for one in record.compartments}
    found = {"time": base.get("time", ""), **sizes}
    for species in record.species:
        amount = _unit(record, species.unit) or base.get("substance", "")
        size = sizes.get(species.compartment, "")
        found[species.id] = amount if species.only_substance else _over(amount, size)
    found |= {one.id: _unit(record, one.unit) for one in record.parameters}
    found |= {one.id: _over(base.get("extent", ""), found["time"]) for one in record.reactions}
    return found


def _unit(record: SbmlModel, id: str) -> str:
    """Give the text of a unit of the file; the units that SBML knows by name stand for themselves."""
    text = record.units.get(id) or record.unit_of.get(id) or (id if id not in record.units else "")
    return "" if text == "dimensionless" else text


def _size_unit(base: Mapping[str, str], dimensions: float) -> str:
    return {3.0: base.get("volume", ""), 2.0: base.get("area", ""), 1.0: base.get("length", "")}.get(dimensions, "")


def _over(above: str, below: str) -> str:
    if not above or not below:
        return ""
    return f"{above}/{below}" if not set("/*") & set(below) else ""


def _facts(record: SbmlModel) -> tuple[Row, ...]:
    name = next((part for part in (record.name, record.id) if part and part != "__main"), "untitled")
    rows: list[Row] = [("title", name), ("file", record.where or _NOT_GIVEN)]
    rows.append(("format", f"SBML Level {record.level} Version {record.version}"))
    counts = (
        ("compartment", len(record.compartments)), ("species", len(record.species)),
        ("parameter", len(record.parameters)), ("reaction", len(record.reactions)), ("rule", len(record.rules)),
        ("event", len(record.events)),
    )  # fmt: skip
    rows.append(
        (
            "holds",
            ", ".join(
                f"{count} {what}" + ("" if count == 1 or what == "species" else "s") for what, count in counts if count
            )
            or "nothing",
        )
    )
    told = [f"{what} {record.unit_of[what]}" for what in ("time", "substance", "volume") if record.unit_of.get(what)]
    rows.append(("units", ", ".join(told) or "none declared: numbers are in the model's own units"))
    rows += [("reference", address) for address in record.annotations.get("", ())[:8]]
    if record.notes:
        rows.append(("notes", _cut(" ".join(record.notes.split()), 400)))
    return tuple(rows)


def _species(record: SbmlModel, one: Species, units: Mapping[str, str]) -> Row:
    assigned = {entry.symbol for entry in record.initial_assignments}
    by = determined(record).get(one.id, "")
    begins: str | float = _NOT_GIVEN
    if one.id in assigned:
        begins = "computed"
    elif by == "by rule":
        begins = _NOT_GIVEN
    elif one.amount is not None or one.concentration is not None:
        begins = _begins(record, one)
    return (one.id, begins, units[one.id], one.compartment, by or ("constant" if one.constant else "fixed"), one.name)


def _begins(record: SbmlModel, one: Species) -> str | float:
    """Give what a species begins with, as its id is meant: an amount or a concentration."""
    sizes = {place.id: place.size for place in record.compartments}
    size = sizes.get(one.compartment)
    if one.only_substance:
        given = one.amount if one.amount is not None or size is None else (one.concentration or 0.0) * size
    else:
        given = one.concentration if one.concentration is not None or not size else (one.amount or 0.0) / size
    return _NOT_GIVEN if given is None else float(given)


def _parameters(record: SbmlModel, units: Mapping[str, str]) -> tuple[Row, ...]:
    by = determined(record)
    assigned = {entry.symbol for entry in record.initial_assignments}

    def row(id: str, value: float | None, name: str) -> Row:
        shown: str | float = "computed" if id in assigned else _NOT_GIVEN if value is None else float(value)
        return (id, _NOT_GIVEN if by.get(id) == "by rule" else shown, units.get(id, ""), by.get(id, "constant"), name)

    rows = [row(one.id, one.size, one.name or "size of a compartment") for one in record.compartments]
    rows += [row(one.id, one.value, one.name) for one in record.parameters]
    for reaction in record.reactions:
        for one in reaction.local:
            value = _NOT_GIVEN if one.value is None else float(one.value)
            rows.append((f"{reaction.id}.{one.id}", value, _unit(record, one.unit), "local", one.name))
    return tuple(rows)


def _reaction(one: Reaction) -> Row:
    return (one.id, equation(one), infix(one.law) if one.law is not None else _NOT_GIVEN, one.name)


def equation(one: Reaction) -> str:
    """Write a reaction as an equation.

    Examples
    --------
    >>> equation(Reaction("pairing", (SpeciesReference("A", 2.0),), (SpeciesReference("B"),)))
    '2 A → B'
    """

    def side(references: tuple[SpeciesReference, ...]) -> str:
        return " + ".join(_count(part) + part.species for part in references) or "∅"

    told = f"{side(one.reactants)} → {side(one.products)}"
    return told + (f"  | {', '.join(one.modifiers)}" if one.modifiers else "")


def _count(part: SpeciesReference) -> str:
    if part.math is not None:
        return f"({infix(part.math)}) "
    if part.stoichiometry is None:
        return f"{part.id or '?'} "
    return "" if part.stoichiometry == 1.0 else f"{part.stoichiometry:g} "


def _rules(record: SbmlModel) -> tuple[Row, ...]:
    words = {"assignment": "always", "rate": "rate of change", "algebraic": "0 ="}
    rows: list[Row] = [("at start", entry.symbol, infix(entry.math)) for entry in record.initial_assignments]
    return tuple(rows + [(words[rule.kind], rule.variable, infix(rule.math)) for rule in record.rules])


def _events(record: SbmlModel) -> tuple[Row, ...]:
    return tuple(
        (
            event.id,
            infix(event.trigger) if event.trigger is not None else _NOT_GIVEN,
            infix(event.delay) if event.delay is not None else "at once",
            "; ".join(f"{symbol} = {infix(math)}" for symbol, math in event.assignments) or "nothing",
        )
        for event in record.events
    )


def _oddities(record: SbmlModel) -> list[str]:
    told = []
    if record.level < 3 and "time" not in record.units and record.unit_of.get("time") == "s":
        told.append("the file declares no unit of time; SBML Level 2 then means seconds: "
                    "see whether its rates are per second")  # fmt: skip
    computed = {entry.symbol for entry in record.initial_assignments} | set(determined(record))
    empty = [one.id for one in record.species if one.amount is None and one.concentration is None]
    empty += [one.id for one in record.parameters if one.value is None]
    missing = [id for id in empty if id not in computed]
    if missing:
        told.append(f"without a value: {_cut(', '.join(missing), 200)}")
    told += [f"not supported: {what} ({element}, line {line})" for what, element, line in record.refused]
    return told


def _cut(text: str, n_most: int) -> str:
    return text if len(text) <= n_most else text[: n_most - 1] + "…"
