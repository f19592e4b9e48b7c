"""Recorded tracks that others published, where the data lie beside the repository; skipped elsewhere."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from amoeboid.formats import read_tracks
from amoeboid.inference import fit_motility, predict_tracks
from amoeboid.measures import (
    displacements,
    mean_squared_displacement,
    outward_bias,
    speeds,
    straightness,
    turning_angles,
)

DATA = Path(__file__).parents[3] / "shared" / "data"
SPHEROIDS = DATA / "spheroid-tracks-scott2021" / "tracks.parquet"
EXAMPLES = DATA / "tracks-examples"
CENTRES = {"1": (261.0, 238.0, 138.0), "2": (330.0, 443.0, 39.0), "3": (309.0, 313.0, 14.0)}

needs_examples = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no ../shared/data/tracks-examples")
needs_spheroids = pytest.mark.skipif(not SPHEROIDS.is_file(), reason="no ../shared/data/spheroid-tracks-scott2021")


@pytest.fixture(scope="module")
def t_cells():
    columns = ("frame", "track", "time", "x", "y", "z")
    return read_tracks(EXAMPLES / "celltrackR_t-cells.txt", columns=columns, length_unit="um", time_unit="s")


@needs_examples
def test_t_cell_tracks_are_read_whole(t_cells):
    assert (t_cells.n_tracks, t_cells.n_rows, t_cells.interval) == (258, 5157, 24.0)


@needs_examples
def test_t_cell_statistics_equal_a_plain_count_over_rows(t_cells):
    """The same numbers by loops over the file's own lines, without any of our arrays."""
    paths = {}
    for line in (EXAMPLES / "celltrackR_t-cells.txt").read_text().splitlines():
        frame, track, _, *place = line.split()
        paths.setdefault(track, {})[int(frame)] = np.array([float(x) for x in place])
    step, square, angle, direct = [], [], [], []
    for path in paths.values():
        frames = sorted(path)
        step += [np.linalg.norm(path[b] - path[a]) / 24.0 for a, b in pairwise(frames) if b == a + 1]
        square += [((path[f + 5] - path[f]) ** 2).sum() for f in frames if f + 5 in path]
        length = sum(np.linalg.norm(path[b] - path[a]) for a, b in pairwise(frames))
        direct.append(np.linalg.norm(path[frames[-1]] - path[frames[0]]) / length)
        for f in frames:
            if f + 1 in path and f + 2 in path:
                one, two = path[f + 1] - path[f], path[f + 2] - path[f + 1]
                size = np.linalg.norm(one) * np.linalg.norm(two)
                angle += [np.arccos(np.clip(one @ two / size, -1, 1))] if size > 0 else []
    np.testing.assert_allclose(np.sort(speeds(t_cells)), np.sort(step), rtol=1e-9)
    assert mean_squared_displacement(t_cells, [5]).pooled[0] == pytest.approx(np.mean(square), rel=1e-9)
    np.testing.assert_allclose(np.sort(straightness(t_cells)), np.sort(direct), rtol=1e-9)
    np.testing.assert_allclose(np.sort(turning_angles(t_cells)), np.sort(angle), atol=1e-6)


@needs_examples
def test_t_cells_move_as_t_cells_in_a_lymph_node_do(t_cells):
    # order of magnitude only: leukocytes 2 to 30 um/min, and onward more often than back
    assert 2.0 < float(np.median(speeds(t_cells))) * 60.0 < 30.0
    assert float(turning_angles(t_cells).mean()) < np.pi / 2


@needs_examples
@pytest.mark.parametrize(("name", "n_rows", "interval"), [("FakeTracks", 84, 1.0), ("Celegans_17tp", 87, 120.0)])
def test_trackmate_files_are_read_with_their_own_units(name, n_rows, interval):
    tracks = read_tracks(EXAMPLES / f"trackmate_{name}.xml")
    assert (tracks.n_rows, tracks.interval) == (n_rows, interval)


@pytest.fixture(scope="module")
def spheroids():
    return read_tracks(SPHEROIDS, frame_interval="180 s")


@needs_spheroids
@pytest.mark.parametrize(("name", "tracks", "median"), [("1", 3780, 21.7), ("2", 3861, 20.4), ("3", 3808, 21.4)])
def test_spheroid_tracks_have_the_stated_size_and_median_speed(spheroids, name, tracks, median):
    one = spheroids.select(name)
    assert (one.n_tracks, one.n_rows) == (tracks, 100_000)
    assert float(np.median(speeds(one))) * 3600.0 == pytest.approx(median, abs=0.1)
    assert displacements(one).track.size == 100_000 - len(np.unique(one.ordinal))


@needs_spheroids
def test_a_fit_of_spheroid_1_predicts_the_step_speeds_of_2_and_3(spheroids):
    """Figures of record: the KS bound holds for both, the displacement bound for 3 and not for 2.

    Spheroid 2 moves less than spheroid 1 by itself (measured MSD 1.40 and 1.46 times lower at 15 and 30 min),
    so that no model fitted to spheroid 1 alone can come within 30 % of it; the miss is asserted, so that a
    change of it is seen.
    """
    fit = fit_motility(spheroids.select("1"), CENTRES["1"])
    second = predict_tracks(fit, spheroids.select("2"), CENTRES["2"])
    third = predict_tracks(fit, spheroids.select("3"), CENTRES["3"])
    assert second.step_speed_ks <= 0.15
    assert third.step_speed_ks <= 0.15
    assert all(abs(one.error) <= 0.30 for one in third.msd)
    assert all(0.30 < one.error < 0.70 for one in second.msd)


@needs_spheroids
def test_outward_bias_differs_in_sign_between_spheroids(spheroids):
    bias = {name: outward_bias(spheroids.select(name), CENTRES[name])[0].cosine for name in CENTRES}
    assert bias["1"].high < 0.0 < bias["2"].low
    assert abs(bias["3"].value) < 0.02
