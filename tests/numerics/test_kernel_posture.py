"""Polarity and shape against twins and closed forms."""

import math

import numpy as np
import pytest
from mechanics_scene import law, scene, tissue_state

from amoeboid.evidence import Parameters, catalogue
from amoeboid.kernels import posture
from amoeboid.kernels.reference import posture as twin
from amoeboid.tissue.cells import Polarity, Shape, laws


def unit(n, seed):
    p = np.random.default_rng(seed).normal(size=(n, 3))
    return p / np.linalg.norm(p, axis=1)[:, None]


@pytest.mark.parametrize("mean", [0.01, 0.1, 0.5, 0.9, 0.967, 0.9999])
def test_concentration_solves_the_mean_cosine(mean):
    assert posture.concentration(mean) == pytest.approx(twin.concentration(mean), rel=1e-9)


@pytest.mark.parametrize("dt", [1.0, 60.0, 600.0, 1e5])
def test_drift_equals_small_steps_for_any_length_of_step(dt):
    p, b = unit(40, 1), 0.003 * unit(40, 2)
    got = np.array([posture.drift(tuple(p[k]), tuple(b[k]), dt) for k in range(40)])
    np.testing.assert_allclose(got, twin.drift(p, b, dt), atol=2e-5)
    np.testing.assert_allclose(np.linalg.norm(got, axis=1), 1.0, atol=1e-12)


def test_the_angle_of_a_turn_equals_its_twin_about_every_axis():
    u = np.random.default_rng(3).uniform(size=200)
    for k, p in enumerate(np.vstack([unit(197, 4), np.eye(3), -np.eye(3)])[:200]):
        got = posture.diffuse(tuple(p), 0.3, u[k], 0.37)
        assert np.dot(got, p) == pytest.approx(float(twin.cosine_of_turn(0.3, u[k])[0]), abs=1e-12)


def test_azimuths_go_evenly_round_the_circle():
    p = np.array([0.0, 0.6, -0.8])
    turned = np.array([posture.diffuse(tuple(p), 0.3, 0.5, (k + 0.5) / 64) for k in range(64)])
    mean = turned.mean(axis=0)
    np.testing.assert_allclose(np.cross(mean, p), 0.0, atol=1e-12)


def test_the_aspect_ratio_equals_its_twin_and_relaxes_exactly():
    cells, position, gel, space = scene(500, seed=5)
    figure = posture.Figure(2.5, 0.5, 900.0, 0.3)
    one, two = np.ones(500), np.ones(500)
    three = (position, cells.tension, cells.drive)
    posture.reshape(0, 500, three, one, gel, space, law(), figure, 600.0)
    np.testing.assert_allclose(one, twin.reshape(three, two, gel, space, law(), figure, 600.0), rtol=1e-12)
    for _ in range(10):
        posture.reshape(0, 500, three, two, gel, space, law(), figure, 60.0)
    np.testing.assert_allclose(one, two, rtol=1e-12)


def test_contracted_cells_are_rounded_and_relaxed_ones_long():
    aspects = {}
    for name, tension, drive in (("OSM", 1.4, 0.857), ("rest", 0.515, 0.225), ("ROCK inhibited", 0.2, 0.0)):
        state, domain, grid = tissue_state(5, seed=1, collagen=2.0, tension=tension, drive=drive)
        process = Shape(Parameters(catalogue()), domain, grid)
        for tick in range(120):
            process.advance(state, 60.0 * tick, 60.0)
        aspects[name] = float(state["cell.aspect"][0])
    assert aspects["OSM"] < 1.5 < aspects["rest"] < aspects["ROCK inhibited"]


def test_fibres_turn_cells_along_and_isotropic_gel_does_not():
    state, domain, grid = tissue_state(200, seed=2)
    space = laws.space(domain, grid, "collagen")
    tensor = state["matrix.orientation"]
    p = state["cell.polarity"]
    for k in range(20):
        got = posture.along_fibres(200.0, 200.0, 200.0, tuple(p[k]), tensor, space)
        np.testing.assert_allclose(got, 0.0, atol=1e-15)
    tensor[...] = [1.0, 0, 0, 0, 0, 0]
    cells = (state["cell.id"], state["cell.position"], state["cell.radius"], np.full(200, 1e12), np.zeros((200, 3)))
    before = np.abs(p[:, 0]).copy()
    steering = posture.Steering(0.0, 1e-3, 0.0, 0.0, 1, 5)
    for tick in range(200):
        posture.turn(
            0, 200, cells, p, (tensor, np.zeros(grid.shape), np.zeros(grid.shape)), space, steering, tick, 60.0
        )
    assert np.all(np.abs(p[:, 0]) >= before - 1e-9)
    assert np.median(np.abs(p[:, 0])) > 0.999


@pytest.mark.parametrize("what", ["chemotaxis", "durotaxis"])
def test_a_gradient_draws_cells_up_when_they_are_told_to_follow(what):
    state, domain, grid = tissue_state(50, seed=3)
    ramp = np.broadcast_to(np.arange(grid.shape[2], dtype=float) + 1.0, grid.shape).copy()
    flat = np.ones(grid.shape)
    cells = (state["cell.id"], state["cell.position"], state["cell.radius"], np.full(50, 1e12), np.zeros((50, 3)))
    rates = {"inhibition": 0.0, "guidance": 0.0, "chemotaxis": 0.0, "durotaxis": 0.0, "seed": 1, "stream": 5}
    steering = posture.Steering(**(rates | {what: 5e-3}))
    fields = (state["matrix.orientation"], ramp, flat) if what == "chemotaxis" else (
        state["matrix.orientation"], flat, ramp,
    )  # fmt: skip
    p = state["cell.polarity"]
    for tick in range(300):
        posture.turn(0, 50, cells, p, fields, laws.space(domain, grid, "collagen"), steering, tick, 60.0)
    assert np.median(p[:, 0]) > 0.99
    assert np.all(p[:, 0] > 0.5)


def test_cells_turn_away_from_their_neighbours():
    state, domain, grid = tissue_state(2, seed=4)
    state["cell.crowding"][:] = [[1.0, 0, 0], [0, 0, 0]]
    state["cell.polarity"][:] = [0.6, 0.8, 0.0]
    state["cell.persistence"][:] = 1e12
    process = Polarity(Parameters(catalogue()), domain, grid, seed=1)
    for tick in range(60):
        process.advance(state, 60.0 * tick, 60.0)
    assert state["cell.polarity"][0, 0] < -0.8
    assert math.isclose(state["cell.polarity"][1, 0], 0.6, abs_tol=1e-3)
