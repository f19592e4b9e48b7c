"""Rates at time 0 of the files of BioModels: ours against libroadrunner's."""

from pathlib import Path

import numpy as np
import pytest

from amoeboid.formats import sbml
from amoeboid.signalling import from_sbml, translate
from amoeboid.signalling.system import constants

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "biomodels-sbml"
FILES = sorted(FOLDER.glob("*.xml"))
CLOSE = 1e-10


def ours(path: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Quantities, and rates of change of the amounts of species, at time 0."""
    system = translate(from_sbml(sbml.read_sbml(path)))
    numbers, feeds = constants(system), np.ones(len(system.feeds))
    y = system.compute(system.starts, np.zeros(len(system.species)), feeds, numbers)
    names = tuple(system.quantities)
    found = dict(zip(names, system.compute(tuple(system.quantities.values()), y, feeds, numbers), strict=True))
    rates = dict(zip(system.species, system.rhs(y, feeds, numbers), strict=True))
    # a state that is a concentration changes by the amount over the size, which is then constant
    sizes = {
        name: found["amount of " + name] / y[row]
        for row, name in enumerate(system.species)
        if "amount of " + name in found and y[row] != 0.0
    }
    return found, {name: rates[name] * size for name, size in sizes.items()}


@pytest.mark.skipif(not FILES, reason="needs the shared files of BioModels")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rates_of_a_biomodel_are_those_of_libroadrunner(path: Path) -> None:
    roadrunner = pytest.importorskip("roadrunner")
    found, changes = ours(path)
    engine = roadrunner.RoadRunner(str(path))
    reactions = dict(zip(engine.model.getReactionIds(), engine.model.getReactionRates(), strict=True))
    largest = max(map(abs, reactions.values()), default=1.0)
    for name, rate in reactions.items():
        assert found[name] == pytest.approx(rate, rel=CLOSE, abs=CLOSE * largest), name
    ids = engine.model.getFloatingSpeciesIds()
    amounts = dict(zip(ids, engine.model.getFloatingSpeciesAmounts(), strict=True))
    ruled = set(engine.model.getRateRuleSymbols())
    for name in ids:
        assert found["amount of " + name] == pytest.approx(amounts[name], rel=CLOSE), name
        if name in changes and name not in ruled:
            wanted = engine.model[name + "'"]
            assert changes[name] == pytest.approx(wanted, rel=CLOSE, abs=CLOSE * largest), name
    for name, value in zip(engine.model.getGlobalParameterIds(), engine.model.getGlobalParameterValues(), strict=True):
        if name in found:
            assert found[name] == pytest.approx(value, rel=CLOSE, nan_ok=True), name
