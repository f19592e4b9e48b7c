"""Mathematics as a graph in which equal parts are one node: simplify, differentiate, evaluate, write as statements.

A node is a tuple of its kind and its parts, parts before wholes. Kinds: ``("constant", number)``,
``("symbol", name)``, ``("add", a, b)``, ``("multiply", a, b)``, ``("reciprocal", a)``, ``("power", a, b)``, the
functions in `FUNCTIONS`, the comparisons ``less``, ``less_equal``, ``equal`` (1 when true, 0 when not),
``("select", condition, a, b)``, ``("clip", a)`` (held between 0 and 1) and ``("inside", a)`` (1 strictly between).
A quotient is a product with a reciprocal, so a rate and its derivatives share one division. Nothing here recurses,
since rules of a file may rest on one another in long chains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from amoeboid.signalling import arithmetic

Node = int
"""Place of a node in its graph."""

FUNCTIONS = ("exp", "log", "sqrt", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
             "floor", "ceiling", "abs", "gamma")  # fmt: skip
"""Kinds that are functions of one part."""

COMPARISONS = ("less", "less_equal", "equal")
"""Kinds that are 1 when true and 0 when not; any comparison with a value that is not a number is 0."""

_MOST_FACTORS = 64
"""Whole-number powers up to this become products."""


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
        self._bits: list[int] = []  # of each node: the symbols it rests on, one bit each
        self._symbols: dict[str, int] = {}

    def _put(self, *node: Any) -> Node:
        place = self._place.get(node)
        if place is None:
            place = self._place[node] = len(self.nodes)
            self.nodes.append(node)
            bits = 0
            for part in children(node):
                bits |= self._bits[part]
            if node[0] == "symbol":
                bits = 1 << self._symbols.setdefault(node[1], len(self._symbols))
            self._bits.append(bits)
        return place

    def names(self, node: Node) -> frozenset[str]:
        """Give the symbols on which a node depends."""
        bits = self._bits[node]
        return frozenset(name for name, place in self._symbols.items() if bits >> place & 1)

    def depends(self, node: Node, name: str) -> bool:
        """Say whether a node depends on a symbol."""
        place = self._symbols.get(name)
        return place is not None and bool(self._bits[node] >> place & 1)

    def constant(self, value: float) -> Node:
        """Give the node of a number."""
        return self._put("constant", float(value) if value == value else np.nan)  # one object for all that is no number

    def symbol(self, name: str) -> Node:
        """Give the node of a named quantity."""
        return self._put("symbol", name)

    def value(self, node: Node) -> float | None:
        """Give the number of a constant node, or nothing for another node."""
        return self.nodes[node][1] if self.nodes[node][0] == "constant" else None

    def add(self, a: Node, b: Node) -> Node:
        """Give a + b."""
        left, right = self.value(a), self.value(b)
        if left is not None and right is not None:
            return self.constant(left + right)
        if left == 0.0:
            return b
        if right == 0.0:
            return a
        return self._put("add", *sorted((a, b)))

    def multiply(self, a: Node, b: Node) -> Node:
        """Give a · b."""
        left, right = self.value(a), self.value(b)
        if left is not None and right is not None:
            return self.constant(left * right)
        if right is not None:
            a, b, left = b, a, right
        if left is None:
            return self._put("multiply", *sorted((a, b)))
        if left == 0.0:
            return a
        if left == 1.0:
            return b
        kind, *parts = self.nodes[b]
        inner = self.value(parts[0]) if kind == "multiply" else None
        return self._put("multiply", a, b) if inner is None else self.multiply(self.constant(left * inner), parts[1])

    def negate(self, a: Node) -> Node:
        """Give -a."""
        return self.multiply(self.constant(-1.0), a)

    def subtract(self, a: Node, b: Node) -> Node:
        """Give a - b."""
        return self.constant(0.0) if a == b else self.add(a, self.negate(b))

    def divide(self, a: Node, b: Node) -> Node:
        """Give a / b."""
        return self.multiply(a, self.reciprocal(b))

    def reciprocal(self, a: Node) -> Node:
        """Give 1 / a."""
        kind, *parts = self.nodes[a]
        if kind == "constant":
            return self.constant(float(arithmetic.compute("reciprocal", parts[0])))
        return parts[0] if kind == "reciprocal" else self._put("reciprocal", a)

    def power(self, a: Node, exponent: int) -> Node:
        """Give a to a whole-number power, as products."""
        if exponent < 0:
            return self.reciprocal(self.power(a, -exponent))
        if exponent == 0:
            return self.constant(1.0)
        half = self.power(a, exponent // 2)
        square = self.multiply(half, half) if exponent > 1 else self.constant(1.0)
        return self.multiply(square, a) if exponent % 2 else square

    def raised(self, a: Node, b: Node) -> Node:
        """Give a to the power b; whole-number constants become products, 1/2 a square root."""
        exponent = self.value(b)
        if exponent is None or self.value(a) is not None:
            return self._folded("power", a, b)
        if exponent == 0.5:
            return self.make("sqrt", a)
        whole = np.isfinite(exponent) and exponent == int(exponent) and abs(exponent) <= _MOST_FACTORS
        return self.power(a, int(exponent)) if whole else self._put("power", a, b)

    def select(self, condition: Node, a: Node, b: Node) -> Node:
        """Give a where the condition is not 0, else b."""
        known = self.value(condition)
        if known is not None:
            return a if known != 0.0 else b
        return a if a == b else self._put("select", condition, a, b)

    def _folded(self, kind: str, *parts: Node) -> Node:
        numbers = [self.value(part) for part in parts]
        if all(number is not None for number in numbers):
            return self.constant(float(arithmetic.compute(kind, *numbers)))
        return self._put(kind, *parts)

    def make(self, kind: str, *parts: Node) -> Node:
        """Give the node of a kind with these parts, simplified."""
        if kind in ("add", "multiply", "reciprocal", "select"):
            return getattr(self, kind)(*parts)  # type: ignore[no-any-return]
        return self.raised(*parts) if kind == "power" else self._folded(kind, *parts)

    def derivative(self, node: Node, name: str) -> Node:
        """Give the derivative of a node by a symbol, sharing parts with all that is already there."""
        zero = self.constant(0.0)
        stack = [node] if self.depends(node, name) else []
        while stack:
            top = stack[-1]
            parts = children(self.nodes[top])
            open_parts = [p for p in parts if self.depends(p, name) and (p, name) not in self._slopes]
            if (top, name) in self._slopes or not open_parts:
                stack.pop()
                if (top, name) not in self._slopes:
                    self._slopes[top, name] = self._derive(top, [self._slopes.get((p, name), zero) for p in parts])
            else:
                stack.extend(open_parts)
        return self._slopes.get((node, name), zero)

    def _derive(self, node: Node, slopes: list[Node]) -> Node:
        kind, *parts = self.nodes[node]
        if kind == "symbol":
            return self.constant(1.0)
        if kind in COMPARISONS or kind in ("floor", "ceiling", "inside"):
            return self.constant(0.0)
        if kind == "add":
            return self.add(*slopes)
        if kind == "select":
            return self.select(parts[0], slopes[1], slopes[2])
        if kind == "multiply":
            return self.add(self.multiply(slopes[0], parts[1]), self.multiply(parts[0], slopes[1]))
        if kind == "power":
            return self._power_slope(node, slopes)
        return self.multiply(_SLOPES[kind](self, node, parts[0]), slopes[0])

    def _power_slope(self, node: Node, slopes: list[Node]) -> Node:
        """d(a^b) = b a^(b-1) da + a^b ln(a) db, each term only where its slope is not 0 (ln a may not exist)."""
        _, a, b = self.nodes[node]
        total = self.constant(0.0)
        if slopes[0] != total:
            lower = self.raised(a, self.add(b, self.constant(-1.0)))
            total = self.multiply(self.multiply(b, lower), slopes[0])
        if slopes[1] != self.constant(0.0):
            total = self.add(total, self.multiply(self.multiply(node, self.make("log", a)), slopes[1]))
        return total

    def replace(self, outputs: Iterable[Node], known: dict[Node, Node]) -> list[Node]:
        """Give nodes with others put in the place of some; `known` says which, and remembers what was made."""
        outputs = list(outputs)
        found, stack = set(), [node for node in outputs if node not in known]
        while stack:
            node = stack.pop()
            if node not in found:
                found.add(node)
                stack.extend(part for part in children(self.nodes[node]) if part not in known)
        for node in sorted(found):
            kind, *parts = self.nodes[node]
            changed = [known[part] for part in children(self.nodes[node])]
            known[node] = node if changed == parts or not changed else self.make(kind, *changed)
        return [known[node] for node in outputs]

    def evaluate(self, outputs: Sequence[Node], values: Mapping[str, Any]) -> list[Any]:
        """Compute nodes from numbers or arrays by name; the plain twin of the generated code."""
        known: dict[Node, Any] = {}
        needed = self.needed(outputs)
        last = {part: node for node in needed for part in children(self.nodes[node])}
        keep = set(outputs)
        with np.errstate(all="ignore"):
            for node in needed:
                kind, *parts = self.nodes[node]
                if kind in ("constant", "symbol"):
                    found = parts[0] if kind == "constant" else values[parts[0]]
                    known[node] = np.float64(found) if isinstance(found, (int, float)) else found
                    continue
                known[node] = arithmetic.OPERATIONS[kind](*(known[part] for part in parts))
                for part in set(parts):
                    if last[part] == node and part not in keep:
                        del known[part]
        return [float(known[node]) if np.ndim(known[node]) == 0 else known[node] for node in outputs]

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


def children(node: tuple[Any, ...]) -> tuple[Node, ...]:
    """Give the parts of a node."""
    return () if node[0] in ("constant", "symbol") else node[1:]


def _one_less_square(graph: Graph, a: Node) -> Node:
    return graph.subtract(graph.constant(1.0), graph.power(a, 2))


def _sign(graph: Graph, a: Node) -> Node:
    negative = graph.make("less", a, graph.constant(0.0))
    return graph.select(negative, graph.constant(-1.0), graph.constant(1.0))


_FAR = 8.0  # from which on Stirling's series holds to 1e-13
_STIRLING = (1.0 / 12.0, -691.0 / 32760.0, 1.0 / 132.0, -1.0 / 240.0, 1.0 / 252.0, -1.0 / 120.0, 1.0 / 12.0)
"""Bernoulli numbers B_2k / 2k, from k = 7 down."""


def _digamma(graph: Graph, a: Node) -> Node:
    """ψ(a) = ψ(a + 8) - Σ 1/(a + k), and Stirling's series for ψ at 8 and more: to 1e-13 for a > 0."""
    shifted = graph.add(a, graph.constant(_FAR))
    inverse = graph.reciprocal(shifted)
    square = graph.power(inverse, 2)
    total = graph.constant(0.0)
    for number in _STIRLING:
        total = graph.add(graph.constant(number), graph.multiply(total, square))
    total = graph.multiply(total, square)
    found = graph.subtract(graph.make("log", shifted), graph.add(graph.multiply(graph.constant(0.5), inverse), total))
    for k in range(8):
        found = graph.subtract(found, graph.reciprocal(graph.add(a, graph.constant(float(k)))))
    return found


