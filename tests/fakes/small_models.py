"""Small SBML models for tests, written with libSBML from formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import libsbml

Piece = Callable[[Any], None]


def made(*pieces: Piece, level: int = 3, version: int = 2, factor: str = "") -> str:
    """The text of a model put together from pieces."""
    document = libsbml.SBMLDocument(level, version)
    model = document.createModel("made")
    if level == 3:
        model.setTimeUnits("second")
        model.setExtentUnits("mole")
        model.setSubstanceUnits("mole")
        model.setVolumeUnits("litre")
    if factor:
        model.setConversionFactor(factor)
    for piece in pieces:
        piece(model)
    return libsbml.writeSBMLToString(document)


def _math(text: str, model: Any) -> Any:
    settings = libsbml.L3ParserSettings()
    settings.setModel(model)
    tree = libsbml.parseL3FormulaWithSettings(text, settings)
    assert tree is not None, (text, libsbml.getLastParseL3Error())
    return tree


def compartment(id: str, size: float | None = 1.0, *, constant: bool = True, dimensions: float = 3) -> Piece:
    """A compartment."""

    def piece(model: Any) -> None:
        entry = model.createCompartment()
        entry.setId(id)
        entry.setConstant(constant)
        entry.setSpatialDimensions(dimensions)
        if size is not None:
            entry.setSize(size)

    return piece


def species(id: str, place: str = "C", *, amount: float | None = None, concentration: float | None = None,
            only: bool = False, boundary: bool = False, constant: bool = False, factor: str = "") -> Piece:  # fmt: skip
    """A species."""

    def piece(model: Any) -> None:
        entry = model.createSpecies()
        entry.setId(id)
        entry.setCompartment(place)
        entry.setHasOnlySubstanceUnits(only)
        entry.setBoundaryCondition(boundary)
        entry.setConstant(constant)
        if amount is not None:
            entry.setInitialAmount(amount)
        if concentration is not None:
            entry.setInitialConcentration(concentration)
        if factor:
            entry.setConversionFactor(factor)

    return piece


def parameter(id: str, value: float | None = None, *, constant: bool = True) -> Piece:
    """A parameter."""

    def piece(model: Any) -> None:
        entry = model.createParameter()
        entry.setId(id)
        entry.setConstant(constant)
        if value is not None:
            entry.setValue(value)

    return piece


def function(id: str, text: str) -> Piece:
    """A function definition, as ``lambda(x, x^2)``."""

    def piece(model: Any) -> None:
        entry = model.createFunctionDefinition()
        entry.setId(id)
        entry.setMath(_math(text, model))

    return piece


def assignment(id: str, text: str) -> Piece:
    """An assignment rule."""

    def piece(model: Any) -> None:
        entry = model.createAssignmentRule()
        entry.setVariable(id)
        entry.setMath(_math(text, model))

    return piece


def rate(id: str, text: str) -> Piece:
    """A rate rule."""

    def piece(model: Any) -> None:
        entry = model.createRateRule()
        entry.setVariable(id)
        entry.setMath(_math(text, model))

    return piece


def algebraic(text: str) -> Piece:
    """An algebraic rule."""

    def piece(model: Any) -> None:
        model.createAlgebraicRule().setMath(_math(text, model))

    return piece


def initial(id: str, text: str) -> Piece:
    """An initial assignment."""

    def piece(model: Any) -> None:
        entry = model.createInitialAssignment()
        entry.setSymbol(id)
        entry.setMath(_math(text, model))

    return piece


_TERM = re.compile(r"^\s*(?:([\d.]+)\s+)?(?:(\w+):)?(\w+)\s*$")


def reaction(id: str, equation: str, law: str | None = None, *, local: Mapping[str, float] | None = None) -> Piece:
    """A reaction, as ``A + 2 B -> n:C``; ``n`` is then the id of a stoichiometry without a number."""

    def piece(model: Any) -> None:
        entry = model.createReaction()
        entry.setId(id)
        entry.setReversible(False)
        sides = equation.split("->")
        for side, make in zip(sides, (entry.createReactant, entry.createProduct), strict=True):
            for term in side.split("+") if side.strip() else []:
                count, name, of = _TERM.match(term).groups()  # type: ignore[union-attr]
                reference = make()
                reference.setSpecies(of)
                if name:
                    reference.setId(name)
                reference.setConstant(not name)
                if count or not name:
                    reference.setStoichiometry(float(count or 1.0))
        used = {part for side in sides for part in re.findall(r"[A-Za-z_]\w*", side)}
        for part in sorted(set(re.findall(r"[A-Za-z_]\w*", law or "")) - used):
            if model.getSpecies(part) is not None:
                entry.createModifier().setSpecies(part)
        if law is not None:
            kinetic = entry.createKineticLaw()
            for name, value in (local or {}).items():
                own = kinetic.createLocalParameter()
                own.setId(name)
                own.setValue(value)
            kinetic.setMath(_math(law, model))

    return piece


def event(id: str, trigger: str | None, sets: Mapping[str, str], *, delay: str = "", priority: str = "",
          initially: bool = True, persistent: bool = True, at_trigger: bool = True) -> Piece:  # fmt: skip
    """An event."""

    def piece(model: Any) -> None:
        entry = model.createEvent()
        entry.setId(id)
        entry.setUseValuesFromTriggerTime(at_trigger)
        if trigger is not None:
            start = entry.createTrigger()
            start.setInitialValue(initially)
            start.setPersistent(persistent)
            start.setMath(_math(trigger, model))
        for text, make in ((delay, entry.createDelay), (priority, entry.createPriority)):
            if text:
                make().setMath(_math(text, model))
        for name, text in sets.items():
            one = entry.createEventAssignment()
            one.setVariable(name)
            one.setMath(_math(text, model))

    return piece
