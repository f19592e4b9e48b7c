"""Exports of a run: what is chosen, where it goes, what is refused; records of cells that come and go; films."""

import errno
import json
import os
import stat

import numpy as np
import pytest
import zarr

import amoeboid as am
from amoeboid import analysis, execution, plots, scenario, store
from amoeboid.errors import ExecutionError, FormatError, ScenarioError, StoreError
from amoeboid.formats import read_tracks
from amoeboid.workflow import exporting

TINY = """
format = 1
name = "tiny-export"
question = "Is it written?"
duration = "20 min"
seed = 1
replicates = 2
medium = "serum-free"
[tissue]
size = ["200 um", "200 um", "160 um"]
matrix = { collagen = "2 mg/ml" }
[[tissue.cells]]
type = "melanoma"
count = 12
place = { shape = "sphere" }
[output]
frames_every = "5 min"
cells_every = "10 min"
checkpoint_every = "20 min"
[[arms]]
name = "none"
reference = true
[[arms]]
name = "OSM"
fields = { OSM = "10 ng/ml" }
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    described = scenario.loads(TINY, "test")
    folder = tmp_path_factory.mktemp("runs")
    return execution.run(described, folder=folder, means=execution.Means(processes=1, threads=1))


def test_by_default_the_reference_arm_goes_below_the_run(run):
    made = am.export(run.path, "simularium")
    assert made == run.path / "exports" / "tiny-export-none-r1.simularium"
    record = json.loads(made.read_text("utf-8"))
    frames = run.member("none/r1").frames()
    assert [frame["time"] for frame in record["spatialData"]["bundleData"]] == frames.time.tolist()
    first = np.array(record["spatialData"]["bundleData"][0]["data"]).reshape(-1, 11)
    np.testing.assert_allclose(first[:, 3:6] + [100.0, 100.0, 80.0], frames.position[0], atol=6e-5)


def test_the_arm_and_replicate_that_are_asked_for_are_written(run, tmp_path):
    made = am.export(run.path, "simularium", arm="OSM", replicate=2, out=tmp_path / "a.simularium")
    record = json.loads(made.read_text("utf-8"))
    assert record["trajectoryInfo"]["trajectoryTitle"] == "tiny-export: osm/r2"
    last = np.array(record["spatialData"]["bundleData"][-1]["data"]).reshape(-1, 11)
    np.testing.assert_allclose(
        last[:, 3:6] + [100.0, 100.0, 80.0], run.member("osm/r2").frames().position[-1], atol=6e-5
    )


def test_the_file_names_its_run_and_the_studies_behind_its_numbers(run, tmp_path):
    made = am.export(run.path, "simularium", out=tmp_path / "b.simularium")
    about = json.loads(made.read_text("utf-8"))["trajectoryInfo"]["modelInfo"]["description"]
    assert run.path.name in about
    assert "not medical advice" in about
    assert "doi.org/10.1083/jcb.201210152" in about  # the pore law was read


@pytest.mark.parametrize("to", ["tracks-csv", "tracks-parquet"])
def test_tracks_hold_every_arm_and_replicate_as_a_group(run, tmp_path, to):
    ending = ".csv" if to == "tracks-csv" else ".parquet"
    tracks = read_tracks(am.export(run.path, to, out=tmp_path / f"t{ending}"))
    assert set(tracks.groups) == {"none/r1", "none/r2", "osm/r1", "osm/r2"}
    frames = run.member("osm/r2").frames()
    mine = tracks.select("osm/r2")
    np.testing.assert_allclose(mine.position.reshape(12, 5, 3), frames.position.transpose(1, 0, 2), rtol=1e-6)
    assert np.unique(mine.time).tolist() == frames.time.tolist()


def test_vtk_and_ome_zarr_hold_the_matrix_at_the_end(run, tmp_path):
    folder = am.export(run.path, "vtk", out=tmp_path / "v")
    assert {"cells.pvd", "volumes.pvd", "volumes_0000.vti", "cells_0004.vtp"} <= {
        path.name for path in folder.iterdir()
    }
    image = zarr.open_group(am.export(run.path, "ome-zarr", out=tmp_path / "a.ome.zarr"), mode="r")
    names = [one["name"] for one in image.attrs["amoeboid"]["channels"]]
    state = run.member("none/r1").state()
    row = names.index("matrix.collagen")
    np.testing.assert_allclose(image["0"][0, row], state["matrix.collagen"], rtol=1e-6)
    assert image.attrs["amoeboid"]["time [s]"] == [1200.0]


def test_a_film_has_a_frame_per_recorded_time_and_every_arm(run, tmp_path):
    from PIL import Image

    with Image.open(am.export(run.path, "film", out=tmp_path / "f.gif")) as film:
        assert film.n_frames == 5
        one = film.size
    with Image.open(am.export(run.path, "film", arm="OSM", out=tmp_path / "g.gif")) as film:
        assert film.size[0] < one[0]


def test_an_unknown_format_is_told_with_the_nearest(run):
    with pytest.raises(FormatError, match=r"AMB-F560") as caught:
        am.export(run.path, "simularum")
    assert "nearest:  `simularium`" in str(caught.value)


def test_an_unknown_arm_or_replicate_is_told(run):
    with pytest.raises(ScenarioError, match=r"AMB-S561"):
        am.export(run.path, "vtk", arm="OSN")
    with pytest.raises(ScenarioError, match=r"AMB-S560"):
        am.export(run.path, "vtk", replicate=3)


def test_a_target_that_exists_is_left_as_it_is(run, tmp_path):
    taken = tmp_path / "taken.simularium"
    taken.write_text("mine")
    with pytest.raises(StoreError, match=r"AMB-R561"):
        am.export(run.path, "simularium", out=taken)
    assert taken.read_text() == "mine"


def test_a_full_disk_is_told_and_leaves_nothing(run, tmp_path, monkeypatch):
    def full(*_):
        (tmp_path / f".tmp-{os.getpid()}-x.simularium").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporting.formats, "write_simularium", full)
    with pytest.raises(StoreError, match=r"no room left(.|\n)*AMB-R562"):
        am.export(run.path, "simularium", out=tmp_path / "x.simularium")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a\0b.simularium", "x" * 300 + ".simularium"])
def test_a_name_that_no_file_can_have_is_told(run, tmp_path, name):
    with pytest.raises(StoreError, match=r"AMB-R562"):
        am.export(run.path, "simularium", out=str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_told(run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"AMB-R562"):
        am.export(run.path, "vtk", out=tmp_path / "file" / "x")


def test_a_member_that_is_not_finished_is_refused(tmp_path):
    described = scenario.loads(TINY, "test")
    text = scenario.to_toml(described)
    members = tuple(store.MemberPlan(f"{arm.slug}/r1", arm.name, 1, 1, {}) for arm in described.arms)
    cadence = store.Cadence(1200.0, 300.0, 600.0, 1200.0)
    with store.working_on(tmp_path, store.RunPlan("tiny-export", text, members, cadence)) as waiting:
        path = waiting.path
    with pytest.raises(StoreError, match=r"not finished but waiting(.|\n)*AMB-R560"):
        am.export(path, "simularium")


def test_a_film_of_another_ending_is_refused_before_anything_is_drawn(run, tmp_path):
    with pytest.raises(FormatError, match=r"AMB-F561"):
        am.export(run.path, "film", out=tmp_path / "f.avi")


def test_mp4_without_ffmpeg_says_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExecutionError, match=r"AMB-X561"):
        am.export(run.path, "film", out=tmp_path / "f.mp4")


def fake_ffmpeg(folder, text):
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_every_pixel_of_every_frame_goes_to_ffmpeg(run, tmp_path, monkeypatch):
    tools = tmp_path / "bin"
    tools.mkdir()
    fake_ffmpeg(tools, 'for last; do :; done\necho "$@" > "$last.words"\nexec cat > "$last"')
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    made = am.export(run.path, "film", out=tmp_path / "f.mp4")
    words = next(tmp_path.glob(".tmp-*.words")).read_text().split()
    width, height = (int(side) for side in words[words.index("-s") + 1].split("x"))
    assert width % 2 == height % 2 == 0  # H.264 halves both for colour
    assert made.stat().st_size == 5 * width * height * 3


def test_what_ffmpeg_says_when_it_fails_is_told(run, tmp_path, monkeypatch):
    tools = tmp_path / "bin"
    tools.mkdir()
    fake_ffmpeg(tools, "echo no encoder >&2\nexit 1")
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ExecutionError, match=r"no encoder(.|\n)*AMB-X562"):
        am.export(run.path, "film", out=tmp_path / "f.mp4")


def panel(position, value):
    places = np.asarray(position, dtype=float)
    return plots.FilmPanel("a", places, np.full(places.shape[:2], 10.0), np.asarray(value, dtype=float))


def colours_near(path, frame, centre):
    """Give the mean colour of a few pixels of a film's frame around a place, in panel pixels from its middle."""
    from PIL import Image

    with Image.open(path) as film:
        film.seek(frame)
        image = np.asarray(film.convert("RGB")).astype(int)
    side = 520
    x, y = 8 + side // 2 + centre[0], 34 + side // 2 + centre[1]
    return image[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).mean(axis=0)


