"""Measures do not depend on where the microscope stands, on units, or on the order of rows."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from amoeboid.errors import NumericsError
from amoeboid.formats import Tracks
from amoeboid.measures import (
    Hull,
    escape_class,
    mean_squared_displacement,
    outward_bias,
    persistence,
    speeds,
    straightness,
    turning_angles,
)

SEED = st.integers(0, 2**31)


def walk(seed, n_tracks=6, n_frames=15):
    steps = np.random.default_rng(seed).normal(size=(n_frames, n_tracks, 3))
    return np.arange(n_frames) * 60.0, np.cumsum(np.cumsum(steps, axis=0) * 0.3 + steps, axis=0)


def told(tracks):
    """Give the persistence, or NaN where the tracks do not tell it."""
    try:
        return persistence(tracks)
    except NumericsError:
        return np.nan


def measured(tracks, centre):
    return np.concatenate(
        [
            np.sort(speeds(tracks)),
            straightness(tracks),
            mean_squared_displacement(tracks, [1, 3, 7]).pooled,
            np.sort(turning_angles(tracks)),
            [outward_bias(tracks, centre)[0].cosine.value, told(tracks) / 60.0],
        ]
    )


@settings(max_examples=25, deadline=None)
@given(SEED, SEED)
def test_measures_of_motion_do_not_change_when_all_is_turned_and_shifted(seed, turn):
    time, position = walk(seed)
    rotation = Rotation.random(random_state=turn % 2**31).as_matrix()
    shift = np.array([300.0, -20.0, 5.0])
    plain = measured(Tracks.of_frames(time, position), np.zeros(3))
    moved = measured(Tracks.of_frames(time, position @ rotation.T + shift), shift)
    np.testing.assert_allclose(moved, plain, rtol=2e-4, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(SEED, st.floats(0.01, 100.0))
def test_measures_scale_as_their_units_say(seed, scale):
    time, position = walk(seed)
    plain, scaled = Tracks.of_frames(time, position), Tracks.of_frames(time * 2.0, position * scale)
    np.testing.assert_allclose(speeds(scaled), speeds(plain) * scale / 2.0, rtol=1e-9)
    msd = [mean_squared_displacement(one, [1, 4]).pooled for one in (scaled, plain)]
    np.testing.assert_allclose(msd[0], msd[1] * scale**2, rtol=1e-9)
    np.testing.assert_allclose(told(scaled), 2.0 * told(plain), rtol=2e-4)


@settings(max_examples=25, deadline=None)
@given(SEED)
def test_the_order_of_rows_does_not_matter(seed):
    time, position = walk(seed)
    tracks = Tracks.of_frames(time, position)
    mixed = np.random.default_rng(seed).permutation(tracks.n_rows)
    again = Tracks.of(tracks.track[mixed], tracks.time[mixed], tracks.position[mixed])
    np.testing.assert_array_equal(again.position, tracks.position)
    np.testing.assert_array_equal(measured(again, np.zeros(3)), measured(tracks, np.zeros(3)))


@settings(max_examples=25, deadline=None)
@given(SEED, SEED)
def test_distance_beyond_a_hull_is_least_over_a_dense_search_and_turns_with_it(seed, turn):
    random = np.random.default_rng(seed)
    cloud, points = random.normal(size=(30, 3)), 3.0 * random.normal(size=(20, 3))
    hull = Hull.of(cloud)
    distance = hull.distance(points)
    # no convex mixture of the cloud is nearer than the distance told
    mixture = random.dirichlet(np.full(30, 0.1), 4000) @ cloud
    nearest = np.linalg.norm(points[:, None] - mixture, axis=2).min(axis=1)
    assert np.all(nearest >= np.maximum(distance, 0.0) - 1e-9)
    rotation = Rotation.random(random_state=turn % 2**31).as_matrix()
    np.testing.assert_allclose(Hull.of(cloud @ rotation.T).distance(points @ rotation.T), distance, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(SEED)
def test_escape_classes_follow_the_cells_when_they_are_renumbered(seed):
    random = np.random.default_rng(seed)
    position = random.normal(size=(60, 3)) * 30.0
    radius = random.uniform(4.0, 9.0, 60)
    beyond = Hull.of(position[np.linalg.norm(position, axis=1) < 45.0]).distance(position)
    mixed = random.permutation(60)
    kind = escape_class(position, radius, beyond, (0.5, 1.1))
    again = escape_class(position[mixed], radius[mixed], beyond[mixed], (0.5, 1.1))
    np.testing.assert_array_equal(again, kind[mixed])
