"""Roots and events in the compiled kernels: located, not stepped over, and the same as in the one-cell engine."""

import numpy as np
import pytest

from amoeboid.errors import NumericsError
from amoeboid.formats.sbml import Event, Parameter, Rule, SbmlModel
from amoeboid.kernels import ode, threads
from amoeboid.kernels.equations import Equations
from amoeboid.kernels.tableau import METHODS
from amoeboid.signalling import integrate, trajectory
from amoeboid.signalling.expression import Graph, Node
from amoeboid.signalling.from_sbml import from_sbml

X, T = ("name", "x"), ("time",)


def number(value: float) -> tuple[str, float]:
    return ("number", value)


def times(factor: float, name: str = "x") -> tuple:
    return ("multiply", number(factor), ("name", name))


def system(rates: dict[str, Node], graph: Graph, roots: tuple[Node, ...] = ()) -> Equations:
    """Equations whose unknowns are the names of the rates."""
    names = list(rates)
    slopes = {
        (i, j): slope
        for i, rate in enumerate(rates.values())
        for j, name in enumerate(names)
        if (slope := graph.derivative(rate, name)) != graph.constant(0.0)
    }
    slots = {name: ("y", row) for row, name in enumerate(names)}
    return Equations(tuple(graph.nodes), slots, tuple(rates.values()), slopes, roots, n_species=len(names))


def follow(equations: Equations, begin: list[float], length: float, **control: float) -> tuple[np.ndarray, ode.Outcome]:
    """Move nine equal cells on with a tight tolerance."""
    method = METHODS[str(control.pop("method", "rodas4"))]
    y = np.ascontiguousarray(np.repeat(np.array(begin)[:, None], 9, axis=1))
    batch = ode.Batch(y, np.full(9, length), np.zeros((0, 9)), np.full(9, length), np.arange(9))
    numbers = ode.Numbers(np.zeros(0), np.full(len(begin), 1e-12), np.full(len(begin), -np.inf))
    outcome = ode.kernel(equations, method).advance(batch, numbers, ode.Control(1e-9, **control))
    return y, outcome


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_rate_that_jumps_in_time_is_cut_at_the_jump(method: str) -> None:
    graph = Graph()
    early = graph.make("less", graph.symbol("t"), graph.constant(0.37))
    rate = graph.make("select", early, graph.constant(1.0), graph.constant(-2.0))
    y, outcome = follow(system({"x": rate, "t": graph.constant(1.0)}, graph), [0.0, 0.0], 1.0, method=method)
    assert (outcome.status == 0).all()
    assert y[0] == pytest.approx(0.37 - 2.0 * 0.63, abs=1e-11)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_staircase_of_time_is_summed_step_by_step(method: str) -> None:
    graph = Graph()
    stairs = graph.make("floor", graph.multiply(graph.constant(3.0), graph.symbol("t")))
    y, outcome = follow(system({"x": stairs, "t": graph.constant(1.0)}, graph), [0.0, 0.0], 2.0, method=method)
    assert (outcome.status == 0).all()
    assert y[0] == pytest.approx(5.0, abs=1e-10)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_root_stops_a_cell_just_behind_its_place(method: str) -> None:
    graph = Graph()
    x = graph.symbol("x")
    root = graph.subtract(x, graph.constant(0.18))
    y, outcome = follow(
        system({"x": graph.multiply(graph.constant(-1.0), x)}, graph, (root,)), [1.0], 10.0, method=method, stops=True
    )
    assert (outcome.status == ode.AT_ROOT).all()
    assert outcome.reached == pytest.approx(-np.log(0.18), abs=1e-8)
    assert (y[0] < 0.18).all()
    assert y[0] == pytest.approx(0.18, abs=1e-10)
    assert (outcome.turned == 1.0).all()


def test_a_root_that_turns_twice_within_one_step_is_seen() -> None:
    # x = (t - 5)^2 passes 0.3 downwards and upwards 1.1 apart; the first step is 10 long
    graph = Graph()
    rate = graph.multiply(graph.constant(2.0), graph.add(graph.symbol("t"), graph.constant(-5.0)))
    root = graph.subtract(graph.symbol("x"), graph.constant(0.3))
    _, outcome = follow(system({"x": rate, "t": graph.constant(1.0)}, graph, (root,)), [25.0, 0.0], 10.0, stops=True)
    assert outcome.reached == pytest.approx(5.0 - np.sqrt(0.3), abs=1e-9)


