"""A net rate taken apart by sign: what happens forwards, and what happens backwards.

A reaction that happens one turnover at a time needs a propensity that is never below zero. The law of a reversible
reaction is often a difference, k1 A B - k2 C. It is written out as a sum; factors of a known sign are multiplied in.
Terms above zero are the forward reaction, the others the backward one. They are taken apart only if what is called
backward is zero without the products (or, where there are none, does not rest on the reactants). So k P (P - 1) stays
whole: its second term does not rest on the product, and is no reaction of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amoeboid.signalling.expression import Graph, Node

_MOST_TERMS = 64
_DEEPEST = 100
_NEVER_BELOW = ("exp", "sqrt", "abs", "less", "less_equal", "equal", "clip", "inside", "cosh")


@dataclass(frozen=True)
class Sides:
    """States that one turnover uses up, and states that it makes."""

    used: tuple[str, ...]
    made: tuple[str, ...]


class Splitter:
    """Takes laws apart in one graph.

    Parameters
    ----------
    graph : Graph
        Where the laws are.
    signs : mapping of str to int
        1 for symbols that are never below zero, -1 for those never above; others are not known.

    Examples
    --------
    >>> graph = Graph()
    >>> a, b, k = (graph.symbol(name) for name in ("A", "B", "k"))
    >>> law = graph.multiply(k, graph.subtract(a, b))
    >>> found = Splitter(graph, {"A": 1, "B": 1, "k": 1}).split(law, Sides(("A",), ("B",)))
    >>> [graph.evaluate([part], {"A": 5.0, "B": 2.0, "k": 0.1}) for part in found]
    [[0.5], [0.2]]
    """

    def __init__(self, graph: Graph, signs: Mapping[str, int]) -> None:
        self.graph, self.signs = graph, signs
        self._known: dict[Node, int] = {}

    def split(self, law: Node, sides: Sides) -> tuple[Node, ...]:
        """Give the forward and the backward propensity, or the law alone where it does not come apart."""
        terms = self._terms(law, 0)
        if not 1 < len(terms) <= _MOST_TERMS or any(self.sign(term) == 0 for term in terms):
            return (law,)
        forward = self._sum([term for term in terms if self.sign(term) > 0])
        backward = self._sum([self.graph.negate(term) for term in terms if self.sign(term) < 0])
        zero = self.graph.constant(0.0)
        if forward == zero or backward == zero or not self._is_backward(backward, sides):
            return (law,)
        return forward, backward

    def _sum(self, terms: Sequence[Node]) -> Node:
        total = self.graph.constant(0.0)
        for term in terms:
            total = self.graph.add(total, term)
        return total

    def _is_backward(self, node: Node, sides: Sides) -> bool:
        graph, zero = self.graph, self.graph.constant(0.0)
        if not sides.made:
            return not graph.names(node) & set(sides.used)
        return all(graph.replace([node], {graph.symbol(name): zero})[0] == zero for name in sides.made)

    def _terms(self, node: Node, depth: int) -> list[Node]:
        kind, *parts = self.graph.nodes[node]
        if depth > _DEEPEST or kind not in ("add", "multiply") or self.sign(node) != 0:
            return [node]
        if kind == "add":
            return [term for part in parts for term in self._terms(part, depth + 1)][: _MOST_TERMS + 1]
        for factor, other in (parts, parts[::-1]):
            if self.sign(factor) != 0:
                return [self.graph.multiply(factor, term) for term in self._terms(other, depth + 1)]
        return [node]

    def sign(self, node: Node) -> int:
        """Give 1 where a node is never below zero, -1 where it is never above, 0 where neither is known."""
        if node not in self._known:
            for part in self.graph.needed([node]):
                if part not in self._known:
                    self._known[part] = self._sign(part)
        return self._known[node]

    def _sign(self, node: Node) -> int:
        kind, *parts = self.graph.nodes[node]
        if kind == "constant":
            return 1 if parts[0] >= 0.0 else -1 if parts[0] < 0.0 else 0
        if kind == "symbol":
            return self.signs.get(parts[0], 0)
        signs = [self._known[part] for part in parts]
        if kind in ("add", "select"):
            first, second = signs[-2:]
            return first if first == second else 0
        if kind == "multiply":
            return signs[0] * signs[1]
        if kind == "power":
            return 1 if signs[0] > 0 else 0
        if kind in ("reciprocal", "floor", "ceiling", "sinh", "tanh", "arctan"):
            return signs[0] if kind not in ("floor", "ceiling") or signs[0] == (1 if kind == "floor" else -1) else 0
        return 1 if kind in _NEVER_BELOW or (kind == "gamma" and signs[0] > 0) else 0
