"""Mechanics against closed forms: two spheres, order of stepping, resume, skin, threads."""

import math

import numpy as np
import pytest
from mechanics_scene import tissue_state

from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.kernels import threads
from amoeboid.tissue.cells import Mechanics, Placement, Polarity, place
from amoeboid.tissue.geometry import Domain


def mechanics(domain, grid, **overrides):
    chosen = {f"mechanics.{name}": Override(*value) for name, value in overrides.items()}
    return Mechanics(Parameters(catalogue(), chosen), domain, grid, ["melanoma"])


@pytest.mark.parametrize("tension", [0.2, 0.515, 1.0, 1.6])
def test_two_spheres_settle_at_the_overlap_of_adhesion_and_hertz(tension):
    state, domain, grid = tissue_state(
        2, seed=1, position=[[192.0, 200.0, 200.0], [209.0, 201.0, 199.0]], tension=tension, drive=0.0
    )
    state["cell.vigour"][:] = 0.0
    process = mechanics(domain, grid)
    for k in range(3000):
        process.advance(state, 30.0 * k, 30.0)
    overlap = 16.8 - np.linalg.norm(state["cell.position"][0] - state["cell.position"][1])
    cosine = 1 - 0.2 / (2 * tension)
    pull = math.pi * 0.2 * 8.4 * math.sqrt(1 - cosine**2)
    stiffness = 4 / 3 * 0.5 / (2 * (1 - 0.25)) * math.sqrt(4.2)
    assert overlap == pytest.approx((pull / stiffness) ** (2 / 3), rel=1e-6)


@pytest.mark.parametrize(
    ("first", "second", "heterotypic", "adhesion"),
    [
        ((0.2, 0.0), (0.2, 0.0), 0.5, 0.2),
        ((0.2, 0.0), (0.0, 0.2), 0.5, 0.1),
        ((0.2, 0.0), (0.0, 0.2), 0.0, 0.0),
        ((0.0, 0.05), (0.0, 0.2), 0.5, 0.1),
        ((0.2, 0.05), (0.2, 0.05), 0.5, 0.35),
    ],
)
def test_two_kinds_of_junction_hold_as_young_and_dupre_say(first, second, heterotypic, adhesion):
    """Rest overlap of a pair whose omega is worked out by hand: e_i e_j + n_i n_j + h (e_i n_j + n_i e_j)."""
    state, domain, grid = tissue_state(
        2, seed=1, position=[[192.0, 200.0, 200.0], [208.5, 200.0, 200.0]], tension=0.515, drive=0.0
    )
    state["cell.vigour"][:] = 0.0
    state["cell.type"][:] = [0, 1]
    process = mechanics(domain, grid)
    process.law = process.law._replace(heterotypic=heterotypic)
    process._nucleus = np.full(2, 70.0)
    process._sticky = np.sqrt([first[0], second[0]])
    process._mesenchymal = np.sqrt([first[1], second[1]])
    for k in range(3000):
        process.advance(state, 30.0 * k, 30.0)
    overlap = 16.8 - np.linalg.norm(state["cell.position"][0] - state["cell.position"][1])
    cosine = 1 - adhesion / 1.03
    pull = math.pi * adhesion * 8.4 * math.sqrt(1 - cosine**2)
    stiffness = 4 / 3 * 0.5 / (2 * (1 - 0.25)) * math.sqrt(4.2)
    if adhesion == 0.0:
        assert overlap <= 1e-3
    else:
        assert overlap == pytest.approx((pull / stiffness) ** (2 / 3), rel=1e-6)


def test_pressure_is_repulsion_over_the_surface_of_the_cell():
    """Three cells in a row, 14 um apart: 0.444 sqrt(4.2) 2.8^1.5 = 4.268 nN a neighbour, over 4 pi 8.4^2."""
    state, domain, grid = tissue_state(3, seed=1, position=[[186.0, 200, 200], [200.0, 200, 200], [214.0, 200, 200]])
    mechanics(domain, grid).advance(state, 0.0, 30.0)
    one = 4.0 / 9.0 * math.sqrt(4.2) * 2.8**1.5 / (4.0 * math.pi * 8.4**2)
    np.testing.assert_allclose(state["cell.pressure"], [one, 2 * one, one], rtol=1e-12)


