"""Files of others: 24 published models against libroadrunner, 39 stochastic cases against their laws."""

import importlib.util
from pathlib import Path

import numpy as np

from amoeboid.formats.sbml import read_sbml
from amoeboid.signalling import trajectory, translate
from amoeboid.signalling.from_sbml import from_sbml
from amoeboid.signalling.system import constants
from amoeboid.workflow import stochastic_cases

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
REPEATS, SEED = 10_000, 20260714  # as in the conformance test


def shared():
    """Give the comparison that the conformance test makes of one model: there is one of it."""
    place = ROOT / "tests" / "conformance" / "test_biomodels_kernel.py"
    spec = importlib.util.spec_from_file_location("models_and_peers", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def agree(exact: np.ndarray, got: np.ndarray) -> bool:
    bound = np.maximum(1e-5 * np.abs(exact), 1e-9 * np.abs(exact).max())
    return bool((np.abs(got - exact) <= bound).all())


def by_one_cell(model, grid: np.ndarray) -> np.ndarray:
    system = translate(from_sbml(model))
    course = trajectory.simulate(system, constants(system), np.ones(len(system.feeds)), grid)
    return np.array([course.quantity(one.id) for one in model.species])


def models() -> dict[str, float]:
    peers, found = shared(), {"kernel": 0.0, "one_cell": 0.0}
    for number, horizon in peers.HORIZONS.items():
        file = peers.path(number)
        model = read_sbml(file)
        for name, engine, end in (("kernel", peers.by_kernel, horizon), ("one_cell", by_one_cell, 100.0)):
            grid = np.linspace(0.0, end, 101)
            good = agree(peers.by_roadrunner(file, model, grid), engine(model, grid))
            found[name] += good
            if not good:
                print(f"{name}: {file.name} differs")
    return found


def chance() -> dict[str, float]:
    excursions, by_chance = 0, np.zeros(2000, np.int64)
    for number in range(1, 40):
        one = stochastic_cases.judge(DATA / "sbml-dsmts-stochastic", number, REPEATS, SEED)
        excursions += one.excursions
        by_chance += np.random.Generator(np.random.Philox(number)).permutation(one.chance)
    allowed = float(np.quantile(by_chance, 0.999, method="higher"))
    print(f"{excursions} out of range, {by_chance.mean():.1f} expected by chance, {allowed:.0f} its 99.9 % quantile")
    return {"beyond": excursions / allowed}


def measure() -> dict[str, float]:
    found = models() if (DATA / "biomodels-sbml").is_dir() else {}
    return found | (chance() if (DATA / "sbml-dsmts-stochastic").is_dir() else {})
