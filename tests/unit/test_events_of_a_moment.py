"""What happens at one moment: order, cancelling, chains, delays, and agendas kept as arrays."""

import math
from dataclasses import replace

import numpy as np
import pytest

from amoeboid.errors import NumericsError
from amoeboid.formats.sbml import Event, Parameter, SbmlModel
from amoeboid.signalling import from_sbml, translate
from amoeboid.signalling.events import Moment, Schedule, event_state, execute

ON = ("gt", ("name", "on"), ("number", 0.0))


def _number(value):
    return ("number", float(value))


def _add(name, value):
    return (name, ("add", ("name", name), _number(value)))


def _append(name, digit):
    return (name, ("add", ("multiply", _number(10), ("name", name)), _number(digit)))


def _events(*events):
    names = {"on": 0.0, "s": 0.0, "n": 0.0}
    never = Event("", ("false",), tuple((name, _number(0)) for name in names))  # makes a state of each
    model = SbmlModel(
        id="m",
        parameters=tuple(Parameter(name, value, constant=False) for name, value in names.items()),
        events=tuple(replace(event, id=f"E{k}", initially=False) for k, event in enumerate((*events, never))),
        where="m",
    )
    system = translate(from_sbml(model))
    return Schedule(system), system


def _state(system, **values):
    known = {"on": 1.0, "s": 0.0, "n": 0.0, **values}
    return [known.get(name, 0.0) for name in system.species]


def _settled(schedule, system, time=0.0, keys=(0, 0), **values):
    events = schedule.bind([], [math.nan] * len(system.constants), keys)
    agenda, y = events.begin(), _state(system, **values)
    events.settle(y, time, agenda)
    return dict(zip(system.species, y, strict=True)), agenda, events, y


def _ordered(priority, digit):
    return Event("", ON, (_append("s", digit),), priority=priority, at_trigger=False)


def test_the_highest_priority_goes_first_whatever_the_order_in_the_file():
    schedule, system = _events(_ordered(_number(1), 1), _ordered(_number(3), 3), _ordered(_number(2), 2))
    assert _settled(schedule, system)[0]["s"] == 321.0


def test_priorities_are_taken_anew_after_each_execution():
    low_then_high = ("multiply", _number(10), ("name", "s"))
    schedule, system = _events(_ordered(_number(5), 1), _ordered(_number(3), 2), _ordered(low_then_high, 3))
    assert _settled(schedule, system)[0]["s"] == 132.0


def test_a_priority_that_is_not_a_number_comes_after_all_others():
    odd = ("divide", _number(0), _number(0))
    schedule, system = _events(_ordered(odd, 1), _ordered(_number(-1e9), 2), _ordered(None, 3))
    assert str(_settled(schedule, system)[0]["s"])[0] == "2"


def test_equal_priorities_are_drawn_evenly_and_repeatably():
    schedule, system = _events(_ordered(_number(1), 1), _ordered(_number(1), 2))
    found = [_settled(schedule, system, keys=(7, cell))[0]["s"] for cell in range(400)]
    assert found == [_settled(schedule, system, keys=(7, cell))[0]["s"] for cell in range(400)]
    assert set(found) == {12.0, 21.0}
    # binomial(400, 1/2) has sd 10: outside 150..250 by chance less than once in a million
    assert 150 <= found.count(12.0) <= 250


def test_values_of_the_trigger_are_those_before_others_were_executed():
    first = Event("", ON, (_add("n", 5),), priority=_number(9))
    early = Event("", ON, (("s", ("name", "n")),), priority=_number(1), at_trigger=True)
    late = replace(early, at_trigger=False)
    assert _settled(*_events(first, early))[0]["s"] == 0.0
    assert _settled(*_events(first, late))[0]["s"] == 5.0


def test_all_assignments_of_one_event_take_the_state_before_it():
    swap = Event("", ON, (("s", ("name", "n")), ("n", ("name", "s"))), at_trigger=False)
    found = _settled(*_events(swap), s=1.0, n=2.0)[0]
    assert (found["s"], found["n"]) == (2.0, 1.0)