_SLOPES: dict[str, Callable[[Graph, Node, Node], Node]] = {  # from the graph, the node f(a) and the part a: df/da
    "reciprocal": lambda graph, node, a: graph.negate(graph.power(node, 2)),
    "exp": lambda graph, node, a: node,
    "log": lambda graph, node, a: graph.reciprocal(a),
    "sqrt": lambda graph, node, a: graph.multiply(graph.constant(0.5), graph.reciprocal(node)),
    "sin": lambda graph, node, a: graph.make("cos", a),
    "cos": lambda graph, node, a: graph.negate(graph.make("sin", a)),
    "tan": lambda graph, node, a: graph.add(graph.constant(1.0), graph.power(node, 2)),
    "arcsin": lambda graph, node, a: graph.reciprocal(graph.make("sqrt", _one_less_square(graph, a))),
    "arccos": lambda graph, node, a: graph.negate(graph.reciprocal(graph.make("sqrt", _one_less_square(graph, a)))),
    "arctan": lambda graph, node, a: graph.reciprocal(graph.add(graph.constant(1.0), graph.power(a, 2))),
    "sinh": lambda graph, node, a: graph.make("cosh", a),
    "cosh": lambda graph, node, a: graph.make("sinh", a),
    "tanh": lambda graph, node, a: _one_less_square(graph, node),
    "abs": lambda graph, node, a: _sign(graph, a),
    "gamma": lambda graph, node, a: graph.multiply(node, _digamma(graph, a)),
    "clip": lambda graph, node, a: graph.make("inside", a),
}
