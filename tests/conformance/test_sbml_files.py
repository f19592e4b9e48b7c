"""SBML files of others: all that lie beside the repository are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from amoeboid.formats.sbml import read_sbml

DATA = Path(__file__).parents[3] / "shared" / "data"
FILES = sorted((DATA / "biomodels-sbml").glob("*.xml")) + sorted((DATA / "sbml-dsmts-stochastic").glob("*-l3v2.xml"))


@pytest.mark.skipif(not FILES, reason="no ../shared/data/biomodels-sbml")
def test_every_shared_model_is_read_whole() -> None:
    for file in FILES:
        model = read_sbml(file)
        assert model.species
        assert model.refused == ()
        assert model.reactions or model.rules
