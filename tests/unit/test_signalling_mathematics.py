"""Mathematics of files as nodes: every operation, logic, functions of the file, what is refused."""

import math

import pytest

from amoeboid.errors import FormatError
from amoeboid.formats.sbml import Function, Math
from amoeboid.signalling.expression import Graph
from amoeboid.signalling.mathematics import RATE, TIME, Writer, ids

X: Math = ("name", "x")
NAN = math.nan


def number(value: float) -> Math:
    return ("number", value)


def value(tree: Math, x: float = 0.0, functions: tuple[Function, ...] = (), **others: float) -> float:
    """The number of mathematics for numbers of its names."""
    graph = Graph()
    at = {"x": x, **others}
    node = Writer(graph, functions).write(tree, {name: graph.symbol(name) for name in at})
    return float(graph.evaluate([node], at)[0])


@pytest.mark.parametrize(
    ("kind", "x", "wanted"),
    [
        ("sec", 0.4, 1.0 / math.cos(0.4)), ("csc", 0.4, 1.0 / math.sin(0.4)), ("cot", 0.4, 1.0 / math.tan(0.4)),
        ("sech", 0.4, 1.0 / math.cosh(0.4)), ("csch", 0.4, 1.0 / math.sinh(0.4)),
        ("coth", 0.4, 1.0 / math.tanh(0.4)), ("arcsec", 3.0, math.acos(1.0 / 3.0)),
        ("arccsc", 3.0, math.asin(1.0 / 3.0)), ("arccot", 3.0, math.atan(1.0 / 3.0)),
        ("arcsinh", -40.0, math.asinh(-40.0)), ("arcsinh", 1e-3, math.asinh(1e-3)),
        ("arccosh", 1.5, math.acosh(1.5)), ("arctanh", -0.3, math.atanh(-0.3)),
        ("arcsech", 0.3, math.acosh(1.0 / 0.3)), ("arccsch", -0.3, math.asinh(-1.0 / 0.3)),
        ("arccoth", 3.0, math.atanh(1.0 / 3.0)), ("factorial", 5.0, 120.0), ("ln", 5.0, math.log(5.0)),
        ("negate", 5.0, -5.0), ("abs", -5.0, 5.0), ("floor", -1.5, -2.0), ("ceiling", -1.5, -1.0),
        ("not", 0.0, 1.0), ("not", 1.0, 0.0), ("not", 7.0, 0.0), ("exp", 2.0, math.exp(2.0)),
    ],
)  # fmt: skip
def test_a_function_of_sbml_is_what_it_says(kind: str, x: float, wanted: float) -> None:
    assert value((kind, X), x) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(
    ("tree", "wanted"),
    [
        (("add",), 0.0), (("multiply",), 1.0), (("and",), 1.0), (("or",), 0.0), (("xor",), 0.0),
        (("add", number(1.0), X, X), 5.0), (("multiply", number(3.0), X, X), 12.0),
        (("subtract", X, number(5.0)), -3.0),
        (("divide", number(1.0), X), 0.5), (("power", X, number(0.5)), math.sqrt(2.0)),
        (("power", number(3.0), X), 9.0), (("root", number(3.0), number(27.0)), 3.0),
        (("root", X, number(16.0)), 4.0), (("log", number(10.0), number(1000.0)), 3.0),
        (("log", X, number(8.0)), 3.0), (("min", number(3.0), X, number(2.5)), 2.0),
        (("max", number(3.0), X, number(3.5)), 3.5), (("max", X), 2.0), (("quotient", number(7.0), X), 3.0),
        (("quotient", number(-7.0), X), -3.0), (("rem", number(-7.0), X), -1.0),
        (("rem", number(7.0), number(-2.0)), 1.0),
        (("implies", ("true",), ("false",)), 0.0), (("implies", ("false",), ("false",)), 1.0),
        (("piecewise", number(4.0), ("lt", X, number(1.0)), number(6.0)), 6.0),
        (("piecewise", number(4.0), ("gt", X, number(1.0)), number(5.0), ("true",), number(6.0)), 4.0),
        (("piecewise", number(8.0)), 8.0),
    ],
)  # fmt: skip
def test_an_operation_of_sbml_is_what_it_says(tree: Math, wanted: float) -> None:
    assert value(tree, 2.0) == pytest.approx(wanted, rel=1e-14)


