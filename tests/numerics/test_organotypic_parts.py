"""What the organotypic signs rest on, part by part, in small scenes of the shipped assay."""

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.scenario.document import Place

MIDDLE = ((60.0, 60.0, 60.0), (140.0, 60.0, 60.0), (60.0, 140.0, 60.0), (140.0, 140.0, 60.0))


def scene(arm, fibroblasts=MIDDLE, carcinoma=None):
    """The assay with four fibroblasts at given places, and a few carcinoma cells or a piece of the sheet."""
    document = scenario.load("organotypic")
    groups = []
    for group in document.tissue.cells:
        if group.type == "fibroblast":
            place, count = Place(shape="points", points=fibroblasts), None
        else:
            place, count = carcinoma or (Place(shape="points", points=((100.0, 100.0, 100.0),)), None)
        groups.append(group.model_copy(update={"place": place, "count": count}))
    tissue = document.tissue.model_copy(update={"cells": tuple(groups)})
    document = document.model_copy(update={"tissue": tissue, "replicates": 1})
    member = next(one for one in scenario.members(document) if one.arm.name == arm)
    return simulation.build(document, member)


def of_type(state, name, kind):
    return state[name][state["cell.type"] == kind]


@pytest.mark.parametrize("missing", ["JAK1", "ROCK"])
def test_fibroblasts_tear_the_gel_with_a_measured_force_and_do_not_without_their_axis(missing):
    whole, lacking = scene("with fibroblasts"), scene(f"no {missing} in fibroblasts")
    for built in (whole, lacking):
        simulation.advance(built, 3600.0)
    force = of_type(whole.state, "cell.pull", 1)
    assert np.all((force >= 30.0) & (force <= 116.0))  # PMC3028113: 30 to 116 nN for one fibroblast
    assert whole.state["matrix.track"].sum() > 0.0
    assert lacking.state["matrix.track"].sum() == 0.0
    assert np.all(of_type(lacking.state, "cell.pull", 1) < force)


@pytest.mark.parametrize("arm", ["carcinoma alone", "no JAK1 in carcinoma cells", "no ROCK in carcinoma cells"])
def test_carcinoma_cells_never_tear_the_gel_themselves(arm):
    built = scene(arm, fibroblasts=((20.0, 20.0, 20.0),))
    built.state["cell.position"][built.state["cell.type"] == 1] = [20.0, 20.0, 225.0]  # where there is no gel
    simulation.advance(built, 3600.0)
    assert built.state["cell.pull"][0] > 0.0
    assert built.state["matrix.track"].sum() == 0.0


def test_relaxed_carcinoma_cells_hold_together_without_falling_onto_each_other():
    sheet = (Place(shape="box", centre=(100.0, 100.0, 215.0), size=(80.0, 80.0, 30.0)), None)
    built = scene("no ROCK in carcinoma cells", carcinoma=sheet)
    simulation.advance(built, 6.0 * 3600.0)
    touching = of_type(built.state, "cell.contacts", 0)
    assert np.median(touching) > 2.0
    assert touching.max() <= 16  # twelve around, and room for those that overlap; collapse gives 80
