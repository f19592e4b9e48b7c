"""Tables of tracks: what is read, what is refused and how it is told."""

import numpy as np
import pytest

from amoeboid.errors import FormatError
from amoeboid.formats import Tracks, read_tracks, write_tracks


def write(folder, text, name="cells.csv"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def tracks():
    time = [0.0, 60.0, 120.0, 0.0, 60.0]
    position = np.arange(15.0).reshape(5, 3) / 7.0
    return Tracks.of([1, 1, 1, 2, 2], time, position, ["a", "a", "a", "b", "b"])


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_written_tracks_are_read_back_without_loss(tmp_path, tracks, ending):
    write_tracks(tracks, tmp_path / f"t{ending}")
    again = read_tracks(tmp_path / f"t{ending}")
    np.testing.assert_array_equal(again.position, tracks.position)
    np.testing.assert_array_equal(again.time, tracks.time)
    np.testing.assert_array_equal(again.group, tracks.group)


def test_units_in_names_are_converted(tmp_path):
    tracks = read_tracks(write(tmp_path, "TRACK_ID,t [min],x_nm,y_nm\n3,0,0,0\n3,2,1000,0\n"))
    assert tracks.interval == 120.0
    assert tracks.position[1, 0] == pytest.approx(1.0)


def test_given_units_go_before_none_in_the_names(tmp_path):
    file = write(tmp_path, "track,t,x,y,z\n1,0,0,0,0\n1,1,2,0,0\n")
    assert read_tracks(file, length_unit="um", time_unit="h").time.tolist() == [0.0, 3600.0]


def test_frames_become_times_by_the_frame_interval(tmp_path):
    file = write(tmp_path, "track,frame,x_um,y_um\n1,4,0,0\n1,5,1,0\n")
    assert read_tracks(file, frame_interval="3 min").interval == 180.0


def test_text_without_a_header_is_read_by_roles(tmp_path):
    file = write(tmp_path, "7 1 0 1 2 3\n8 1 24 2 2 3\n", "cells.txt")
    columns = ("-", "track", "time", "x", "y", "z")
    tracks = read_tracks(file, columns=columns, length_unit="um", time_unit="s")
    assert tracks.position.tolist() == [[1.0, 2.0, 3.0], [2.0, 2.0, 3.0]]


def test_extra_header_lines_of_names_and_units_are_passed_over(tmp_path):
    text = "TRACK_ID,POSITION_X,POSITION_Y,FRAME\nTrack ID,X,Y,Frame\n,(micron),(micron),\n0,1,2,0\n0,2,2,1\n"
    tracks = read_tracks(write(tmp_path, text), length_unit="um", frame_interval="1 s")
    assert tracks.n_rows == 2


def test_columns_of_other_names_can_be_assigned(tmp_path):
    file = write(tmp_path, "nr;when_s;east_um;north_um\n1;0;0;0\n1;5;2;0\n")
    roles = {"track": "nr", "time": "when_s", "x": "east_um", "y": "north_um"}
    assert read_tracks(file, columns=roles, time_unit="s", length_unit="um").interval == 5.0


def test_both_missing_units_are_told_at_once_with_how_to_give_them(tmp_path):
    with pytest.raises(FormatError) as caught:
        read_tracks(write(tmp_path, "track,t,x,y\n1,0,0,0\n"))
    assert len(caught.value.faults) == 2
    assert "--length-unit" in str(caught.value)
    assert "--time-unit" in str(caught.value)


BAD = {
    "empty file": ("", "AMB-F02"),
    "header only": ("track,time_s,x_um,y_um\n", "AMB-F32"),
    "cut last line": ("track,time_s,x_um,y_um\n1,0,0,0\n1,60\n", "AMB-F06"),
    "a word": ("track,time_s,x_um,y_um\n1,0,0,0\n1,60,far,0\n", "AMB-F06"),
    "empty cell": ("track,time_s,x_um,y_um\n1,0,0,0\n1,60,,0\n", "AMB-F06"),
    "NaN": ("track,time_s,x_um,y_um\n1,0,0,0\n1,60,nan,0\n", "AMB-F37"),
    "infinite": ("track,time_s,x_um,y_um\n1,0,0,0\n1,60,inf,0\n", "AMB-F37"),
    "half a track": ("track,time_s,x_um,y_um\n1.5,0,0,0\n", "AMB-F07"),
    "twice at one time": ("track,time_s,x_um,y_um\n1,0,0,0\n1,0,1,0\n", "AMB-F08"),
    "no track column": ("t_s,x_um,y_um\n0,0,0\n", "AMB-F05"),
    "no header": ("1,0,0,0\n1,60,0,0\n", "AMB-F05"),
    "zero bytes": ("track\0,time_s\n", "AMB-F04"),
    "one endless line": ("x" * 200_000, "AMB-F04"),
    "unknown unit": ("track,time_s,x,y\n1,0,0,0\n", "AMB-F12"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_are_refused_in_four_parts(tmp_path, name):
    text, code = BAD[name]
    with pytest.raises(FormatError) as caught:
        read_tracks(write(tmp_path, text))
    assert caught.value.faults[0].code == code
    assert caught.value.faults[0].do


def test_a_cut_parquet_file_is_refused(tmp_path, tracks):
    write_tracks(tracks, tmp_path / "t.parquet")
    whole = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FormatError, match="AMB-F04"):
        read_tracks(tmp_path / "cut.parquet")


def test_a_wrong_name_is_told_with_the_nearest_one(tmp_path):
    write(tmp_path, "x")
    with pytest.raises(FormatError, match=r"cells\.csv"):
        read_tracks(tmp_path / "cell.csv")


def test_a_wrong_unit_is_refused_as_a_format_or_unit_error(tmp_path):
    with pytest.raises(FormatError, match="dimension"):
        read_tracks(write(tmp_path, "track,time_s,x,y\n1,0,0,0\n"), length_unit="min")


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "huge.csv"
    with file.open("wb") as sparse:
        sparse.truncate(5 * 1024**3)
    with pytest.raises(FormatError, match="AMB-F03"):
        read_tracks(file)


def test_track_numbers_that_repeat_in_groups_stay_apart():
    tracks = Tracks.of([1, 1], [0.0, 0.0], np.zeros((2, 3)), ["a", "b"])
    assert tracks.n_tracks == 2
    assert tracks.select("b").n_rows == 1


def test_irregular_times_are_told_when_frames_are_needed():
    tracks = Tracks.of([1, 1, 1, 1], [0.0, 60.0, 120.0, 150.0], np.zeros((4, 3)))
    with pytest.raises(FormatError, match="AMB-F09"):
        _ = tracks.frame
