"""Random models over rules, events, volumes and stoichiometries against libroadrunner.

Two things are left out because libroadrunner was found to differ from the specification there (checked by hand): a
rate rule of a concentration in a compartment that an assignment rule sets, and delayed events that are not persistent.
"""

import numpy as np
import pytest
from random_models import model

from amoeboid.formats.sbml import parse_sbml
from amoeboid.signalling import constants, from_sbml, trajectory, translate

roadrunner = pytest.importorskip("roadrunner", reason="needs libroadrunner")
antimony = pytest.importorskip("antimony", reason="needs the extra sbml")

TIMES = np.linspace(0.0, 10.0371, 60)


def _theirs(text, names):
    engine = roadrunner.RoadRunner(text)
    engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = 1e-10, 1e-13
    engine.integrator.maximum_time_step = TIMES[-1] / 400
    engine.timeCourseSelections = ["time", *names]
    return np.array(engine.simulate(0.0, TIMES[-1], len(TIMES)))[:, 1:].T


def _compared(seed):
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(model(seed)) >= 0, antimony.getLastError()
    text = antimony.getSBMLString("made")
    record = parse_sbml(text, f"random {seed}")
    species = [one.id for one in record.species]
    others = [one.id for one in (*record.parameters, *record.compartments)]
    try:
        theirs = _theirs(text, [*species, *(f"[{name}]" for name in species), *others])
    except RuntimeError as error:
        pytest.skip(f"libroadrunner gives up: {error}"[:100])
    system = translate(from_sbml(record))
    course = trajectory.simulate(system, constants(system), np.ones(len(system.feeds)), TIMES)
    names = [*(f"amount of {name}" for name in species), *(f"concentration of {name}" for name in species), *others]
    return {name: (course.quantity(name), row) for name, row in zip(names, theirs, strict=True)}


def _differing(seed):
    found = _compared(seed)
    return {name: (a, b) for name, (a, b) in found.items() if not np.allclose(a, b, rtol=1e-5, atol=1e-6)}


@pytest.mark.parametrize("seed", range(10))
def test_a_random_model_follows_libroadrunner(seed):
    assert _differing(seed) == {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 150))
def test_many_random_models_follow_libroadrunner(seed):
    assert _differing(seed) == {}
