"""A spheroid as microscopes measure it: outline, arrested inside, necrotic core."""

import numpy as np
import pytest

from amoeboid import measures

LATTICE = np.stack(np.meshgrid(*[np.arange(-15.0, 16.0)] * 3, indexing="ij"), axis=-1).reshape(-1, 3) * 10.0


def ball(radius):
    return LATTICE[np.linalg.norm(LATTICE, axis=1) <= radius]


def test_radii_of_a_layered_ball_are_those_of_its_layers():
    at = ball(150.0)
    away = np.linalg.norm(at, axis=1)
    phase = np.where(away < 60.0, 4, np.where(away < 110.0, 2, 0))
    seen = measures.spheroid(at, np.full(len(at), 8.0), phase)
    assert seen.outer_radius == pytest.approx(154.0, abs=6.0)
    assert seen.necrotic_radius == pytest.approx(60.0, abs=5.0)
    assert seen.inhibited_radius == pytest.approx(110.0, abs=5.0)
    assert seen.n_cells == len(at)
    assert seen.n_living == np.count_nonzero(away >= 60.0)


def test_dead_cells_strewn_among_living_ones_make_no_core():
    at = ball(150.0)
    phase = np.where(np.arange(len(at)) % 5 == 0, 4, 0)
    seen = measures.spheroid(at, np.full(len(at), 8.0), phase)
    assert seen.necrotic_radius < 25.0


def test_cells_that_have_left_and_cells_that_are_not_there_do_not_widen_the_outline():
    at = ball(100.0)
    more = np.concatenate([at, [[400.0, 0.0, 0.0], [np.nan] * 3]])
    one = measures.spheroid(at, np.full(len(at), 8.0), np.zeros(len(at)))
    other = measures.spheroid(more, np.full(len(more), 8.0), np.zeros(len(more)))
    assert other.outer_radius == one.outer_radius
    assert other.n_cells == one.n_cells + 1


def test_a_hollow_ball_has_the_outline_of_a_full_one():
    at = ball(120.0)
    shell = at[np.linalg.norm(at, axis=1) > 60.0]
    radii = [measures.outline_radius(points, np.full(len(points), 8.0)) for points in (at, shell)]
    assert radii[0] == radii[1]


def test_the_outline_of_one_disc_has_its_area():
    for radius in (10.0, 50.0, 200.0):
        assert measures.outline_radius(np.zeros((1, 3)), np.array([radius])) == pytest.approx(radius, abs=2.0)


def test_turning_and_moving_a_spheroid_changes_nothing_but_pixels():
    at = ball(150.0)
    phase = np.where(np.linalg.norm(at, axis=1) < 70.0, 4, 0)
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    one = measures.spheroid(at, np.full(len(at), 8.0), phase)
    other = measures.spheroid(at @ turn + 300.0, np.full(len(at), 8.0), phase)
    assert other.necrotic_radius == pytest.approx(one.necrotic_radius)
    assert other.outer_radius == pytest.approx(one.outer_radius, abs=3.0)


def test_no_cell_has_no_radius():
    seen = measures.spheroid(np.full((2, 3), np.nan), np.ones(2), np.zeros(2))
    assert np.isnan([seen.outer_radius, seen.inhibited_radius, seen.necrotic_radius]).all()
    assert (seen.n_cells, seen.n_living) == (0, 0)