def test_the_nearer_cell_hides_the_farther_and_absent_cells_are_not_drawn(tmp_path):
    from amoeboid.plots.tissue import camera

    towards = 30.0 * camera()[2]
    places = np.array([[towards, -towards], [-towards, towards], [[np.nan] * 3, [np.nan] * 3]])
    classes = plots.Legend("type", classes=("one", "two"))
    file = tmp_path / "a.gif"
    plots.write_film(file, np.array([0.0, 60.0, 120.0]), [panel(places, [[0, 1]] * 3)], classes)
    first, second, none = (colours_near(file, k, (0, 0)) for k in range(3))
    assert first[2] > first[0] + 40  # class one is blue
    assert second[0] > second[2] + 40  # class two is orange
    assert none.min() > 240


def test_records_leave_out_cells_that_are_not_there_and_hold_their_changing_radius(run, monkeypatch):
    member = run.member("none/r1")
    frames = member.frames()
    position, contacts = frames.position.copy(), np.array(frames.scalars["contacts"])
    position[:2, 3] = np.nan
    contacts[0, 3] = -1
    radius = np.tile(frames.initial["radius"], (len(frames.cell_time), 1)) * np.array([[1.0], [1.1], [1.2]])
    radius[0, 3] = np.nan
    scalars = {**frames.scalars, "contacts": contacts, "current_radius": radius}
    changed = store.Frames(frames.time, position, frames.cell_time, scalars, frames.initial)
    monkeypatch.setattr(store.Member, "frames", lambda self: changed)
    movie = analysis.movie_of(run, member)
    assert movie.is_present[:, 3].tolist() == [False, False, True, True, True]
    np.testing.assert_allclose(movie.radius_at(4), 1.2 * frames.initial["radius"])
    np.testing.assert_allclose(movie.radius_at(1), np.where(np.isnan(radius[0]), frames.initial["radius"], radius[0]))
    counted = next(one for one in movie.scalars if one.name == "contacts")
    assert np.isnan(counted.value[0, 3])
    assert next(one for one in movie.scalars if one.name == "speed").unit == "um/s"
    tracks = analysis.tracks_of(run, [member])
    assert tracks.n_rows == 12 * 5 - 2
