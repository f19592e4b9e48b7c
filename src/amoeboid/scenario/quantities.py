"""Text with a unit to a float in internal units, and back, for every dimensional field of a scenario."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import replace

from amoeboid import units
from amoeboid.errors import Fault, UnitError, nearest_name
from amoeboid.evidence import catalogue
from amoeboid.scenario.faults import Spot, shown

UNITS: dict[str, tuple[str, ...]] = {
    "time": ("s", "min", "h"),
    "length": ("um", "nm", "mm"),
    "area": ("um^2",),
    "concentration": ("nM", "pM", "uM", "mM"),
    "density": ("mg/ml",),
    "mass": ("mg", "g", "ug"),
    "speed": ("um/s", "um/min", "mm/s"),
    "days": ("day", "week", "month", "year"),
    "rate": ("1/day", "1/year"),
    "diameter": ("mm", "cm"),
    "age": ("year",),
    "molar mass": ("g/mol",),
    "clearance": ("L/h", "ml/min"),
    "volume": ("L", "ml"),
    "rate of uptake": ("1/h", "1/min"),
}
"""Units in which each kind is written; the first is that of the field inside a `Scenario`."""

_EXAMPLES = {"time": "h", "length": "um", "area": "um^2", "concentration": "nM", "density": "mg/ml", "mass": "mg",
             "speed": "um/s", "days": "day", "rate": "1/year", "diameter": "mm", "age": "year",
             "molar mass": "g/mol", "clearance": "L/h", "volume": "L", "rate of uptake": "1/h"}  # fmt: skip

# pint would evaluate `um**(10**10**10)` for hours; units of a scenario are words, short powers, `*` and `/`
_UNIT = re.compile(
    r"(?:1/)?[A-Za-zµμ%]{1,24}(?:(?:\^|\*\*)-?[1-6])?(?:[*/ ][A-Za-zµμ]{1,24}(?:(?:\^|\*\*)-?[1-6])?){0,5}\Z"
)
_PLAIN = re.compile(r"[\x20-\x7eµμ]*\Z")


@functools.lru_cache(maxsize=4096)
def _split(text: str) -> tuple[float, str]:
    """Split text into number and unit, refusing what pint should never see."""
    if not _PLAIN.match(text):
        raise UnitError(_not_plain(text))
    value, unit = units.split(text)
    if unit and not _UNIT.match(unit):
        raise UnitError(
            Fault(
                "",
                f"`{shown(unit)}` is not a unit",
                "a unit such as `um` or `ng/ml`",
                "",
                "correct the unit",
                "AMB-U05",
            )
        )
    return value, unit


def _not_plain(text: str) -> Fault:
    what = f"`{shown(text)}` holds letters or digits outside plain Latin"
    return Fault("", what, 'text such as `"20 um"`', "", "type the number and its unit anew", "AMB-U06")


def read_text(raw: object, spot: Spot, example: str) -> str | None:
    """Take text with a unit, telling a bare number with what to write instead."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        spot.wrong_type(raw, f'text with a unit, such as `"{example}"`')
        return None
    number, unit = shown(repr(raw)), example.split(" ", 1)[1]
    expected = f'text with a unit, such as `"{number} {unit}"`' if math.isfinite(raw) else f'text such as `"{example}"`'
    spot.tell(Fault("", f"the bare number `{number}` has no unit", expected, "", "write text with a unit", "AMB-U07"))
    return None


def to_float(text: str, kind: str, spot: Spot) -> float | None:
    """Read text as a finite float in the unit of a kind, telling what is wrong."""
    target = UNITS[kind][0]
    try:
        value, unit = _split(text)
        if not unit:
            raise UnitError(_unitless(text, kind))
        converted = units.convert(value, unit, target)
    except UnitError as error:
        for fault in error.faults:
            near = fault.nearest or nearest_name(text.split()[-1] if text.split() else "", UNITS[kind])
            spot.tell(replace(fault, what=shown(fault.what, 160), nearest=near))
        return None
    return _finite(converted, text, spot)


