"""Pores that a cell has widened itself: kept while it stands before them, left behind once it is through."""

import numpy as np
import pytest

from amoeboid.process import State
from amoeboid.tissue.contacts import PoreSampling
from amoeboid.tissue.matrix import PoreSearch

SEARCH = PoreSearch(6.0, 5.0, 600.0)
WIDE = 9.0  # a score that no draw beats


def cells(n, speed, score=WIDE):
    """Cells along x at a speed [um/s], each with a pore that it has widened."""
    state = State({"cell.id": np.arange(n)})
    process = PoreSampling(SEARCH, seed=3)
    process.initial(state)
    state.put("cell.velocity", np.tile([speed, 0.0, 0.0], (n, 1)))
    state.put("cell.pore_age", np.zeros(n))
    state.put("cell.pore", np.full(n, score))
    state.put("cell.opened", np.full(n, 0.9))
    return state, process


def test_a_cell_at_rest_keeps_the_widest_pore_for_good():
    state, process = cells(40, 0.0)
    for tick in range(300):
        process.advance(state, 60.0 * tick, 60.0)
    assert np.all(state["cell.pore"] == WIDE)
    assert np.all(state["cell.opened"] == 0.9)


@pytest.mark.parametrize("minutes", [5, 20, 50])
def test_a_cell_leaves_its_pore_after_one_spacing_however_slowly_it_moves(minutes):
    state, process = cells(40, 5.0 / (60.0 * minutes))
    for tick in range(minutes - 1):
        process.advance(state, 60.0 * tick, 60.0)
    assert np.all(state["cell.pore"] == WIDE)
    for tick in range(minutes - 1, minutes + 1):
        process.advance(state, 60.0 * tick, 60.0)
    assert np.all(state["cell.pore"] < WIDE)
    assert np.all(state["cell.opened"] == 0.0)


def test_a_cell_that_has_widened_a_narrow_pore_a_little_still_finds_wider_ones():
    state, process = cells(40, 0.0, score=-9.0)
    for tick in range(10):  # one search time
        process.advance(state, 60.0 * tick, 60.0)
    assert np.all(state["cell.pore"] > -9.0)
    assert np.all(state["cell.opened"] == 0.0)


def test_cells_compare_once_in_a_search_time_and_not_all_at_once():
    state, process = cells(1000, 0.0, score=-9.0)
    left = []
    for tick in range(10):
        process.advance(state, 60.0 * tick, 60.0)
        left.append(int((state["cell.opened"] > 0.0).sum()))
    assert left == [900, 800, 700, 600, 500, 400, 300, 200, 100, 0]


def test_a_cell_that_hardly_opens_its_pore_searches_like_one_that_opens_nothing():
    drawn = []
    for opened in (0.0, 1e-6):
        state, process = cells(2000, 0.0, score=1.0)
        state.put("cell.opened", np.full(2000, opened))
        rng = np.random.default_rng(1)
        state.put("cell.pore_age", rng.uniform(size=2000))
        for tick in range(30):
            process.advance(state, 60.0 * tick, 60.0)
            state["cell.opened"][...] = opened
        drawn.append(state["cell.pore"].mean())
    # scores of 2,000 cells spread by 0.64, so two means differ by 0.02 (standard error); false alarm rate below 1e-5
    assert abs(drawn[0] - drawn[1]) < 0.1