def test_a_root_at_the_start_does_not_hold_a_cell() -> None:
    graph = Graph()
    x = graph.symbol("x")
    slow = graph.make("less_equal", x, graph.constant(1.0))
    rate = graph.make("select", slow, graph.constant(1.0), graph.constant(2.0))
    y, outcome = follow(system({"x": rate}, graph), [1.0], 1.0)
    assert (outcome.status == 0).all()
    assert y[0] == pytest.approx(3.0, abs=1e-10)


def test_a_state_that_slides_along_a_jump_ends_with_too_many_steps() -> None:
    graph = Graph()
    below = graph.make("less", graph.symbol("x"), graph.constant(0.0))
    rate = graph.make("select", below, graph.constant(1.0), graph.constant(-1.0))
    _, outcome = follow(system({"x": rate}, graph), [0.5], 1.0, most=2000)
    assert {ode.STATUS[k] for k in outcome.status} == {"too many steps"}
    assert outcome.reached == pytest.approx(0.5, abs=1e-6)


def of_rates(rates: dict[str, tuple], starts: dict[str, float], events: tuple[Event, ...]) -> SbmlModel:
    parameters = tuple(Parameter(name, value, constant=False) for name, value in starts.items())
    rules = tuple(Rule("rate", name, math) for name, math in rates.items())
    return SbmlModel(parameters=parameters, rules=rules, events=events, where="test")


DECAY = {"x": times(-1.0)}
MODELS = {
    "reset by state": of_rates(DECAY, {"x": 1.0}, (Event("e", ("lt", X, number(0.5)), (("x", number(1.0)),)),)),
    "short window": of_rates(
        {"x": times(-1.0), "y": number(0.0)},
        {"x": 1.0, "y": 0.0},
        (Event("e", ("and", ("gt", X, number(0.18)), ("lt", X, number(0.19))), (("y", number(1.0)),)),),
    ),
    "delayed, values of the trigger": of_rates(
        DECAY, {"x": 1.0}, (Event("e", ("geq", T, number(0.7)), (("x", ("add", X, number(2.0))),), delay=number(0.55)),)
    ),
    "delayed, values of the execution": of_rates(
        DECAY,
        {"x": 1.0},
        (
            Event(
                "e",
                ("geq", T, number(0.7)),
                (("x", ("add", X, number(2.0))),),
                delay=number(0.55),
                at_trigger=False,
            ),
        ),
    ),
    "cancelled while it waits": of_rates(
        DECAY,
        {"x": 1.0},
        (
            Event(
                "e",
                ("and", ("gt", T, number(0.5)), ("lt", T, number(0.8))),
                (("x", number(9.0)),),
                delay=number(0.6),
                persistent=False,
            ),
        ),
    ),
    "two at once by priority": of_rates(
        DECAY,
        {"x": 1.0},
        (
            Event("low", ("geq", T, number(1.0)), (("x", ("add", X, number(1.0))),), priority=number(1.0)),
            Event("high", ("geq", T, number(1.0)), (("x", ("multiply", X, number(10.0))),), priority=number(2.0)),
        ),
    ),
    "at time 0": of_rates(
        DECAY, {"x": 1.0}, (Event("e", ("lt", T, number(1.0)), (("x", number(5.0)),), initially=False),)
    ),
    "at the end of a span": of_rates(DECAY, {"x": 1.0}, (Event("e", ("geq", T, number(2.0)), (("x", number(7.0)),)),)),
    "a chain": of_rates(
        {"x": times(-1.0), "y": times(-0.5, "y")},
        {"x": 1.0, "y": 1.0},
        (
            Event("first", ("lt", X, number(0.3)), (("y", number(4.0)),)),
            Event("second", ("gt", ("name", "y"), number(3.0)), (("x", number(2.0)),), delay=number(0.25)),
        ),
    ),
    "a sawtooth in time": of_rates(
        {"x": number(1.0)}, {"x": 0.0}, (Event("e", ("geq", X, number(0.31)), (("x", number(0.0)),)),)
    ),
}


