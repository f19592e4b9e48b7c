"""Every kind of node: its number against Python's, its slope against differences, its IEEE rules."""

import math

import numpy as np
import pytest
from scipy.special import digamma, gamma

from amoeboid.signalling.expression import COMPARISONS, FUNCTIONS, Graph

POINTS = {"arcsin": (-0.7, 0.0, 0.4), "arccos": (-0.7, 0.0, 0.4), "log": (0.1, 1.0, 7.0), "sqrt": (0.1, 1.0, 7.0),
          "gamma": (0.3, 1.0, 2.5, 9.0)}  # fmt: skip
BY_PYTHON = {"arcsin": math.asin, "arccos": math.acos, "arctan": math.atan, "ceiling": math.ceil, "abs": abs,
             "gamma": math.gamma}  # fmt: skip


def difference(graph: Graph, node: int, x: float, **others: float) -> float:
    """A central difference of fourth order."""

    def at(shift: float) -> float:
        return float(graph.evaluate([node], {"x": x + shift, **others})[0])

    h = 1e-3 * max(1.0, abs(x))
    return (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h)


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_a_function_has_the_number_of_python_and_the_slope_of_differences(kind: str) -> None:
    graph = Graph()
    node = graph.make(kind, graph.symbol("x"))
    slope = graph.derivative(node, "x")
    for x in POINTS.get(kind, (-1.3, -0.4, 0.3, 1.2)):
        wanted = BY_PYTHON.get(kind, getattr(math, kind, None))(x)  # type: ignore[misc]
        found, by_graph = graph.evaluate([node, slope], {"x": x})
        assert found == pytest.approx(wanted, rel=1e-14)
        assert by_graph == pytest.approx(difference(graph, node, x), rel=1e-8, abs=1e-9), x


@pytest.mark.parametrize(("a", "b"), [(2.0, 0.7), (0.4, -1.6), (3.0, 2.0), (1.0, 0.0), (0.5, 80.0)])
def test_a_power_has_the_slopes_of_both_its_parts(a: float, b: float) -> None:
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    node = graph.raised(x, y)
    at = {"x": a, "y": b}
    by_x, by_y = graph.evaluate([graph.derivative(node, "x"), graph.derivative(node, "y")], at)
    assert by_x == pytest.approx(b * a ** (b - 1.0), rel=1e-14)
    assert by_y == pytest.approx(a**b * math.log(a), rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("exponent", [-65.0, -3.0, -0.5, 0.5, 1.0, 2.0, 7.0, 64.0, 65.0, 2.5])
def test_a_power_by_a_number_is_that_power(exponent: float) -> None:
    graph = Graph()
    node = graph.raised(graph.symbol("x"), graph.constant(exponent))
    found, slope = graph.evaluate([node, graph.derivative(node, "x")], {"x": 1.1})
    assert found == pytest.approx(1.1**exponent, rel=1e-13)
    assert slope == pytest.approx(exponent * 1.1 ** (exponent - 1.0), rel=1e-12)
    assert ("power" in {entry[0] for entry in graph.nodes}) == (exponent in (-65.0, -0.5, 65.0, 2.5))


def test_a_power_of_zero_has_no_slope_that_is_not_a_number() -> None:
    graph = Graph()
    node = graph.raised(graph.symbol("x"), graph.symbol("n"))
    assert graph.evaluate([node, graph.derivative(node, "x")], {"x": 0.0, "n": 2.0}) == [0.0, 0.0]
    assert graph.evaluate([node, graph.derivative(node, "x")], {"x": 0.0, "n": 1.0}) == [0.0, 1.0]


def test_the_slope_of_gamma_holds_over_the_positive_numbers() -> None:
    graph = Graph()
    slope = graph.derivative(graph.make("gamma", graph.symbol("x")), "x")
    x = np.array([0.01, 0.5, 1.0, 1.46163, 2.0, 5.5, 20.0, 100.0])
    wanted = gamma(x) * digamma(x)
    assert graph.evaluate([slope], {"x": x})[0] == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("kind", COMPARISONS)
def test_comparisons_are_one_or_zero_and_flat(kind: str) -> None:
    graph = Graph()
    node = graph.make(kind, graph.symbol("x"), graph.symbol("y"))
    x, y = np.array([1.0, 2.0, 3.0, np.nan, np.inf]), np.array([2.0, 2.0, 2.0, 2.0, np.inf])
    wanted = {"less": [1, 0, 0, 0, 0], "less_equal": [1, 1, 0, 0, 1], "equal": [0, 1, 0, 0, 1]}[kind]
    assert graph.evaluate([node], {"x": x, "y": y})[0].tolist() == wanted
    assert graph.value(graph.derivative(node, "x")) == 0.0


def test_a_choice_takes_one_side_and_its_slope_whatever_the_other_is() -> None:
    graph = Graph()
    x = graph.symbol("x")
    node = graph.select(graph.make("less", x, graph.constant(0.0)), graph.power(x, 2), graph.make("log", x))
    found, slope = graph.evaluate([node, graph.derivative(node, "x")], {"x": np.array([-3.0, 2.0])})
    assert found == pytest.approx([9.0, math.log(2.0)])
    assert slope == pytest.approx([-6.0, 0.5])


def test_arithmetic_follows_ieee_without_a_warning() -> None:
    graph = Graph()
    x = graph.symbol("x")
    nodes = [graph.reciprocal(x), graph.make("log", x), graph.make("sqrt", graph.subtract(x, graph.constant(1.0)))]
    assert graph.evaluate(nodes, {"x": 0.0})[:2] == [math.inf, -math.inf]
    assert math.isnan(graph.evaluate(nodes, {"x": 0.0})[2])
    assert graph.value(graph.reciprocal(graph.constant(0.0))) == math.inf


def test_numbers_are_put_together_once() -> None:
    graph = Graph()
    x = graph.symbol("x")
    two, three = graph.constant(2.0), graph.constant(3.0)
    assert graph.value(graph.raised(two, three)) == 8.0
    assert graph.multiply(two, graph.multiply(three, x)) == graph.multiply(x, graph.constant(6.0))
    assert graph.reciprocal(graph.reciprocal(x)) == x
    assert graph.value(graph.subtract(x, x)) == 0.0
    assert graph.constant(math.nan) == graph.constant(float("nan"))
    assert graph.select(graph.constant(1.0), x, two) == x


def test_parts_are_replaced_wherever_they_stand() -> None:
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    node = graph.make("exp", graph.add(graph.multiply(x, y), x))
    found = graph.replace([node], {x: graph.power(y, 2)})[0]
    assert graph.names(found) == {"y"}
    assert graph.evaluate([found], {"y": 1.5}) == pytest.approx([math.exp(1.5**3 + 1.5**2)])


def test_a_chain_of_ten_thousand_parts_is_no_burden() -> None:
    graph = Graph()
    node = graph.symbol("x")
    for _ in range(10_000):
        node = graph.make("sin", node)
    slope = graph.derivative(node, "x")
    found, by_graph = graph.evaluate([node, slope], {"x": 1.0})
    wanted, product = 1.0, 1.0
    for _ in range(10_000):
        product *= math.cos(wanted)
        wanted = math.sin(wanted)
    assert found == pytest.approx(wanted, rel=1e-9)
    assert by_graph == pytest.approx(product, rel=1e-9)
