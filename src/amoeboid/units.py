"""The internal units, and the one border where text with a unit becomes a float.

Internal: micrometre, second, gram (so force is nN, stress kPa, tension nN/um), nM, kelvin. Two
named exceptions keep the words of the laboratory: collagen in mg/ml, and counts without unit.
pint is imported on first use only, because it costs a third of a second.
"""

from __future__ import annotations

import functools
import math
import re
from typing import Any

from amoeboid.errors import Fault, UnitError

AVOGADRO_PER_NM_UM3 = 0.602214076
"""Molecules in one cubic micrometre at one nM (CODATA 2018, exact)."""

SECONDS_A_DAY = 86400.0
"""The body and trials go by days, all else by seconds: what is between them."""

DAYS_A_YEAR = 365.25
"""A Julian year."""

INTERNAL = {
    "length": "um",
    "area": "um^2",
    "volume": "um^3",
    "flow": "um^3/s",
    "time": "s",
    "rate": "1/s",
    "speed": "um/s",
    "diffusivity": "um^2/s",
    "force": "nN",
    "stiffness": "nN/um",
    "tension": "nN/um",
    "stress": "kPa",
    "drag": "nN*s/um",
    "concentration": "nM",
    "association rate": "1/nM/s",
    "production rate": "nM/s",
    "clearance": "um^3/s",
    "turnover": "nM*um^3/s",
    "density": "mg/ml",
    "temperature": "kelvin",
    "mass": "g",
    "molar mass": "g/mol",
    "number": "dimensionless",
}
"""Kind of quantity to the unit in which it is held inside."""

_QUANTITY = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*)?$", re.ASCII)


# names with one-digit powers, joined by * and /: pint would evaluate any expression, for ever if asked to
_UNIT = re.compile(r"(?:1|[A-Za-zµμ%]+(?:(?:\^|\*\*)-?\d)?)(?:\s*[*/]\s*(?:1|[A-Za-zµμ%]+(?:(?:\^|\*\*)-?\d)?))*")


@functools.cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(cache_folder=None)
    registry.define("molar_nano = 1e-9 mol/liter = nM")
    registry.define("molar_micro = 1e-6 mol/liter = uM")
    registry.define("molar_milli = 1e-3 mol/liter = mM")
    registry.define("molar_pico = 1e-12 mol/liter = pM")
    return registry


@functools.cache
def _factor(unit: str, target: str) -> float:
    registry = _registry()
    text = unit.replace("µ", "u").replace("μ", "u").replace("%", "percent")
    quantity = registry.Quantity(1.0, registry.parse_units(text))
    factor = float(quantity.to(registry.parse_units(target)).magnitude)
    # a chain of prefixes rounds: 10 uM should be 10000 nM, not 9999.999999999998
    power = 10.0 ** round(math.log10(factor)) if factor > 0.0 else factor
    return power if math.isclose(factor, power, rel_tol=1e-12) else factor


def is_mass_concentration(unit: str) -> bool:
    """Tell whether a unit is mass per volume, as cytokines are sold, and not amount per volume.

    Examples
    --------
    >>> is_mass_concentration("ng/ml"), is_mass_concentration("nM")
    (True, False)
    """
    try:
        _factor(unit, INTERNAL["density"])
    except Exception:  # an unknown unit is told by whoever converts it
        return False
    return True


def convert(value: float, unit: str, target: str, where: str = "") -> float:
    """Convert a value between two units of one dimension.

    Parameters
    ----------
    value : float
        Finite number.
    unit, target : str
        Units as pint reads them, such as ``"um/min"``.
    where : str
        Place named in the error.

    Raises
    ------
    UnitError
        When a unit is unknown or the dimensions differ.

    Examples
    --------
    >>> round(convert(1.0, "um/min", "um/s"), 6)
    0.016667
    """
    if unit == target:
        return value
    try:
        if len(unit) > 60 or not _UNIT.fullmatch(unit):
            raise ValueError(f"not a unit: {unit[:60]}")
        factor = _factor(unit, target)
    except Exception as cause:
        what = f"unit `{unit[:60]}` is not one of the dimension of `{target}`"
        if type(cause).__name__ == "UndefinedUnitError":
            what = f"unknown unit `{unit[:60]}`"
        raise UnitError(
            Fault(where, what, f"a unit of the dimension of `{target}`", "", "correct the unit", "AMB-U02")
        ) from cause
    return value * factor


def split(text: str, where: str = "") -> tuple[float, str]:
    """Split text such as ``"20 um"`` into number and unit; a bare number has the unit ``""``.

    Raises
    ------
    UnitError
        When the text is no finite number followed by a unit.

    Examples
    --------
    >>> split("10 ng/ml")
    (10.0, 'ng/ml')
    """
    match = _QUANTITY.match(text) if len(text) <= 80 else None
    if not match or not math.isfinite(float(match[1])):
        raise UnitError(
            Fault(
                where,
                f"`{text[:80]}` is not a finite number with a unit",
                'text such as `"20 um"`',
                "",
                "write a number, a space and a unit",
                "AMB-U01",
            )
        )
    return float(match[1]), (match[2] or "").strip()


def parse(text: str, kind: str, where: str = "") -> float:
    """Read text with a unit into the internal unit of a kind of quantity.

    Parameters
    ----------
    text : str
        Number and unit, such as ``"24 h"``.
    kind : str
        A key of `INTERNAL`.
    where : str
        Place named in the error.

    Raises
    ------
    UnitError
        When the unit is missing, unknown or of another dimension, or the number is not finite.

    Examples
    --------
    >>> parse("24 h", "time")
    86400.0
    """
    value, unit = split(text, where)
    target = INTERNAL[kind]
    if not unit and kind != "number":
        raise UnitError(
            Fault(
                where,
                f"`{text}` has no unit",
                f'a {kind} with a unit, such as `"{text.strip()} {target}"`',
                "",
                "add the unit",
                "AMB-U09",
            )
        )
    return convert(value, unit or "dimensionless", target, where)


@functools.cache
def internal_unit(unit: str) -> str:
    """Give the internal unit of the same dimension as a unit.

    Raises
    ------
    UnitError
        When the unit is unknown or no internal unit has its dimension.

    Examples
    --------
    >>> internal_unit("um/min")
    'um/s'
    """
    for target in INTERNAL.values():
        try:
            _factor(unit, target)
        except Exception:  # noqa: S112 - another dimension: try the next one
            continue
        return target
    raise UnitError(
        Fault(
            "",
            f"unit `{unit}` has no internal counterpart",
            "a unit of `amoeboid.units.INTERNAL`",
            "",
            "add its kind to `INTERNAL`",
            "AMB-U04",
        )
    )


def to_internal(value: float, unit: str) -> float:
    """Convert a value into the internal unit of its dimension.

    Examples
    --------
    >>> to_internal(0.3, "1/min")
    0.005
    """
    return convert(value, unit, internal_unit(unit))
