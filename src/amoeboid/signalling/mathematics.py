"""From the mathematics of a file (nested tuples of `amoeboid.formats.sbml`) to nodes of the graph.

Logic becomes arithmetic on 0 and 1, functions that the graph does not know are written with those that it knows, and
calls of the file's own functions are written out. Nothing recurses; the work for one model is bounded.
"""

from __future__ import annotations

import math as numbers
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from amoeboid.errors import Fault, FormatError
from amoeboid.formats.sbml import Function, Math
from amoeboid.signalling.expression import Graph, Node

TIME = "simulated time"
"""Name of the state that is the time, in the file's own unit."""

RATE = "rate of "
"""Before an id: the name under which its rate of change is known while mathematics is put into the graph."""

_MOST_WORK = 1_000_000

Builder = Callable[[Graph, list[Node]], Node]


@dataclass(frozen=True)
class _Task:
    """One step of the work: look at mathematics, join its finished parts, or remember a finished call."""

    action: str
    math: Math
    names: Mapping[str, Node]
    key: tuple[object, ...] = ()


class Writer:
    """Puts mathematics into one graph, with the functions of one file.

    Parameters
    ----------
    graph : Graph
        Where nodes go.
    functions : sequence of Function
        Function definitions of the file, none of which calls itself, however indirectly.
    """

    def __init__(self, graph: Graph, functions: Sequence[Function] = ()) -> None:
        self.graph = graph
        self._functions = {entry.id: entry for entry in functions}
        self._calls: dict[tuple[object, ...], Node] = {}
        self._work = 0

    def write(self, math: Math, names: Mapping[str, Node], where: str = "") -> Node:
        """Give the node of mathematics.

        Parameters
        ----------
        math : Math
            As described in `amoeboid.formats.sbml.record`.
        names : mapping of str to Node
            What each id stands for; rates of change stand under `RATE` + id, the time under `TIME`.
        where : str
            Element of the file, for messages.

        Raises
        ------
        FormatError
            When an id or a function is unknown, when a function gets another number of arguments than it takes, or
            when the file uses ``delay``.
        """
        values: list[Node] = []
        tasks = [_Task("look", math, names)]
        while tasks:
            self._count(where)
            task = tasks.pop()
            if task.action == "look":
                self._look(task, tasks, values, where)
            elif task.action == "keep":
                self._calls[task.key] = values[-1]
            else:
                self._join(task, tasks, values, where)
        return values[0]

    def _count(self, where: str) -> None:
        self._work += 1
        if self._work > _MOST_WORK:
            raise FormatError(
                Fault(where, "function definitions that call each other too often to be written out",
                      f"fewer than {_MOST_WORK:,} parts in all", "", "simplify the functions", "AMB-F80")
            )  # fmt: skip

    def _look(self, task: _Task, tasks: list[_Task], values: list[Node], where: str) -> None:
        kind = task.math[0]
        leaf = self._leaf(task, where)
        if leaf is not None:
            values.append(leaf)
            return
        parts = task.math[2:] if kind == "call" else task.math[1:]
        tasks.append(_Task("join", task.math, task.names))
        tasks.extend(_Task("look", part, task.names) for part in reversed(parts))

    def _leaf(self, task: _Task, where: str) -> Node | None:
        kind, math = task.math[0], task.math
        if kind == "number":
            return self.graph.constant(math[1])
        if kind in ("true", "false"):
            return self.graph.constant(1.0 if kind == "true" else 0.0)
        if kind == "time":
            return self.graph.symbol(TIME)
        if kind in ("name", "rate_of"):
            name = math[1] if kind == "name" else RATE + math[1][1]
            if name not in task.names:
                raise FormatError(Fault(where, f"unknown id `{name}` in mathematics", "an id of the file", "",
                                        "correct the id, or declare it", "AMB-F81"))  # fmt: skip
            return task.names[name]
        if kind == "delay":
            raise FormatError(Fault(where, "uses `delay`, values of the past", "mathematics of the present", "",
                                    "write the delay as a chain of reactions", "AMB-F82"))  # fmt: skip
        return None

    def _join(self, task: _Task, tasks: list[_Task], values: list[Node], where: str) -> None:
        kind = task.math[0]
        n_parts = len(task.math) - (2 if kind == "call" else 1)
        parts = values[len(values) - n_parts :]
        del values[len(values) - n_parts :]
        if kind != "call":
            values.append(self._built(kind, parts, where))
            return
        function = self._functions.get(task.math[1])
        if function is None or len(function.arguments) != n_parts:
            takes = "" if function is None else f" with {n_parts} arguments where it takes {len(function.arguments)}"
            what = f"calls `{task.math[1]}`{takes or ', which is no function of the file'}"
            raise FormatError(
                Fault(where, what, "a function definition of the file", "", "correct the call", "AMB-F83")
            )
        key = (function.id, *parts)
        if key in self._calls:
            values.append(self._calls[key])
        else:
            tasks.append(_Task("keep", task.math, {}, key))
            tasks.append(_Task("look", function.body, dict(zip(function.arguments, parts, strict=True))))

    def _built(self, kind: str, parts: list[Node], where: str) -> Node:
        least, most = _COUNTS.get(kind, (1, 1) if kind in _ONE else (0, _MOST_WORK))
        if kind not in _BUILDERS or not least <= len(parts) <= most:
            raise FormatError(Fault(where, f"`{kind}` with {len(parts)} arguments", "an operation of SBML", "",
                                    "correct the mathematics", "AMB-F84"))  # fmt: skip
        return _BUILDERS[kind](self.graph, parts)