@pytest.mark.parametrize("name", list(MODELS))
def test_many_cells_go_through_events_like_the_one_cell_engine(name: str) -> None:
    model = integrate.model(from_sbml(MODELS[name]), None, 1e-9, absolute=1e-13)
    grid = np.linspace(0.0, 4.0, 17)
    exact = trajectory.simulate(model.system, model.constants, np.zeros(0), grid).species
    feeds = integrate.feeds(model, {}, 11)
    species, step, state = integrate.start(model, feeds), np.ones(11), integrate.event_state(model, 11)
    for k, (begin, end) in enumerate(zip(grid[:-1], grid[1:], strict=True)):
        integrate.advance(model, species, step, feeds, (begin, end - begin), state)
        assert species == pytest.approx(np.repeat(exact[:, k + 1 : k + 2], 11, axis=1), rel=1e-6, abs=1e-9)


def reset_cells(n_cells: int, part: slice) -> np.ndarray:
    """Cells that decay at rates of their own and are set back."""
    decay = {"x": ("multiply", number(-1.0), ("multiply", ("name", "k"), X))}
    base = of_rates(decay, {"x": 1.0}, (Event("e", ("lt", X, number(0.5)), (("x", number(1.0)),)),))
    base = SbmlModel(
        parameters=(*base.parameters, Parameter("k", 1.0)), rules=base.rules, events=base.events, where="k"
    )
    model = integrate.model(from_sbml(base), None, 1e-6, individual=("k",))
    feeds = np.ascontiguousarray(np.linspace(0.2, 3.0, n_cells)[None, part])
    species, step = integrate.start(model, feeds), np.ones(feeds.shape[1])
    state = integrate.event_state(model, feeds.shape[1])
    for k in range(3):
        integrate.advance(model, species, step, feeds, (1.0 * k, 1.0), state)
    return species


def test_events_give_the_same_bytes_for_any_threads_and_any_cut_of_the_batch() -> None:
    before = threads.threads()
    try:
        threads.set_threads(1)
        whole = reset_cells(301, slice(None))
        threads.set_threads(2)
        assert np.array_equal(reset_cells(301, slice(None)), whole)
        parts = [reset_cells(301, slice(0, 13)), reset_cells(301, slice(13, None))]
        assert np.array_equal(np.concatenate(parts, axis=1), whole)
    finally:
        threads.set_threads(before)
    k = np.linspace(0.2, 3.0, 301)
    assert whole[0] == pytest.approx(0.5 ** np.modf(3.0 * k / np.log(2.0))[0], rel=1e-4)


def drawn_order(cells: np.ndarray) -> np.ndarray:
    """What two events of equal priority leave behind in cells with numbers of their own."""
    event = [Event(f"e{k}", ("gt", T, number(0.5)), (("x", number(k)),)) for k in (1.0, 2.0)]
    model = integrate.model(from_sbml(of_rates({"x": number(0.0)}, {"x": 0.0}, tuple(event))), None, 1e-6)
    feeds = integrate.feeds(model, {}, len(cells))
    species, step = integrate.start(model, feeds), np.ones(len(cells))
    integrate.advance(model, species, step, feeds, (0.0, 1.0), integrate.event_state(model, len(cells), cells, 5))
    return species[0]


def test_a_cell_keeps_the_order_of_its_events_in_any_batch() -> None:
    cells = np.arange(64)
    whole = drawn_order(cells)
    assert 0 < np.count_nonzero(whole == 1.0) < 64  # either alone: 2^-63 of seeds; this seed is fixed
    assert np.array_equal(drawn_order(cells[40:]), whole[40:])


def test_a_network_with_events_asks_for_its_event_state() -> None:
    model = integrate.model(from_sbml(MODELS["at time 0"]), None)
    feeds = integrate.feeds(model, {}, 1)
    with pytest.raises(NumericsError, match=r"AMB-N50"):
        integrate.advance(model, integrate.start(model, feeds), np.ones(1), feeds, (0.0, 1.0))


def test_events_without_end_are_told_and_not_waited_for() -> None:
    # the bouncing state is set back to where its next root is nearer and nearer
    shrink = (("x", number(0.0)), ("v", ("multiply", number(-0.5), ("name", "v"))))
    ball = of_rates(
        {"x": ("name", "v"), "v": number(-1.0)}, {"x": 1.0, "v": 0.0}, (Event("e", ("lt", X, number(0.0)), shrink),)
    )
    model = integrate.model(from_sbml(ball), None, 1e-6)
    feeds = integrate.feeds(model, {}, 1)
    species, state = integrate.start(model, feeds), integrate.event_state(model, 1)
    with pytest.raises(NumericsError, match=r"AMB-N31|AMB-N51"):
        integrate.advance(model, species, np.ones(1), feeds, (0.0, 10.0), state)
