"""Three published calibration problems of JAK-STAT pathways: likelihoods, simulations, gradients, and the best fit."""

import csv
from pathlib import Path

import numpy as np
import pytest

from amoeboid.inference import Search, multistart, optimise, petab_objective, profile

DATA = Path(__file__).parents[3] / "shared" / "data" / "petab-jakstat"
NAMES = {"boehm": "Boehm_JProteomeRes2014", "bachmann": "Bachmann_MSB2011", "raia": "Raia_CancerResearch2011"}
TOLERANCE = {"boehm": 1e-4, "bachmann": 1e-4, "raia": 1e-4}
"""Relative; the shipped files were computed by other solvers at looser tolerances."""

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data/petab-jakstat")


def objective_of(name, relative=1e-8):
    return petab_objective(DATA / NAMES[name] / f"{NAMES[name]}.yaml", relative)


@pytest.mark.parametrize(("name", "expected"), [("boehm", -138.2220), ("bachmann", 418.4057)])
def test_published_problems_have_their_nominal_log_likelihood(name, expected):
    objective = objective_of(name)
    assert objective.log_likelihood(objective.nominal) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("name", ["boehm", "bachmann", "raia"])
def test_shipped_simulations_are_reproduced(name):
    objective = objective_of(name)
    found = objective.read(objective.nominal).value[0]
    with (DATA / NAMES[name] / f"simulatedData_{NAMES[name]}.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    shipped = {}
    for row in rows:
        condition = row.get("simulationConditionId") or row["simulationCondition"]
        key = (row["observableId"].removeprefix("observable_"), condition, float(row["time"]))
        shipped.setdefault(key, []).append(float(row["simulation"]))
    problem, missed = objective.problem, []
    for k in range(problem.data.n_rows):
        one = problem.observables[problem.data.observable[k]].name.removeprefix("observable_")
        key = (one, problem.experiments[problem.data.experiment[k]].name, float(problem.data.time[k]))
        if not any(abs(found[k] - value) <= TOLERANCE[name] * abs(value) + 1e-6 for value in shipped[key]):
            missed.append((key, float(found[k]), shipped[key]))
    assert not missed, missed[:5]


def displaced(objective, seed):
    """Give a point inside the bounds away from the optimum, where gradients are not rounding."""
    lower, upper = objective.bounds
    random = np.random.default_rng(seed)
    return np.clip(objective.nominal + 0.3 * random.standard_normal(lower.size), lower + 0.05, upper - 0.05)


@pytest.mark.parametrize(("name", "every"), [("boehm", 1), ("bachmann", 7), ("raia", 3)])
def test_gradients_of_published_problems_are_central_differences(name, every):
    objective = objective_of(name, 1e-9)
    theta, width = displaced(objective, 3), 1e-3
    gradient = objective.gradient(theta)[1]
    for k in range(0, theta.size, every):
        step = np.zeros(theta.size)
        step[k] = width
        a, b, c, d = (objective.value(theta + n * step) for n in (-2, -1, 1, 2))
        assert gradient[k] == pytest.approx((a - 8 * b + 8 * c - d) / (12 * width), rel=1e-5, abs=1e-5), k


def test_the_prior_of_bachmann_adds_its_density():
    objective = objective_of("bachmann")
    x, location, width = np.log10(3.97622379188569), 0.599470870492697, 0.193459292722329
    prior = 0.5 * ((x - location) / width) ** 2 + np.log(width) + 0.5 * np.log(2.0 * np.pi)
    value = objective.value(objective.nominal)
    assert value == pytest.approx(-objective.log_likelihood(objective.nominal) + prior, abs=1e-9)


def test_the_published_optimum_of_boehm_lies_within_our_profiles():
    objective = objective_of("boehm", 1e-7)
    best = optimise(objective, objective.nominal)
    assert best.value == pytest.approx(138.2220, abs=0.01)
    found = [profile(objective, best, k) for k in range(len(objective.names))]
    for k, one in enumerate(found):
        assert one.low <= objective.nominal[k] <= one.high, objective.names[k]
    open_ones = {objective.names[one.parameter]: one.verdict for one in found if one.verdict != "identified"}
    assert open_ones == {"k_exp_hetero": "open below", "k_imp_homo": "open above"}


@pytest.mark.slow
def test_fifty_starts_of_boehm_reach_the_published_fit():
    found = multistart(objective_of("boehm", 1e-7), Search(50, seed=1, processes=2))
    assert found.best.value == pytest.approx(138.22, abs=0.1)
    assert found.n_same >= 2
