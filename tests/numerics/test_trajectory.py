"""One cell's course against closed forms: stiffness, discontinuities, poles, and times at which rounding decides."""

import numpy as np
import pytest

from amoeboid.errors import NumericsError
from amoeboid.formats.sbml import Compartment, Event, Parameter, Rule, SbmlModel, Species
from amoeboid.signalling import constants, from_sbml, trajectory, translate

TIME, X = ("time",), ("name", "x")


def _number(value):
    return ("number", float(value))


def _model(rates, starts, events=(), assigned=None):
    rules = [Rule("rate", name, math) for name, math in rates.items()]
    rules += [Rule("assignment", name, math) for name, math in (assigned or {}).items()]
    names = dict.fromkeys([*starts, *(assigned or {})])
    parameters = tuple(Parameter(name, starts.get(name), constant=False) for name in names)
    return SbmlModel(id="m", parameters=parameters, rules=tuple(rules), events=tuple(events), where="m")


def _course(model, times, **options):
    system = translate(from_sbml(model))
    return trajectory.simulate(system, constants(system), np.ones(len(system.feeds)), times, **options)


def test_a_stiff_course_follows_its_closed_form_to_1e_9():
    rate = ("multiply", _number(-1000), ("subtract", X, ("cos", TIME)))
    times = np.linspace(0.0, 10.0, 41)
    found = _course(_model({"x": rate}, {"x": 0.0}), times).quantity("x")
    exact = (1e6 * np.cos(times) + 1e3 * np.sin(times) - 1e6 * np.exp(-1000 * times)) / (1e6 + 1)
    assert np.abs(found - exact).max() < 1e-9


def test_tighter_tolerances_give_smaller_errors_of_a_course():
    times = np.linspace(0.0, 20.0, 21)
    model = _model({"x": ("name", "v"), "v": ("negate", X)}, {"x": 0.0, "v": 1.0})
    errors = [
        np.abs(_course(model, times, relative=relative).quantity("x") - np.sin(times)).max()
        for relative in (1e-4, 1e-6, 1e-8, 1e-10)
    ]
    assert all(later < 0.1 * former for former, later in zip(errors[:-1], errors[1:], strict=True)), errors
    assert errors[-1] < 1e-8


def test_amounts_of_femtomoles_keep_their_relative_accuracy():
    times = np.linspace(0.0, 5.0, 11)
    model = _model({"x": ("multiply", _number(-2), X), "y": ("multiply", _number(2), X)}, {"x": 1e-15, "y": 0.0})
    course = _course(model, times)
    assert np.allclose(course.quantity("x"), 1e-15 * np.exp(-2 * times), rtol=1e-8, atol=0.0)
    assert np.allclose(course.quantity("y"), 1e-15 * (1 - np.exp(-2 * times)), rtol=1e-8, atol=0.0)


def test_a_blow_up_in_finite_time_names_the_state_the_time_and_the_last_good_value():
    with pytest.raises(NumericsError, match=r"time (0\.9999|1\.0000).*species `x`(.|\n)*last good value(.|\n)*AMB-N90"):
        _course(_model({"x": ("multiply", X, X)}, {"x": 1.0}), [0.0, 2.0])


def test_a_rate_that_is_not_finite_at_the_start_is_refused_with_its_state():
    with pytest.raises(NumericsError, match=r"species `x`(.|\n)*its rate is not finite"):
        _course(_model({"x": ("divide", _number(1), ("subtract", X, X))}, {"x": 1.0}), [0.0, 2.0])


def test_a_state_without_a_value_stays_without_and_harms_no_other():
    model = _model({"x": _number(1), "y": _number(2)}, {"x": None, "y": 0.0})
    course = _course(model, [0.0, 1.0, 2.0])
    assert np.isnan(course.quantity("x")).all()
    assert np.allclose(course.quantity("y"), [0.0, 2.0, 4.0])


@pytest.mark.parametrize("width", [1e-2, 1e-4, 1e-6])
def test_a_window_of_any_width_is_not_leapt_over(width):
    inside = ("and", ("gt", X, _number(0.5)), ("lt", X, ("number", 0.5 + width)))
    event = Event("E", inside, (("n", ("add", ("name", "n"), _number(1))),))
    model = _model({"x": _number(0.4)}, {"x": 0.0, "n": 0.0}, [event])
    assert _course(model, [0.0, 10.0]).quantity("n")[-1] == 1.0


