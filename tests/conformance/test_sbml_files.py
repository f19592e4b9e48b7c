"""SBML files of others: all that lie beside the repository are read, and mean the same when written again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from amoeboid.formats.sbml import read_sbml, write_sbml

DATA = Path(__file__).parents[3] / "shared" / "data"
FILES = sorted((DATA / "biomodels-sbml").glob("*.xml")) + sorted((DATA / "sbml-dsmts-stochastic").glob("*-l3v2.xml"))


@pytest.mark.skipif(not FILES, reason="no ../shared/data/biomodels-sbml")
def test_every_shared_model_is_read_whole() -> None:
    for file in FILES:
        model = read_sbml(file)
        assert model.species
        assert model.refused == ()
        assert model.reactions or model.rules


def concentrations(text: str) -> np.ndarray:
    roadrunner = pytest.importorskip("roadrunner")
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    runner = roadrunner.RoadRunner(text)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-10, 1e-14
    runner.timeCourseSelections = ["time", *(f"[{name}]" for name in sorted(runner.model.getFloatingSpeciesIds()))]
    return np.array(runner.simulate(0.0, 10.0, 11))


def check_written(file: Path) -> None:
    assert np.array_equal(concentrations(write_sbml(read_sbml(file))), concentrations(file.read_text("utf-8")))


@pytest.mark.skipif(not FILES, reason="no ../shared/data/biomodels-sbml")
@pytest.mark.parametrize("name", ["BIOMD0000000167", "BIOMD0000000234", "BIOMD0000000765"])
def test_a_model_read_and_written_simulates_as_before(name: str) -> None:
    check_written(DATA / "biomodels-sbml" / f"{name}.xml")


@pytest.mark.slow
@pytest.mark.skipif(not FILES, reason="no ../shared/data/biomodels-sbml")
def test_every_published_model_read_and_written_simulates_as_before() -> None:
    for file in FILES:
        if file.name.startswith("BIOMD"):
            check_written(file)
