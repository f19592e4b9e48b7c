"""The link between tissue and body: what it gives, what it refuses, and that it reads back."""

import json
from dataclasses import replace

import numpy as np
import pytest

from amoeboid.errors import FormatError, StoreError
from amoeboid.process import EscapeLink, LinkLevel, LinkRecord, link_text, read_link, shipped_link, shipped_record


def small(**changes):
    """Give a link of two knots and two draws."""
    curves = {
        "contractility": np.array([0.0, 1.0]),
        "entry": np.array([[0.001, 0.011], [0.002, 0.02]]),
        "cluster_share": np.array([[0.1, 0.3], [0.2, 0.2]]),
        "exit": np.array([[0.25, 0.75], [0.5, 0.5]]),
        "made_from": "by hand",
    }
    return EscapeLink(**{**curves, **changes})


def kept(tmp_path, **changes):
    """Write a small link with one level, and give its file and its record."""
    numbers = (np.array([n]) for n in (7, 2, 9))
    level = LinkLevel("OSM", "chip", np.array([0.8]), *numbers, np.array([1200.0]), np.zeros(3))
    path = tmp_path / "link.json"
    text = link_text(LinkRecord(small(), "", (level,), {"chip": 1}, {"name": "small", "runs": []}))
    path.write_text(text, encoding="utf-8")
    record = json.loads(path.read_text(encoding="utf-8"))
    if changes:
        path.write_text(json.dumps({**record, **changes}), encoding="utf-8")
    return path, record


def test_between_knots_the_curves_are_straight():
    entry, share, leaving = small().at([0.0, 0.5, 1.0])
    np.testing.assert_allclose(entry, [0.001, 0.006, 0.011], rtol=1e-14)
    np.testing.assert_allclose(share, [0.1, 0.2, 0.3], rtol=1e-14)
    np.testing.assert_allclose(leaving, [0.25, 0.5, 0.75], rtol=1e-14)


def test_at_the_reference_nothing_is_multiplied():
    for draw in range(2):
        assert [float(x) for x in small().relative(0.37, 0.37, draw)] == [1.0, 1.0, 1.0]


def test_single_and_cluster_entries_are_told_apart():
    single, cluster, leaving = small().relative(0.0, 1.0)
    assert float(single) == pytest.approx(0.001 * 0.9 / (0.011 * 0.7), rel=1e-13)
    assert float(cluster) == pytest.approx(0.001 * 0.1 / (0.011 * 0.3), rel=1e-13)
    assert float(leaving) == pytest.approx(1.0 / 3.0, rel=1e-13)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contractility": np.array([0.0, 0.9])}, "AMB-F682"),
        ({"contractility": np.array([1.0, 0.0])}, "AMB-F682"),
        ({"contractility": np.array([0.0, np.nan])}, "AMB-F682"),
        ({"entry": np.array([[0.0, 0.01], [0.1, 0.1]])}, "AMB-F681"),
        ({"entry": np.array([[np.inf, 0.01], [0.1, 0.1]])}, "AMB-F681"),
        ({"exit": np.array([[np.nan, 0.5], [0.1, 0.1]])}, "AMB-F681"),
        ({"cluster_share": np.array([[1.0, 0.5], [0.1, 0.1]])}, "AMB-F681"),
        ({"cluster_share": np.array([[0.5, 0.5]])}, "AMB-F680"),
        ({"exit": np.array([0.5, 0.5])}, "AMB-F680"),
    ],
)
def test_curves_that_are_none_are_refused(changes, code):
    with pytest.raises(FormatError) as caught:
        small(**changes)
    assert code in {fault.code for fault in caught.value.faults}


def test_all_that_is_wrong_with_a_link_is_told_at_once():
    with pytest.raises(FormatError) as caught:
        small(contractility=np.array([0.1, 1.0]), exit=np.full((2, 2), -1.0))
    assert {fault.code for fault in caught.value.faults} == {"AMB-F681", "AMB-F682"}


def test_a_link_reads_back_with_its_counts_from_file_or_folder(tmp_path):
    path, _ = kept(tmp_path)
    for place in (path, tmp_path):
        record = read_link(place)
        for name in ("contractility", "entry", "cluster_share", "exit"):
            np.testing.assert_array_equal(getattr(record.link, name), getattr(small(), name))
        assert (record.levels[0].name, int(record.levels[0].clusters[0])) == ("OSM", 2)
        assert record.link.made_from == f"small {record.digest[:12]}"


def test_what_is_written_is_the_same_text_again(tmp_path):
    path, _ = kept(tmp_path)
    record = read_link(path)
    assert link_text(record) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99])
