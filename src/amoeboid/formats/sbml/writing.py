"""The record written as SBML Level 3 Version 2, with units, addresses and SBO terms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from amoeboid.errors import Fault, FormatError
from amoeboid.formats.sbml.mathml import lambda_element, math_element
from amoeboid.formats.sbml.record import Event, Math, Reaction, Rule, SbmlModel, SpeciesReference
from amoeboid.formats.sbml.unit_texts import BASE, unit_parts

_CORE = "http://www.sbml.org/sbml/level3/version2/core"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_BIOLOGY = "http://biomodels.net/biology-qualifiers/"
_XHTML = "http://www.w3.org/1999/xhtml"
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STUDY = re.compile(r"pubmed|doi\b|doi\.org|arxiv|isbn", re.IGNORECASE)


def write_sbml(model: SbmlModel) -> str:
    """Write a record as SBML Level 3 Version 2 core.

    Reading the text gives the record back, but for its level, lines, place and notices. A stoichiometry that is
    mathematics (Level 2) becomes an assignment rule, as Level 3 has it. Addresses of studies are written as
    "is described by", others as "is". A unit without readable text is left out.

    Raises
    ------
    FormatError
        When the record holds a fast reaction, which Level 3 Version 2 cannot say, or what was refused on reading.

    Examples
    --------
    >>> print(write_sbml(SbmlModel(id="m")).splitlines()[2].strip())
    <model id="m" />
    """
    _refuse(model)
    writer = _Writer(model)
    root = ET.Element("sbml", {"xmlns": _CORE, "level": "3", "version": "2"})
    root.append(writer.model_element())
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _refuse(model: SbmlModel) -> None:
    fast = [f"reaction `{reaction.id}` is fast" for reaction in model.reactions if reaction.fast]
    unread = [f"{what} in `{element}` was not understood on reading" for what, element, _ in model.refused]
    if fast or unread:
        do = "take it out of the model"
        raise FormatError(
            *(Fault(model.where, what, "SBML Level 3 Version 2 core", "", do, "AMB-F79") for what in fast + unread)
        )


def _flag(value: bool) -> str:  # noqa: FBT001 - it writes just that
    return "true" if value else "false"


def _number(value: float | None) -> str:
    return "" if value is None else repr(float(value)).replace("inf", "INF")


def _clean(text: str) -> str:
    return _UNWRITABLE.sub(" ", text)


@dataclass
class _Writer:
    model: SbmlModel
    extra_units: dict[str, str] = field(default_factory=dict)
    extra_rules: list[Rule] = field(default_factory=list)

    def model_element(self) -> ET.Element:
        model = self.model
        units = {f"{kind}Units": self.unit_id(text) for kind, text in model.unit_of.items() if text}
        given = {"name": model.name, **units, "conversionFactor": model.conversion_factor}
        top = self.element("model", model.id, given, "")
        if model.notes:
            notes = ET.Element("notes")
            ET.SubElement(notes, "p", {"xmlns": _XHTML}).text = _clean(model.notes)
            top.insert(0, notes)
        parts = {
            "listOfFunctionDefinitions": self.functions(),
            "listOfCompartments": self.compartments(),
            "listOfSpecies": self.species(),
            "listOfParameters": self.parameters(),
            "listOfInitialAssignments": self.initial_assignments(),
            "listOfReactions": [self.reaction(reaction) for reaction in model.reactions],
            "listOfEvents": [self.event(event, number) for number, event in enumerate(model.events, start=1)],
        }
        parts["listOfRules"] = self.rules()
        parts["listOfUnitDefinitions"] = self.unit_definitions()
        for name in _ORDER:
            if parts[name]:
                ET.SubElement(top, name).extend(parts[name])
        return top

    def element(self, name: str, identifier: str, given: dict[str, str], key: str | None = None) -> ET.Element:
        """Make an element with its address and term; empty attributes are left out."""
        key = identifier or None if key is None else key  # the empty key is the model's own
        attributes = {word: _clean(text) for word, text in {"id": identifier, **given}.items() if text}
        element = ET.Element(name, attributes)
        if key is None:
            return element
        if found := self.model.terms.get(key):
            element.set("sboTerm", found)
        if found_addresses := self.model.annotations.get(key):
            meta = f"_part_{key.replace(' ', '_')}" if " " in key else f"_meta_{key}" if key else "_model"
            element.set("metaid", meta)
            element.append(_annotation(meta, found_addresses))
        return element

    def unit(self, name: str) -> str:
        """Give a unit's id where it can be written."""
        text = self.model.units.get(name, "")
        return name if name in BASE or unit_parts(text) else ""

    def unit_id(self, text: str) -> str:
        """Give the id of a unit that has a text; a new one where there is none."""
        for kind, base in BASE.items():
            if text == base:
                return {"liter": "litre", "meter": "metre"}.get(kind, kind)
        for name, other in {**self.model.units, **self.extra_units}.items():
            if other == text and name not in BASE:
                return name
        if not unit_parts(text):
            return ""
        words = text.replace("1/", "per_").replace("/", "_per_").replace("*", "_").replace("^", "")
        self.extra_units[f"unit_{words}"] = text
        return f"unit_{words}"

    def unit_definitions(self) -> list[ET.Element]:
        found = []
        for name, text in {**self.model.units, **self.extra_units}.items():
            if name in BASE or not unit_parts(text):
                continue
            definition = self.element("unitDefinition", name, {})
            inner = ET.SubElement(definition, "listOfUnits")
            for kind, exponent, multiplier, scale in unit_parts(text):
                given = {"exponent": f"{exponent:g}", "scale": str(scale), "multiplier": repr(multiplier)}
                ET.SubElement(inner, "unit", {"kind": kind, **given})
            found.append(definition)
        return found

    def functions(self) -> list[ET.Element]:
        return [
            _with(
                self.element("functionDefinition", function.id, {}), lambda_element(function.arguments, function.body)
            )
            for function in self.model.functions
        ]

    def compartments(self) -> list[ET.Element]:
        return [
            self.element(
                "compartment",
                place.id,
                {
                    "name": place.name,
                    "spatialDimensions": f"{place.dimensions:g}",
                    "size": _number(place.size),
                    "units": self.unit(place.unit),
                    "constant": _flag(place.constant),
                },
            )
            for place in self.model.compartments
        ]

    def species(self) -> list[ET.Element]:
        return [
            self.element(
                "species",
                one.id,
                {
                    "name": one.name,
                    "compartment": one.compartment,
                    "initialAmount": _number(one.amount),
                    "initialConcentration": _number(one.concentration),
                    "substanceUnits": self.unit(one.unit),
                    "hasOnlySubstanceUnits": _flag(one.only_substance),
                    "boundaryCondition": _flag(one.boundary),
                    "constant": _flag(one.constant),
                    "conversionFactor": one.conversion_factor,
                },
            )
            for one in self.model.species
        ]

    def parameters(self) -> list[ET.Element]:
        return [
            self.element(
                "parameter",
                one.id,
                {
                    "name": one.name,
                    "value": _number(one.value),
                    "units": self.unit(one.unit),
                    "constant": _flag(one.constant),
                },
            )
            for one in self.model.parameters
        ]

    def initial_assignments(self) -> list[ET.Element]:
        return [
            _with(
                self.element("initialAssignment", "", {"symbol": one.symbol}, f"initialAssignment {number}"), one.math
            )
            for number, one in enumerate(self.model.initial_assignments, start=1)
        ]

    def rules(self) -> list[ET.Element]:
        return [
            _with(
                self.element(f"{rule.kind}Rule", "", {"variable": rule.variable}, f"{rule.kind}Rule {number}"),
                rule.math,
            )
            for number, rule in enumerate((*self.model.rules, *self.extra_rules), start=1)
        ]

    def reaction(self, reaction: Reaction) -> ET.Element:
        given = {"name": reaction.name, "reversible": _flag(reaction.reversible)}
        top = self.element("reaction", reaction.id, given)
        for side, plural in (("reactants", "listOfReactants"), ("products", "listOfProducts")):
            if references := getattr(reaction, side):
                made = [self.reference(one, f"{reaction.id}_{side}_{n}") for n, one in enumerate(references, start=1)]
                ET.SubElement(top, plural).extend(made)
        if reaction.modifiers:
            inner = ET.SubElement(top, "listOfModifiers")
            for species in reaction.modifiers:
                ET.SubElement(inner, "modifierSpeciesReference", {"species": species})
        if reaction.law is not None or reaction.local:
            law = ET.SubElement(top, "kineticLaw")
            _with(law, reaction.law)
            if reaction.local:
                ET.SubElement(law, "listOfLocalParameters").extend(self.local(reaction))
        return top

    def local(self, reaction: Reaction) -> Iterable[ET.Element]:
        for one in reaction.local:
            words = {"id": one.id, "name": one.name, "value": _number(one.value), "units": self.unit(one.unit)}
            yield ET.Element("localParameter", {word: _clean(text) for word, text in words.items() if text})

    def reference(self, one: SpeciesReference, fresh: str) -> ET.Element:
        name, constant = one.id, one.constant
        if one.math is not None:
            name, constant = one.id or self.unused(fresh), False
            self.extra_rules.append(Rule("assignment", name, one.math))
        given = {"species": one.species, "stoichiometry": _number(one.stoichiometry), "constant": _flag(constant)}
        return self.element("speciesReference", name, given)

    def unused(self, name: str) -> str:
        taken = {
            one.id for many in (self.model.parameters, self.model.species, self.model.reactions) for one in many
        } | {one.id for one in self.model.compartments}
        while name in taken:
            name += "_"
        return name

    def event(self, event: Event, number: int) -> ET.Element:
        given = {"useValuesFromTriggerTime": _flag(event.at_trigger)}
        top = self.element("event", event.id, given, event.id or f"event {number}")
        starts = {"initialValue": _flag(event.initially), "persistent": _flag(event.persistent)}
        _with(ET.SubElement(top, "trigger", starts), event.trigger)
        for name, tree in (("priority", event.priority), ("delay", event.delay)):
            if tree is not None:
                _with(ET.SubElement(top, name), tree)
        if event.assignments:
            inner = ET.SubElement(top, "listOfEventAssignments")
            for variable, tree in event.assignments:
                _with(ET.SubElement(inner, "eventAssignment", {"variable": variable}), tree)
        return top


