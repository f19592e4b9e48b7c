"""Rate laws as a graph in which equal parts are one node: read, differentiate, evaluate, write as statements.

Only what rate laws need: sums, products, quotients, whole-number powers, and ``clip(x)``, which holds a value
between 0 and 1. A quotient is a product with a reciprocal, so a rate and its derivatives share one division.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from amoeboid.errors import Fault, FormatError, nearest_name

Node = int
"""Place of a node in its graph."""

_OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
FUNCTIONS = ("clip",)
"""Names that a rate text may call."""


def parse(text: str, where: str) -> ast.expr:
    """Read the text of a rate law into a checked syntax tree; ``^`` is the power.

    Raises
    ------
    FormatError
        When the text is not arithmetic on names and numbers.

    Examples
    --------
    >>> type(parse("k * x^2 / (K + x)", "J1")).__name__
    'BinOp'
    """
    try:
        tree = ast.parse(text.replace("^", "**"), mode="eval").body
    except (SyntaxError, RecursionError, ValueError) as cause:
        raise FormatError(_unreadable(where, text)) from cause
    for part in ast.walk(tree):
        if isinstance(part, ast.Call):
            good = isinstance(part.func, ast.Name) and part.func.id in FUNCTIONS and len(part.args) == 1
            good = good and not part.keywords
        elif isinstance(part, ast.Constant):
            good = type(part.value) in (int, float)
        else:
            good = isinstance(part, (ast.BinOp, ast.UnaryOp, ast.Name, ast.Load, ast.USub, ast.UAdd, *_OPERATORS))
        if not good:
            raise FormatError(_unreadable(where, text))
    return tree


def _unreadable(where: str, text: str) -> Fault:
    return Fault(
        where,
        f"`{text[:80]}` is not a rate law",
        "names and numbers with + - * / ^ and clip(x)",
        "",
        "correct the text",
        "AMB-F21",
    )


class Graph:
    """Expressions whose equal parts are one node, so that each part is computed once.

    Examples
    --------
    >>> graph = Graph()
    >>> x = graph.symbol("x")
    >>> graph.evaluate([graph.derivative(graph.power(x, 3), "x")], {"x": 2.0})
    [12.0]
    """

    def __init__(self) -> None:
        self.nodes: list[tuple[Any, ...]] = []
        self._place: dict[tuple[Any, ...], Node] = {}
        self._slopes: dict[tuple[Node, str], Node] = {}
        self._names: list[frozenset[str]] = []

    def _make(self, *node: Any) -> Node:
        if node not in self._place:
            self._place[node] = len(self.nodes)
            self.nodes.append(node)
            parts = [self._names[part] for part in children(node)]
            self._names.append(frozenset({node[1]} if node[0] == "symbol" else set()).union(*parts))
        return self._place[node]

    def names(self, node: Node) -> frozenset[str]:
        """Give the symbols on which a node depends."""
        return self._names[node]

    def constant(self, value: float) -> Node:
        """Give the node of a number."""
        return self._make("constant", float(value))

    def symbol(self, name: str) -> Node:
        """Give the node of a named quantity."""
        return self._make("symbol", name)

    def _value(self, node: Node) -> float | None:
        return self.nodes[node][1] if self.nodes[node][0] == "constant" else None

    def add(self, a: Node, b: Node) -> Node:
        """Give a + b."""
        left, right = self._value(a), self._value(b)
        if left is not None and right is not None:
            return self.constant(left + right)
        if left == 0.0:
            return b
        if right == 0.0:
            return a
        return self._make("add", *sorted((a, b)))

    def multiply(self, a: Node, b: Node) -> Node:
        """Give a · b."""
        left, right = self._value(a), self._value(b)
        if left is not None and right is not None:
            return self.constant(left * right)
        if left is None and right is not None:
            return self.multiply(b, a)
        if left == 0.0:
            return a
        if left == 1.0:
            return b
        return self._make("multiply", a, b) if left is not None else self._make("multiply", *sorted((a, b)))

    def subtract(self, a: Node, b: Node) -> Node:
        """Give a - b."""
        return self.add(a, self.multiply(self.constant(-1.0), b))

    def reciprocal(self, a: Node) -> Node:
        """Give 1 / a."""
        value = self._value(a)
        return self._make("reciprocal", a) if value is None or value == 0.0 else self.constant(1.0 / value)

    def power(self, a: Node, exponent: int) -> Node:
        """Give a to a whole-number power, as products."""
        if exponent < 0:
            return self.reciprocal(self.power(a, -exponent))
        if exponent == 0:
            return self.constant(1.0)
        half = self.power(a, exponent // 2)
        square = self.multiply(half, half) if exponent > 1 else self.constant(1.0)
        return self.multiply(square, a) if exponent % 2 else square

    def clip(self, a: Node) -> Node:
        """Give a held between 0 and 1."""
        return self._make("clip", a)

    def build(self, tree: ast.expr, names: Mapping[str, Node], where: str) -> Node:
        """Put a syntax tree into the graph; `names` says what each name stands for.

        Raises
        ------
        FormatError
            When a name is unknown or an exponent is no whole number.
        """
        if isinstance(tree, ast.Constant):
            return self.constant(float(tree.value))  # type: ignore[arg-type]
        if isinstance(tree, ast.Name):
            if tree.id not in names:
                raise FormatError(unknown_name(where, tree.id, names))
            return names[tree.id]
        if isinstance(tree, ast.UnaryOp):
            part = self.build(tree.operand, names, where)
            return self.multiply(self.constant(-1.0), part) if isinstance(tree.op, ast.USub) else part
        if isinstance(tree, ast.Call):
            return self.clip(self.build(tree.args[0], names, where))
        assert isinstance(tree, ast.BinOp)
        left, right = self.build(tree.left, names, where), self.build(tree.right, names, where)
        return self._combine(_OPERATORS[type(tree.op)], left, right, where)

    def _combine(self, operator: str, left: Node, right: Node, where: str) -> Node:
        if operator == "add":
            return self.add(left, right)
        if operator == "sub":
            return self.subtract(left, right)
        if operator == "mul":
            return self.multiply(left, right)
        if operator == "div":
            return self.multiply(left, self.reciprocal(right))
        exponent = self._value(right)
        if exponent is not None and exponent == int(exponent) and abs(exponent) <= 16:
            return self.power(left, int(exponent))
        raise FormatError(
            Fault(
                where,
                "an exponent that is no whole number up to 16",
                "a whole number",
                "",
                "write a whole number, or declare the name as an exponent",
                "AMB-F22",
            )
        )

    def derivative(self, node: Node, name: str) -> Node:
        """Give the derivative of a node by a symbol, sharing parts with all that is already there."""
        if name not in self._names[node]:
            return self.constant(0.0)
        if (node, name) not in self._slopes:
            self._slopes[node, name] = self._derive(node, name)
        return self._slopes[node, name]

    def _derive(self, node: Node, name: str) -> Node:
        kind, *parts = self.nodes[node]
        if kind == "symbol":
            return self.constant(1.0)
        slopes = [self.derivative(part, name) for part in parts]
        if kind == "add":
            return self.add(*slopes)
        if kind == "multiply":
            return self.add(self.multiply(slopes[0], parts[1]), self.multiply(parts[0], slopes[1]))
        if kind == "reciprocal":  # d(1/a) = -(1/a)^2 da
            return self.multiply(self.constant(-1.0), self.multiply(self.power(node, 2), slopes[0]))
        return self.multiply(self._make("inside", parts[0]), slopes[0])

    def evaluate(self, outputs: Sequence[Node], values: Mapping[str, Any]) -> list[Any]:
        """Compute nodes from numbers or arrays by name; the plain twin of the generated code."""
        known: dict[Node, Any] = {}
        for node in self.needed(outputs):
            kind, *parts = self.nodes[node]
            if kind == "constant":
                known[node] = parts[0]
            elif kind == "symbol":
                known[node] = values[parts[0]]
            else:
                known[node] = _EVALUATE[kind](*(known[part] for part in parts))
        return [known[node] for node in outputs]

    def needed(self, outputs: Iterable[Node]) -> list[Node]:
        """Give all nodes that the outputs need, parts before wholes."""
        found: set[Node] = set()
        stack = list(outputs)
        while stack:
            node = stack.pop()
            if node not in found:
                found.add(node)
                stack.extend(children(self.nodes[node]))
        return sorted(found)

    def statements(self, outputs: Mapping[str, Node], slots: Callable[[str], str], prefix: str) -> list[str]:
        """Write assignments that compute the outputs; a part used once stands inside the line that uses it.

        Parameters
        ----------
        outputs : mapping of str to Node
            Variable to be assigned, and its expression.
        slots : callable
            How a symbol is written.
        prefix : str
            First letters of the helper variables.
        """
        uses: dict[Node, int] = {}
        needed = self.needed(outputs.values())
        for node in needed:
            for part in children(self.nodes[node]):
                uses[part] = uses.get(part, 0) + 1
        for node in outputs.values():
            uses[node] = uses.get(node, 0) + 1
        text: dict[Node, str] = {}
        lines: list[str] = []
        for node in needed:
            text[node] = self._write(node, text, slots)
            if uses[node] > 1 and self.nodes[node][0] not in ("constant", "symbol"):
                lines.append(f"{prefix}{node} = {text[node]}")
                text[node] = f"{prefix}{node}"
        return lines + [f"{name} = {text[node]}" for name, node in outputs.items()]

    def _write(self, node: Node, text: Mapping[Node, str], slots: Callable[[str], str]) -> str:
        kind, *parts = self.nodes[node]
        if kind == "constant":
            return repr(parts[0])
        if kind == "symbol":
            return slots(parts[0])
        if kind == "add":
            return f"({text[parts[0]]} + {text[parts[1]]})"
        if kind == "multiply":
            if self._value(parts[0]) == -1.0:
                return f"(-{text[parts[1]]})"
            return f"({text[parts[0]]}*{text[parts[1]]})"
        if kind == "reciprocal":
            return f"(1.0/{text[parts[0]]})"
        return f"_{kind}({text[parts[0]]})"


def children(node: tuple[Any, ...]) -> tuple[Node, ...]:
    """Give the parts of a node."""
    return () if node[0] in ("constant", "symbol") else node[1:]


def unknown_name(where: str, name: str, known: Iterable[str]) -> Fault:
    """Say that a text uses a name that the network does not have."""
    return Fault(
        where,
        f"unknown name `{name}`",
        "a species, parameter, input, exponent or rule of the network",
        nearest_name(name, known),
        "correct the name, or declare it",
        "AMB-F23",
    )


_EVALUATE: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "reciprocal": lambda a: 1.0 / a,
    "clip": lambda a: np.minimum(np.maximum(a, 0.0), 1.0),
    "inside": lambda a: np.where((np.asarray(a) > 0.0) & (np.asarray(a) < 1.0), 1.0, 0.0),
}
