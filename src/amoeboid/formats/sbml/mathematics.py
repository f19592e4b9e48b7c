"""libSBML's syntax trees turned into the tuples of `record`. Runs in the child process."""

from __future__ import annotations

import functools
from typing import Any

from amoeboid.formats.sbml.record import Math

AVOGADRO = 6.02214179e23
"""The value that SBML Level 3 prescribes for its symbol, which is not that of CODATA 2018."""
MAX_DEPTH = 256
_LONG = 32

_PARTS = {
    "PLUS": "add",
    "TIMES": "multiply",
    "DIVIDE": "divide",
    "POWER": "power",
    "FUNCTION_POWER": "power",
    "FUNCTION_MAX": "max",
    "FUNCTION_MIN": "min",
    "FUNCTION_QUOTIENT": "quotient",
    "FUNCTION_REM": "rem",
    "FUNCTION_PIECEWISE": "piecewise",
    "FUNCTION_DELAY": "delay",
    "FUNCTION_RATE_OF": "rate_of",
    "FUNCTION_ABS": "abs",
    "FUNCTION_CEILING": "ceiling",
    "FUNCTION_EXP": "exp",
    "FUNCTION_FACTORIAL": "factorial",
    "FUNCTION_FLOOR": "floor",
    "FUNCTION_LN": "ln",
    "LOGICAL_AND": "and",
    "LOGICAL_OR": "or",
    "LOGICAL_XOR": "xor",
    "LOGICAL_NOT": "not",
    "LOGICAL_IMPLIES": "implies",
    "RELATIONAL_EQ": "eq",
    "RELATIONAL_NEQ": "neq",
    "RELATIONAL_LT": "lt",
    "RELATIONAL_LEQ": "leq",
    "RELATIONAL_GT": "gt",
    "RELATIONAL_GEQ": "geq",
}
_TRIGONOMETRIC = ("sin", "cos", "tan", "sec", "csc", "cot")
_SINGLE = ("abs", "ceiling", "exp", "factorial", "floor", "ln", "not", "rate_of")
_COUNTS = {
    **dict.fromkeys(_SINGLE, 1),
    **{kind: 1 for word in _TRIGONOMETRIC for kind in (word, f"{word}h", f"arc{word}", f"arc{word}h")},
    **dict.fromkeys(("divide", "power", "quotient", "rem", "implies", "delay"), 2),
}
"""How many parts a kind has: libSBML does not look at it in Level 1."""
_LEAVES: dict[str, Math] = {
    "CONSTANT_E": ("number", 2.718281828459045),
    "CONSTANT_PI": ("number", 3.141592653589793),
    "CONSTANT_TRUE": ("true",),
    "CONSTANT_FALSE": ("false",),
    "NAME_TIME": ("time",),
    "NAME_AVOGADRO": ("number", AVOGADRO),
}


class UnknownMathError(Exception):
    """A formula uses what no reader of ours understands; carries its name."""


@functools.cache
def _kinds() -> dict[int, str]:
    import libsbml

    names = {getattr(libsbml, f"AST_{word}"): kind for word, kind in _PARTS.items()}
    for word in _TRIGONOMETRIC:
        for kind in (word, f"{word}h", f"arc{word}", f"arc{word}h"):
            names[getattr(libsbml, f"AST_FUNCTION_{kind.upper()}")] = kind
    return names


@functools.cache
def _leaves() -> dict[int, Math]:
    import libsbml

    return {getattr(libsbml, f"AST_{word}"): leaf for word, leaf in _LEAVES.items()}


def is_empty(node: Any) -> bool:
    """Tell whether a ``math`` element has nothing in it, which says as much as no such element."""
    import libsbml

    return bool(node.getType() == libsbml.AST_UNKNOWN and not node.getNumChildren() and not node.getName())


def to_math(node: Any) -> Math:
    """Turn a syntax tree of libSBML into a tuple.

    Raises
    ------
    UnknownMathError
        When the tree uses what `record` has no kind for, or is more than 256 deep.
    """
    return _tree(node, 0)


