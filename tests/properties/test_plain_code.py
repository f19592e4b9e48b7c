"""Python code made from the graph against the graph's own evaluation."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from amoeboid.signalling import plain
from amoeboid.signalling.expression import Graph

_ONE = ("exp", "log", "sqrt", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "floor",
        "ceiling", "abs", "clip", "inside", "reciprocal")  # fmt: skip
_TWO = ("add", "multiply", "power", "less", "less_equal", "equal")
_NUMBERS = st.sampled_from(
    [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-8, 1e8, 1e300, -1e300, math.inf, -math.inf, math.nan]
)


@st.composite
def _graphs(draw):
    graph = Graph()
    nodes = [graph.symbol("x"), graph.symbol("y"), graph.symbol("k"), graph.constant(draw(_NUMBERS))]
    for _ in range(draw(st.integers(1, 12))):
        pick = st.sampled_from(nodes)
        kind = draw(st.sampled_from([*_ONE, *_TWO, "select"]))
        n = 1 if kind in _ONE else 2 if kind in _TWO else 3
        nodes.append(graph.make(kind, *(draw(pick) for _ in range(n))))
    return graph, nodes


@settings(max_examples=300, deadline=None)
@given(_graphs(), _NUMBERS, _NUMBERS, _NUMBERS)
def test_plain_code_gives_what_the_graph_gives_for_every_kind_and_every_odd_number(made, x, y, k):
    graph, nodes = made
    slots = {"x": ("y", 0), "y": ("y", 1), "k": ("p", 0)}
    found = plain.compiled(graph, nodes, slots)([], [k])([x, y])
    with np.errstate(all="ignore"):
        expected = graph.evaluate(nodes, {"x": np.float64(x), "y": np.float64(y), "k": np.float64(k)})
    for kind, a, b in zip((graph.nodes[n][0] for n in nodes), found, expected, strict=True):
        close = math.isclose(a, float(b), rel_tol=1e-9) or (math.isnan(a) and math.isnan(float(b)))
        assert close or a == float(b), (kind, a, b)


def test_plain_code_of_a_very_deep_expression_is_statements_not_nesting():
    graph = Graph()
    node = graph.symbol("x")
    for step in range(20_000):
        node = graph.add(graph.multiply(graph.constant(1.0 - 1e-4), node), graph.constant(float(step % 3)))
    slots = {"x": ("y", 0)}
    text = plain.source(graph, [node], slots)
    assert max(line.count("(") for line in text.splitlines()) < 100
    expected = 2.0
    for step in range(20_000):
        expected = (1.0 - 1e-4) * expected + float(step % 3)
    assert math.isclose(plain.compiled(graph, [node], slots)([], [])([2.0])[0], expected, rel_tol=1e-12)


def test_plain_code_computes_once_what_does_not_move():
    graph = Graph()
    slow = graph.make("exp", graph.multiply(graph.symbol("k"), graph.symbol("u")))
    text = plain.source(graph, [graph.multiply(slow, graph.symbol("x"))], {"x": ("y", 0), "k": ("p", 0), "u": ("u", 0)})
    before, inside = text.split("def function(y):")
    assert "_exp" in before
    assert "_exp" not in inside


def test_plain_code_gives_a_forced_value_where_the_flag_stands():
    graph = Graph()
    less = graph.make("less", graph.symbol("x"), graph.constant(1.0))
    function = plain.compiled(graph, [less], {"x": ("y", 0)}, {less: (1, 0.0)})([], [])
    assert [function([0.5, 0.0]), function([0.5, 1.0]), function([2.0, 1.0])] == [(1.0,), (0.0,), (0.0,)]
