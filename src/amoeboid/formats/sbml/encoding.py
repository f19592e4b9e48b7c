"""Records of SBML files as JSON and back, for the pipe between the reader's child process and us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from amoeboid.formats.sbml.record import (
    Compartment,
    Event,
    Function,
    InitialAssignment,
    Math,
    Parameter,
    Reaction,
    Rule,
    SbmlModel,
    Species,
    SpeciesReference,
)


def to_json(model: SbmlModel) -> str:
    """Write a record as JSON.

    Examples
    --------
    >>> from_json(to_json(SbmlModel(id="m", parameters=(Parameter("k", 1.0),)))).parameters[0].value
    1.0
    """
    return json.dumps(vars(model), default=_plain, separators=(",", ":"))


def from_json(text: str) -> SbmlModel:
    """Read a record from the JSON of `to_json`."""
    return from_plain(json.loads(text))


def _plain(item: Any) -> Any:
    return dict(item) if isinstance(item, Mapping) else vars(item)


def _math(tree: Any) -> Math:
    return tuple(_math(part) if isinstance(part, list) else part for part in tree)


def _maybe(tree: Any) -> Math | None:
    return None if tree is None else _math(tree)


def _reference(entry: dict[str, Any]) -> SpeciesReference:
    return SpeciesReference(**{**entry, "math": _maybe(entry["math"])})


def _reaction(entry: dict[str, Any]) -> Reaction:
    return Reaction(
        **{
            **entry,
            "reactants": tuple(map(_reference, entry["reactants"])),
            "products": tuple(map(_reference, entry["products"])),
            "modifiers": tuple(entry["modifiers"]),
            "law": _maybe(entry["law"]),
            "local": tuple(Parameter(**local) for local in entry["local"]),
        }
    )


def _event(entry: dict[str, Any]) -> Event:
    changes = {part: _maybe(entry[part]) for part in ("trigger", "delay", "priority")}
    assignments = tuple((variable, _math(tree)) for variable, tree in entry["assignments"])
    return Event(**{**entry, **changes, "assignments": assignments})


def from_plain(entry: dict[str, Any]) -> SbmlModel:
    """Make a record of what its JSON decodes to."""
    functions = (Function(f["id"], tuple(f["arguments"]), _math(f["body"])) for f in entry["functions"])
    assignments = (InitialAssignment(a["symbol"], _math(a["math"])) for a in entry["initial_assignments"])
    changes = {
        "compartments": tuple(Compartment(**c) for c in entry["compartments"]),
        "species": tuple(Species(**s) for s in entry["species"]),
        "parameters": tuple(Parameter(**p) for p in entry["parameters"]),
        "functions": tuple(functions),
        "initial_assignments": tuple(assignments),
        "rules": tuple(Rule(r["kind"], r["variable"], _math(r["math"])) for r in entry["rules"]),
        "reactions": tuple(map(_reaction, entry["reactions"])),
        "events": tuple(map(_event, entry["events"])),
        "annotations": {key: tuple(addresses) for key, addresses in entry["annotations"].items()},
        "notices": tuple(entry["notices"]),
        "refused": tuple((what, element, line) for what, element, line in entry["refused"]),
    }
    return SbmlModel(**{**entry, **changes})