_ORDER = (
    "listOfFunctionDefinitions",
    "listOfUnitDefinitions",
    "listOfCompartments",
    "listOfSpecies",
    "listOfParameters",
    "listOfInitialAssignments",
    "listOfRules",
    "listOfReactions",
    "listOfEvents",
)


def _with(element: ET.Element, mathematics: Math | ET.Element | None) -> ET.Element:
    if mathematics is not None:
        element.append(mathematics if isinstance(mathematics, ET.Element) else math_element(mathematics))
    return element


def _annotation(meta: str, addresses: tuple[str, ...]) -> ET.Element:
    top = ET.Element("annotation")
    rdf = ET.SubElement(top, "rdf:RDF", {"xmlns:rdf": _RDF, "xmlns:bqbiol": _BIOLOGY})
    about = ET.SubElement(rdf, "rdf:Description", {"rdf:about": f"#{meta}"})
    relation, bag = "", about
    for address in addresses:
        wanted = "bqbiol:isDescribedBy" if _STUDY.search(address) else "bqbiol:is"
        if wanted != relation:
            bag = ET.SubElement(ET.SubElement(about, wanted), "rdf:Bag")
            relation = wanted
        ET.SubElement(bag, "rdf:li", {"rdf:resource": _clean(address)})
    return top
