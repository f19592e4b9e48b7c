"""The same bytes while cells divide, die and are cleared: for one or two threads, whole or resumed."""

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.kernels import threads
from amoeboid.process import State

SHORT = {"cycle_time": (3.0, "h"), "apoptosis": (20.0, "1/day"), "necrotic_loss": (200.0, "1/day")}
MINUTES = 60


def wave(n_cells=300):
    """Give a small crowd with cycles of three hours."""
    short = scenario.load("quick-look")
    group = short.tissue.cells[0].model_copy(update={"count": n_cells})
    tissue = short.tissue.model_copy(update={"cells": (group,), "growth": True, "oxygen": 8000.0})
    parameters = {
        f"growth.{name}": scenario.Setting(value=value, unit=unit, reason="a wave within an hour")
        for name, (value, unit) in SHORT.items()
    }
    return short.model_copy(update={"tissue": tissue, "parameters": {**short.parameters, **parameters}})


def member(doc):
    return next(one for one in scenario.members(doc) if one.arm.name == "OSM")


def advanced(doc, minutes):
    built = simulation.build(doc, member(doc))
    simulation.advance(built, 60.0 * minutes)
    return built


@pytest.fixture(autouse=True)
def _one_thread_after():
    yield
    threads.set_threads(1)


def test_a_tissue_that_grows_has_the_same_bytes_with_two_threads():
    hashes = []
    for n_threads in (1, 2):
        threads.set_threads(n_threads)
        built = advanced(wave(2500), 20)
        hashes.append(built.state.hash())
    assert hashes[0] == hashes[1]
    assert built.state["growth.cells"].min() > 0


@pytest.mark.parametrize("stop", [20, 25])
def test_a_tissue_that_grows_goes_on_from_the_middle_of_a_wave(stop):
    doc = wave()
    straight = advanced(doc, MINUTES).state
    first = advanced(doc, stop)
    before = first.state["growth.cells"].copy()
    again = simulation.build(doc, member(doc))
    again.restore(60.0 * stop, State({name: array.copy() for name, array in first.state.items()}))
    simulation.advance(again, 60.0 * MINUTES)
    assert again.state.hash() == straight.hash()
    assert (straight["growth.cells"] > before).all()
    born, _, cleared = straight["growth.cells"]
    assert straight.n_cells == 300 + born - cleared


def test_growth_does_not_depend_on_where_cells_are_stored():
    doc = wave()
    plain, shuffled = advanced(doc, 10), advanced(doc, 10)
    shuffled.state.reindex(np.random.default_rng(3).permutation(shuffled.state.n_cells))
    for one in (plain, shuffled):
        simulation.advance(one, 60.0 * 40)
    rank = [np.argsort(one.state["cell.id"]) for one in (plain, shuffled)]
    for name in ("cell.id", "cell.position", "cell.cycle", "cell.phase", "cell.parent", "cell.radius"):
        first, second = (one.state[name][order] for one, order in zip((plain, shuffled), rank, strict=True))
        assert np.array_equal(first, second), name


def test_a_tissue_without_growth_has_none_of_its_ports():
    doc = wave()
    still = doc.model_copy(update={"tissue": doc.tissue.model_copy(update={"growth": False})})
    state = advanced(still, 1).state
    assert state.n_cells == 300
    assert not [name for name in state if name.startswith("growth.") or name in ("cell.phase", "cell.cycle")]
