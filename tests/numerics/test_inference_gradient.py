"""Gradients of objectives against central differences, states against a closed form, and slopes through jumps."""

import dataclasses
import pickle

import numpy as np
import pytest
from fake_fit import NORMAL_PRIOR, binding, binding_objective, binding_problem, bound

from amoeboid.errors import FormatError, NumericsError
from amoeboid.formats.sbml import parse_antimony
from amoeboid.inference import (
    Engine,
    Experiment,
    FitParameter,
    FitProblem,
    Measurements,
    Objective,
    Observable,
    Precision,
    Prior,
)
from amoeboid.signalling import constants, directional, from_sbml, individualised, translate

THETA = np.log10([0.37, 0.15, 1.7, 0.3, 0.4])


def differences(objective, theta, width=1e-3):
    """Fourth-order central differences of the plain objective."""
    found = []
    for step in np.eye(theta.size) * width:
        a, b, c, d = (objective.value(theta + k * step) for k in (-2, -1, 1, 2))
        found.append((a - 8 * b + 8 * c - d) / (12 * width))
    return np.array(found)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"transformation": "log10"},
        {"transformation": "log"},
        {"distribution": "laplace"},
        {"prior": NORMAL_PRIOR},
        {"prior": Prior("log_normal", -1.0, 0.5)},
        {"noise": "noiseParameter1_y + 0.1*scale*B"},
        {"formula": "scale*B^1.5/(k_off + B) + start_b*log(1 + time)"},
    ],
    ids=lambda more: " ".join(map(str, more)) or "plain",
)
def test_gradients_are_central_differences(more):
    objective = binding_objective(**more)
    value, gradient = objective.gradient(THETA)
    assert value == pytest.approx(objective.value(THETA), abs=1e-6)
    assert gradient == pytest.approx(differences(objective, THETA), rel=1e-5, abs=1e-5)


def test_factors_multiply_to_the_gradient():
    value, f, jacobian = binding_objective(prior=NORMAL_PRIOR).factors(THETA)
    assert np.isfinite(value)
    assert jacobian.T @ f == pytest.approx(binding_objective(prior=NORMAL_PRIOR).gradient(THETA)[1], rel=1e-12)


def test_states_are_those_of_the_closed_form():
    objective = binding_objective(formula="B", relative=1e-10)
    read = objective.read(objective.nominal).value[0]
    assert read[:5] == pytest.approx(bound(np.array([0.5, 1.0, 2.0, 4.0, 8.0]), 1.0), rel=1e-8)
    rest = bound(1e9, 0.5)  # before the third experiment, under half the dose
    end, speed = bound(1e9, 2.0), 0.3 * 2.0 + 0.2
    assert read[10:] == pytest.approx(
        end + (rest - end) * np.exp(-speed * np.array([0.5, 1.0, 2.0, 4.0, 8.0])), rel=1e-7
    )


def test_slopes_of_states_are_those_of_the_closed_form():
    system = directional(individualised(binding(), ["k_on", "k_off", "total"]), ["k_on"])
    assert system.species == ("A", "B", "slope of A", "slope of B")
    assert system.feeds[-1] == "direction of k_on"
    feeds = {"dose": 3.0, "k_on": 0.4, "k_off": 0.2, "total": 2.0, "direction of k_on": 1.0}
    values = {"A": 1.5, "B": 0.5, "slope of A": -0.3, "slope of B": 0.3, **feeds}
    rates = system.graph.evaluate(system.rates, values)
    assert rates[3] == pytest.approx(3.0 * 1.5 + 0.4 * 3.0 * -0.3 - 0.2 * 0.3)


def test_an_objective_travels_to_other_processes():
    objective = binding_objective()
    other = pickle.loads(pickle.dumps(objective))
    assert other.value(THETA) == objective.value(THETA)


def test_several_vectors_at_once_are_the_same_as_one_by_one():
    objective = binding_objective()
    thetas = THETA + 0.1 * np.random.default_rng(2).standard_normal((5, 5))
    together = objective.values(thetas)
    assert together.tolist() == [objective.value(theta) for theta in thetas]


