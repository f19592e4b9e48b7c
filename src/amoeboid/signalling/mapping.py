"""The mapping between a pathway file and the tissue: what it says, and everything that can be wrong with it.

A mapping feeds numbers of the file from what the tissue knows of a cell (`WORDS`), and reads from the file what the
tissue needs (`OUTPUTS`). Formulas are in the file's own units: words of the tissue that are concentrations are
converted into them, and what is read as a concentration is converted back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from amoeboid import units
from amoeboid.errors import AmoeboidError, Fault, nearest_name
from amoeboid.formats.sbml import Math, SbmlModel
from amoeboid.signalling.formulas import MODEL, TISSUE, formula, names, renamed
from amoeboid.signalling.network import Input, Readout, network

RANGES = {"pMLC2": (0.0, 1.0), "drive": (0.0, 1.0), "tension": (0.0, float("inf"))}
"""What the tissue can take of an output, in its unit."""

SLACK = 1e-6
"""How far beyond its range an output may be by rounding."""

Path = tuple[str, ...]
Told = tuple[Path, Fault]
"""A fault and the place in the mapping to which it belongs."""

CONTRACTION = ("pMLC2", "drive", "tension")
"""Outputs of which a pathway must give at least one."""


@dataclass(frozen=True)
class TissueMapping:
    """What a scenario says of a file: formulas by name, and units where the file has none.

    ``second`` is the seconds in one unit of the file's time and ``nanomolar`` the nM in one unit of its
    concentration; None where the file says it. ``start`` is ``rest``, ``file``, or None to take rest where there is
    one. ``define`` names formulas that others use, each after those on which it rests.
    """

    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    spread: Mapping[str, float] = field(default_factory=dict)
    second: float | None = None
    nanomolar: float | None = None
    start: str | None = None
    define: Mapping[str, str] = field(default_factory=dict)


@cache
def words() -> dict[str, Input]:
    """Give what the tissue knows of a cell, by name: the inputs of our own network.

    Examples
    --------
    >>> words()["cytokine"].unit, words()["radius"].port
    ('nM', 'cell.radius')
    """
    return {entry.name: entry for entry in network().inputs}


@cache
def outputs() -> dict[str, Readout]:
    """Give what the tissue reads of a pathway, by name: the readouts of our own network.

    Examples
    --------
    >>> sorted(outputs())
    ['drive', 'pMLC2', 'pSTAT3', 'tension']
    """
    return {entry.name: entry for entry in network().readouts}


def by_names(model: SbmlModel) -> tuple[dict[str, str], dict[str, str]]:
    """Map what file and tissue call by the same name: numbers of the file that are words, and quantities that are read.

    Examples
    --------
    >>> from amoeboid.formats.sbml import Parameter
    >>> by_names(SbmlModel(parameters=(Parameter("cytokine", 1.0), Parameter("pMLC2", 0.2))))
    ({'cytokine': 'tissue.cytokine'}, {'pMLC2': 'model.pMLC2'})
    """
    known = Contents.of(model)
    fed = {name: f"{TISSUE}.{name}" for name in words() if name in known.settable}
    read = {name: f"{MODEL}.{name}" for name in outputs() if name in known.ids}
    return fed, read


@dataclass(frozen=True)
class Contents:
    """The ids of a file by what may be done with them.

    ``ids`` maps each id that mathematics may use to the noun of what it is; ``settable`` holds those that a mapping
    may feed; ``moved`` says of the others what moves them; ``defined`` is what the mapping itself names.
    """

    ids: Mapping[str, str]
    moved: Mapping[str, str]
    defined: Mapping[str, Math] = field(default_factory=dict)

    @property
    def settable(self) -> frozenset[str]:
        """Constant parameters, sizes and species, local parameters as ``reaction.k``."""
        nouns = ("parameter", "compartment", "species", "local parameter")
        return frozenset(id for id, noun in self.ids.items() if noun in nouns and id not in self.moved)

    @classmethod
    def of(cls, model: SbmlModel) -> Contents:
        """Sort the ids of a file."""
        local = [f"{reaction.id}.{entry.id}" for reaction in model.reactions for entry in reaction.local]
        references = [r.id for one in model.reactions for r in (*one.reactants, *one.products) if r.id]
        ids = {
            **dict.fromkeys(references, "stoichiometry"),
            **dict.fromkeys((entry.id for entry in model.reactions), "reaction"),
            **dict.fromkeys(local, "local parameter"),
            **dict.fromkeys((entry.id for entry in model.compartments), "compartment"),
            **dict.fromkeys((entry.id for entry in model.parameters), "parameter"),
            **dict.fromkeys((entry.id for entry in model.species), "species"),
        }
        return cls(ids, dict(_moved(model)))


def _moved(model: SbmlModel) -> Iterator[tuple[str, str]]:
    """Give each id that is no constant, with what moves it."""
    fixed = {entry.id for entry in model.species if entry.boundary or entry.constant}
    for reaction in model.reactions:
        for reference in (*reaction.reactants, *reaction.products):
            if reference.species not in fixed:
                yield reference.species, f"reaction `{reaction.id}` changes it"
    for event in model.events:
        for variable, _ in event.assignments:
            yield variable, f"event `{event.id}` sets it"
    for rule in model.rules:
        if rule.variable:
            yield rule.variable, f"{'a rate' if rule.kind == 'rate' else 'an assignment'} rule gives it"
        for name in names(rule.math) if rule.kind == "algebraic" else ():
            yield name, "an algebraic rule holds it"


def seconds(model: SbmlModel) -> tuple[float | None, bool]:
    """Give the seconds in one unit of a file's time, and whether the file itself says so.

    Examples
    --------
    >>> seconds(SbmlModel(level=3, unit_of={"time": "min"}))
    (60.0, True)
    """
    return _converted(model.unit_of.get("time", ""), "s"), _says(model, "time")


def nanomolar(model: SbmlModel) -> tuple[float | None, bool]:
    """Give the nM in one unit of a file's concentration, and whether the file itself says so.

    Examples
    --------
    >>> nanomolar(SbmlModel(level=3, unit_of={"substance": "umol", "volume": "L"}))
    (1000.0, True)
    """
    substance, volume = model.unit_of.get("substance", ""), model.unit_of.get("volume", "")
    says = _says(model, "substance")
    if substance in ("molecule", "count", "item") and volume:
        size = _converted(volume, "um^3")
        return (1.0 / (units.AVOGADRO_PER_NM_UM3 * size) if size else None), says
    return (_converted(f"{substance}/{volume}", "nM") if substance and volume else None), says


def _says(model: SbmlModel, kind: str) -> bool:
    """Whether a unit is declared: up to Level 2 every kind has a default, which files often do not mean."""
    return bool(model.unit_of.get(kind)) and (model.level > 2 or kind in model.units)


def _converted(unit: str, target: str) -> float | None:
    try:
        return units.convert(1.0, unit, target) if unit else None
    except AmoeboidError:
        return None


@dataclass(frozen=True)
class Scales:
    """How the units of a file stand to ours: seconds per unit of time, nM per unit of concentration."""

    second: float
    nanomolar: float


def scales(model: SbmlModel, mapping: TissueMapping) -> tuple[Scales | None, list[Told]]:
    """Give the scales of a file, from what it says or else from the mapping; and what is missing or clashes.

    A unit of time that a Level 2 file leaves out is the second, as Level 2 says; a unit of substance that it leaves
    out would be the mole, which no cell has, so the mapping must say what is meant.
    """
    told: list[Told] = []
    of_file, is_said = seconds(model)
    is_default = of_file is not None and mapping.second is None
    second = _scale(("time", "s"), (of_file, is_said or is_default), mapping.second, told)
    molar = _scale(("concentration", "nM"), nanomolar(model), mapping.nanomolar, told)
    return (None if second is None or molar is None else Scales(second, molar)), told


def _scale(
    what: tuple[str, str], of_file: tuple[float | None, bool], stated: float | None, told: list[Told]
) -> float | None:
    """Choose one scale, and tell when nobody says it or two say it differently."""
    (kind, unit), (value, is_said) = what, of_file
    if stated is None and (value is None or not is_said):
        do = f'say what one unit of its {kind} is, such as `{kind} = "1 {unit}"`'
        fault = Fault("", f"the file does not say in what unit its {kind} is", f"the key `{kind}`", "", do, "AMB-S93")
        told.append(((kind,), fault))
        return None
    if stated is None or not is_said or value is None:
        return stated if stated is not None else value
    if abs(stated - value) > 1e-9 * value:
        what_clashes = f"`{kind}` is said to be {stated:g} {unit}, but the file says {value:g} {unit}"
        fault = Fault("", what_clashes, f"{value:g} {unit}", "", "delete the key", "AMB-S94")
        told.append(((kind,), fault))
    return value


@dataclass(frozen=True)
class Reading:
    """The formulas of a mapping, read: mathematics in names of the file and of the tissue (``tissue.cytokine``)."""

    inputs: Mapping[str, Math]
    outputs: Mapping[str, Math]

    @property
    def used(self) -> frozenset[str]:
        """Words of the tissue and outputs that formulas use, without ``tissue.``."""
        found = (name for math in (*self.inputs.values(), *self.outputs.values()) for name in names(math))
        return frozenset(name.removeprefix(f"{TISSUE}.") for name in found if name.startswith(f"{TISSUE}."))


ITSELF = " itself"
"""Behind an id: its own number in the file, where a mapping feeds the id."""


def read(model: SbmlModel, mapping: TissueMapping) -> tuple[Reading, list[Told]]:
    """Read the formulas of a mapping, and say what is wrong with the names in them and with what they feed."""
    known, told = Contents.of(model), list[Told]()
    known = replace(known, defined=_defined(mapping, known, told))
    fed, given = {}, {}
    for id, text in mapping.inputs.items():
        told += _unfit(id, known)
        math = _meant(text, ("inputs", id), known, told)
        fed[id] = renamed(math, {id: ("name", id + ITSELF)})
    for name, text in mapping.outputs.items():
        if name not in outputs():
            expected = f"one of {', '.join(f'`{entry}`' for entry in outputs())}"
            near = nearest_name(name, outputs())
            told.append((("outputs", name), Fault("", f"the tissue reads no `{name}`", expected, near,
                                                  "correct the name", "AMB-S20")))  # fmt: skip
            continue
        given[name] = _meant(text, ("outputs", name), known, told)
    if not any(name in mapping.outputs for name in CONTRACTION):
        told.append((("outputs",), _no_contraction()))
    told += [entry for id in mapping.spread for entry in _unfit(id, known, "spread")]
    return Reading(fed, given), told


def _defined(mapping: TissueMapping, known: Contents, told: list[Told]) -> dict[str, Math]:
    """Read the definitions in their order; each may use those before it."""
    found: dict[str, Math] = {}
    for name, text in mapping.define.items():
        path = ("define", name)
        if name in known.ids or name in words() or name in outputs():
            owner = f"a {known.ids[name]} of the file" if name in known.ids else "a word of the tissue"
            fault = Fault("", f"`{name}` is already {owner}", "a name of your own", "", "choose another", "AMB-S21")
            told.append((path, fault))
        found[name] = _meant(text, path, replace(known, defined=found), told)
    return found


def uses_itself(text: str, id: str) -> bool:
    """Whether the formula that feeds an id uses the file's own number of it.

    Examples
    --------
    >>> uses_itself("k4*target_JAK1", "k4"), uses_itself("cytokine", "IL6")
    (True, False)
    """
    return any(name in (id, f"{MODEL}.{id}") for name in names(formula(text)))


def _no_contraction() -> Fault:
    what = "no output says how the pathway contracts a cell"
    expected = "`pMLC2` (share), `drive` (0 to 1) or `tension` (nN/um) among the outputs"
    return Fault("", what, expected, "", 'add one, such as `pMLC2 = "0.1 + 0.3*x/(x + 5)"`', "AMB-S96")


def _unfit(id: str, known: Contents, place: str = "inputs") -> list[Told]:
    """Say why an id cannot be fed or spread; for spread, the start of a species is good as well."""
    if id not in known.ids:
        return [((place, id), unknown(id, known.settable, "the file has no"))]
    if id in known.settable or (place == "spread" and _has_start(id, known)):
        return []
    why = known.moved.get(id, f"it is a {known.ids[id]}")
    what = f"`{id}` cannot be {'fed' if place == 'inputs' else 'spread'}: {why}"
    expected = "a parameter, size or species of the file that nothing else changes"
    return [((place, id), Fault("", what, expected, "", "name a constant of the file", "AMB-S97"))]


def _has_start(id: str, known: Contents) -> bool:
    return known.ids[id] == "species" and "rule" not in known.moved.get(id, "")


def unknown(name: str, known: Iterable[str], what: str) -> Fault:
    """Say that a name is nobody's."""
    near = nearest_name(name, known)
    expected = "an id of the file (`amoeboid pathway show` lists them)"
    return Fault("", f"{what} `{name}`", expected, near, "correct the name", "AMB-S20")


