"""Dimension check of the formulas of a mapping, as far as the file declares units.

A name without a declared unit may have any; a number takes the unit of what it is added to or compared with.
"""

from __future__ import annotations

from collections.abc import Mapping

from amoeboid import units
from amoeboid.errors import AmoeboidError, Fault
from amoeboid.formats.sbml import Math, SbmlModel
from amoeboid.signalling.dimension import Dimension, dimension, written
from amoeboid.signalling.formulas import TISSUE, names, parts
from amoeboid.signalling.mapping import ITSELF, Reading, Scales, Told, outputs, words

NONE: Dimension = (0, 0, 0, 0)
_CONCENTRATION: Dimension = (1, 0, 0, 0)
_SAME = ("add", "subtract", "min", "max", "negate", "abs", "floor", "ceiling")
_COMPARED = ("lt", "leq", "gt", "geq", "eq", "neq")
_LOGIC = ("and", "or", "not")
_BARE = ("exp", "ln", "log", "sin", "cos", "tan", "tanh")


def check(model: SbmlModel, reading: Reading, units_of_file: Scales) -> list[Told]:
    """Say which formulas join unlike units, or give another than their place asks for.

    Parameters
    ----------
    model : SbmlModel
        Declares units.
    reading : Reading
        From `amoeboid.signalling.mapping.read`.
    units_of_file : Scales
        One number may not be in uM while all others are in nM: formulas have the units of the file.
    """
    known, others = known_units(model), _others(model, units_of_file)
    told: list[Told] = []
    for id, math in reading.inputs.items():
        told += [(("inputs", id), fault) for fault in _faults(math, known, known.get(id), f"`{id}`")]
        if id in others and _found(math, known) not in (None, NONE):
            told.append((("inputs", id), _other(id, others[id])))
    for name, math in reading.outputs.items():
        expected = dimension(outputs()[name].unit)
        told += [(("outputs", name), fault) for fault in _faults(math, known, expected, f"`{name}`")]
        told += [(("outputs", name), _other(id, others[id])) for id in names(math) if id in others]
    return told


def _others(model: SbmlModel, units_of_file: Scales) -> dict[str, str]:
    """Give the declared unit of each parameter that is another sort of concentration than the file's own."""
    found = {}
    for entry in model.parameters:
        text = model.units.get(entry.unit, "")
        if not text:
            continue
        if _declared(text) == _CONCENTRATION:
            if abs(units.convert(1.0, text, "nM") / units_of_file.nanomolar - 1.0) > 1e-9:
                found[entry.id] = text
        elif units.is_mass_concentration(text):
            found[entry.id] = text
    return found


def _other(id: str, text: str) -> Fault:
    what = f"`{id}` is in {text}, which is not the file's unit of concentration"
    return Fault("", what, "numbers in the file's own unit", "", "name another id, or correct the file", "AMB-E37")


def _found(math: Math, known: Mapping[str, Dimension]) -> Dimension | None:
    try:
        return _of(math, known)
    except _ClashError:
        return None


def known_units(model: SbmlModel) -> dict[str, Dimension]:
    """Give the dimension of each name whose unit is declared or follows from what it is.

    Examples
    --------
    >>> from amoeboid.formats.sbml import Parameter
    >>> known_units(SbmlModel(parameters=(Parameter("k", 1.0, unit="u"),), units={"u": "1/s"}))["k"]
    (0, -1, 0, 0)
    """
    found = {f"{TISSUE}.{name}": dimension(word.unit) for name, word in words().items()}
    found |= {f"{TISSUE}.{name}": dimension(output.unit) for name, output in outputs().items()}
    for entry in model.parameters:
        declared = _declared(model.units.get(entry.unit, ""))
        if declared is not None:
            found[entry.id] = found[entry.id + ITSELF] = declared
    sizes = {entry.id: entry.dimensions for entry in model.compartments}
    for species in model.species:
        if not species.only_substance and sizes.get(species.compartment) == 3.0 and _is_molar(model):
            found[species.id] = found[species.id + ITSELF] = _CONCENTRATION
    return found


def _is_molar(model: SbmlModel) -> bool:
    """Whether the file counts substance in moles or molecules, and not in grams or in units of its own."""
    text = model.unit_of.get("substance", "")
    return text.endswith("mol") or text in ("molecule", "count", "item")


def _declared(text: str) -> Dimension | None:
    try:
        return dimension(units.internal_unit(text)) if text else None
    except AmoeboidError:
        return None


class _ClashError(Exception):
    """Two parts of a formula have unlike units; the argument says which."""


def _faults(math: Math, known: Mapping[str, Dimension], expected: Dimension | None, what: str) -> list[Fault]:
    try:
        found = _of(math, known)
    except _ClashError as clash:
        return [_clash(f"the formula of {what} joins {clash}", "terms of one unit")]
    if found is None or expected is None or found == expected:
        return []
    return [_clash(f"the formula of {what} gives `{written(found)}`", f"`{written(expected)}`")]


def _clash(what: str, expected: str) -> Fault:
    return Fault("", what, expected, "", "correct the formula; a number may carry a unit of its own", "AMB-E36")


def _of(math: Math, known: Mapping[str, Dimension]) -> Dimension | None:
    """Give the dimension of mathematics; None where it may be any."""
    kind = math[0]
    if kind == "name":
        return known.get(math[1])
    if kind in ("number", "true", "false", "time"):
        return None
    if kind == "piecewise":
        return _piecewise(math, known)
    found = [_of(part, known) for part in parts(math)]
    if kind in _SAME:
        return _one(found)
    if kind in _COMPARED:
        _one(found)
        return NONE
    if kind in _LOGIC:
        return NONE
    if kind in _BARE:
        _one([*found, NONE])
        return NONE
    return _combined(kind, math, found)


def _piecewise(math: Math, known: Mapping[str, Dimension]) -> Dimension | None:
    values = [_of(part, known) for k, part in enumerate(math[1:]) if k % 2 == 0]
    for part in math[2::2]:
        _of(part, known)
    return _one(values)


def _one(found: list[Dimension | None]) -> Dimension | None:
    """Give the one dimension of terms."""
    sorts = list(dict.fromkeys(entry for entry in found if entry is not None))
    if len(sorts) > 1:
        raise _ClashError(f"`{written(sorts[0])}` with `{written(sorts[1])}`")
    return sorts[0] if sorts else None


def _combined(kind: str, math: Math, found: list[Dimension | None]) -> Dimension | None:
    """Give the dimension of a product, quotient, power or root; a bare number in it has none."""
    sides = [NONE if part[0] == "number" else side for part, side in zip(parts(math), found, strict=True)]
    if kind == "root":
        sides = sides[::-1]
    if kind in ("power", "root"):
        _one([sides[1], NONE])
        number = _whole(math[2]) if kind == "power" else None
        if sides[0] is None or sides[0] == NONE:
            return sides[0]
        return None if number is None else _sum([(sides[0], number)])
    if any(side is None for side in sides):
        return None
    signs = [1, *([-1 if kind == "divide" else 1] * (len(sides) - 1))]
    return _sum([(side, sign) for side, sign in zip(sides, signs, strict=True) if side is not None])


def _whole(math: Math) -> int | None:
    return int(math[1]) if math[0] == "number" and float(math[1]).is_integer() and abs(math[1]) < 100 else None


def _sum(terms: list[tuple[Dimension, int]]) -> Dimension:
    a, b, c, d = (sum(sign * side[k] for side, sign in terms) for k in range(4))
    return (a, b, c, d)
