"""Derived values: small formulas over other values, evaluated, never pasted.

A formula names its parents in braces and is evaluated in internal units, so its result is in the internal
unit: ``2 * {cortex.tension_low} / {cell.melanoma.radius}``. What no formula can hold is a registered
function, named ``topic:function``, that gets the lookup of its parents.
"""

from __future__ import annotations

import ast
import functools
import math
import operator
import re
from collections.abc import Callable

from amoeboid.errors import EvidenceError, Fault, nearest_name

Lookup = Callable[[str], float]

_PARENT = re.compile(r"\{([^{}]+)\}")
_NAMED = re.compile(r"^[a-z_][a-z0-9_.]*:[a-z_][a-z0-9_]*$")
_CONSTANTS = {"pi": math.pi}
_FUNCTIONS: dict[str, Callable[[float], float]] = {"sqrt": math.sqrt, "log": math.log, "exp": math.exp}
_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
_REGISTER: dict[str, Callable[[Lookup], float]] = {}


def register(name: str) -> Callable[[Callable[[Lookup], float]], Callable[[Lookup], float]]:
    """Register a derivation function as ``topic:function``; it is called with a lookup from id to float."""

    def keep(function: Callable[[Lookup], float]) -> Callable[[Lookup], float]:
        _REGISTER[name] = function
        return function

    return keep


def is_named(derivation: str) -> bool:
    """Tell whether a derivation names a function instead of being a formula."""
    return bool(_NAMED.match(derivation))


def is_registered(derivation: str) -> bool:
    """Tell whether the named derivation function has been registered by the scale that owns it."""
    return derivation in _REGISTER


def parents(formula: str) -> tuple[str, ...]:
    """Give the ids that a formula names, in order of appearance.

    Examples
    --------
    >>> parents("2 * {cortex.tension_low} / {cell.melanoma.radius}")
    ('cortex.tension_low', 'cell.melanoma.radius')
    """
    return tuple(dict.fromkeys(name.strip() for name in _PARENT.findall(formula)))


def evaluate(derivation: str, lookup: Lookup, where: str = "") -> float:
    """Evaluate a derivation with the parents' numbers in internal units.

    Parameters
    ----------
    derivation : str
        Formula of numbers, ids in braces, ``+ - * / **``, parentheses, ``pi``, ``sqrt``, ``log``, ``exp``;
        or the name of a registered function.
    lookup : callable
        From an id to a float in internal units.
    where : str
        Place named in the error.

    Raises
    ------
    EvidenceError
        When the formula holds anything else, or has no finite result.

    Examples
    --------
    >>> evaluate("2 * {tension} / {radius}", {"tension": 0.2, "radius": 10.0}.__getitem__)
    0.04
    """
    if is_named(derivation):
        return _call(derivation, lookup, where)
    tree, names = _parse(derivation, where)
    numbers = {symbol: lookup(name) for symbol, name in names.items()}
    try:
        result = _reduce(tree, numbers)
    except (ArithmeticError, ValueError, TypeError) as cause:
        raise EvidenceError(_fault(where, f"derivation `{derivation}` has no finite result: {cause}")) from cause
    if not math.isfinite(result):
        raise EvidenceError(_fault(where, f"derivation `{derivation}` has no finite result"))
    return result


def _fault(where: str, what: str, nearest: str = "") -> Fault:
    expected = "numbers, {ids}, + - * / **, parentheses, pi, sqrt, log, exp"
    return Fault(where, what, expected, nearest, "correct the derivation", "AMB-E16")


def _call(name: str, lookup: Lookup, where: str) -> float:
    if name not in _REGISTER:
        what = f"derivation function `{name}` is not registered"
        raise EvidenceError(_fault(where, what, nearest_name(name, _REGISTER)))
    return float(_REGISTER[name](lookup))


@functools.cache
def _parse(formula: str, where: str) -> tuple[ast.expr, dict[str, str]]:
    names = {f"parent_{n}": name for n, name in enumerate(parents(formula))}
    symbol = {name: key for key, name in names.items()}
    text = _PARENT.sub(lambda match: symbol[match[1].strip()], formula)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        _allow(tree, set(names))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as cause:
        raise EvidenceError(_fault(where, f"derivation `{formula}` is no formula: {cause}")) from cause
    return tree, names


def _allow(node: ast.expr, symbols: set[str]) -> None:
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return
        case ast.Name(id=name) if name in symbols or name in _CONSTANTS:
            return
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _allow(operand, symbols)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            _allow(left, symbols)
            _allow(right, symbols)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _FUNCTIONS:
            _allow(argument, symbols)
        case _:
            raise ValueError(f"`{ast.unparse(node)}` is not allowed")


def _reduce(node: ast.expr, numbers: dict[str, float]) -> float:
    match node:
        case ast.Constant(value=value):
            return float(value)  # type: ignore[arg-type]
        case ast.Name(id=name):
            return numbers[name] if name in numbers else _CONSTANTS[name]
        case ast.UnaryOp(op=op, operand=operand):
            value = _reduce(operand, numbers)
            return -value if isinstance(op, ast.USub) else value
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_reduce(left, numbers), _reduce(right, numbers))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return _FUNCTIONS[name](_reduce(argument, numbers))
    raise ValueError(ast.dump(node))
