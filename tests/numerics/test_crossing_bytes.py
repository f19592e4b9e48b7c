"""A tissue with a vessel: the same bytes whatever the threads, stops and storage; no cell is lost."""

import functools
import itertools
import math

import numpy as np
import pytest

from amoeboid import execution, scenario, simulation
from amoeboid.execution import Means
from amoeboid.kernels import threads
from amoeboid.process import State
from amoeboid.scenario import Cells, Output, Place, Setting, Vessel

MINUTES = 40
FAST = {
    "vessel.crossing_rate": Setting(value=3.0, unit="1/h", reason="crossings within minutes"),
    "vessel.contact": Setting(value=4.0, unit="um", reason="more cells in touch"),
    "vessel.pressure_least": Setting(value=0.02, unit="kPa", reason="before the cytokine has acted"),
}


@functools.cache
def document(length=300.0):
    """Give the chip with pairs of cells around the vessel, one of each pair in touch with it."""
    chip = scenario.load("intravasation-chip")
    across = [(math.cos(angle), math.sin(angle)) for angle in np.arange(8) * math.pi / 4.0]
    places = [
        (x, 80.0 + away * c, 80.0 + away * s)
        for x in np.arange(15.0, length, 30.0)
        for c, s in across
        for away in (34.0, 48.0)
    ]
    pairs = Cells(type="melanoma", place=Place(shape="points", points=tuple(places)))
    vessel = Vessel(start=(0.0, 80.0, 80.0), end=(length, 80.0, 80.0), radius=25.0, flow=200.0)
    changed = {"size": (length, 200.0, 160.0), "vessels": (vessel,), "cells": (pairs,)}
    return chip.model_copy(update={"tissue": chip.tissue.model_copy(update=changed), "parameters": FAST})


def built(doc, arm="OSM"):
    return simulation.build(doc, next(one for one in scenario.members(doc) if one.arm.name == arm))


def moved(doc, minutes=MINUTES, arm="OSM"):
    made = built(doc, arm)
    assert simulation.advance(made, 60.0 * minutes)
    return made.state


@functools.cache
def straight():
    return moved(document())


@pytest.fixture(autouse=True)
def _one_thread_afterwards():
    yield
    threads.set_threads(1)


def test_something_crosses_alone_and_together_in_what_is_compared_here():
    sizes = straight()["flux.size"]
    assert (sizes == 1).sum() > 5
    assert (sizes > 1).sum() > 2


def test_two_threads_let_the_same_cells_cross():
    doc = document(length=3000.0)
    hashes = []
    for n_threads in (1, 2):
        threads.set_threads(n_threads)
        hashes.append(moved(doc, minutes=6).hash())
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("stop", [1, 17, 33])
def test_a_resumed_crossing_gives_the_bytes_of_a_straight_one(stop):
    first = built(document())
    simulation.advance(first, 60.0 * stop)
    saved = {name: array.copy() for name, array in first.state.items()}
    again = built(document())
    again.restore(60.0 * stop, State(saved))
    simulation.advance(again, 60.0 * MINUTES)
    assert again.state.hash() == straight().hash()


@pytest.mark.parametrize("stop", [2, 20])
def test_a_run_stopped_and_resumed_from_its_folder_keeps_every_crossing(stop, tmp_path):
    # stopped after a tick or two there are checkpoints without a crossing: arrays of length 0 must come back
    doc = document().model_copy(update={"duration": 60.0 * MINUTES, "replicates": 1, "explore": (), "comparisons": ()})
    every = Output(frames_every=300.0, cells_every=600.0, checkpoint_every=600.0)
    doc = doc.model_copy(update={"arms": (doc.arm("OSM"),), "output": every, "readout": ()})
    asked = itertools.count()
    stopping = Means(processes=1, threads=1, stop=lambda: next(asked) >= stop)
    partial = execution.run(doc, folder=tmp_path, means=stopping)
    assert 0.0 < partial.members()[0].reached < 60.0 * MINUTES
    done = execution.resume(partial.path, means=Means(processes=1, threads=1))
    frames = done.members()[0].frames()
    expected = straight()
    for name in ("time", "vessel", "size", "first", "cell", "type", "tension", "pMLC2", "pSTAT3"):
        assert (frames.flux[f"flux_{name}"] == expected[f"flux.{name}"]).all(), name
    assert done.members()[0].state_hash == expected.hash()


def test_the_order_in_which_cells_are_stored_changes_nothing():
    made = built(document())
    simulation.advance(made, 60.0 * 5)
    made.state.reindex(np.random.default_rng(3).permutation(made.state.n_cells))
    simulation.advance(made, 60.0 * MINUTES)
    found, expected = made.state, straight()
    back = np.argsort(found["cell.id"])
    for name in ("cell.id", "cell.position", "cell.tension"):
        assert (found[name][back] == expected[name]).all(), name
    for name in expected:
        if name.startswith("flux."):
            assert (found[name] == expected[name]).all(), name


def test_every_cell_is_in_the_tissue_or_has_crossed_once():
    state = straight()
    everyone = np.concatenate([state["cell.id"], state["flux.cell"]])
    assert sorted(everyone.tolist()) == list(range(160))
    assert state["flux.size"].sum() == state["flux.cell"].size
    assert (np.cumsum(state["flux.size"])[:-1] == state["flux.first"][1:]).all()
    assert (np.diff(state["flux.time"]) >= 0.0).all()


def test_no_cell_overlaps_the_vessel_at_any_tick():
    made = built(document())
    wall = next(process for process in made.processes if process.name == "vessel walls")
    for minute in range(1, 31):
        simulation.advance(made, 60.0 * minute)
        gap = wall.vessels.nearest(made.state["cell.position"]).gap - made.state["cell.radius"]
        assert gap.min() > -1e-9


def test_without_vessels_nothing_is_wired():
    chip = document()
    plain = chip.model_copy(update={"tissue": chip.tissue.model_copy(update={"vessels": ()})})
    made = built(plain)
    assert not {"vessel walls", "intravasation"} & {process.name for process in made.processes}
    assert not any(name.startswith("flux.") for name in made.state)


def test_a_tissue_that_empties_goes_on():
    few = document()
    group = Cells(type="melanoma", place=Place(shape="points", points=((80.0, 113.5, 80.0),)))
    lone = few.model_copy(
        update={
            "tissue": few.tissue.model_copy(update={"cells": (group,)}),
            "parameters": {**FAST, "vessel.crossing_rate": Setting(value=1e6, unit="1/h", reason="at once")},
        }
    )
    state = moved(lone, minutes=10)
    assert state.n_cells == 0
    assert state["flux.cell"].tolist() == [0]


def test_cells_in_the_vessel_are_refused_when_built():
    chip = document()
    inside = Cells(type="melanoma", place=Place(shape="points", points=((80.0, 85.0, 80.0),)))
    wrong = chip.model_copy(update={"tissue": chip.tissue.model_copy(update={"cells": (inside,)})})
    with pytest.raises(Exception, match="AMB-S441"):
        built(wrong)
