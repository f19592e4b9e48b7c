"""The hull kernel equals its twin to 1e-9 um, and closed forms of a cube.

Equality leaves out points within rounding of a face, where inside and outside may be told apart differently.
"""

import numpy as np
import pytest

from amoeboid.kernels import threads
from amoeboid.kernels.reference import hull as twin
from amoeboid.measures import Hull


def cloud(seed, n):
    return np.random.default_rng(seed).normal(size=(n, 3)) * np.array([60.0, 80.0, 100.0])


@pytest.mark.parametrize("seed", range(5))
def test_distances_beyond_a_hull_equal_the_twin(seed):
    hull = Hull.of(cloud(seed, 300))
    points = 1.6 * cloud(seed + 100, 700)
    expected = twin.beyond(points, hull.normal, hull.offset, hull.corner)
    assert (expected > 0).any()
    assert (expected < 0).any()
    assert np.allclose(hull.distance(points), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("point", "distance"),
    [((3.0, 0.5, 0.5), 2.0), ((2.0, 2.0, 0.5), 2**0.5), ((2.0, 2.0, 2.0), 3**0.5), ((0.5, 0.5, 0.75), -0.25)],
)
def test_a_cube_is_met_at_face_edge_and_corner(point, distance):
    cube = Hull.of([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    assert cube.distance([point])[0] == pytest.approx(distance, abs=1e-12)


def test_threads_do_not_change_a_distance():
    hull, points = Hull.of(cloud(1, 300)), cloud(2, 5000)
    one = hull.distance(points)
    threads.set_threads(2)
    try:
        assert np.array_equal(hull.distance(points), one)
    finally:
        threads.set_threads(1)
