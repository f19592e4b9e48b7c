"""Speed, straightness, displacements and angles of tracks that can be worked out by hand."""

import numpy as np
import pytest

from amoeboid.errors import NumericsError
from amoeboid.formats import Tracks
from amoeboid.measures import (
    displacements,
    mean_squared_displacement,
    outward_bias,
    outward_speed,
    persistence,
    speeds,
    straightness,
    track_speed,
    turning_angles,
    velocity_autocorrelation,
)


def line(times, places, number=1):
    return Tracks.of([number] * len(times), times, [[x, 0.0, 0.0] for x in places])


def test_a_gap_gives_no_step_but_its_ends_give_a_longer_displacement():
    tracks = line([0.0, 60.0, 120.0, 240.0], [0.0, 1.0, 2.0, 8.0])
    assert displacements(tracks).length.tolist() == [1.0, 1.0]
    assert displacements(tracks, 2).length.tolist() == [2.0, 6.0]


def test_no_displacement_joins_two_tracks():
    tracks = Tracks.of([1, 1, 2, 2], [0.0, 60.0, 120.0, 180.0], np.arange(12.0).reshape(4, 3))
    assert displacements(tracks).track.tolist() == [0, 1]
    assert displacements(tracks, 2).track.size == 0


def test_unequal_tracks_differ_in_pooled_and_track_means():
    time = [0.0, 1.0, 0.0, 1.0, 2.0, 3.0]
    place = [[x, 0, 0] for x in (0, 3, 0, 1, 2, 3)]
    msd = mean_squared_displacement(Tracks.of([1, 1, 2, 2, 2, 2], time, place), [1, 3, 5])
    assert msd.pooled[:2].tolist() == [3.0, 9.0]
    assert msd.track_mean[0] == 5.0
    assert msd.n_pairs.tolist() == [4, 1, 0]
    assert np.isnan(msd.pooled[2])
    assert np.isnan(msd.by_track[0, 1])


def test_speed_and_straightness_of_a_there_and_back():
    tracks = line([0.0, 10.0, 20.0, 30.0], [0.0, 2.0, 4.0, 2.0])
    assert speeds(tracks).tolist() == [0.2, 0.2, 0.2]
    assert track_speed(tracks).tolist() == [0.2]
    assert straightness(tracks)[0] == pytest.approx(2.0 / 6.0)
    assert np.isnan(straightness(line([0.0, 1.0], [5.0, 5.0]))[0])


def test_a_single_position_has_no_speed():
    with pytest.raises(NumericsError, match="AMB-N41"):
        speeds(line([0.0], [0.0]))


def test_straight_motion_has_full_correlation_and_no_turn():
    tracks = line(np.arange(12.0), 2.0 * np.arange(12.0))
    np.testing.assert_allclose(velocity_autocorrelation(tracks, [0, 1, 5]), 4.0)
    np.testing.assert_allclose(turning_angles(tracks), 0.0, atol=1e-12)


@pytest.mark.parametrize(
    "places",
    [np.zeros(12), 2.0 * np.arange(12.0), np.resize([0.0, 1.0], 12)],
    ids=["at rest", "straight", "to and fro"],
)
def test_tracks_that_tell_no_persistence_give_an_error_and_not_a_bound(places):
    with pytest.raises(NumericsError, match="persistence: the tracks do not tell it"):
        persistence(line(60.0 * np.arange(12.0), places), 8)


def test_outward_motion_has_cosine_one_and_its_speed():
    tracks = line([0.0, 10.0, 20.0], [5.0, 8.0, 11.0])
    assert outward_bias(tracks, (0.0, 0.0, 0.0))[0].cosine.value == pytest.approx(1.0)
    assert outward_bias(tracks, (100.0, 0.0, 0.0))[0].cosine.value == pytest.approx(-1.0)
    assert outward_speed(tracks, (0.0, 0.0, 0.0)).value == pytest.approx(0.3)


def test_shells_hold_the_steps_of_their_distance():
    tracks = line([0.0, 10.0, 20.0, 30.0], [1.0, 3.0, 2.5, 9.0])
    bias = outward_bias(tracks, (0.0, 0.0, 0.0), (0.0, 2.5, 5.0, 100.0))
    assert [(one.inner, round(one.cosine.value)) for one in bias] == [(0.0, 1), (2.5, -1), (5.0, 1)]
