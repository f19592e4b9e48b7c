"""Hull, contacts and classes of escape on configurations made by hand."""

import numpy as np
import pytest

from amoeboid.errors import NumericsError
from amoeboid.measures import (
    EscapeClass,
    Hull,
    contact_angle,
    contact_components,
    escape_class,
    escape_events,
    escape_rate,
    fold_change,
    fraction_rounded,
    invasion_distance,
)

LIMITS = (2.0, 1.1)
CUBE = np.array([[x, y, z] for x in (0.0, 10.0) for y in (0.0, 10.0) for z in (0.0, 10.0)])


@pytest.mark.parametrize(
    ("point", "distance"),
    [
        ((13.0, 5.0, 5.0), 3.0),
        ((13.0, 14.0, 5.0), 5.0),
        ((12.0, 12.0, 11.0), 3.0),
        ((5.0, 5.0, 8.0), -2.0),
        ((10.0, 10.0, 10.0), 0.0),
    ],
)
def test_distance_beyond_a_cube_is_to_its_face_edge_or_corner(point, distance):
    assert Hull.of(CUBE).distance([point])[0] == pytest.approx(distance, abs=1e-12)


def test_distance_beyond_a_ball_of_points_is_that_beyond_the_ball():
    turn = np.arange(4000) * np.pi * (3.0 - np.sqrt(5.0))
    height = 1.0 - 2.0 * (np.arange(4000) + 0.5) / 4000
    ring = np.sqrt(1.0 - height**2)
    ball = 100.0 * np.stack([ring * np.cos(turn), ring * np.sin(turn), height], axis=1)
    far = 1.5 * ball[::40] @ np.array([[0.8, 0.6, 0.0], [-0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(Hull.of(ball).distance(far), 50.0, atol=0.15)


@pytest.mark.parametrize("points", [CUBE[:3], CUBE[CUBE[:, 2] == 0.0], np.zeros((9, 3))])
def test_points_without_a_volume_have_no_hull(points):
    with pytest.raises(NumericsError, match="AMB-N42"):
        Hull.of(points)


def test_components_follow_chains_and_unlike_radii():
    position = [[0, 0, 0], [9, 0, 0], [21, 0, 0], [60, 0, 0]]
    assert contact_components(position, [5.0, 5.0, 8.0, 5.0], 1.0).tolist() == [0, 0, 0, 1]
    assert contact_components(position, [5.0, 5.0, 5.0, 5.0], 1.0).tolist() == [0, 0, 1, 2]
    assert contact_components(position, [5.0, 3.9, 8.0, 5.0], 1.0).tolist() == [0, 1, 2, 3]


def scene(*strays):
    """A cube of touching cells of radius 5, and strays at a height above its face."""
    grid = np.array([[x, y, z] for x in (0, 10, 20) for y in (0, 10, 20) for z in (0, 10, 20)], dtype=float)
    return np.vstack([grid, np.array([[10.0, y, 20.0 + z] for y, z in strays]).reshape(-1, 3)])


def classes(*strays):
    position = scene(*strays)
    beyond = Hull.of(position[:27]).distance(position)
    return escape_class(position, np.full(len(position), 5.0), beyond, LIMITS)[27:].tolist()


def test_a_lone_far_cell_has_escaped_alone():
    assert classes((10.0, 25.0)) == [EscapeClass.SINGLE]


def test_a_cell_within_two_diameters_has_not_escaped():
    assert classes((10.0, 19.9)) == [EscapeClass.WITHIN]


def test_a_chain_of_contacts_to_the_tumour_holds_a_far_cell():
    assert classes((10.0, 10.0), (10.0, 20.0), (10.0, 30.0)) == [0, 0, EscapeClass.ATTACHED]


def test_far_cells_that_touch_only_each_other_are_a_cluster():
    assert classes((10.0, 30.0), (10.0, 40.0)) == [EscapeClass.CLUSTER] * 2


def test_a_detached_pair_counts_the_one_that_is_far_enough():
    assert classes((10.0, 15.0), (10.0, 25.0)) == [EscapeClass.WITHIN, EscapeClass.CLUSTER]


def test_first_escapes_are_noted_with_time_kind_and_time_at_risk():
    first = scene((10.0, 0.0), (20.0, 0.0))
    frames = np.stack([first, first.copy(), first.copy(), first.copy()])
    frames[1:, 27] = [10.0, 10.0, 70.0]
    frames[2:, 28] = [10.0, 20.0, 70.0]
    frames[3, 27] = [10.0, 10.0, 20.0]
    events, kind = escape_events([0.0, 100.0, 200.0, 300.0], frames, np.full(29, 5.0), LIMITS)
    assert events.cell.tolist() == [27, 28]
    assert events.time.tolist() == [100.0, 200.0]
    assert events.kind.tolist() == [EscapeClass.SINGLE, EscapeClass.CLUSTER]
    assert events.at_risk == 27 * 300.0 + 100.0 + 200.0
    assert kind[3, 27] == EscapeClass.WITHIN
    assert escape_rate(events).value == pytest.approx(2.0 / (8400.0 / 86400.0))
    assert escape_rate([events, events]).n == 4


def test_nobody_escapes_from_a_tumour_at_rest():
    frames = np.stack([scene()] * 3)
    events, kind = escape_events([0.0, 1.0, 2.0], frames, np.full(27, 5.0), LIMITS)
    assert events.cell.size == 0
    assert not kind.any()
    assert escape_rate(events).low == 0.0


def test_measures_of_populations_have_their_plain_meaning():
    assert fraction_rounded([1.0, 1.49, 1.5, 3.0], 1.5).value == 0.5
    assert fold_change([4.0], [2.0]) == 2.0
    assert np.isnan(fold_change([4.0], [0.0]))
    assert invasion_distance(np.arange(101.0), 0.95) == 95.0
    assert invasion_distance([-5.0, -1.0], 0.95) == 0.0


def test_the_contact_angle_falls_as_tension_rises():
    assert contact_angle([0.1], 0.2) == pytest.approx(np.pi / 2)
    assert np.sin(contact_angle([0.2], 0.2)) == pytest.approx(0.866, abs=1e-3)
    assert np.sin(contact_angle([1.6], 0.2)) == pytest.approx(0.348, abs=1e-3)
