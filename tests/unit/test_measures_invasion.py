"""Invasion through a plane: depths, shares, strands, and who walked before them."""

import numpy as np
import pytest

from amoeboid import measures
from amoeboid.errors import NumericsError

DOWN = measures.Interface(2, 100.0, -1.0)
GONE = [np.nan] * 3


def test_depth_is_counted_behind_the_plane_whichever_way_cells_invade():
    up = measures.Interface(0, 30.0, 1.0)
    assert DOWN.depth([[0, 0, 60], [0, 0, 110]]).tolist() == [40.0, -10.0]
    assert up.depth([[50, 0, 0], [10, 0, 0]]).tolist() == [20.0, -20.0]


@pytest.mark.parametrize("wrong", [(3, 0.0, 1.0), (0, float("nan"), 1.0), (0, 0.0, 0.5)])
def test_a_plane_that_cannot_be_is_refused(wrong):
    with pytest.raises(NumericsError, match="AMB-N460"):
        measures.Interface(*wrong)


def test_cells_that_are_not_there_count_nowhere():
    depth = DOWN.depth([[0, 0, 40], GONE, [0, 0, 120]])
    assert measures.fraction_invaded(depth, 20.0).n == 2
    assert measures.invasion_depth(depth, 0.0) == 0.0
    assert measures.invasion_depth(depth, 1.0) == 60.0
    assert measures.depth_profile(depth, [0.0, 50.0, 100.0]).tolist() == [0.0, 0.5]
    found = measures.strands([[0, 0, 40], GONE, [0, 0, 120]], [8.0] * 3, depth, (20.0, 1.1))
    assert found.cell.tolist() == [0]
    assert np.isnan(measures.invasion_depth(DOWN.depth([GONE]), 0.5))


def test_depth_of_evenly_spread_cells_has_the_quantile_of_the_uniform_law():
    depth = np.arange(1001.0)
    assert measures.invasion_depth(depth, 0.95) == pytest.approx(950.0)
    assert measures.fraction_invaded(depth, 749.5).value == pytest.approx(251 / 1001)


def test_a_chain_from_the_sheet_is_one_strand_with_its_deepest_cell_as_tip():
    chain = [[0.0, 0.0, 108.0 - 15.0 * k] for k in range(6)]  # depths -8, 7, 22, 37, 52, 67
    lone = [[80.0, 0.0, 50.0]]
    places = np.array(chain + lone)
    found = measures.strands(places, np.full(7, 8.0), DOWN.depth(places), (20.0, 1.1))
    assert found.size.tolist() == [4, 1]
    assert found.tip.tolist() == [5, 6]
    assert found.mean_group == pytest.approx((4 * 4 + 1) / 5)
    assert found.together.value == pytest.approx(4 / 5)


def test_a_cell_that_hangs_on_one_above_the_limit_is_in_company_but_alone_in_its_group():
    places = np.array([[0.0, 0.0, 84.0], [0.0, 0.0, 70.0]])  # depths 16 and 30
    found = measures.strands(places, np.full(2, 8.0), DOWN.depth(places), (20.0, 1.1))
    assert found.size.tolist() == [1]
    assert found.together.value == 1.0


def test_without_invaded_cells_there_are_no_strands():
    found = measures.strands([[0, 0, 105]], [8.0], [-5.0], (20.0, 1.1))
    assert found.cell.size == found.tip.size == 0
    assert np.isnan(found.mean_group)
    assert found.together.n == 0


def test_the_order_of_cells_does_not_change_strands():
    rng = np.random.default_rng(7)
    places = rng.uniform(0.0, 100.0, (200, 3))
    way = rng.permutation(200)
    one = measures.strands(places, np.full(200, 8.0), DOWN.depth(places), (20.0, 1.1))
    other = measures.strands(places[way], np.full(200, 8.0), DOWN.depth(places[way]), (20.0, 1.1))
    assert sorted(one.size.tolist()) == sorted(other.size.tolist())
    assert set(one.tip.tolist()) == set(way[other.tip].tolist())


def test_a_path_is_near_all_along_and_ends_where_its_cell_is_gone():
    path = np.array([[[0.0, 0.0, 0.0]], [[60.0, 0.0, 0.0]], [GONE], [[60.0, 90.0, 0.0]]])
    points = [[30.0, 9.0, 0.0], [30.0, 11.0, 0.0], [60.0, 45.0, 0.0], [60.0, 90.0, 0.0]]
    assert measures.near_path(points, path, 10.0, 1.0).tolist() == [True, False, False, True]


def test_share_of_a_box_near_a_straight_path_is_that_of_the_cylinder():
    # 4,000 points: the share has a standard error of 0.0073, so 5 of them are passed once in 1.7 million
    rng = np.random.default_rng(3)
    points = rng.uniform([-20, -20, 20], [20, 20, 80], (4000, 3))
    path = np.array([[[0.0, 0.0, 0.0]], [[0.0, 0.0, 100.0]]])
    share = measures.near_path(points, path, 10.0, 0.5).mean()
    assert share == pytest.approx(np.pi * 100 / 1600, abs=5 * 0.0073)


def test_no_path_is_near_nothing():
    assert not measures.near_path([[0.0, 0.0, 0.0]], np.full((3, 2, 3), np.nan), 10.0, 1.0).any()
    assert not measures.near_path([[0.0, 0.0, 0.0]], np.empty((1, 0, 3)), 10.0, 1.0).any()


def test_company_by_chance_is_that_of_cells_thrown_into_a_plane():
    # 2,000 throws of 30 cells: standard error of the share below 0.003 even if all of one throw went together
    rng = np.random.default_rng(11)
    depth, radius, side = rng.uniform(40.0, 90.0, 30), np.full(30, 9.0), 200.0
    expected = measures.together_by_chance(depth, radius, side**2, 1.1)
    shares = []
    for _ in range(2000):
        places = np.stack([*rng.uniform(0.0, side, (2, 30)), depth], axis=1)
        apart = places[:, None] - places[None, :]
        apart[..., :2] -= side * np.round(apart[..., :2] / side)  # without edges
        gap = np.linalg.norm(apart, axis=2) + 1e9 * np.eye(30)
        shares.append((gap.min(axis=1) < 1.1 * 18.0).mean())
    assert expected == pytest.approx(np.mean(shares), abs=5 * np.std(shares) / np.sqrt(2000))