def _tree(node: Any, depth: int) -> Math:
    if depth > MAX_DEPTH:
        raise UnknownMathError(f"a formula nested more than {MAX_DEPTH} deep")
    kind = node.getType()
    if leaf := _leaves().get(kind):
        return leaf
    if number := _number(node):
        return number
    spine = _left_spine(node)
    if len(spine) > 1:
        return _chain(node, spine, depth)
    parts = tuple(_tree(node.getChild(i), depth + 1) for i in range(node.getNumChildren()))
    if name := _kinds().get(kind):
        if len(parts) != _COUNTS.get(name, len(parts)):
            raise UnknownMathError(f"`{name}` of {len(parts)} parts")
        return (name, *parts)
    return _special(node, parts)


def _number(node: Any) -> Math | None:
    """Give a number; mantissa and exponent are joined as text, since their product would round twice."""
    import libsbml

    kind = node.getType()
    if kind == libsbml.AST_INTEGER:
        return ("number", float(node.getInteger()))
    if kind == libsbml.AST_REAL:
        return ("number", float(node.getReal()))
    if kind == libsbml.AST_REAL_E:
        return ("number", float(f"{node.getMantissa()!r}e{node.getExponent()}"))
    if kind == libsbml.AST_RATIONAL:
        return ("number", node.getNumerator() / node.getDenominator() if node.getDenominator() else float("nan"))
    return None


def _special(node: Any, parts: tuple[Math, ...]) -> Math:
    import libsbml

    kind = node.getType()
    if kind == libsbml.AST_NAME:
        return ("name", node.getName())
    if kind == libsbml.AST_MINUS:
        return ("negate", *parts) if len(parts) == 1 else ("subtract", *parts)
    if kind == libsbml.AST_FUNCTION:
        return ("call", node.getName(), *parts)
    if kind == libsbml.AST_FUNCTION_LOG:
        return ("log", *parts) if len(parts) == 2 else ("log", ("number", 10.0), *parts)
    if kind == libsbml.AST_FUNCTION_ROOT:
        return ("root", *parts) if len(parts) == 2 else ("root", ("number", 2.0), *parts)
    raise UnknownMathError(f"mathematics `{node.getName() or node.getOperatorName() or kind}`")


def _left_spine(node: Any) -> list[Any]:
    """Give the nodes of a chain of binary sums or products, outermost first.

    libSBML makes such chains of sums with many parts, and formulas as text are written so: ``a + b - c`` of 1,000
    terms is a tree 1,000 deep. Differences join a sum only where the chain is that long.
    """
    import libsbml

    alone = (libsbml.AST_PLUS, libsbml.AST_TIMES)
    kind = node.getType()
    spine = _spine(node, {kind}) if kind in alone else []
    if kind in {libsbml.AST_PLUS, libsbml.AST_MINUS} and _reaches(node, _LONG):
        spine = _spine(node, {libsbml.AST_PLUS, libsbml.AST_MINUS})
    return spine


def _spine(node: Any, family: set[int]) -> list[Any]:
    spine: list[Any] = []
    while node.getType() in family and node.getNumChildren() == 2:
        spine.append(node)
        node = node.getChild(0)
    return spine


def _reaches(node: Any, length: int) -> bool:
    """Tell whether a chain of sums and differences is longer than a number of links."""
    import libsbml

    while length and node.getType() in {libsbml.AST_PLUS, libsbml.AST_MINUS} and node.getNumChildren() == 2:
        node, length = node.getChild(0), length - 1
    return not length


def _chain(node: Any, spine: list[Any], depth: int) -> Math:
    """Write a chain as one sum or product: from left to right, so that it rounds as before."""
    import libsbml

    parts = [_tree(spine[-1].getChild(0), depth + 1)]
    for link in reversed(spine):
        part = _tree(link.getChild(1), depth + 1)
        parts.append(("negate", part) if link.getType() == libsbml.AST_MINUS else part)
    return ("multiply" if node.getType() == libsbml.AST_TIMES else "add", *parts)