def _unitless(text: str, kind: str) -> Fault:
    example = f"{shown(text.strip())} {_EXAMPLES[kind]}"
    what, expected = f"`{shown(text)}` has no unit", f'a {kind} with a unit, such as `"{example}"`'
    return Fault("", what, expected, "", "add the unit", "AMB-U03")


def _finite(value: float, text: str, spot: Spot) -> float | None:
    if math.isfinite(value):
        return value
    spot.out_of_range(text, "a finite number")
    return None


def concentration(text: str, mass_id: str, spot: Spot) -> float | None:
    """Read a concentration [nM], by molar mass when it is given as mass per volume.

    Parameters
    ----------
    text : str
        Such as ``"500 nM"`` or ``"10 ng/ml"``.
    mass_id : str
        Evidence id of the molar mass, such as ``"cytokine.OSM.molar_mass"``.
    spot : Spot
        Where faults are told.
    """
    try:
        value, unit = _split(text)
        grams = units.convert(value, unit, "g/l") if unit else None
    except UnitError:
        return to_float(text, "concentration", spot)
    if grams is None:
        return to_float(text, "concentration", spot)
    if mass_id not in catalogue().values:
        what = f"`{shown(text)}` is mass per volume, and no value `{mass_id}` is recorded"
        spot.tell(Fault("", what, 'a molar concentration such as `"500 nM"`', "", "give it in nM", "AMB-U08"))
        return None
    molar_mass = catalogue().value(mass_id).internal
    assert isinstance(molar_mass, float)
    # 12 digits: the rest is rounding of the unit factors
    return _finite(float(f"{grams / molar_mass * 1e9:.12g}"), text, spot)


def of_value(text: str, value_id: str, spot: Spot) -> tuple[float, str] | None:
    """Read an override of an evidence value: the number and unit as written, of the dimension of the record."""
    record = catalogue().value(value_id)
    target = "dimensionless" if record.unit in ("", "1") else record.unit
    try:
        value, unit = _split(text)
        if not unit and target != "dimensionless":
            what = f"`{shown(text)}` has no unit"
            expected = f'a number with a unit, such as `"{shown(text.strip())} {record.unit}"`'
            raise UnitError(Fault("", what, expected, "", "add the unit", "AMB-U03"))
        converted = units.convert(value, unit or "dimensionless", target)
    except UnitError as error:
        for fault in error.faults:
            spot.tell(replace(fault, what=shown(fault.what, 160)))
        return None
    if _finite(converted, text, spot) is None:
        return None
    if converted < 0.0 <= min(record.numbers):
        spot.out_of_range(text, f"0 or more; `{value_id}` is {record.numbers[0]:g} {record.unit}")
        return None
    return value, unit or "1"


def of_file(raw: object, spot: Spot) -> tuple[float, str] | None:
    """Read an override of a number of a pathway file: a bare number in the file's own unit, or text with a unit."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        spot.wrong_type(raw, "a number in the unit of the file, or text with a unit")
        return None
    try:
        value, unit = _split(raw) if isinstance(raw, str) else (float(raw), "")
    except (UnitError, OverflowError) as error:
        for fault in error.faults if isinstance(error, UnitError) else ():
            spot.tell(replace(fault, what=shown(fault.what, 160)))
        if isinstance(error, OverflowError):
            spot.out_of_range(shown(repr(raw)), "a finite number")
        return None
    return None if _finite(value, str(raw), spot) is None else (value, unit or "1")


@functools.lru_cache(maxsize=4096)
def to_text(value: float, kind: str) -> str:
    """Write a float so that reading it gives the same float, in the shortest fitting unit.

    Examples
    --------
    >>> to_text(86400.0, "time"), to_text(20.0, "length")
    ('24 h', '20 um')
    """
    target = UNITS[kind][0]
    exact = []
    for unit in reversed(UNITS[kind]):
        text = f"{units.convert(value, target, unit):.12g}"
        if units.convert(float(text), unit, target) == value and (kind in ("time", "days", "rate") or unit == target):
            exact.append(f"{text} {unit}")
    exact.append(f"{value!r} {target}")
    return min(exact, key=lambda text: (text.startswith("0."), len(text)))
