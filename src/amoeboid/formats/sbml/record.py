"""What an SBML file says, as plain records: Level 1 to 3 brought to the words of Level 3 Version 2.

Mathematics is a nested tuple whose first entry is the kind, so that it can be compared, hashed and sent through a
pipe. Kinds, with their parts:

    ("number", value) ("name", id) ("time",) ("true",) ("false",)
    ("negate", a) ("not", a) ("abs" | "floor" | "ceiling" | "factorial" | "exp" | "ln", a)
    ("sin" | "cos" | "tan" | "sec" | "csc" | "cot" | the same with "h" | the same with "arc" before, a)
    ("add" | "multiply" | "min" | "max" | "and" | "or" | "xor", a, b, ...)       any number of parts, also none
    ("subtract" | "divide" | "power" | "quotient" | "rem" | "implies", a, b)
    ("log", base, a) ("root", degree, a)
    ("lt" | "leq" | "gt" | "geq" | "eq" | "neq", a, b, ...)                     a chain, as in MathML
    ("piecewise", value, condition, ..., [otherwise])
    ("call", function id, argument, ...) ("delay", a, time) ("rate_of", ("name", id))

Avogadro's number, pi and e are numbers; units on numbers are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Math = tuple[Any, ...]
"""A nested tuple as described above."""


@dataclass(frozen=True)
class Compartment:
    """A place with a size; `size` is None where the file gives none (NaN)."""

    id: str
    size: float | None = None
    constant: bool = True
    dimensions: float = 3.0
    unit: str = ""
    name: str = ""


@dataclass(frozen=True)
class Species:
    """A substance in a compartment; its id means a concentration in mathematics unless `only_substance`."""

    id: str
    compartment: str
    amount: float | None = None
    concentration: float | None = None
    only_substance: bool = False
    boundary: bool = False
    constant: bool = False
    conversion_factor: str = ""
    unit: str = ""
    name: str = ""


@dataclass(frozen=True)
class Parameter:
    """A named number."""

    id: str
    value: float | None = None
    constant: bool = True
    unit: str = ""
    name: str = ""


@dataclass(frozen=True)
class Function:
    """A function definition; its body names only its arguments."""

    id: str
    arguments: tuple[str, ...]
    body: Math


@dataclass(frozen=True)
class InitialAssignment:
    """A value at the beginning, given as mathematics."""

    symbol: str
    math: Math


@dataclass(frozen=True)
class Rule:
    """``kind`` is "assignment", "rate" or "algebraic" (then `variable` is empty)."""

    kind: str
    variable: str
    math: Math


@dataclass(frozen=True)
class SpeciesReference:
    """How many of a species one extent of a reaction uses or makes; `math` is L2's stoichiometryMath."""

    species: str
    stoichiometry: float | None = 1.0
    math: Math | None = None
    id: str = ""
    constant: bool = True


@dataclass(frozen=True)
class Reaction:
    """A reaction; `law` is in substance per time and is None where the file gives none."""

    id: str
    reactants: tuple[SpeciesReference, ...] = ()
    products: tuple[SpeciesReference, ...] = ()
    modifiers: tuple[str, ...] = ()
    law: Math | None = None
    local: tuple[Parameter, ...] = ()
    reversible: bool = True
    fast: bool = False
    name: str = ""


@dataclass(frozen=True)
class Event:
    """A change of state when the trigger becomes true.

    `initially` is the trigger's value before time 0; `at_trigger` says whether assignments take the values of the
    moment of the trigger (else of the execution).
    """

    id: str
    trigger: Math | None
    assignments: tuple[tuple[str, Math], ...] = ()
    delay: Math | None = None
    priority: Math | None = None
    initially: bool = True
    persistent: bool = True
    at_trigger: bool = True


@dataclass(frozen=True)
class SbmlModel:
    """A whole file.

    ``unit_of`` maps substance, time, volume, area, length, extent to a unit text such as "nmol", where the file
    declares it (Level 1 and 2 always do) and `amoeboid.units` can read it, else to an empty text;
    ``units`` a unit id, as the elements' `unit` names it, to its text; one without unit has that of ``unit_of``;
    ``lines`` an element's id to its line; ``annotations`` an id (the model's own under "") to its
    identifiers.org addresses; ``terms`` an id to its SBO term; ``notices`` what was found odd while reading, such as
    unit clashes. An element without id goes by its kind and number, such as "event 1".
    ``refused`` lists what the file uses and no reader of ours understands: (what, element, line).
    """

    id: str = ""
    name: str = ""
    level: int = 3
    version: int = 2
    compartments: tuple[Compartment, ...] = ()
    species: tuple[Species, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    functions: tuple[Function, ...] = ()
    initial_assignments: tuple[InitialAssignment, ...] = ()
    rules: tuple[Rule, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    events: tuple[Event, ...] = ()
    conversion_factor: str = ""
    unit_of: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    annotations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    refused: tuple[tuple[str, str, int], ...] = ()
    where: str = ""
    notes: str = ""
