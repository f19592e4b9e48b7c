"""With very many molecules the noise goes, and leaps follow the rate equations of a published model."""

from pathlib import Path

import numpy as np
import pytest

from amoeboid.formats.sbml import read_sbml
from amoeboid.signalling import stochastic, trajectory
from amoeboid.signalling.from_sbml import from_sbml
from amoeboid.signalling.system import constants, translate

FILE = Path(__file__).parents[3] / "shared" / "data" / "biomodels-sbml" / "BIOMD0000000347.xml"
MOLECULES = 2e12


@pytest.mark.skipif(not FILE.is_file(), reason="no ../shared/data/biomodels-sbml")
def test_leaps_of_very_many_molecules_follow_the_rate_equations() -> None:
    system = translate(from_sbml(read_sbml(FILE)))
    numbers, times = constants(system), np.array([0.0, 5.0, 10.0])
    course = trajectory.simulate(system, numbers, np.ones(0), times)
    ready = stochastic.model(system, method="tau", molecules=MOLECULES, epsilon=0.04)
    found = stochastic.simulate(ready, times, 2, 20260715)
    compared = 0
    for name in found.names:
        expected = MOLECULES * course.quantity(f"amount of {name}")
        many = expected > 1e9  # fewer scatter by more than what leaps err by
        compared += int(many.sum())
        np.testing.assert_allclose(found.quantity(name)[many], expected[many, None].repeat(2, 1), rtol=0.02)
    assert compared > 30