@pytest.mark.parametrize(("persistent", "expected"), [(True, 1.0), (False, 0.0)])
def test_a_trigger_that_turns_false_cancels_what_waits_unless_it_is_persistent(persistent, expected):
    off = Event("", ON, (("on", _number(0)),), priority=_number(2))
    then = Event("", ON, (_add("n", 1),), priority=_number(1), persistent=persistent)
    assert _settled(*_events(off, then))[0]["n"] == expected


def test_an_execution_calls_up_others_at_the_same_moment_in_a_long_chain():
    links = [
        Event("", ("eq", ("name", "n"), _number(k)), (("n", _number(k + 1)),)) for k in range(1, 60)
    ]  # each waits for the one before
    start = Event("", ON, (("n", _number(1)),))
    assert _settled(*_events(start, *links[::-1]))[0]["n"] == 60.0


def test_events_that_call_each_other_without_end_are_refused_by_name():
    up = Event("", ("leq", ("name", "n"), _number(0)), (("n", _number(1)),))
    down = Event("", ("gt", ("name", "n"), _number(0)), (("n", _number(0)),))
    with pytest.raises(NumericsError, match=r"E[01](.|\n)*AMB-N49"):
        _settled(*_events(up, down))


@pytest.mark.parametrize("delay", [_number(-1), ("divide", _number(0), _number(0))])
def test_a_delay_below_0_or_not_a_number_is_refused_with_its_event(delay):
    with pytest.raises(NumericsError, match=r"event `E0`(.|\n)*AMB-N48"):
        _settled(*_events(Event("", ON, (_add("n", 1),), delay=delay)))


def test_a_delayed_execution_waits_and_the_same_event_may_wait_twice():
    event = Event("", ON, (_add("n", 1),), delay=_number(2), at_trigger=False)
    schedule, system = _events(event)
    _, agenda, events, y = _settled(schedule, system, time=1.0)
    row = system.species.index("on")
    for value, time in ((0.0, 1.5), (1.0, 1.75)):
        y[row] = value
        assert not events.settle(y, time, agenda)
    assert sorted(one.due for one in agenda.pending) == [3.0, 3.75]
    for time, n in ((2.99, 0.0), (3.0, 1.0), (3.75, 2.0)):
        events.settle(y, time, agenda)
        assert y[system.species.index("n")] == n
    assert agenda.next_due == math.inf


def test_many_cells_settle_as_each_would_alone_and_their_agendas_survive_storing():
    waits = Event("", ON, (_append("s", 7),), delay=("name", "n"))
    schedule, system = _events(_ordered(_number(1), 1), _ordered(_number(1), 2), waits)
    n_cells = 9
    state = replace(event_state(schedule, n_cells, n_waiting=0), seed=3)
    species = np.zeros((len(system.species), n_cells))
    rows = {name: row for row, name in enumerate(system.species)}
    species[rows["on"]], species[rows["n"]] = 1.0, np.arange(n_cells)
    constants = np.full(len(system.constants), np.nan)
    moment = Moment(np.arange(n_cells), np.zeros(n_cells))
    assert execute(schedule, state, moment, (species, np.empty((0, n_cells)), constants)).all()
    for cell in range(n_cells):
        alone, agenda, _, _ = _settled(schedule, system, keys=(3, cell), n=float(cell))
        assert species[rows["s"], cell] == alone["s"]
        assert state.agenda(cell, schedule) == agenda
    assert np.array_equal(state.next_due[1:], np.arange(1.0, n_cells))
    assert state.next_due[0] == np.inf


def test_a_root_that_is_passed_counts_as_equal_for_a_moment():
    event = Event("", ("eq", ("name", "s"), _number(0.5)), (_add("n", 1),))
    schedule, system = _events(event)
    events = schedule.bind([], [math.nan] * len(system.constants))
    agenda, y = events.begin(), _state(system, s=0.5000001)
    assert not events.settle(y, 1.0, agenda)
    assert events.settle(y, 1.0, agenda, crossed=(0,))
    assert y[system.species.index("n")] == 1.0
