"""A tissue that cuts, tears and has membranes: the same bytes by threads and resume; old ones when all of it is off."""

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.kernels import threads
from amoeboid.process import State
from amoeboid.scenario import Membrane


def opened(n_cells, **update):
    """Give the quick look with cells that cut, in a gel between two membranes."""
    short = scenario.load("quick-look")
    group = short.tissue.cells[0].model_copy(update={"count": n_cells, "type": "breast_mda_mb_231"})
    low, high = (0.2 * short.tissue.size[2], 0.8 * short.tissue.size[2])
    sheets = (
        Membrane(kind="basement", axis="z", position=high),
        Membrane(kind="porous", axis="z", position=low, pore_area=50.0),
    )
    changes = {"cells": (group,), "proteolysis": True, "membranes": sheets, **update}
    return short.model_copy(update={"tissue": short.tissue.model_copy(update=changes)})


def first(document):
    return next(one for one in scenario.members(document) if one.arm.name == "OSM")


def final(document, minutes):
    built = simulation.build(document, first(document))
    assert simulation.advance(built, 60.0 * minutes)
    return built.state


@pytest.fixture(autouse=True)
def _back_to_one_thread():
    yield
    threads.set_threads(1)


def test_a_tissue_that_is_cut_has_the_same_bytes_for_one_and_two_threads():
    hashes = []
    for n_threads in (1, 2):
        threads.set_threads(n_threads)
        hashes.append(final(opened(2500), 4).hash())
    assert hashes[0] == hashes[1]


def test_a_tissue_that_is_cut_goes_on_from_a_checkpoint_with_the_same_bytes():
    document = opened(150)
    straight = final(document, 20)
    assert straight["matrix.cut"].any()
    begun = simulation.build(document, first(document))
    simulation.advance(begun, 60.0 * 7)
    saved = {name: array.copy() for name, array in begun.state.items()}
    again = simulation.build(document, first(document))
    again.restore(60.0 * 7, State(saved))
    simulation.advance(again, 60.0 * 20)
    assert again.state.hash() == straight.hash()


def test_collagen_and_what_was_cut_of_it_keep_their_sum_in_a_whole_run():
    document = opened(150, membranes=())
    built = simulation.build(document, first(document))
    before = built.state["matrix.collagen"].copy()
    simulation.advance(built, 3600.0)
    after = built.state["matrix.collagen"] + built.state["matrix.cut"]
    np.testing.assert_allclose(after, before, rtol=1e-13, atol=1e-15)


def test_collagen_and_what_was_cut_keep_their_sum_over_a_gel_that_is_cut_and_moves():
    document = opened(100, membranes=())
    matrix = document.tissue.matrix.model_copy(update={"deforms": True})
    moving = document.model_copy(update={"tissue": document.tissue.model_copy(update={"matrix": matrix})})
    built = simulation.build(moving, first(moving))
    before = built.state["matrix.collagen"].sum()
    simulation.advance(built, 1800.0)
    assert built.state["matrix.cut"].sum() > 0.0
    assert np.abs(built.state["matrix.displacement"]).max() > 0.0
    after = built.state["matrix.collagen"].sum() + built.state["matrix.cut"].sum()
    assert after == pytest.approx(before, rel=1e-12)


def test_without_proteolysis_membranes_and_deformation_nothing_new_is_in_the_state():
    document = opened(50, proteolysis=False, membranes=())
    names = set(final(document, 2))
    assert not names & {"cell.opened", "cell.pull", "matrix.cut", "matrix.membrane", "membrane.distance"}