def ids(math: Math) -> Iterator[str]:
    """Give the ids that mathematics uses, in order and perhaps repeatedly; rates of change as `RATE` + id.

    Examples
    --------
    >>> list(ids(("add", ("name", "a"), ("rate_of", ("name", "b")))))
    ['a', 'rate of b']
    """
    stack = [math]
    while stack:
        top = stack.pop()
        if top[0] == "name":
            yield top[1]
        elif top[0] == "rate_of":
            yield RATE + top[1][1]
        elif top[0] != "number":
            stack.extend(reversed([part for part in top[1:] if isinstance(part, tuple)]))


def truth(graph: Graph, node: Node) -> Node:
    """Give 1 where a node is not 0, and 0 where it is 0; what is 0 or 1 already stays as it is."""
    if graph.nodes[node][0] in ("less", "less_equal", "equal") or _is_logic(graph, node):
        return node
    return opposite(graph, graph.make("equal", node, graph.constant(0.0)))


def _is_logic(graph: Graph, node: Node) -> bool:
    """Say whether a node can be 0 and 1 only: comparisons, their products, and 1 minus one of these."""
    stack = [node]
    for _ in range(200):
        if not stack:
            return True
        kind, *parts = graph.nodes[stack.pop()]
        if kind == "multiply" and graph.value(parts[0]) is None:
            stack.extend(parts)
        elif kind == "add" and graph.value(parts[0]) == 1.0 and _negated(graph, parts[1]) is not None:
            stack.append(_negated(graph, parts[1]))  # type: ignore[arg-type]
        elif kind not in ("less", "less_equal", "equal") and not (kind == "constant" and parts[0] in (0.0, 1.0)):
            return False
    return False


def _negated(graph: Graph, node: Node) -> Node | None:
    kind, *parts = graph.nodes[node]
    return parts[1] if kind == "multiply" and graph.value(parts[0]) == -1.0 else None


def opposite(graph: Graph, condition: Node) -> Node:
    """Give 1 - a, which is "not"."""
    return graph.add(graph.constant(1.0), graph.negate(condition))


def _all(graph: Graph, parts: list[Node]) -> Node:
    total = graph.constant(1.0)
    for part in parts:
        total = graph.multiply(total, truth(graph, part))
    return total


def _any(graph: Graph, parts: list[Node]) -> Node:
    return opposite(graph, _all(graph, [opposite(graph, truth(graph, part)) for part in parts]))


def _odd(graph: Graph, parts: list[Node]) -> Node:
    total = graph.constant(0.0)
    for part in parts:
        one = truth(graph, part)
        both = (graph.multiply(total, opposite(graph, one)), graph.multiply(opposite(graph, total), one))
        total = graph.add(*both)
    return total


def _chain(kind: str) -> Builder:
    def build(graph: Graph, parts: list[Node]) -> Node:
        total = graph.constant(1.0)
        for left, right in zip(parts, parts[1:], strict=False):
            total = graph.multiply(total, _compared(graph, kind, left, right))
        return total

    return build


def _compared(graph: Graph, kind: str, a: Node, b: Node) -> Node:
    if kind in ("gt", "geq"):
        a, b = b, a
    if kind in ("eq", "neq"):
        a, b = sorted((a, b))
        same = graph.make("equal", a, b)
        return same if kind == "eq" else opposite(graph, same)
    return graph.make("less" if kind in ("lt", "gt") else "less_equal", a, b)


