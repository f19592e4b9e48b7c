"""Domain, grid and shapes."""

import math

import numpy as np
import pytest

from amoeboid.errors import ScenarioError
from amoeboid.tissue.geometry import Box, Domain, Grid, Sphere, share_inside


def test_a_grid_covers_its_domain_in_whole_voxels():
    grid = Grid.over(Domain((600.0, 400.0, 200.0)), 20.0)
    assert grid.shape == (10, 20, 30)
    assert grid.size == (600.0, 400.0, 200.0)
    assert grid.n_voxels * grid.voxel_volume == pytest.approx(Domain(grid.size).volume)


@pytest.mark.parametrize("size", [(0.0, 1.0, 1.0), (1.0, -1.0, 1.0), (1.0, math.nan, 1.0), (math.inf, 1.0, 1.0)])
def test_a_domain_of_no_size_is_refused_with_its_place(size):
    with pytest.raises(ScenarioError, match=r"tissue\.size.*(\n.*)*AMB-S71"):
        Domain(size)


@pytest.mark.parametrize("spacing", [0.0, -20.0, math.nan, math.inf])
def test_a_voxel_of_no_size_is_refused(spacing):
    with pytest.raises(ScenarioError, match="AMB-S72"):
        Grid.over(Domain((600.0, 600.0, 600.0)), spacing)


def test_a_size_that_is_not_a_whole_number_of_voxels_is_refused_and_the_nearest_is_offered():
    with pytest.raises(ScenarioError, match=r"(?s)tissue.size, y.*nearest:  `600 um`.*AMB-S73"):
        Grid.over(Domain((600.0, 605.0, 600.0)), 20.0)


def test_voxel_centres_lie_in_their_voxel():
    grid = Grid((3, 4, 5), 2.0, (10.0, 20.0, 30.0))
    z, y, x = np.meshgrid(*(grid.centres(axis) for axis in "zyx"), indexing="ij")
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    np.testing.assert_array_equal(grid.voxel_of(points), np.arange(60))
    assert points[0].tolist() == [11.0, 21.0, 31.0]


def test_points_outside_go_to_the_nearest_voxel_however_far():
    grid = Grid((3, 4, 5), 2.0)
    assert grid.voxel_of([[-1e300, -1.0, -5.0], [1e300, 1e9, 99.0]]).tolist() == [0, 59]


def test_spreading_does_not_depend_on_the_order_of_storage():
    draw = np.random.default_rng(0)
    grid, ids = Grid((4, 4, 4), 20.0), np.arange(500)
    points, amount = draw.uniform(0, 80, (500, 3)), draw.random(500)
    straight = grid.spread(amount, points, ids)
    for seed in range(3):
        mixed = np.random.default_rng(seed).permutation(500)
        assert grid.spread(amount[mixed], points[mixed], ids[mixed]).tobytes() == straight.tobytes()
    assert straight.sum() == pytest.approx(amount.sum(), rel=1e-12)


def test_sampling_and_spreading_heed_the_origin_of_the_grid():
    grid = Grid((2, 2, 2), 10.0, (100.0, 200.0, 300.0))
    point = np.array([[105.0, 205.0, 315.0]])
    out = grid.spread(np.ones(1), point, np.zeros(1, dtype=np.int64))
    assert out[1, 0, 0] == pytest.approx(1.0)
    assert grid.sample(np.arange(8.0).reshape(2, 2, 2), point)[0] == pytest.approx(4.0)


def test_shares_inside_add_up_to_the_volume_of_the_shapes():
    grid = Grid((12, 12, 12), 10.0)
    ball, box = Sphere((60.0, 60.0, 60.0), 35.0), Box((60.0, 60.0, 60.0), (45.0, 55.0, 65.0))
    volume = {ball: 4 / 3 * math.pi * 35.0**3, box: 45.0 * 55.0 * 65.0}
    for shape, want in volume.items():
        share = share_inside(grid, [shape], 8)
        assert share.min() == 0.0
        assert share.max() == 1.0
        assert share.sum() * grid.voxel_volume == pytest.approx(want, rel=0.01)
        for axis in range(3):
            np.testing.assert_array_equal(share, np.flip(share, axis))  # both lie in the middle
    assert share_inside(grid, [ball, ball]).sum() == share_inside(grid, [ball]).sum()
    assert share_inside(grid, []).sum() == 0.0


def test_a_domain_knows_what_it_contains():
    domain = Domain((10.0, 20.0, 30.0))
    assert domain.centre == (5.0, 10.0, 15.0)
    assert domain.contains([[0.0, 0.0, 0.0], [10.0, 20.0, 30.0], [5.0, 20.1, 5.0]]).tolist() == [True, True, False]
