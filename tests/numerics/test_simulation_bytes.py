"""The same bytes: for any number of threads, stopped and resumed, alone or among other arms.

Equality means the SHA-256 over every array of the state, all scales and step memories included.
"""

import dataclasses

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.kernels import threads
from amoeboid.process import State

MINUTES = 20


def document(n_cells=200, **update):
    short = scenario.load("quick-look")
    group = short.tissue.cells[0].model_copy(update={"count": n_cells})
    tissue = short.tissue.model_copy(update={"cells": (group,)})
    return short.model_copy(update={"tissue": tissue, **update})


def member(doc, arm="OSM"):
    return next(one for one in scenario.members(doc) if one.arm.name == arm)


def final_hash(doc, one, minutes=MINUTES):
    built = simulation.build(doc, one)
    assert simulation.advance(built, 60.0 * minutes)
    return built.state.hash()


@pytest.fixture(autouse=True)
def _one_thread_again():
    yield
    threads.set_threads(1)


def test_one_and_two_threads_give_the_same_bytes():
    # 2,500 cells make three chunks of cells, so that two threads really share the work
    doc = document(n_cells=2500)
    hashes = []
    for n_threads in (1, 2):
        threads.set_threads(n_threads)
        hashes.append(final_hash(doc, member(doc), minutes=8))
    assert hashes[0] == hashes[1]


def test_a_resumed_simulation_gives_the_bytes_of_a_straight_one():
    doc = document()
    straight = final_hash(doc, member(doc))
    first = simulation.build(doc, member(doc))
    simulation.advance(first, 60.0 * 7)
    saved = {name: array.copy() for name, array in first.state.items()}
    again = simulation.build(doc, member(doc))
    again.restore(60.0 * 7, State(saved))
    simulation.advance(again, 60.0 * MINUTES)
    assert again.state.hash() == straight


def test_an_arm_does_not_feel_the_other_arms():
    among = document()
    alone = among.model_copy(update={"arms": (among.arm("OSM"),), "comparisons": ()})
    assert final_hash(among, member(among)) == final_hash(alone, member(alone))


def test_arms_differ_and_seeds_differ():
    doc = document()
    other = doc.model_copy(update={"seed": doc.seed + 1})
    hashes = {
        final_hash(doc, member(doc)),
        final_hash(doc, member(doc, "no added cytokine")),
        final_hash(other, member(other)),
    }
    assert len(hashes) == 3


def test_arms_share_their_start_and_their_draws():
    # paired arms: the same cells in the same places with the same individual numbers and the same first turns
    doc = document()
    one, two = (simulation.build(doc, member(doc, arm)).state for arm in ("no added cytokine", "OSM"))
    for port in ("cell.position", "cell.vigour", "cell.persistence", "signalling.rates", "cell.polarity", "cell.pore"):
        assert np.array_equal(one[port], two[port]), port


def test_every_process_keeps_to_the_ports_it_declares():
    doc = document()
    built = simulation.build(doc, member(doc))
    for process in built.processes:
        view = built.state.only(process.writes)  # writing anywhere else raises
        process.advance(view, 0.0, process.interval)
        assert set(process.writes) <= set(view), process.name


def test_state_stays_below_a_kilobyte_per_cell():
    doc = document(n_cells=2500)
    built = simulation.build(doc, member(doc))
    simulation.advance(built, 60.0)
    n_cells = built.state.n_cells
    per_cell = sum(a.nbytes for n, a in built.state.items() if not n.startswith(("field.", "matrix.")))
    assert per_cell / n_cells < 1000


def test_an_option_that_cannot_matter_changes_no_bit():
    # so the runs that `Hypothesis.only_if_blocked` saves are truly those of the default
    doc = document()
    one = member(doc)
    rival = dataclasses.replace(one, hypotheses={**one.hypotheses, "tension_feedback": "jak2"})
    assert final_hash(doc, rival, minutes=5) == final_hash(doc, one, minutes=5)