def test_the_order_of_stepping_is_one():
    def end(dt):
        state, domain, grid = tissue_state(60, seed=2, position=np.random.default_rng(3).uniform(170, 215, (60, 3)))
        process = mechanics(domain, grid)
        for k in range(round(960 / dt)):
            process.advance(state, k * dt, dt)
        return state["cell.position"]

    exact = end(0.0625)
    errors = [np.abs(end(dt) - exact).mean() for dt in (8.0, 4.0, 2.0)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(np.abs(orders - 1.0) < 0.15), orders


def advance(state, domain, grid, n_ticks, first=0, **overrides):
    process = mechanics(domain, grid, **overrides)
    polarity = Polarity(Parameters(catalogue()), domain, grid, seed=5)
    for tick in range(first, first + n_ticks):
        polarity.advance(state, 60.0 * tick, 60.0)
        process.advance(state, 60.0 * tick, 30.0)
        process.advance(state, 60.0 * tick + 30.0, 30.0)
    return state


def start(n=3000):
    return tissue_state(n, seed=6, edge=300.0, collagen=0.4)


MOVED = ("cell.position", "cell.velocity", "cell.polarity", "cell.contacts", "cell.crowding", "cell.passage")


def test_any_number_of_threads_gives_the_same_state_hash():
    before = threads.threads()
    hashes = set()
    try:
        for n_threads in (1, 2, 3):
            threads.set_threads(n_threads)
            state, domain, grid = start(6000)
            hashes.add(advance(state, domain, grid, 15).hash())
    finally:
        threads.set_threads(before)
    assert len(hashes) == 1


def test_a_resumed_run_has_the_same_state_hash():
    state, domain, grid = start()
    straight = advance(state, domain, grid, 20).hash()
    state, domain, grid = start()
    half = advance(state, domain, grid, 11).copy()
    assert advance(half, domain, grid, 9, first=11).hash() == straight


@pytest.mark.parametrize("skin", [0.2, 3.9])
def test_the_skin_changes_no_byte_of_the_motion(skin):
    state, domain, grid = start()
    usual = advance(state, domain, grid, 20)
    state, domain, grid = start()
    other = advance(state, domain, grid, 20, skin=(skin, "um"))
    for name in MOVED:
        assert usual[name].tobytes() == other[name].tobytes(), name


def test_storage_order_changes_no_byte_of_the_motion():
    state, domain, grid = start()
    straight = advance(state, domain, grid, 10)
    state, domain, grid = start()
    shuffle = np.random.default_rng(7).permutation(3000)
    for name in list(state):
        if name.startswith("cell."):
            state.put(name, state[name][shuffle])
    mixed = advance(state, domain, grid, 10)
    for name in MOVED:
        assert straight[name][shuffle].tobytes() == mixed[name].tobytes(), name


def test_cells_let_go_as_they_contract():
    """Share of its contacts that a surface cell has lost after it pulled outwards for an hour, by tension."""
    kept = {}
    for tension, drive in ((0.515, 0.225), (1.4, 0.857)):
        domain = Domain((400.0, 400.0, 400.0))
        ball = place([Placement("melanoma", "sphere", count=150)], Parameters(catalogue()), domain, seed=1)
        state, _, grid = tissue_state(150, seed=1)
        for name in ball:
            state.put(name, ball[name])
        state["cell.tension"][:], state["cell.drive"][:] = tension, drive
        away = state["cell.position"] - 200.0
        state["cell.polarity"][:] = away / np.linalg.norm(away, axis=1)[:, None]
        outer = np.argsort(np.linalg.norm(away, axis=1))[-20:]
        vigour = np.zeros(150)
        vigour[outer] = 1.0
        state.put("cell.vigour", vigour)
        process = mechanics(domain, grid)
        for k in range(120):
            process.advance(state, 30.0 * k, 30.0)
        kept[tension] = np.linalg.norm(state["cell.position"][outer] - 200.0, axis=1).mean()
    assert kept[1.4] > kept[0.515] + 1.0
