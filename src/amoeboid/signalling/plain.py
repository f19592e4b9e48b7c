"""Python code made from the graph: one cell at a time, without NumPy, with the arithmetic of IEEE 754.

What depends on numbers of the cell alone (feeds and constants) is computed once when they are bound; what depends on
the state becomes straight code, a statement per shared part, so that deep expressions cost no nesting. Nothing
raises: 1/0 is infinite, log(-1) is not a number, exp(1e4) is infinite.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from amoeboid.signalling.expression import Graph, Node, children

Slot = tuple[str, int]
"""Where a symbol stands: "y" (state), "u" (feeds) or "p" (constants), and its row."""
Forced = tuple[int, float]
"""Row of the state that says whether a node is forced, and the value that it then has."""
Function = Callable[[Sequence[float]], tuple[float, ...]]
"""From the state of one cell to the outputs."""
Binder = Callable[[Sequence[float], Sequence[float]], Function]
"""From feeds and constants of one cell to its function."""

_DEEPEST = 12
"""Nesting of one written line: parts that are used once stand inside the line that uses them."""


def compiled(
    graph: Graph, outputs: Sequence[Node], slots: Mapping[str, Slot], forced: Mapping[Node, Forced] | None = None
) -> Binder:
    """Make a Python function that computes nodes from the state of one cell.

    Parameters
    ----------
    graph : Graph
        Where the nodes are.
    outputs : sequence of Node
        What the function gives, in this order.
    slots : mapping of str to (str, int)
        For each symbol the letter "y", "u" or "p" and its row.
    forced : mapping of Node to (int, float), optional
        Nodes whose value is given wherever that row of the state is not 0.

    Returns
    -------
    binder : callable
        ``binder(feeds, constants)`` gives ``function(state)``, which gives a tuple of floats. All three are sequences
        of Python floats (NumPy's are slower and warn).

    Examples
    --------
    >>> graph = Graph()
    >>> node = graph.multiply(graph.symbol("k"), graph.reciprocal(graph.symbol("x")))
    >>> compiled(graph, [node], {"x": ("y", 0), "k": ("p", 0)})([], [3.0])([2.0])
    (1.5,)
    """
    space: dict[str, Any] = dict(_FUNCTIONS)
    exec(compile(source(graph, outputs, slots, forced), "<pathway>", "exec"), space)
    binder: Binder = space["bind"]
    return binder


def source(
    graph: Graph, outputs: Sequence[Node], slots: Mapping[str, Slot], forced: Mapping[Node, Forced] | None = None
) -> str:
    """Write the text of the function that `compiled` makes."""
    writer = _Writer(graph, outputs, (slots, forced or {}))
    before, inside = writer.lines()
    result = "".join(f"{writer.text[node]}, " for node in outputs)
    lines = [
        "def bind(u, p):",
        *(f"    {line}" for line in before),
        "    def function(y):",
        *(f"        {line}" for line in inside),
        f"        return ({result})",
        "    return function",
    ]
    return "\n".join(lines) + "\n"


class _Writer:
    """The text of each node while statements are written, parts before wholes."""

    def __init__(
        self, graph: Graph, outputs: Sequence[Node], places: tuple[Mapping[str, Slot], Mapping[Node, Forced]]
    ) -> None:
        self.graph = graph
        self.slots, self.forced = places
        self.needed = graph.needed(outputs)
        self.text: dict[Node, str] = {}
        self.depth: dict[Node, int] = {}
        self.moving: set[Node] = set()
        self.uses: dict[Node, int] = {}
        for node in self.needed:
            self._mark(node)
        for node in outputs:
            self.uses[node] = self.uses.get(node, 0) + 1

    def _mark(self, node: Node) -> None:
        kind, *parts = self.graph.nodes[node]
        if kind == "symbol":
            moves = self.slots[parts[0]][0] == "y"
        else:
            below = children(self.graph.nodes[node])
            moves = node in self.forced or any(part in self.moving for part in below)
            for part in below:
                self.uses[part] = self.uses.get(part, 0) + 1
        if moves:
            self.moving.add(node)

    def lines(self) -> tuple[list[str], list[str]]:
        """Give the statements for what is bound once, and those for what moves with the state."""
        before: list[str] = []
        inside: list[str] = []
        for node in self.needed:
            self.text[node] = self._write(node)
            below = children(self.graph.nodes[node])
            self.depth[node] = 1 + max((self.depth[part] for part in below), default=0)
            if self._named(node, below):
                (inside if node in self.moving else before).append(f"v{node} = {self.text[node]}")
                self.text[node], self.depth[node] = f"v{node}", 0
        return before, inside

    def _named(self, node: Node, below: tuple[Node, ...]) -> bool:
        """Say whether a part gets a name of its own rather than a place inside one line."""
        kind = self.graph.nodes[node][0]
        if kind == "constant":
            return False
        if kind == "symbol":
            return node not in self.moving or self.uses[node] > 1
        return node not in self.moving or self.uses[node] > 1 or self.depth[node] >= _DEEPEST

    def _write(self, node: Node) -> str:
        kind, *parts = self.graph.nodes[node]
        if kind == "constant":
            return _number(parts[0])
        if kind == "symbol":
            letter, row = self.slots[parts[0]]
            return f"{letter}[{row}]"
        texts = [self.text[part] for part in parts]
        text = _PATTERNS[kind].format(*texts) if kind in _PATTERNS else f"_{kind}({', '.join(texts)})"
        if node in self.forced:
            row, value = self.forced[node]
            return f"({value!r} if y[{row}] else {text})"
        return text


def _number(value: float) -> str:
    if value != value:
        return "_nan"
    if value in (math.inf, -math.inf):
        return "_inf" if value > 0.0 else "(-_inf)"
    return f"({value!r})" if value < 0.0 or str(value)[0] == "-" else repr(value)


def _reciprocal(a: float) -> float:
    return 1.0 / a if a else math.copysign(math.inf, a)


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        odd = a < 0.0 and b == math.floor(b) and math.fmod(b, 2.0) != 0.0
        return -math.inf if odd else math.inf
    except ValueError:  # 0 to a negative power, or a fraction of something negative
        if a != 0.0:
            return math.nan
        odd = b == math.floor(b) and math.fmod(b, 2.0) != 0.0
        return math.copysign(math.inf, a) if odd else math.inf


def _exp(a: float) -> float:
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def _log(a: float) -> float:
    if a > 0.0:
        return math.log(a)
    return -math.inf if a == 0.0 else math.nan


def _sqrt(a: float) -> float:
    return math.sqrt(a) if a >= 0.0 else math.nan


def _gamma(a: float) -> float:
    try:
        return math.gamma(a)
    except OverflowError:
        return math.inf
    except ValueError:  # a pole; like the C library, infinite at 0 and not a number at negative whole numbers
        return math.copysign(math.inf, a) if a == 0.0 else math.nan


def _grows(function: Callable[[float], float]) -> Callable[[float], float]:
    """Give an odd function that overflows to infinity."""

    def safe(a: float) -> float:
        try:
            return function(a)
        except OverflowError:
            return math.copysign(math.inf, a)

    return safe


def _cosh(a: float) -> float:
    try:
        return math.cosh(a)
    except OverflowError:
        return math.inf


def _bounded(function: Callable[[float], float]) -> Callable[[float], float]:
    """Give a function that is not a number where Python's raises."""

    def safe(a: float) -> float:
        try:
            return function(a)
        except ValueError:
            return math.nan

    return safe


def _floor(a: float) -> float:
    return float(math.floor(a)) if math.isfinite(a) else a


def _ceiling(a: float) -> float:
    return float(math.ceil(a)) if math.isfinite(a) else a


def _clip(a: float) -> float:
    return a if 0.0 < a < 1.0 or a != a else (0.0 if a <= 0.0 else 1.0)


_FUNCTIONS: dict[str, Any] = {
    "_nan": math.nan,
    "_inf": math.inf,
    "_reciprocal": _reciprocal,
    "_power": _power,
    "_exp": _exp,
    "_log": _log,
    "_sqrt": _sqrt,
    "_gamma": _gamma,
    "_floor": _floor,
    "_ceiling": _ceiling,
    "_clip": _clip,
    "_arctan": math.atan,
    "_tanh": math.tanh,
    "_sinh": _grows(math.sinh),
    "_cosh": _cosh,
    "_abs": abs,
    **{
        f"_{name}": _bounded(function)
        for name, function in {
            "sin": math.sin,
            "cos": math.cos,
            "tan": math.tan,
            "arcsin": math.asin,
            "arccos": math.acos,
        }.items()
    },
}

_PATTERNS = {
    "add": "({} + {})",
    "multiply": "({}*{})",
    "less": "(1.0 if {} < {} else 0.0)",
    "less_equal": "(1.0 if {} <= {} else 0.0)",
    "equal": "(1.0 if {} == {} else 0.0)",
    "select": "({1} if {0} else {2})",
    "inside": "(1.0 if 0.0 < {} < 1.0 else 0.0)",
}
