"""Formulas of a mapping, from text to the mathematics of a file: arithmetic, comparisons and a few functions.

A formula is what a scenario may write about a pathway: ``"k4 * target_JAK1"``. It is read through Python's own
grammar, of which all is refused that is not arithmetic, so nothing is ever executed.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping

from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.formats.sbml import Math

LONGEST = 2_000
"""Characters of one formula."""

DEEPEST = 60
"""Levels that a formula may nest."""

MODEL, TISSUE = "model", "tissue"
"""Before a point: says whose word it is, where file and tissue share one."""

_LARGEST = 1e300  # a larger number is a slip
_TEN = 10.0  # base of log10
_BINARY = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power"}
_COMPARED = {ast.Lt: "lt", ast.LtE: "leq", ast.Gt: "gt", ast.GtE: "geq", ast.Eq: "eq", ast.NotEq: "neq"}
_ONE = {"exp": "exp", "ln": "ln", "abs": "abs", "floor": "floor", "ceiling": "ceiling", "tanh": "tanh"}
_ONE |= {"sin": "sin", "cos": "cos", "tan": "tan"}
_MANY = {"min": "min", "max": "max"}

FUNCTIONS = ("clip", "log", "log10", "sqrt", "power", "piecewise", *_ONE, *_MANY)
"""Names that a formula may call; ``clip`` holds a value between 0 and 1, ``log`` is the natural logarithm."""


def formula(text: str, where: str = "") -> Math:
    """Read a formula.

    Parameters
    ----------
    text : str
        Names and numbers with ``+ - * / ^``, comparisons, ``and or not``, ``a if condition else b`` and `FUNCTIONS`;
        a name may say whose it is, ``model.radius`` or ``tissue.radius``, and ``J1.k`` is a local parameter.
    where : str
        Place for the message.

    Raises
    ------
    ScenarioError
        When the text is something else, too long or too deep.

    Examples
    --------
    >>> formula("2*x + 1")
    ('add', ('multiply', ('number', 2.0), ('name', 'x')), ('number', 1.0))
    """
    if len(text) > LONGEST:
        raise _unreadable(f"a formula of {len(text):,} characters", where, f"at most {LONGEST:,} characters")
    try:
        with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
            tree = ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, RecursionError, ValueError, MemoryError) as cause:
        raise _unreadable(f"`{_short(text)}` is not a formula", where) from cause
    return _Reader(text, where).read(tree, 0)


def _short(text: str) -> str:
    line = " ".join(text.split())
    plain = "".join(letter if letter.isprintable() else "?" for letter in line[:81])
    return plain if len(plain) <= 80 else plain[:80] + "…"


def _unreadable(what: str, where: str, expected: str = "", nearest: str = "") -> ScenarioError:
    usual = f"names and numbers with + - * / ^, comparisons, and {', '.join(FUNCTIONS)}"
    return ScenarioError(Fault(where, what, expected or usual, nearest, "correct the formula", "AMB-S90"))


class _Reader:
    """Turns checked syntax into mathematics."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where

    def refuse(self, what: str = "", expected: str = "", nearest: str = "") -> ScenarioError:
        """Give the error for a part that is no arithmetic."""
        return _unreadable(what or f"`{_short(self.text)}` is not a formula", self.where, expected, nearest)

    def read(self, tree: ast.expr, depth: int) -> Math:
        """Read one node."""
        if depth > DEEPEST:
            raise self.refuse("a formula nested too deep", f"at most {DEEPEST} levels")
        kinds: dict[type[ast.expr], Callable[..., Math]] = {
            ast.Constant: self._number, ast.Name: self._name, ast.Attribute: self._owned, ast.UnaryOp: self._unary,
            ast.BinOp: self._binary, ast.Compare: self._compare, ast.BoolOp: self._logic, ast.IfExp: self._choice,
            ast.Call: self._call,
        }  # fmt: skip
        reader = kinds.get(type(tree))
        if reader is None:
            raise self.refuse()
        return reader(tree, depth + 1)

    def _number(self, tree: ast.Constant, depth: int) -> Math:
        if isinstance(tree.value, bool):
            return ("true",) if tree.value else ("false",)
        if not isinstance(tree.value, int | float) or abs(tree.value) > _LARGEST:
            raise self.refuse()
        return ("number", float(tree.value))

    def _name(self, tree: ast.Name, depth: int) -> Math:
        return ("name", tree.id)

    def _owned(self, tree: ast.Attribute, depth: int) -> Math:
        owner = self.read(tree.value, depth)
        if owner[0] != "name":
            raise self.refuse()
        return ("name", f"{owner[1]}.{tree.attr}")

    def _unary(self, tree: ast.UnaryOp, depth: int) -> Math:
        part = self.read(tree.operand, depth)
        if isinstance(tree.op, ast.UAdd):
            return part
        if isinstance(tree.op, ast.USub):
            return ("number", -part[1]) if part[0] == "number" else ("negate", part)
        if isinstance(tree.op, ast.Not):
            return ("not", part)
        raise self.refuse()

    def _binary(self, tree: ast.BinOp, depth: int) -> Math:
        if type(tree.op) not in _BINARY:
            raise self.refuse()
        return (_BINARY[type(tree.op)], self.read(tree.left, depth), self.read(tree.right, depth))

    def _compare(self, tree: ast.Compare, depth: int) -> Math:
        sides = [self.read(side, depth) for side in (tree.left, *tree.comparators)]
        if not all(type(sign) in _COMPARED for sign in tree.ops):
            raise self.refuse()
        pairs = [(_COMPARED[type(sign)], *sides[k : k + 2]) for k, sign in enumerate(tree.ops)]
        return pairs[0] if len(pairs) == 1 else ("and", *pairs)

    def _logic(self, tree: ast.BoolOp, depth: int) -> Math:
        kind = "and" if isinstance(tree.op, ast.And) else "or"
        return (kind, *(self.read(value, depth) for value in tree.values))

    def _choice(self, tree: ast.IfExp, depth: int) -> Math:
        parts = (tree.body, tree.test, tree.orelse)
        return ("piecewise", *(self.read(part, depth) for part in parts))

    def _call(self, tree: ast.Call, depth: int) -> Math:
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        if name not in FUNCTIONS or tree.keywords:
            known = nearest_name(name, FUNCTIONS) if name else ""
            what = f"`{_short(name)}` is no function of a formula" if name else ""
            raise self.refuse(what, f"one of {', '.join(FUNCTIONS)}", known)
        parts = [self.read(part, depth) for part in tree.args]
        return self._applied(name, parts)

    def _applied(self, name: str, parts: list[Math]) -> Math:
        counts = {"power": (2, 2), "log": (1, 2), "piecewise": (3, 40), "min": (1, 40), "max": (1, 40)}
        low, high = counts.get(name, (1, 1))
        if not low <= len(parts) <= high or (name == "piecewise" and len(parts) % 2 == 0):
            many = f"{low}" if low == high else f"{low} to {high}"
            raise self.refuse(f"`{name}` with {len(parts)} arguments", f"{many} arguments")
        if name == "clip":
            return ("max", ("number", 0.0), ("min", ("number", 1.0), parts[0]))
        if name == "sqrt":
            return ("root", ("number", 2.0), parts[0])
        if name in ("log10", "log"):
            base = ("number", _TEN) if name == "log10" else parts[1] if len(parts) == 2 else None
            return ("log", base, parts[0]) if base else ("ln", parts[0])
        return ({**_ONE, **_MANY}.get(name, name), *parts)


def parts(math: Math) -> tuple[Math, ...]:
    """Give the parts of a node of mathematics that are mathematics themselves."""
    return tuple(part for part in math[1:] if isinstance(part, tuple))


def names(math: Math) -> tuple[str, ...]:
    """Give the names that mathematics uses, each once, in order.

    Examples
    --------
    >>> names(formula("k4*target_JAK1 + k4"))
    ('k4', 'target_JAK1')
    """
    return tuple(dict.fromkeys(_walked(math)))


def _walked(math: Math) -> Iterator[str]:
    if math[0] == "name":
        yield math[1]
    for part in parts(math):
        yield from _walked(part)


def renamed(math: Math, meaning: Mapping[str, Math]) -> Math:
    """Put mathematics in the place of names; names that are not listed stay.

    Examples
    --------
    >>> renamed(formula("-x"), {"x": ("name", "cell.radius")})
    ('negate', ('name', 'cell.radius'))
    """
    if math[0] == "name":
        return meaning.get(math[1], math)
    return tuple(renamed(part, meaning) if isinstance(part, tuple) else part for part in math)