def _piecewise(graph: Graph, parts: list[Node]) -> Node:
    found = parts[-1] if len(parts) % 2 else graph.constant(numbers.nan)
    for k in range(len(parts) // 2 - 1, -1, -1):
        found = graph.select(truth(graph, parts[2 * k + 1]), parts[2 * k], found)
    return found


def _extreme(kind: str) -> Builder:
    def build(graph: Graph, parts: list[Node]) -> Node:
        found = parts[0]
        for part in parts[1:]:
            pair = (part, found) if kind == "min" else (found, part)
            found = graph.select(graph.make("less", *pair), part, found)
        return found

    return build


def _folded(kind: str, empty: float) -> Builder:
    def build(graph: Graph, parts: list[Node]) -> Node:
        total = graph.constant(empty)
        for part in parts:
            total = graph.make(kind, total, part)
        return total

    return build


def _root(graph: Graph, parts: list[Node]) -> Node:
    return graph.raised(parts[1], graph.reciprocal(parts[0]))


def _log(graph: Graph, parts: list[Node]) -> Node:
    base = graph.value(parts[0])
    if base is not None and base > 0.0:
        return graph.multiply(graph.constant(1.0 / numbers.log(base) if base != 1.0 else numbers.inf),
                              graph.make("log", parts[1]))  # fmt: skip
    return graph.divide(graph.make("log", parts[1]), graph.make("log", parts[0]))


def _quotient(graph: Graph, parts: list[Node]) -> Node:
    """The quotient without its fraction, as MathML has it: towards zero."""
    exact = graph.divide(parts[0], parts[1])
    below = graph.make("less", exact, graph.constant(0.0))
    return graph.select(below, graph.make("ceiling", exact), graph.make("floor", exact))


def _rem(graph: Graph, parts: list[Node]) -> Node:
    return graph.subtract(parts[0], graph.multiply(parts[1], _quotient(graph, parts)))


def _implies(graph: Graph, parts: list[Node]) -> Node:
    return _any(graph, [opposite(graph, truth(graph, parts[0])), parts[1]])


def _arcsinh(graph: Graph, a: Node) -> Node:
    """ln(|a| + √(a² + 1)) with the sign of a, so that nothing cancels for large negative values."""
    size = graph.make("abs", a)
    root = graph.make("sqrt", graph.add(graph.multiply(a, a), graph.constant(1.0)))
    found = graph.make("log", graph.add(size, root))
    return graph.select(graph.make("less", a, graph.constant(0.0)), graph.negate(found), found)


def _arccosh(graph: Graph, a: Node) -> Node:
    one = graph.constant(1.0)
    below, above = graph.make("sqrt", graph.subtract(a, one)), graph.make("sqrt", graph.add(a, one))
    return graph.make("log", graph.add(a, graph.multiply(below, above)))


def _arctanh(graph: Graph, a: Node) -> Node:
    one = graph.constant(1.0)
    quotient = graph.divide(graph.add(one, a), graph.subtract(one, a))
    return graph.multiply(graph.constant(0.5), graph.make("log", quotient))


def _of(kind: str) -> Callable[[Graph, Node], Node]:
    return lambda graph, a: graph.make(kind, a)


def _over(function: Callable[[Graph, Node], Node]) -> Callable[[Graph, Node], Node]:
    """1 / f(a), as the secant is of the cosine."""
    return lambda graph, a: graph.reciprocal(function(graph, a))


def _under(function: Callable[[Graph, Node], Node]) -> Callable[[Graph, Node], Node]:
    """f(1 / a), as the inverse of the secant is of the inverse of the cosine."""
    return lambda graph, a: function(graph, graph.reciprocal(a))


_ONE: dict[str, Callable[[Graph, Node], Node]] = {
    **{kind: _of(kind) for kind in ("abs", "floor", "ceiling", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh",
                                    "arcsin", "arccos", "arctan")},
    "ln": _of("log"),
    "negate": lambda graph, a: graph.negate(a),
    "not": lambda graph, a: opposite(graph, truth(graph, a)),
    "factorial": lambda graph, a: graph.make("gamma", graph.add(a, graph.constant(1.0))),
    **{name: _over(_of(kind)) for name, kind in (("sec", "cos"), ("csc", "sin"), ("cot", "tan"), ("sech", "cosh"),
                                                 ("csch", "sinh"), ("coth", "tanh"))},
    **{name: _under(_of(kind)) for name, kind in (("arcsec", "arccos"), ("arccsc", "arcsin"), ("arccot", "arctan"))},
    "arcsinh": _arcsinh, "arccosh": _arccosh, "arctanh": _arctanh,
    "arcsech": _under(_arccosh), "arccsch": _under(_arcsinh), "arccoth": _under(_arctanh),
}  # fmt: skip


def _single(function: Callable[[Graph, Node], Node]) -> Builder:
    return lambda graph, parts: function(graph, parts[0])


_BUILDERS: dict[str, Builder] = {
    **{kind: _single(function) for kind, function in _ONE.items()},
    **{kind: _chain(kind) for kind in ("lt", "leq", "gt", "geq", "eq", "neq")},
    "add": _folded("add", 0.0), "multiply": _folded("multiply", 1.0),
    "subtract": lambda graph, parts: graph.subtract(*parts),
    "divide": lambda graph, parts: graph.divide(*parts),
    "power": lambda graph, parts: graph.raised(*parts),
    "min": _extreme("min"), "max": _extreme("max"),
    "and": _all, "or": _any, "xor": _odd, "implies": _implies,
    "piecewise": _piecewise, "root": _root, "log": _log, "quotient": _quotient, "rem": _rem,
}  # fmt: skip

_COUNTS = {"subtract": (2, 2), "divide": (2, 2), "power": (2, 2), "quotient": (2, 2), "rem": (2, 2), "implies": (2, 2),
           "log": (2, 2), "root": (2, 2), "piecewise": (1, _MOST_WORK), "min": (1, _MOST_WORK),
           "max": (1, _MOST_WORK)}  # fmt: skip
"""Least and most arguments where these are not one, or any."""
