"""Dimension check of rate texts before any code is made from them."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from amoeboid.errors import Fault, FormatError, UnitError
from amoeboid.signalling.rate_text import unknown_name

Dimension = tuple[int, int, int, int]
"""Exponents of nM, s, um and nN."""

_BASE: dict[str, Dimension] = {
    "nM": (1, 0, 0, 0),
    "s": (0, 1, 0, 0),
    "um": (0, 0, 1, 0),
    "nN": (0, 0, 0, 1),
    "kPa": (0, 0, -2, 1),
    "1": (0, 0, 0, 0),
    "dimensionless": (0, 0, 0, 0),
}


def dimension(unit: str, where: str = "") -> Dimension:
    """Read an internal unit, such as ``"1/nM/s"``, as exponents of nM, s, um and nN.

    Raises
    ------
    UnitError
        When a part of the unit is not one of nM, s, um, nN, kPa.

    Examples
    --------
    >>> dimension("nN/um")
    (0, 0, -1, 1)
    """
    total: Dimension = (0, 0, 0, 0)
    sign = 1
    for token in unit.replace("/", " / ").replace("*", " ").split():
        if token == "/":
            sign = -1
            continue
        name, _, exponent = token.partition("^")
        if name not in _BASE or not (exponent or "1").isdigit():
            raise UnitError(
                Fault(
                    where,
                    f"unit `{unit}` is not made of internal units",
                    "nM, s, um, nN, kPa, joined by * / ^",
                    "",
                    "write the unit in internal units",
                    "AMB-U21",
                )
            )
        total = _times(total, _power(_BASE[name], sign * int(exponent or 1)))
        sign = 1
    return total


def _times(a: Dimension, b: Dimension) -> Dimension:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3])


def _power(a: Dimension, n: int) -> Dimension:
    return (a[0] * n, a[1] * n, a[2] * n, a[3] * n)


def written(found: Dimension) -> str:
    """Write a dimension as a unit.

    Examples
    --------
    >>> written((1, -1, 0, 0))
    'nM/s'
    """
    names = ("nM", "s", "um", "nN")
    up = [f"{n}^{e}" if e > 1 else n for n, e in zip(names, found, strict=True) if e > 0]
    down = [f"/{n}^{-e}" if e < -1 else f"/{n}" for n, e in zip(names, found, strict=True) if e < 0]
    return ("*".join(up) or "1") + "".join(down)


def check(tree: ast.expr, units: Mapping[str, Dimension], expected: Dimension, where: str) -> None:
    """Check that a rate text has the dimension that its place asks for.

    Parameters
    ----------
    tree : ast.expr
        From `amoeboid.signalling.rate_text.parse`.
    units : mapping of str to Dimension
        Dimension of every name.
    expected : Dimension
        What the place asks for; the number 0 fits everywhere.
    where : str
        Network and reaction, for the message.

    Raises
    ------
    UnitError
        When terms of unlike dimensions are added, or the whole has another dimension.
    """
    found = _of(tree, units, where)
    if found is not None and found != expected:
        raise UnitError(
            Fault(
                where,
                f"the rate has the unit `{written(found)}`",
                f"`{written(expected)}`",
                "",
                "correct the rate law, or the unit of a parameter",
                "AMB-U22",
            )
        )


def _of(tree: ast.expr, units: Mapping[str, Dimension], where: str) -> Dimension | None:
    if isinstance(tree, ast.Constant):
        return None if tree.value == 0 else (0, 0, 0, 0)
    if isinstance(tree, ast.Name):
        if tree.id not in units:
            raise FormatError(unknown_name(where, tree.id, units))
        return units[tree.id]
    if isinstance(tree, ast.UnaryOp):
        return _of(tree.operand, units, where)
    if isinstance(tree, ast.Call):
        inner = _of(tree.args[0], units, where)
        _same(inner, (0, 0, 0, 0), tree, where)
        return inner
    assert isinstance(tree, ast.BinOp)
    left, right = _of(tree.left, units, where), _of(tree.right, units, where)
    if isinstance(tree.op, (ast.Add, ast.Sub)):
        _same(left, right, tree, where)
        return right if left is None else left
    return _product(tree, left, right, where)


def _product(tree: ast.BinOp, left: Dimension | None, right: Dimension | None, where: str) -> Dimension | None:
    if isinstance(tree.op, ast.Pow):
        _same(right, (0, 0, 0, 0), tree, where)
        if left is None or left == (0, 0, 0, 0):
            return left
        exponent = _whole(tree.right)
        if exponent is not None:
            return _power(left, exponent)
        raise UnitError(
            Fault(
                where,
                f"`{ast.unparse(tree)}` raises a quantity with a unit to a power that is no written whole number",
                "a ratio without unit inside the power",
                "",
                "divide by a scale first",
                "AMB-U24",
            )
        )
    if left is None:
        return None
    other = right or (0, 0, 0, 0)
    return _times(left, other if isinstance(tree.op, ast.Mult) else _power(other, -1))


def _whole(tree: ast.expr) -> int | None:
    """Give the whole number that a tree writes out, if it does."""
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        inner = _whole(tree.operand)
        return None if inner is None else -inner
    value = tree.value if isinstance(tree, ast.Constant) else None
    return int(value) if isinstance(value, (int, float)) and value == int(value) else None


def _same(left: Dimension | None, right: Dimension | None, tree: ast.expr, where: str) -> None:
    if left is not None and right is not None and left != right:
        raise UnitError(
            Fault(
                where,
                f"`{ast.unparse(tree)[:80]}` joins `{written(left)}` with `{written(right)}`",
                "terms of one unit",
                "",
                "correct the rate law, or the unit of a parameter",
                "AMB-U23",
            )
        )
