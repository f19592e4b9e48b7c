"""Opening by force: nothing below the yield of the gel, a channel by force balance above it."""

import numpy as np
import pytest
from tests.fakes.mechanics_scene import tissue_state

from amoeboid.evidence import Parameters, catalogue
from amoeboid.tissue import contacts

DENSITY = 2.0


def pulling(n, pull, *, seed=1, collagen=DENSITY):
    state, _, grid = tissue_state(n, seed=seed, collagen=collagen)
    state.put("cell.pull", np.full(n, pull))
    process = contacts.Tearing(Parameters(catalogue()), grid)
    process.initial(state)
    return state, process


def yields(process, collagen=DENSITY):
    return process.yield_stress * collagen


def test_below_the_yield_stress_no_pull_opens_anything():
    state, process = pulling(50, 1.0)
    state["cell.pull"][...] = 0.999 * process.pole_area * yields(process)
    before = {name: array.copy() for name, array in state.items()}
    for tick in range(100):
        process.advance(state, 60.0 * tick, 60.0)
    assert all(np.array_equal(before[name], state[name]) for name in before)


def test_a_channel_is_as_wide_as_the_force_can_keep_above_the_yield_stress():
    state, process = pulling(1, 60.0)
    stress = yields(process)
    channel = process.channel(np.array([60.0]), np.array([DENSITY]), np.array([8.4]))[0]
    # at the rim of the channel and of the pole, of hemispheres of area 2 pi r^2, the stress is the yield stress
    assert (channel + 0.5 * process.pole_area) * 2.0 * stress == pytest.approx(60.0, rel=1e-12)
    for tick in range(200):
        process.advance(state, 60.0 * tick, 60.0)
    area = 5.2 * np.exp(process.channels.sigma * state["cell.pore"][0])
    assert area == pytest.approx(channel, rel=1e-6)


def test_a_pore_opens_exponentially_in_the_time_that_fibres_take_to_give_way():
    state, process = pulling(1, 60.0)
    channel = process.channel(np.array([60.0]), np.array([DENSITY]), np.array([8.4]))[0]
    for tick in range(7):
        process.advance(state, 60.0 * tick, 60.0)
    area = 5.2 * np.exp(process.channels.sigma * state["cell.pore"][0])
    assert area == pytest.approx(channel - (channel - 5.2) * np.exp(-420.0 / process.time), rel=1e-9)


def test_no_channel_is_wider_than_the_cell():
    _, process = pulling(1, 1.0)
    widest = process.channel(np.array([1e9]), np.array([1e-6]), np.array([8.4]))[0]
    assert widest == pytest.approx(np.pi * 8.4**2)


def test_fibres_lie_along_the_pull_and_keep_a_trace_of_one():
    state, process = pulling(400, 80.0, seed=3)
    state["cell.polarity"][...] = [0.0, 0.0, 1.0]
    for tick in range(30):
        process.advance(state, 60.0 * tick, 60.0)
        state["cell.pore"][...] = 0.0
    orientation = state["matrix.orientation"]
    np.testing.assert_allclose(orientation[..., :3].sum(axis=-1), 1.0, rtol=1e-12)
    assert orientation[..., 2].max() > 0.5
    assert orientation[..., 2].min() >= 1.0 / 3.0 - 1e-12


def test_tearing_leaves_the_mass_of_collagen_alone():
    state, process = pulling(100, 80.0, seed=4)
    process.advance(state, 0.0, 60.0)
    assert np.all(state["matrix.collagen"] == DENSITY)
    assert state["matrix.track"].max() > 0.0


def test_pull_in_liquid_opens_nothing():
    state, process = pulling(30, 80.0, seed=5, collagen=0.0)
    process.advance(state, 0.0, 60.0)
    assert not state["matrix.track"].any()
    assert not state["cell.opened"].any()


def test_the_channel_does_not_depend_on_how_cells_are_stored():
    state, process = pulling(300, 50.0, seed=6)
    other = state.copy()
    rows = np.random.default_rng(1).permutation(300)
    other.reindex(rows)
    process.advance(state, 0.0, 60.0)
    process.advance(other, 0.0, 60.0)
    assert state["matrix.track"].tobytes() == other["matrix.track"].tobytes()
    assert state["matrix.orientation"].tobytes() == other["matrix.orientation"].tobytes()
