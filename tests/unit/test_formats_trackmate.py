"""TrackMate XML: tracks, units, branches, and files that must not be trusted."""

import pytest

from amoeboid.errors import FormatError
from amoeboid.formats import read_trackmate, read_tracks

HEAD = '<?xml version="1.0"?><TrackMate version="7.14"><Model spatialunits="{0}" timeunits="{1}"><AllSpots>'


def document(spots, edges, units=("µm", "min"), kept=(0,)):
    rows = "".join(
        f'<Spot ID="{number}" POSITION_X="{x}" POSITION_Y="0" POSITION_Z="0" POSITION_T="{t}" FRAME="{t}"/>'
        for number, x, t in spots
    )
    links = "".join(f'<Edge SPOT_SOURCE_ID="{a}" SPOT_TARGET_ID="{b}"/>' for a, b in edges)
    filtered = "".join(f'<TrackID TRACK_ID="{number}"/>' for number in kept)
    body = f'{rows}</AllSpots><AllTracks><Track TRACK_ID="0">{links}</Track></AllTracks>'
    return HEAD.format(*units) + body + f"<FilteredTracks>{filtered}</FilteredTracks></Model></TrackMate>"


def save(folder, text):
    file = folder / "tracks.xml"
    file.write_text(text, encoding="utf-8")
    return file


PATH = [(10, 0.0, 0), (11, 2.0, 1), (12, 5.0, 2)]


def test_a_path_is_one_track_in_internal_units(tmp_path):
    tracks = read_tracks(save(tmp_path, document(PATH, [(10, 11), (12, 11)])))
    assert tracks.n_tracks == 1
    assert tracks.time.tolist() == [0.0, 60.0, 120.0]
    assert tracks.position[:, 0].tolist() == [0.0, 2.0, 5.0]


def test_a_division_is_cut_into_mother_and_daughters(tmp_path):
    spots = [*PATH, (13, 1.0, 2), (14, 1.0, 3)]
    tracks = read_trackmate(save(tmp_path, document(spots, [(10, 11), (11, 12), (11, 13), (13, 14)])))
    assert tracks.n_rows == 5
    assert sorted(map(int, [sum(tracks.track == number) for number in set(tracks.track)])) == [1, 2, 2]


def test_a_merger_keeps_every_spot_once(tmp_path):
    spots = [(1, 0.0, 0), (2, 1.0, 0), (3, 0.5, 1)]
    tracks = read_trackmate(save(tmp_path, document(spots, [(1, 3), (2, 3)])))
    assert tracks.n_rows == 3
    assert tracks.n_tracks == 3


def test_tracks_that_the_filter_left_out_are_not_read(tmp_path):
    with pytest.raises(FormatError, match="filter"):
        read_trackmate(save(tmp_path, document(PATH, [(10, 11)], kept=(7,))))


def test_pixels_and_frames_need_a_calibration(tmp_path):
    file = save(tmp_path, document(PATH, [(10, 11)], units=("pixel", "frame")))
    with pytest.raises(FormatError, match="length_unit"):
        read_trackmate(file)
    assert read_trackmate(file, length_unit="um", frame_interval="30 s").interval == 30.0


WHOLE = document(PATH, [(10, 11), (11, 12)])
BAD = {
    "cut": (WHOLE[:-100], "AMB-F44"),
    "empty": ("", "AMB-F02"),
    "doctype": (WHOLE.replace("<TrackMate", "<!DOCTYPE TrackMate><TrackMate", 1), "AMB-F43"),
    "entity bomb": (
        WHOLE.replace("<TrackMate", '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><TrackMate', 1),
        "AMB-F43",
    ),
    "deep": ('<?xml version="1.0"?><TrackMate>' + "<a>" * 500, "AMB-F43"),
    "another document": ("<html></html>", "AMB-F44"),
    "no edges": (document(PATH, []), "AMB-F42"),
    "no number": (WHOLE.replace('POSITION_X="2.0"', 'POSITION_X="two"'), "AMB-F46"),
    "missing attribute": (WHOLE.replace('POSITION_X="2.0"', ""), "AMB-F46"),
    "NaN": (WHOLE.replace('POSITION_X="2.0"', 'POSITION_X="nan"'), "AMB-F37"),
    "unknown spot": (WHOLE.replace('SPOT_TARGET_ID="12"', 'SPOT_TARGET_ID="99"'), "AMB-F46"),
    "circle in one frame": (document([(1, 0.0, 0), (2, 0.0, 0)], [(1, 2)]), "AMB-F08"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_in_four_parts(tmp_path, name):
    text, code = BAD[name]
    with pytest.raises(FormatError) as caught:
        read_tracks(save(tmp_path, text))
    assert caught.value.faults[0].code == code
    assert caught.value.faults[0].do
