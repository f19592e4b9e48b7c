"""Unit definitions of SBML as texts that `amoeboid.units` reads, such as "nmol/L", and back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

UnitPart = tuple[str, float, float, int]
"""Kind, exponent, multiplier, scale: (multiplier * 10^scale * kind)^exponent."""

BASE = {
    "ampere": "A",
    "becquerel": "Bq",
    "candela": "cd",
    "coulomb": "C",
    "dimensionless": "dimensionless",
    "farad": "F",
    "gram": "g",
    "gray": "Gy",
    "henry": "H",
    "hertz": "Hz",
    "item": "molecule",
    "joule": "J",
    "katal": "kat",
    "kelvin": "kelvin",
    "kilogram": "kg",
    "liter": "L",
    "litre": "L",
    "lumen": "lm",
    "lux": "lx",
    "meter": "m",
    "metre": "m",
    "mole": "mol",
    "newton": "N",
    "ohm": "ohm",
    "pascal": "Pa",
    "radian": "radian",
    "second": "s",
    "siemens": "S",
    "sievert": "Sv",
    "steradian": "sr",
    "tesla": "T",
    "volt": "V",
    "watt": "W",
    "weber": "Wb",
}
"""Base units of SBML to the words of pint."""

_PREFIXES = {
    -18: "a",
    -15: "f",
    -12: "p",
    -9: "n",
    -6: "u",
    -3: "m",
    -2: "c",
    -1: "d",
    0: "",
    3: "k",
    6: "M",
    9: "G",
    12: "T",
}
_TIMES = {60.0: "min", 3600.0: "hour", 86400.0: "day", 604800.0: "week"}
_UNPREFIXED = {"dimensionless", "molecule", "kg", "radian"}
_MAX_PARTS = 8


def unit_text(parts: Iterable[UnitPart]) -> str:
    """Give a unit definition as text; empty where no such text says it exactly.

    Examples
    --------
    >>> unit_text([("mole", 1, 1.0, -9), ("litre", -1, 1.0, 0)])
    'nmol/L'
    >>> unit_text([("second", -1, 60.0, 0)]), unit_text([("second", 1, 7.0, 0)])
    ('1/min', '')
    """
    listed = list(parts)
    if not listed or len(listed) > _MAX_PARTS:
        return ""
    pieces: list[tuple[str, int]] = []
    left = 1.0
    for kind, exponent, multiplier, scale in listed:
        if kind not in BASE or not _is_plain(exponent, multiplier, scale):
            return ""
        if not exponent:
            continue
        factor = multiplier * 10.0**scale
        name = _prefixed(BASE[kind], factor)
        if not name:
            name, left = BASE[kind], left * factor ** int(exponent)
        pieces.append((name, int(exponent)))
    if not math.isclose(left, 1.0, rel_tol=1e-9):
        pieces = _spread(pieces, left)
    return _joined(pieces)


def _is_plain(exponent: float, multiplier: float, scale: int) -> bool:
    """Tell whether a text can say the part, and its factor can be computed."""
    whole = exponent in range(-9, 10)
    return whole and abs(scale) <= 30 and 1e-30 <= multiplier <= 1e30


def _prefixed(base: str, factor: float) -> str:
    """Give the name of a factor times a base unit, or nothing."""
    if math.isclose(factor, 1.0, rel_tol=1e-9):
        return base
    if base == "s":
        for seconds, name in _TIMES.items():
            if math.isclose(factor, seconds, rel_tol=1e-9):
                return name
    if base in _UNPREFIXED or not factor > 0.0 or not math.isfinite(factor):
        return ""
    power = round(math.log10(factor))
    if power in _PREFIXES and math.isclose(factor, 10.0**power, rel_tol=1e-9):
        return _PREFIXES[power] + base
    return ""


def _spread(pieces: list[tuple[str, int]], left: float) -> list[tuple[str, int]]:
    """Let one bare unit of power 1 or -1 take a factor that belongs to the whole."""
    for place, (name, exponent) in enumerate(pieces):
        if abs(exponent) == 1 and name in BASE.values():
            taken = _prefixed(name, left**exponent)
            if taken:
                return [*pieces[:place], (taken, exponent), *pieces[place + 1 :]]
    return [("", 0)]


def _joined(pieces: list[tuple[str, int]]) -> str:
    if ("", 0) in pieces:
        return ""
    powers: dict[str, int] = {}
    for name, exponent in pieces:
        if name != "dimensionless":
            powers[name] = powers.get(name, 0) + exponent
    over = "*".join(_power(name, exponent) for name, exponent in powers.items() if exponent > 0)
    under = "".join(f"/{_power(name, -exponent)}" for name, exponent in powers.items() if exponent < 0)
    return f"{over or '1'}{under}" if over or under else "dimensionless"


def _power(name: str, exponent: int) -> str:
    return name if exponent == 1 else f"{name}^{exponent}"


_FACTOR = re.compile(r"([A-Za-z]+|1)(?:\^(\d))?")


def unit_parts(text: str) -> tuple[UnitPart, ...]:
    """Give the parts of a unit text that `unit_text` could have made; none where it could not.

    Examples
    --------
    >>> unit_parts("nmol/L")
    (('mole', 1.0, 1.0, -9), ('litre', -1.0, 1.0, 0))
    """
    found: list[UnitPart] = []
    for sign, factor in re.findall(r"(^|[*/])([^*/]+)", text.replace(" ", "")):
        match = _FACTOR.fullmatch(factor)
        if not match:
            return ()
        exponent = float(match[2] or 1) * (-1.0 if sign == "/" else 1.0)
        if match[1] == "1":
            continue
        base = _base(match[1])
        if base is None:
            return ()
        for kind, power, multiplier, scale in base:
            found.append((kind, power * exponent, multiplier, scale))
    return tuple(found) or ((("dimensionless", 1.0, 1.0, 0),) if text.strip() in {"1", "dimensionless"} else ())


def _base(name: str) -> tuple[UnitPart, ...] | None:
    kinds = {text: kind for kind, text in reversed(BASE.items())}
    kinds |= {"L": "litre", "m": "metre", "l": "litre"}
    if name in kinds:
        return ((kinds[name], 1.0, 1.0, 0),)
    for seconds, word in _TIMES.items():
        if name in {word, word[0]} and name != "m":
            return (("second", 1.0, seconds, 0),)
    if name.endswith("M") and name[:-1] in _PREFIXES.values():
        scale = next(power for power, prefix in _PREFIXES.items() if prefix == name[:-1])
        return (("mole", 1.0, 1.0, scale), ("litre", -1.0, 1.0, 0))
    for power, prefix in _PREFIXES.items():
        base = name.removeprefix(prefix)
        if prefix and base != name and base in kinds and base not in _UNPREFIXED:
            return ((kinds[base], 1.0, 1.0, power),)
    return None
