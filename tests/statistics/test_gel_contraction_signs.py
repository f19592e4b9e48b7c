"""Fibroblasts contract a floating gel, less so without JAK1, ROCK or myosin: the shipped assay, small and short.

Three seeds are paired over arms; by chance alone three of three differences have one given sign in 1 of 8 cases.
"""

import numpy as np
import pytest

from amoeboid import scenario
from amoeboid.measures import gel_contraction
from amoeboid.scenario import members
from amoeboid.simulation import advance, build

HOURS = 2.0


def small():
    """Give the shipped assay with eight cells in a gel a twentieth as large."""
    document = scenario.load("gel-contraction")
    matrix = document.tissue.matrix
    place = matrix.place.model_copy(update={"size": (180.0, 180.0, 100.0)})
    group = document.tissue.cells[0]
    where = group.place.model_copy(update={"size": (160.0, 160.0, 80.0)})
    tissue = document.tissue.model_copy(
        update={
            "size": (260.0, 260.0, 160.0),
            "matrix": matrix.model_copy(update={"place": place}),
            "cells": (group.model_copy(update={"count": 8, "place": where}),),
        }
    )
    return document.model_copy(update={"tissue": tissue})


@pytest.mark.slow
def test_a_gel_contracts_less_without_jak1_rock_or_myosin_in_every_seed():
    lost, pulls = {}, {}
    for member in members(small()):
        simulation = build(small(), member)
        first = simulation.state["matrix.collagen"].copy()
        advance(simulation, HOURS * 3600.0)
        after = simulation.state["matrix.collagen"]
        lost.setdefault(member.arm.name, []).append(gel_contraction(np.stack([first, after]))[1])
        pulls.setdefault(member.arm.name, []).append(simulation.state["cell.pull"].mean())
        assert after.sum() == pytest.approx(first.sum(), rel=1e-12)
    found = {arm: np.array(values) for arm, values in lost.items()}
    assert all(len(values) == 3 for values in found.values())
    for arm in ("no added cytokine", "LIF, JAK1 knock-out", "LIF + Y-27632", "LIF + blebbistatin"):
        assert np.all(found[arm] < found["LIF"])
    # 30 to 116 nN per fibroblast (observed.force.fibroblast)
    assert np.all((np.array(pulls["LIF"]) > 30.0) & (np.array(pulls["LIF"]) < 116.0))
    assert np.all(np.array(pulls["no added cytokine"]) > 30.0)