@pytest.mark.parametrize("excess", [1e-3, 1e-6, 1e-9])
def test_a_peak_that_just_passes_a_threshold_is_seen_each_time(excess):
    event = Event("E", ("gt", X, ("number", 1.0 - excess)), (("n", ("add", ("name", "n"), _number(1))),))
    rates = {"x": ("name", "v"), "v": ("negate", X)}
    times = np.linspace(0.0, 20.0 * np.pi, 11)
    found = _course(_model(rates, {"x": 0.0, "v": 1.0, "n": 0.0}, [event]), times).quantity("n")
    assert np.array_equal(found, np.arange(11.0))


def test_a_peak_that_just_fails_a_threshold_is_not_seen():
    event = Event("E", ("gt", X, ("number", 1.0 + 1e-7)), (("n", _number(1)),))
    rates = {"x": ("name", "v"), "v": ("negate", X)}
    course = _course(_model(rates, {"x": 0.0, "v": 1.0, "n": 0.0}, [event]), np.linspace(0.0, 60.0, 11))
    assert course.quantity("n")[-1] == 0.0


@pytest.mark.parametrize("relation", ["geq", "gt"])
def test_a_state_that_reaches_a_threshold_at_an_output_counts_there_for_geq_only(relation):
    event = Event("E", (relation, X, _number(4.5)), (("n", _number(1)),))
    times = np.linspace(0.0, 6.0, 61)
    found = _course(_model({"x": _number(1)}, {"x": 0.0, "n": 0.0}, [event]), times).quantity("n")
    assert found[45] == (1.0 if relation == "geq" else 0.0)
    assert found[44] == 0.0
    assert found[46] == 1.0


def test_ten_thousand_events_of_a_clock_that_resets_itself_do_not_drift():
    due = ("geq", ("subtract", TIME, ("name", "reset")), _number(0.01))
    event = Event("E", due, (("reset", TIME), ("n", ("add", ("name", "n"), _number(1)))))
    found = _course(_model({}, {"reset": 0.0, "n": 0.0}, [event]), np.arange(0.0, 10.5, 1.0)).quantity("n")
    assert np.array_equal(found, 100.0 * np.arange(11))


def test_steps_of_floor_in_a_rate_are_found_one_by_one():
    times = np.linspace(0.0, 5.0, 51)
    found = _course(_model({"x": ("floor", TIME)}, {"x": 0.0}), times).quantity("x")
    whole = np.floor(times + 1e-12)
    assert np.abs(found - (whole * (whole - 1) / 2 + whole * (times - whole))).max() < 1e-8


def test_a_course_is_the_same_bytes_when_it_is_asked_for_twice():
    fires = ("gt", X, _number(0.5))
    events = [Event(f"E{k}", fires, (("n", ("add", ("multiply", _number(3), ("name", "n")), _number(k))),),
                    at_trigger=False) for k in range(4)]  # fmt: skip
    model = _model({"x": ("sin", TIME)}, {"x": 0.0, "n": 0.0}, events)
    first, second, other = (_course(model, np.linspace(0, 30, 31), seed=seed).species for seed in (1, 1, 2))
    assert first.tobytes() == second.tobytes()
    assert first.tobytes() != other.tobytes()


def test_times_that_fall_are_refused():
    with pytest.raises(NumericsError, match="AMB-N94"):
        _course(_model({"x": _number(1)}, {"x": 0.0}), [0.0, 2.0, 1.0])


def test_a_quantity_that_a_model_lacks_is_refused_with_the_nearest():
    course = _course(_model({"tension": _number(1)}, {"tension": 0.0}), [0.0, 1.0])
    with pytest.raises(NumericsError, match=r"`tension`(.|\n)*AMB-N93"):
        course.quantity("tensoin")


def test_an_event_turns_a_concentration_into_an_amount_with_the_volume_before_it():
    event = Event("E", ("geq", TIME, _number(0.45)), (("c", _number(0.2)), ("A", _number(0.2))))
    model = SbmlModel(
        id="m",
        compartments=(Compartment("c", 0.5, constant=False),),
        species=(Species("A", "c", concentration=2.0, boundary=True),),
        events=(event,),
        where="m",
    )
    course = _course(model, [0.0, 0.4, 0.5, 1.0])
    assert np.allclose(course.quantity("amount of A"), [1.0, 1.0, 0.1, 0.1])
    assert np.allclose(course.quantity("A"), [2.0, 2.0, 0.5, 0.5])


def test_the_row_of_time_0_is_the_beginning_however_long_the_span():
    event = Event("", ("geq", TIME, _number(120)), (("x", _number(7)),))
    found = _course(_model({"x": _number(0)}, {"x": 1.0}, [event]), np.linspace(0.0, 1e15, 5)).quantity("x")
    assert found.tolist() == [1.0, 7.0, 7.0, 7.0, 7.0]