def _meant(text: str, path: Path, known: Contents, told: list[Told]) -> Math:
    """Read a formula and say whose each name is."""
    math = formula(text)
    meaning: dict[str, Math] = {}
    alone = math[0] == "name"
    for name in names(math):
        if name in known.defined:
            meaning[name] = known.defined[name]
            continue
        owner, _, rest = name.partition(".")
        of_model = name in known.ids
        of_tissue = name in words() or name in outputs()
        if owner == TISSUE and (rest in words() or rest in outputs()):
            continue
        if owner == MODEL and rest in known.ids:
            meaning[name] = ("name", rest)
        elif of_model and of_tissue and not (alone and path == ("inputs", name)):
            told.append((path, _ambiguous(name, known.ids[name])))
        elif of_tissue:
            meaning[name] = ("name", f"{TISSUE}.{name}")
        elif not of_model:
            near = [*known.ids, *known.defined, *words(), *outputs()]
            told.append((path, unknown(name, near, "neither the file nor the tissue has a")))
    return renamed(math, meaning)


def _ambiguous(name: str, noun: str) -> Fault:
    what = f"`{name}` is a {noun} of the file and a word of the tissue"
    expected = f"`{MODEL}.{name}` or `{TISSUE}.{name}`"
    return Fault("", what, expected, "", "say which is meant", "AMB-S99")