@pytest.mark.parametrize(
    ("kind", "yes", "no"),
    [("lt", (1.0, 2.0, 3.0), (1.0, 3.0, 3.0)), ("leq", (1.0, 1.0, 2.0), (2.0, 1.0, 3.0)),
     ("gt", (3.0, 2.0, 1.0), (3.0, 3.0, 1.0)), ("geq", (3.0, 3.0, 1.0), (1.0, 3.0, 1.0)),
     ("eq", (2.0, 2.0, 2.0), (2.0, 2.0, 1.0)), ("neq", (1.0, 2.0), (2.0, 2.0))],
)  # fmt: skip
def test_comparisons_are_chains(kind: str, yes: tuple[float, ...], no: tuple[float, ...]) -> None:
    assert value((kind, *map(number, yes))) == 1.0
    assert value((kind, *map(number, no))) == 0.0
    x, *rest = yes
    assert value((kind, X, *map(number, rest)), x) == 1.0
    assert value((kind, X, *map(number, rest)), NAN) == (1.0 if kind == "neq" else 0.0)


@pytest.mark.parametrize("a", [0.0, 1.0])
@pytest.mark.parametrize("b", [0.0, 1.0])
@pytest.mark.parametrize("c", [0.0, 1.0])
def test_logic_has_its_truth_table(a: float, b: float, c: float) -> None:
    names = [("gt", ("name", name), number(0.5)) for name in "abc"]
    at = {"a": a, "b": b, "c": c}
    assert value(("and", *names), **at) == min(a, b, c)
    assert value(("or", *names), **at) == max(a, b, c)
    assert value(("xor", *names), **at) == (a + b + c) % 2
    assert value(("implies", *names[:2]), **at) == max(1.0 - a, b)
    assert value(("and", ("not", names[0]), ("or", *names[1:])), **at) == (1.0 - a) * max(b, c)


def test_numbers_that_are_not_0_count_as_true() -> None:
    assert value(("and", X, number(3.0)), -2.0) == 1.0
    assert value(("or", X, number(0.0)), 0.5) == 1.0
    assert value(("piecewise", number(7.0), X, number(8.0)), 0.25) == 7.0
    assert value(("add", ("gt", X, number(1.0)), ("true",)), 2.0) == 2.0


def test_a_piecewise_without_a_case_that_holds_is_not_a_number() -> None:
    assert math.isnan(value(("piecewise", number(4.0), ("lt", X, number(1.0))), 2.0))


def test_functions_of_the_file_are_written_out() -> None:
    square = Function("square", ("x",), ("multiply", X, X))
    both = Function("both", ("x", "y"), ("add", ("call", "square", X), ("call", "square", ("name", "y"))))
    assert value(("call", "both", ("add", X, number(1.0)), number(2.0)), 2.0, (both, square)) == 13.0


def test_functions_that_double_each_other_stay_small() -> None:
    functions = [Function("f0", ("x",), ("add", X, number(1.0)))]
    for k in range(1, 60):
        call: Math = ("call", f"f{k - 1}", X)
        functions.append(Function(f"f{k}", ("x",), ("add", call, call)))
    assert value(("call", "f59", X), 1.0, tuple(functions)) == 2.0**60


def test_functions_that_unfold_without_end_are_refused() -> None:
    functions = [Function("f0", ("x",), ("add", X, number(1.0)))]
    for k in range(1, 60):
        calls = [("call", f"f{k - 1}", ("add", X, number(step))) for step in (1.0, 2.5 + k)]
        functions.append(Function(f"f{k}", ("x",), ("multiply", *calls)))
    with pytest.raises(FormatError, match="AMB-F80"):
        value(("call", "f59", X), 1.0, tuple(functions))


@pytest.mark.parametrize(
    ("tree", "code"),
    [(("name", "y"), "AMB-F81"), (("rate_of", ("name", "y")), "AMB-F81"), (("delay", X, number(1.0)), "AMB-F82"),
     (("call", "f", X), "AMB-F83"), (("call", "square"), "AMB-F83"), (("call", "square", X, X), "AMB-F83"),
     (("sin", X, X), "AMB-F84"), (("subtract", X), "AMB-F84"), (("bessel", X), "AMB-F84"), (("piecewise",), "AMB-F84"),
     (("min",), "AMB-F84")],
)  # fmt: skip
def test_what_is_no_mathematics_of_the_file_is_refused(tree: Math, code: str) -> None:
    with pytest.raises(FormatError, match=code):
        value(tree, 1.0, (Function("square", ("x",), ("multiply", X, X)),))


def test_time_and_rates_stand_under_names_of_their_own() -> None:
    graph = Graph()
    tree: Math = ("add", ("time",), ("rate_of", X))
    node = Writer(graph).write(tree, {RATE + "x": graph.symbol("slope")})
    assert graph.names(node) == {TIME, "slope"}
    assert list(ids(tree)) == [RATE + "x"]
    assert list(ids(("call", "f", X, ("negate", ("name", "y")), X))) == ["x", "y", "x"]
