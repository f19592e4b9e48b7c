"""Our own network as the record of an SBML file, with units, terms, and the studies behind its numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from amoeboid import units
from amoeboid.errors import EvidenceError, Fault
from amoeboid.evidence import Parameters, Source
from amoeboid.formats.sbml import (
    Compartment,
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
from amoeboid.signalling.cell import resting_inputs
from amoeboid.signalling.dimension import dimension
from amoeboid.signalling.network import Input, Network, stoichiometry
from amoeboid.signalling.network import Reaction as Conversion
from amoeboid.signalling.network import Species as State
from amoeboid.signalling.rate_text import parse

CELL = "cell"
"""Id of the one compartment."""

VOLUME = "signalling.cell_volume"
"""Value of the evidence that is the size of the compartment."""

_BASE = ("nmol/L", "s", "um", "nN")
_CLIP = Function(
    "clip",
    ("x",),
    ("piecewise", ("number", 0.0), ("lt", ("name", "x"), ("number", 0.0)),
     ("number", 1.0), ("gt", ("name", "x"), ("number", 1.0)), ("name", "x")),
)  # fmt: skip
_BINARY = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power"}
_PHYSICAL, _RATE, _POOL, _POWER, _HALF = "SBO:0000290", "SBO:0000009", "SBO:0000196", "SBO:0000190", "SBO:0000027"


def to_sbml(network: Network, parameters: Parameters, inputs: Mapping[str, float] | None = None) -> SbmlModel:
    """Give a network of our own as the record of an SBML file, for one cell without individual factors.

    Species are concentrations in nmol/L of one compartment of the size of the cell; what has another unit, such as
    tension, is a parameter with a rate rule. Inputs are constant parameters. Rules and readouts are assignment rules.

    Parameters
    ----------
    network : Network
        From `amoeboid.signalling.network`.
    parameters : Parameters
        Its numbers.
    inputs : mapping of str to float, optional
        By name of the input; the rest as in `amoeboid.signalling.resting_inputs`.

    Raises
    ------
    EvidenceError
        When the network came from a file (it is in ``network.model``), or an input is unknown.

    Examples
    --------
    >>> from amoeboid.evidence import Parameters, catalogue
    >>> from amoeboid.signalling import network
    >>> record = to_sbml(network(), Parameters(catalogue()))
    >>> len(record.species), len(record.reactions), record.unit_of["time"]
    (17, 19, 's')
    """
    _check(network, inputs or {})
    writing = _Writing(network, parameters, {**resting_inputs(network, parameters), **(inputs or {})})
    return SbmlModel(
        id=network.name,
        name=network.name.replace("_", "-").upper(),
        compartments=(Compartment(CELL, units.convert(parameters[VOLUME], "um^3", "L"), name="cell"),),
        species=writing.species(),
        parameters=writing.parameters(),
        functions=(_CLIP,),
        initial_assignments=writing.starts(),
        rules=writing.rules(),
        reactions=tuple(writing.reaction(entry) for entry in network.reactions),
        unit_of={"substance": "nmol", "extent": "nmol", "time": "s", "volume": "L"},
        units=writing.units,
        annotations=writing.annotations(),
        terms=writing.terms(),
        notes=_notes(network),
        where=network.where,
    )


def _check(network: Network, inputs: Mapping[str, float]) -> None:
    if network.model is not None:
        fault = Fault(network.where, "a network that came from a file", "a network of our own", "",
                      "write the record of the file, `network.model`", "AMB-E30")  # fmt: skip
        raise EvidenceError(fault)
    known = [entry.name for entry in network.inputs]
    for name in inputs:
        if name not in known:
            raise EvidenceError(Fault(network.where, f"unknown input `{name}`", f"one of {', '.join(known)}", "",
                                      "correct the name", "AMB-E31"))  # fmt: skip


def _notes(network: Network) -> str:
    chosen = ", ".join(f"{key} = {value}" for key, value in network.hypotheses.items())
    told = f" Hypotheses other than the default: {chosen}." if chosen else ""
    return f"{' '.join(network.summary.split())}{told} Exported by amoeboid. Research tool, not medical advice."


def identifier(name: str) -> str:
    """Give a name as an id of SBML.

    Examples
    --------
    >>> identifier("SOCS3 mRNA decay")
    'SOCS3_mRNA_decay'
    """
    return re.sub(r"\W", "_", name)


def unit_text(unit: str) -> str:
    """Give an internal unit as SBML can say it.

    Examples
    --------
    >>> unit_text("1/nM/s"), unit_text("kPa"), unit_text("1")
    ('L/nmol/s', 'nN/um^2', 'dimensionless')
    """
    up: list[str] = []
    down: list[str] = []
    for base, power in zip(_BASE, dimension(unit), strict=True):
        over, _, under = base.partition("/")
        for word, count in ((over, power), (under, -power)):
            if word and count:
                (up if count > 0 else down).append(word if abs(count) == 1 else f"{word}^{abs(count)}")
    if not up and not down:
        return "dimensionless"
    return "*".join(up or ["1"]) + "".join(f"/{word}" for word in down)


def mathematics(text: str, where: str = "") -> Math:
    """Give a rate text of our own tables as mathematics of a file.

    Examples
    --------
    >>> mathematics("2*x^2")
    ('multiply', ('number', 2.0), ('power', ('name', 'x'), ('number', 2.0)))
    """
    return _math(parse(text, where))


def _math(tree: ast.expr) -> Math:
    if isinstance(tree, ast.Constant):
        return ("number", float(tree.value))  # type: ignore[arg-type]
    if isinstance(tree, ast.Name):
        return ("name", tree.id)
    if isinstance(tree, ast.UnaryOp):
        part = _math(tree.operand)
        return ("negate", part) if isinstance(tree.op, ast.USub) else part
    if isinstance(tree, ast.Call):
        return ("call", _CLIP.id, _math(tree.args[0]))
    assert isinstance(tree, ast.BinOp)
    return (_BINARY[type(tree.op)], _math(tree.left), _math(tree.right))


def _names(math: Math) -> set[str]:
    if math[0] == "name":
        return {math[1]}
    return set[str]().union(*(_names(part) for part in math[1:] if isinstance(part, tuple)))


class _Writing:
    """The parts of the record of one network."""

    def __init__(self, network: Network, parameters: Parameters, inputs: Mapping[str, float]) -> None:
        self.network, self.evidence, self.inputs = network, parameters, inputs
        self.units: dict[str, str] = {}
        self.ruled = {entry.species for entry in network.rate_rules}
        taken = {entry.name for entry in network.species} | {entry.name for entry in network.rules}
        self.readouts = [entry for entry in network.readouts if entry.name not in taken]

    def unit(self, unit: str) -> str:
        """Give the id of a unit, and note its text."""
        text = unit_text(unit)
        name = (
            "dimensionless"
            if text == "dimensionless"
            else re.sub(r"\W", "", text.removeprefix("1").replace("/", "_per_")).lstrip("_")
        )
        if name != "dimensionless":
            self.units[name] = text
        return name

    def species(self) -> tuple[Species, ...]:
        """Give what reactions change."""
        entries = [entry for entry in self.network.species if entry.name not in self.ruled]
        return tuple(Species(entry.name, CELL, concentration=self._number(entry)) for entry in entries)

    def _number(self, entry: State) -> float | None:
        start = mathematics(entry.start)
        return float(start[1]) if start[0] == "number" else None

    def starts(self) -> tuple[InitialAssignment, ...]:
        """Give the beginnings that are formulas."""
        entries = [(entry.name, mathematics(entry.start)) for entry in self.network.species]
        return tuple(InitialAssignment(name, math) for name, math in entries if math[0] != "number")

    def parameters(self) -> tuple[Parameter, ...]:
        """Give numbers, inputs, states without a compartment, rules and readouts."""
        network = self.network
        found = [Parameter(name, number, unit=self.unit(network.parameters[name]))
                 for name, number in network.numbers(self.evidence).items()]  # fmt: skip
        found += [Parameter(name, float(number), unit="dimensionless")
                  for name, number in network.powers(self.evidence).items()]  # fmt: skip
        found += [Parameter(e.name, float(self.inputs[e.name]), unit=self.unit(e.unit), name=e.port)
                  for e in network.inputs]  # fmt: skip
        found += [Parameter(e.name, self._number(e), constant=False, unit=self.unit(e.unit))
                  for e in network.species if e.name in self.ruled]  # fmt: skip
        found += [Parameter(e.name, constant=False, unit=self.unit(e.unit), name=e.meaning) for e in network.rules]
        return (*found, *(Parameter(e.name, constant=False, unit=self.unit(e.unit)) for e in self.readouts))

    def rules(self) -> tuple[Rule, ...]:
        """Give rules, readouts and the rates of states without a compartment."""
        network = self.network
        found = [Rule("assignment", entry.name, mathematics(entry.text)) for entry in network.rules]
        found += [Rule("assignment", entry.name, mathematics(str(entry.text))) for entry in self.readouts]
        return (*found, *(Rule("rate", entry.species, mathematics(entry.rate)) for entry in network.rate_rules))

    def reaction(self, entry: Conversion) -> Reaction:
        """Give one reaction; its law is the rate of concentrations times the size of the cell."""
        change = stoichiometry(entry, self.network.where)
        rate = mathematics(entry.rate)
        species = {one.name for one in self.network.species} - self.ruled
        return Reaction(
            id=identifier(entry.name),
            reactants=tuple(SpeciesReference(name, float(-n)) for name, n in change.items() if n < 0),
            products=tuple(SpeciesReference(name, float(n)) for name, n in change.items() if n > 0),
            modifiers=tuple(sorted(name for name in _names(rate) & species if not change.get(name))),
            law=("multiply", ("name", CELL), rate),
            reversible="-" in entry.rate,
            name=entry.name,
        )

    def terms(self) -> dict[str, str]:
        """Give terms of the Systems Biology Ontology by id."""
        found = {CELL: _PHYSICAL}
        named: tuple[State | Conversion, ...] = (*self.network.species, *self.network.reactions)
        found |= {identifier(entry.name): entry.term for entry in named}
        for name, unit in self.network.parameters.items():
            of_concentration, of_time, *_ = dimension(unit)
            if of_time < 0:
                found[name] = _RATE
            elif (of_concentration, of_time) == (1, 0):
                found[name] = _POOL if name.endswith("_total") else _HALF if name.endswith("_km") else ""
        found |= dict.fromkeys(self.network.exponents, _POWER)
        return {name: term for name, term in found.items() if term}

    def annotations(self) -> dict[str, tuple[str, ...]]:
        """Give addresses by id: of molecules, and of the studies behind a number."""
        named: tuple[State | Input, ...] = (*self.network.species, *self.network.inputs)
        found = {e.name: tuple(f"https://identifiers.org/{one}" for one in e.identifiers) for e in named}
        records = {name: name for name in self.network.parameters} | dict(self.network.exponents)
        for name, record in records.items():
            cited = self.evidence.value(self.network.evidence + record).sources
            studies = (self.evidence.catalogue.sources.get(citation.key) for citation in cited)
            found[name] = tuple(dict.fromkeys(address(study) for study in studies if study and address(study)))
        return {name: addresses for name, addresses in found.items() if addresses}


def address(study: Source) -> str:
    """Give the identifiers.org address of a study that has a DOI or is in PubMed, else an empty text.

    Examples
    --------
    >>> address(Source("k", "t", "a", 2013, doi="10.1083/jcb.201210152"))
    'https://identifiers.org/doi:10.1083/jcb.201210152'
    """
    if study.doi:
        return f"https://identifiers.org/doi:{study.doi}"
    return f"https://identifiers.org/pubmed:{study.pubmed}" if study.pubmed else ""
