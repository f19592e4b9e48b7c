"""Mathematics of a file as a line of text that a person reads."""

from __future__ import annotations

from collections.abc import Callable

from amoeboid.formats.sbml import Math

_SIGNS = {"lt": "<", "leq": "≤", "gt": ">", "geq": "≥", "eq": "=", "neq": "≠"}
_JOINED = {"add": (" + ", 5), "multiply": ("·", 6), "and": (" and ", 2), "or": (" or ", 1), "xor": (" xor ", 1)}
_ATOM = 9


def infix(math: Math) -> str:
    """Write mathematics with the fewest brackets that keep its meaning.

    Examples
    --------
    >>> infix(("multiply", ("name", "k1"), ("add", ("name", "A"), ("negate", ("number", 2.0)))))
    'k1·(A - 2)'
    >>> infix(("piecewise", ("number", 1.0), ("lt", ("time",), ("number", 5.0)), ("number", 0.0)))
    '{1 if time < 5, else 0}'
    """
    return _text(math)[0]


def _text(math: Math) -> tuple[str, int]:
    """Give text and how tightly it binds."""
    kind, parts = math[0], math[1:]
    if kind == "number" and parts[0] < 0.0:
        return _PLAIN[kind](parts), 5
    if kind in _PLAIN:
        return _PLAIN[kind](parts), _ATOM
    if kind in _JOINED and parts:
        return _join(kind, parts)
    if kind in _SIGNS:
        return f" {_SIGNS[kind]} ".join(_within(part, 4) for part in parts), 3
    if kind == "subtract":
        return f"{_within(parts[0], 5)} - {_within(parts[1], 6)}", 5
    if kind == "divide":
        return f"{_within(parts[0], 6)}/{_within(parts[1], 7)}", 6
    if kind == "power":
        return f"{_within(parts[0], 9)}^{_within(parts[1], 8)}", 8
    if kind == "negate":
        return f"-{_within(parts[0], 6)}", 5
    if kind == "not":
        return f"not {_within(parts[0], 4)}", 3
    name, listed = (parts[0], parts[1:]) if kind == "call" else (kind, parts)
    return f"{name}({', '.join(infix(part) for part in listed)})", _ATOM


def _within(math: Math, least: int) -> str:
    text, tightness = _text(math)
    return text if tightness >= least else f"({text})"


def _join(kind: str, parts: tuple[Math, ...]) -> tuple[str, int]:
    sign, tightness = _JOINED[kind]
    if len(parts) == 1:
        return _text(parts[0])
    least = tightness + (kind == "xor")
    text = _within(parts[0], least)
    for part in parts[1:]:
        if kind == "add" and part[0] == "negate":
            text += f" - {_within(part[1], 6)}"
        else:
            text += sign + _within(part, least)
    return text, tightness


def _piecewise(parts: tuple[Math, ...]) -> str:
    pairs = [f"{infix(parts[k])} if {infix(parts[k + 1])}" for k in range(0, len(parts) - 1, 2)]
    rest = [f"else {infix(parts[-1])}"] if len(parts) % 2 else []
    return "{" + ", ".join([*pairs, *rest]) + "}"


def _log(parts: tuple[Math, ...]) -> str:
    base = infix(parts[0])
    return f"log{base if base in ('10', '2') else f'[{base}]'}({infix(parts[1])})"


def _root(parts: tuple[Math, ...]) -> str:
    degree = infix(parts[0])
    return f"sqrt({infix(parts[1])})" if degree == "2" else f"root[{degree}]({infix(parts[1])})"


_PLAIN: dict[str, Callable[..., str]] = {
    "number": lambda parts: f"{parts[0]:.12g}",
    "name": lambda parts: str(parts[0]),
    "time": lambda parts: "time",
    "true": lambda parts: "true",
    "false": lambda parts: "false",
    "piecewise": _piecewise,
    "log": _log,
    "root": _root,
    "rate_of": lambda parts: f"rate of {parts[0][1]}",
}