def test_a_cut_link_is_refused(tmp_path, share):
    path, _ = kept(tmp_path)
    text = path.read_bytes()
    path.write_bytes(text[: int(share * len(text))])
    with pytest.raises(StoreError, match="AMB-R684"):
        read_link(path)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"\xff\xfe\x00", "AMB-R684"),
        (b"[" * 100_000, "AMB-R684"),
        (b'{"amoeboid": "link", "format": NaN}', "AMB-R684"),
        (b'{"amoeboid": "link", "format": Infinity}', "AMB-R684"),
        (b"[1, 2]", "AMB-F683"),
        (b'{"amoeboid": "run", "format": 1}', "AMB-F683"),
        (b'{"amoeboid": "link", "format": 2}', "AMB-F684"),
        (b'{"amoeboid": "link", "format": 1}', "AMB-R683"),
    ],
)
def test_foreign_files_are_refused(tmp_path, bad, code):
    (tmp_path / "link.json").write_bytes(bad)
    with pytest.raises((StoreError, FormatError)) as caught:
        read_link(tmp_path)
    assert [fault.code for fault in caught.value.faults] == [code]
    assert all(fault.expected and fault.do for fault in caught.value.faults)


def test_a_number_changed_by_hand_is_seen(tmp_path):
    path, record = kept(tmp_path)
    path.write_text(json.dumps({**record, "entry": [[0.001, 0.012], [0.002, 0.02]]}), encoding="utf-8")
    with pytest.raises(StoreError, match="AMB-R683"):
        read_link(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"entry": [[0.0, 0.1]]},
        {"levels": 3},
        {"about": {}},
        {"exit": "x"},
        {"readings": [["chip", 2]]},
        {"readings": [["other", 1]]},
        {"readings": 1},
    ],
)
def test_a_signed_link_of_bad_content_is_refused_with_its_place(tmp_path, changes):
    from amoeboid.process import link_file

    path, record = kept(tmp_path)
    body = {key: value for key, value in {**record, **changes}.items() if key != "digest"}
    path.write_text(json.dumps({**body, "digest": link_file._digest(body)}), encoding="utf-8")
    with pytest.raises(FormatError, match=r"link\.json") as caught:
        read_link(path)
    assert all(fault.code in ("AMB-F680", "AMB-F681", "AMB-F685") for fault in caught.value.faults)


def test_a_link_that_is_not_there_is_told_with_its_place(tmp_path):
    with pytest.raises(StoreError, match="nowhere") as caught:
        read_link(tmp_path / "nowhere")
    assert caught.value.faults[0].code == "AMB-R681"


def test_a_file_far_too_large_is_not_read(tmp_path):
    with (tmp_path / "link.json").open("wb") as file:
        file.truncate(64_000_000)
    with pytest.raises(StoreError, match="AMB-R680"):
        read_link(tmp_path)


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path):
    (tmp_path / "link.json").mkdir()
    with pytest.raises(StoreError, match=r"AMB-R682"):
        read_link(tmp_path)


def test_the_shipped_link_rises_and_never_comes_to_nothing():
    link = shipped_link()
    for name in ("entry", "exit"):
        rows = getattr(link, name)
        assert np.all(np.diff(rows, axis=1) >= 0.0), name
        assert rows.min() > 0.0, name
    assert link.n_draws == 101
    assert link.entry[0, 0] < 0.05 * link.entry[0, -1]


def test_the_shipped_draws_are_shared_out_among_two_readings():
    record = shipped_record()
    assert dict(record.readings) == {"escape-link": 50, "escape-link-any": 50}
    assert [record.rows_of(name) for name in record.readings] == [slice(1, 51), slice(51, 101)]
    needs, any_cell = (record.link.exit[record.rows_of(name)] for name in record.readings)
    assert np.all(needs[:, 2] < 0.9 * needs[:, -1]), "leaving needs contraction in the first reading"
    np.testing.assert_allclose(any_cell, any_cell[:, -1:] * np.ones(41), rtol=1e-5)


def test_the_best_estimate_is_the_median_of_the_draws():
    link = shipped_link()
    for name in ("entry", "cluster_share", "exit"):
        rows = getattr(link, name)
        np.testing.assert_allclose(rows[0], np.median(rows[1:], axis=0), rtol=2e-5)


def test_the_shipped_link_tells_the_runs_behind_it():
    record = shipped_record()
    runs = record.about["runs"]
    assert sum(len(run["states"]) for run in runs) == sum(level.entries.size for level in record.levels) == 180
    assert all(len(run["commit"]) == 40 for run in runs)
    assert sum(int(level.entries.sum()) for level in record.levels) > 500
    assert record.link.made_from.endswith(record.digest[:12])


def test_the_shipped_designs_are_shipped_scenarios():
    from amoeboid import scenario

    for run, name in zip(shipped_record().about["runs"], shipped_record().readings, strict=True):
        assert scenario.loads(run["design"], "design") == scenario.load(name)


def test_a_level_is_kept_as_it_was(tmp_path):
    levels = shipped_record().levels
    text = link_text(LinkRecord(small(), "", (replace(levels[3], name="é", reading="r"),), {"r": 1}, {"name": "x"}))
    (tmp_path / "link.json").write_text(text, encoding="utf-8")
    back = read_link(tmp_path).levels[0]
    assert back.name == "é"
    np.testing.assert_array_equal(back.push, levels[3].push)
