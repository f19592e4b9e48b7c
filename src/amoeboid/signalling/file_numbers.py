"""The numbers of a pathway file: listed with their units, and replaced where a scenario says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from amoeboid import units
from amoeboid.errors import AmoeboidError, Fault, nearest_name
from amoeboid.formats.sbml import SbmlModel, Species


@dataclass(frozen=True)
class FileNumber:
    """A number of a file in its own unit: ``kind`` says of what, ``unit`` is empty where the file declares none."""

    id: str
    kind: str
    value: float | None
    unit: str
    name: str
    computed: bool = False
    """Whether a rule or an initial assignment gives it, so that the number itself is not used."""


def file_numbers(model: SbmlModel) -> dict[str, FileNumber]:
    """Give every number of a file by id, local parameters as ``reaction.k``, species as they begin.

    Examples
    --------
    >>> from amoeboid.formats.sbml import Parameter
    >>> file_numbers(SbmlModel(parameters=(Parameter("k", 0.5, unit="u"),), units={"u": "1/s"}))["k"].unit
    '1/s'
    """
    return {number.id: number for number in _numbers(model)}


def _numbers(model: SbmlModel) -> Iterator[FileNumber]:
    computed = {start.symbol for start in model.initial_assignments}
    computed |= {rule.variable for rule in model.rules if rule.kind == "assignment"}

    def unit(text: str) -> str:
        return model.units.get(text, text)

    for size in model.compartments:
        yield FileNumber(size.id, "size", size.size, unit(size.unit), size.name, size.id in computed)
    for species in model.species:
        value, text = _beginning(species, model)
        yield FileNumber(species.id, "start", value, text, species.name, species.id in computed)
    for entry in model.parameters:
        yield FileNumber(entry.id, "parameter", entry.value, unit(entry.unit), entry.name, entry.id in computed)
    for reaction in model.reactions:
        for entry in reaction.local:
            id = f"{reaction.id}.{entry.id}"
            yield FileNumber(id, "local parameter", entry.value, unit(entry.unit), entry.name)


def _beginning(species: Species, model: SbmlModel) -> tuple[float | None, str]:
    """Give the number with which a species begins, and its unit: of a concentration, or of an amount."""
    substance = model.units.get(species.unit, species.unit) or model.unit_of.get("substance", "")
    volume = model.unit_of.get("volume", "")
    if species.amount is not None and (species.only_substance or species.concentration is None):
        return species.amount, substance
    return species.concentration, f"{substance}/{volume}" if substance and volume else ""


def override_fault(model: SbmlModel, id: str, unit: str) -> Fault | None:
    """Say why a number of a file cannot be replaced by one in a unit, ``"1"`` for one without; None when it can."""
    known = file_numbers(model)
    if id not in known:
        return Fault("", f"the file has no number `{id}`", "an id of the file (`amoeboid pathway show` lists them)",
                     nearest_name(id, known), "correct the id", "AMB-S22")  # fmt: skip
    number = known[id]
    if number.computed:
        return Fault("", f"`{id}` follows from a rule or an initial assignment of the file, so its number is not used",
                     "a number that the file uses", "", "change what it follows from", "AMB-E39")  # fmt: skip
    if unit != "1" and _converted(1.0, unit, number.unit) is None:
        own = f"`{number.unit}`" if number.unit else "no declared unit"
        return Fault("", f"`{id}` cannot be given in `{unit}`: in the file it has {own}", "a bare number, in the "
                     "file's own unit", "", "write the number alone", "AMB-U90")  # fmt: skip
    return None


def _converted(value: float, unit: str, target: str) -> float | None:
    try:
        return units.convert(value, unit, target) if target else None
    except AmoeboidError:
        return None


def overridden(model: SbmlModel, values: Mapping[str, tuple[float, str]]) -> SbmlModel:
    """Give a file with some of its numbers replaced.

    Parameters
    ----------
    model : SbmlModel
    values : mapping of str to (float, str)
        Number and unit by id, the unit ``"1"`` for a number in the file's own unit; `override_fault` finds no fault.
    """
    known = file_numbers(model)
    new = {id: value if unit == "1" else units.convert(value, unit, known[id].unit)
           for id, (value, unit) in values.items()}  # fmt: skip
    if not new:
        return model
    reactions = (
        replace(one, local=tuple(
            replace(entry, value=new.get(f"{one.id}.{entry.id}", entry.value)) for entry in one.local))
        for one in model.reactions
    )  # fmt: skip
    return replace(
        model,
        compartments=tuple(replace(entry, size=new.get(entry.id, entry.size)) for entry in model.compartments),
        species=tuple(_begun(entry, new[entry.id]) if entry.id in new else entry for entry in model.species),
        parameters=tuple(replace(entry, value=new.get(entry.id, entry.value)) for entry in model.parameters),
        reactions=tuple(reactions),
    )


def _begun(species: Species, value: float) -> Species:
    """Give a species that begins with another number of the same sort."""
    if species.amount is not None and (species.only_substance or species.concentration is None):
        return replace(species, amount=value)
    return replace(species, concentration=value, amount=None)
