"""libSBML's model turned into the record, all levels brought to the meaning of Level 3. Runs in the child process."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from amoeboid.errors import Fault, FormatError
from amoeboid.formats.sbml.description import addresses, plain_text, term
from amoeboid.formats.sbml.mathematics import UnknownMathError, is_empty, to_math
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
from amoeboid.formats.sbml.unit_texts import BASE, UnitPart, unit_text

_OLD_UNITS = {
    "substance": (("mole", 1.0, 1.0, 0),),
    "volume": (("litre", 1.0, 1.0, 0),),
    "area": (("metre", 2.0, 1.0, 0),),
    "length": (("metre", 1.0, 1.0, 0),),
    "time": (("second", 1.0, 1.0, 0),),
}
"""Units that Level 1 and 2 take where a file defines none of that name."""

_MISTAKEN = frozenset(("pi", "exponentiale", "inf", "nan", "true", "false"))
"""Words that libSBML takes for numbers in formulas of Level 1, in any case; ids may be called so."""
_OWN = "amoeboid_own_"
"""Stands before such an id while libSBML reads the formula."""
_WORD = re.compile(r"[A-Za-z_]\w*")
_CUT_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])(?:\d+\.?\d*|\.\d+)[eE](?![+-]?\d)")


def extract(model: Any, where: str) -> SbmlModel:
    """Give the record of a model that libSBML has read and found consistent.

    Raises
    ------
    FormatError
        When a formula of Level 1, which is text, cannot be read.
    """
    taker = _Taker(model, where)
    parts = {
        "compartments": tuple(taker.each("Compartments", taker.compartment)),
        "species": tuple(taker.each("Species", taker.species)),
        "parameters": tuple(taker.each("Parameters", taker.parameter)),
        "functions": tuple(taker.some("FunctionDefinitions", taker.function)),
        "initial_assignments": tuple(taker.some("InitialAssignments", taker.initial_assignment)),
        "rules": tuple(taker.some("Rules", taker.rule)),
        "reactions": tuple(taker.each("Reactions", taker.reaction)),
        "events": tuple(taker.each("Events", taker.event)),
    }
    taker.describe(model, "")
    if taker.faults:
        raise FormatError(*taker.faults)
    return SbmlModel(
        id=model.getIdAttribute(),
        name=model.getName() if model.getLevel() > 1 else "",
        level=model.getLevel(),
        version=model.getVersion(),
        conversion_factor=model.getConversionFactor(),
        unit_of=taker.unit_of(),
        units=taker.units(),
        lines=taker.lines,
        annotations=taker.annotations,
        terms=taker.terms,
        notices=tuple(taker.notices()),
        refused=tuple(taker.refused),
        where=where,
        notes=plain_text(model),
        **parts,
    )


@dataclass
class _Taker:
    model: Any
    where: str
    faults: list[Fault] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    annotations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[str, str, int]] = field(default_factory=list)
    named_units: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.level = self.model.getLevel()
        self.set_by_rule: set[str] = {rule.getVariable() for rule in self.items("Rules") if not rule.isAlgebraic()}
        # without dimensions and size there is no concentration: the symbol can only mean an amount
        flat = (c for c in self.items("Compartments") if c.getSpatialDimensionsAsDouble() == 0 and not c.isSetSize())
        self.points = {compartment.getId() for compartment in flat} - self.changed()

    def changed(self) -> set[str]:
        """Give the ids that a rule, an initial assignment or an event sets."""
        found = self.set_by_rule | {assignment.getSymbol() for assignment in self.items("InitialAssignments")}
        for event in self.items("Events"):
            changes = (event.getEventAssignment(i) for i in range(event.getNumEventAssignments()))
            found |= {change.getVariable() for change in changes}
        return found

    def items(self, plural: str) -> Iterator[Any]:
        parts = getattr(self.model, f"getListOf{plural}")()
        return (parts.get(i) for i in range(parts.size()))

    def each(self, plural: str, take: Callable[[Any], Any]) -> Iterator[Any]:
        for number, element in enumerate(self.items(plural), start=1):
            name = element.getIdAttribute() or f"{element.getElementName()} {number}"
            self.lines[name] = element.getLine()
            self.describe(element, name)
            yield take(element)

    def some(self, plural: str, take: Callable[[Any], Any]) -> Iterator[Any]:
        """Take the elements that hold mathematics; one without has no effect (Level 3 Version 2)."""
        for number, element in enumerate(self.items(plural), start=1):
            if (taken := take(element)) is not None:
                name = element.getIdAttribute() or f"{element.getElementName()} {number}"
                self.lines.setdefault(name, element.getLine())
                self.describe(element, name)
                yield taken

    def describe(self, element: Any, name: str) -> None:
        if found := addresses(element):
            self.annotations[name] = found
        if found_term := term(element):
            self.terms[name] = found_term

    def math(self, holder: Any, name: str) -> Math | None:
        tree = holder.getMath() if holder is not None else None
        if self.level == 1 and holder is not None:
            self.judge_text(holder, name)
            tree = self.with_own_names(holder.getFormula()) or tree
        if tree is None or is_empty(tree):
            return None
        try:
            found = to_math(tree)
        except UnknownMathError as cause:
            self.refused.append((str(cause), name, holder.getLine()))
            return ("number", math.nan)
        found = _freed(found) if self.mistaken else found
        if self.level == 1 and (odd := _odd_in_level_1(found)):
            self.refused.append((odd, name, holder.getLine()))
        return found

    @cached_property
    def mistaken(self) -> frozenset[str]:
        """Ids of a Level 1 file, such as ``Pi`` for phosphate, that libSBML would take for numbers in formulas."""
        if self.level > 1:
            return frozenset()
        names = {entry.getId() for plural in ("Compartments", "Species", "Parameters") for entry in self.items(plural)}
        for law in (entry.getKineticLaw() for entry in self.items("Reactions")):
            names |= {law.getParameter(i).getId() for i in range(law.getNumParameters())} if law is not None else set()
        return frozenset(name for name in names if name.lower() in _MISTAKEN)

    def with_own_names(self, text: str) -> Any:
        """Read a formula anew with ids that libSBML would take for numbers under other names, or give nothing."""
        import libsbml

        if self.mistaken.isdisjoint(_WORD.findall(text)):
            return None
        return libsbml.parseFormula(_WORD.sub(lambda word: _OWN * (word[0] in self.mistaken) + word[0], text))

    def judge_text(self, holder: Any, name: str) -> None:
        """Note a formula of Level 1 that libSBML cannot read: it would do as if there were none."""
        text = holder.getFormula()
        if (text.strip() and holder.getMath() is None) or _CUT_NUMBER.search(text):
            place, what = f"{self.where}, line {holder.getLine()}, {name}", f"`{text[:80]}` is no formula"
            self.faults.append(Fault(place, what, "a formula of Level 1", "", "correct the formula", "AMB-F64"))

    def unit(self, text: str) -> str:
        if text:
            self.named_units.add(text)
        return text

    def compartment(self, element: Any) -> Compartment:
        size = _number(element.getSize()) if element.isSetSize() else None
        dimensions = element.getSpatialDimensionsAsDouble()
        return Compartment(
            element.getId(),
            1.0 if size is None and self.level == 1 else size,
            element.getConstant() if self.level > 1 else element.getId() not in self.set_by_rule,
            3.0 if math.isnan(dimensions) else dimensions,
            self.unit(element.getUnits()),
            element.getName() if self.level > 1 else "",
        )

    def species(self, element: Any) -> Species:
        return Species(
            element.getId(),
            element.getCompartment(),
            _number(element.getInitialAmount()) if element.isSetInitialAmount() else None,
            _number(element.getInitialConcentration()) if element.isSetInitialConcentration() else None,
            element.getHasOnlySubstanceUnits() or element.getCompartment() in self.points,
            element.getBoundaryCondition(),
            element.getConstant(),
            element.getConversionFactor(),
            self.unit(element.getSubstanceUnits() or element.getUnits()),
            element.getName() if self.level > 1 else "",
        )

    def parameter(self, element: Any) -> Parameter:
        constant = element.getConstant() if self.level > 1 else element.getId() not in self.set_by_rule
        return Parameter(
            element.getId(),
            _number(element.getValue()) if element.isSetValue() else None,
            constant,
            self.unit(element.getUnits()),
            element.getName() if self.level > 1 else "",
        )

    def function(self, element: Any) -> Function | None:
        if element.getMath() is None or element.getBody() is None or is_empty(element.getBody()):
            return None
        arguments = tuple(element.getArgument(i).getName() for i in range(element.getNumArguments()))
        try:
            return Function(element.getIdAttribute(), arguments, to_math(element.getBody()))
        except UnknownMathError as cause:
            self.refused.append((str(cause), element.getIdAttribute(), element.getLine()))
            return None

    def initial_assignment(self, element: Any) -> InitialAssignment | None:
        tree = self.math(element, element.getSymbol())
        return None if tree is None else InitialAssignment(element.getSymbol(), tree)

    def rule(self, element: Any) -> Rule | None:
        tree = self.math(element, element.getVariable() or "algebraicRule")
        kind = "algebraic" if element.isAlgebraic() else "rate" if element.isRate() else "assignment"
        return None if tree is None else Rule(kind, element.getVariable(), tree)

    def reaction(self, element: Any) -> Reaction:
        law = element.getKineticLaw()
        name = element.getId()
        return Reaction(
            name,
            tuple(self.reference(element.getReactant(i), name) for i in range(element.getNumReactants())),
            tuple(self.reference(element.getProduct(i), name) for i in range(element.getNumProducts())),
            tuple(element.getModifier(i).getSpecies() for i in range(element.getNumModifiers())),
            self.math(law, name),
            tuple(self.local(law)) if law is not None else (),
            element.getReversible(),
            element.getFast(),
            element.getName() if self.level > 1 else "",
        )

    def local(self, law: Any) -> Iterator[Parameter]:
        old = self.level < 3
        parts = law.getListOfParameters() if old else law.getListOfLocalParameters()
        for element in (parts.get(i) for i in range(parts.size())):
            value = _number(element.getValue()) if element.isSetValue() else None
            name = element.getName() if self.level > 1 else ""
            yield Parameter(element.getId(), value, True, self.unit(element.getUnits()), name)  # noqa: FBT003

    def reference(self, element: Any, reaction: str) -> SpeciesReference:
        species, name = element.getSpecies(), element.getIdAttribute() if self.level > 1 else ""
        if name:
            self.lines[name] = element.getLine()
        if self.level == 3:
            value = _number(element.getStoichiometry()) if element.isSetStoichiometry() else None
            return SpeciesReference(species, value, None, name, element.getConstant())
        tree = self.math(element.getStoichiometryMath(), reaction) if self.level == 2 else None
        if tree is not None:
            return SpeciesReference(species, None, tree, name, constant=False)
        value = element.getStoichiometry() if element.isSetStoichiometry() else 1.0
        return SpeciesReference(species, value / (element.getDenominator() or 1), None, name)

    def event(self, element: Any) -> Event:
        trigger, name = element.getTrigger(), element.getIdAttribute() or "event"
        new, early = self.level > 2, self.level == 2 and element.getVersion() < 4
        changes = (element.getEventAssignment(i) for i in range(element.getNumEventAssignments()))
        assignments = ((change.getVariable(), self.math(change, name)) for change in changes)
        return Event(
            element.getIdAttribute(),
            self.math(trigger, name),
            tuple((variable, tree) for variable, tree in assignments if tree is not None),
            self.math(element.getDelay(), name),
            self.math(element.getPriority(), name) if new else None,
            trigger.getInitialValue() if new and trigger is not None else True,
            trigger.getPersistent() if new and trigger is not None else True,
            early or element.getUseValuesFromTriggerTime(),
        )

    def definitions(self) -> dict[str, str]:
        texts = {}
        for definition in self.items("UnitDefinitions"):
            parts: list[UnitPart] = []
            for i in range(definition.getNumUnits()):
                unit = definition.getUnit(i)
                if unit.getOffset():  # Level 2 Version 1 only: no factor can say it
                    parts.append(("offset", 1.0, 1.0, 0))
                kind = unit.getKind()
                parts.append((_kind_name(kind), unit.getExponentAsDouble(), unit.getMultiplier(), unit.getScale()))
            texts[definition.getIdAttribute()] = unit_text(parts)
        return texts

    def units(self) -> dict[str, str]:
        texts = self.definitions()
        for name in sorted(self.named_units - set(texts)):
            if name in BASE:
                texts[name] = unit_text([(name, 1.0, 1.0, 0)])
            elif self.level < 3 and name in _OLD_UNITS:
                texts[name] = unit_text(_OLD_UNITS[name])
        return texts

    def unit_of(self) -> dict[str, str]:
        texts = self.definitions()
        if self.level < 3:
            found = {kind: texts.get(kind, unit_text(parts)) for kind, parts in _OLD_UNITS.items()}
            return {**found, "extent": found["substance"]}
        named = {kind: getattr(self.model, f"get{kind.capitalize()}Units")() for kind in (*_OLD_UNITS, "extent")}
        return {k: texts.get(n, unit_text([(n, 1.0, 1.0, 0)]) if n in BASE else "") for k, n in named.items() if n}

    def notices(self) -> Iterator[str]:
        if count := self.model.getNumConstraints():
            yield f"constraints are not checked while simulating ({count} in the file)"
        if self.level < 3:
            yield from self.own_units()

    def own_units(self) -> Iterator[str]:
        """Tell the units that early versions let one law or event have for itself; no number is changed by them."""
        for reaction in self.items("Reactions"):
            law = reaction.getKineticLaw()
            if law is not None and (law.isSetTimeUnits() or law.isSetSubstanceUnits()):
                yield f"line {law.getLine()}: the law of `{reaction.getId()}` names units of its own; they are not used"
        for event in self.items("Events"):
            if event.isSetTimeUnits():
                yield f"line {event.getLine()}: event `{event.getId()}` names its own unit of time; it is not used"


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _freed(tree: Math) -> Math:
    """Give ids that were read under another name their own name again."""
    if tree[0] == "name":
        return ("name", tree[1].removeprefix(_OWN))
    return tuple(_freed(part) if isinstance(part, tuple) else part for part in tree)


def _odd_in_level_1(tree: Math) -> str:
    """Name what a formula of Level 1 uses and we do not know, or nothing."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if part[0] == "call":
            return f"the predefined rate law `{part[1]}` of Level 1"
        if part[0] == "log" and part[1] != ("number", 10.0):
            return "`log` of two things, which Level 1 does not know"
        waiting += [inner for inner in part[1:] if isinstance(inner, tuple)]
    return ""


def _kind_name(kind: int) -> str:
    import libsbml

    return str(libsbml.UnitKind_toString(kind))