PULSE = """
X = 0; k = {k}; m = 1; t1 = 2
{text}
X' = {rate}
"""


def pulse_objective(text: str, rate: str, names=("k", "t1")) -> Objective:
    system = translate(from_sbml(parse_antimony(PULSE.format(k=0.5, text=text, rate=rate), "pulse")))
    numbers = dict(zip(system.constants, constants(system).tolist(), strict=True))
    parameters = tuple(FitParameter(name, 0.1, 10.0, {"k": 0.5, "t1": 2.0}[name], "lin") for name in names)
    data = Measurements(np.zeros(3, np.int64), np.zeros(3, np.int64), np.array([1.0, 3.0, 5.0]), np.ones(3),
                        ((),) * 3, ((),) * 3)  # fmt: skip
    problem = FitProblem("pulse", "pulse", parameters, (Observable("x", "X", "0.3"),), (Experiment("one"),), data)
    return Objective(problem, Engine(system, numbers, Precision(1e-9, np.full(len(system.species), 1e-11), 1.0)))


def test_a_jump_whose_moment_is_fitted_has_its_slope():
    objective = pulse_objective("", "piecewise(1, time < t1, 0) - k*X")
    assert not objective.simulator.is_smooth
    gradient = objective.gradient(np.array([0.6, 2.2]))[1]
    assert gradient == pytest.approx(differences(objective, np.array([0.6, 2.2])), rel=1e-5)
    t1, k = 2.2, 0.6  # closed form: X = (1 - e^{-k t1}) / k e^{-k (t - t1)}
    expected = (1.0 - np.exp(-k * t1)) / k * np.exp(-k * (5.0 - t1))
    assert objective.read(np.array([k, t1])).value[0, 2] == pytest.approx(expected, rel=1e-6)


def test_a_jump_at_a_fixed_moment_needs_no_differences():
    objective = pulse_objective("", "piecewise(1, time < t1, 0) - k*X", ("k",))
    assert objective.simulator.is_smooth
    assert objective.gradient(np.array([0.6]))[1] == pytest.approx(differences(objective, np.array([0.6])), rel=1e-5)


def test_events_take_place_in_a_fit():
    objective = pulse_objective("at time > t1: X = X + 1", "m - k*X", ("k",))
    assert not objective.simulator.is_smooth
    k, x2 = 0.6, (1.0 - np.exp(-1.2)) / 0.6
    expected = 1.0 / k + (x2 + 1.0 - 1.0 / k) * np.exp(-k)
    assert objective.read(np.array([k])).value[0, 1] == pytest.approx(expected, rel=1e-6)
    assert objective.gradient(np.array([k]))[1] == pytest.approx(differences(objective, np.array([k])), rel=1e-4)


def test_what_never_rests_is_told_when_rest_is_asked_for():
    problem = binding_problem()
    system = translate(from_sbml(parse_antimony("A = 0; B = 0; dose = 1; A' = dose; B' = 0*A", "ramp")))
    experiments = tuple(dataclasses.replace(one, before={"dose": 1.0}) for one in problem.experiments)
    objective = Objective(
        dataclasses.replace(problem, experiments=experiments, observables=(Observable("y", "A", "noiseParameter1_y"),)),
        Engine(system, {name: 1.0 for name in system.constants}, Precision(1e-6, np.full(2, 1e-8), 10.0)),
    )
    with pytest.raises(NumericsError, match="AMB-N70"):
        objective.log_likelihood(objective.nominal)
    assert objective.value(objective.nominal) == np.inf


def test_an_experiment_that_sets_nothing_known_is_refused():
    problem = dataclasses.replace(binding_problem(), experiments=(Experiment("odd", {"doze": 1.0}),) * 3)
    with pytest.raises(FormatError, match="AMB-F124"):
        Objective(problem, Engine(binding(), {"total": 2.0, "k_on": 1.0, "k_off": 1.0, "dose": 0.0}, Precision(1e-6, np.full(2, 1e-8), 1.0)))  # fmt: skip  # noqa: E501
