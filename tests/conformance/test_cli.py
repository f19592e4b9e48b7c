"""The command line as a newcomer meets it: good paths on tiny inputs, and bad input told in four parts."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from amoeboid.cli import main
from amoeboid.scenario import library
from amoeboid.store import Run

CODE = re.compile(r"\[AMB-[A-Z]\d{2,3}\]")
TRACKS = "track,time_min,x_um,y_um\n"
WALKS = TRACKS + "".join(f"{k},{3 * t},{k + t * (1 + t % 3)},{(t * k) % 4}\n" for k in range(1, 6) for t in range(12))
STILL = TRACKS + "".join(f"{k},{3 * t},{k},{k}\n" for k in range(1, 6) for t in range(12))
UNLIKE = "group," + TRACKS + "".join(f"a,1,{3 * t},{t},0\n" for t in range(12)) + "b,2,0,0,0\nb,2,3,1,0\n"
XML = '<TrackMate version="7"><Model spatialunits="um" timeunits="s">'


def tiny() -> str:
    text = library.text("quick-look").replace('frames_every = "10 min"', 'frames_every = "2 min"')
    text = text.replace('cells_every = "30 min"', 'cells_every = "2 min"').replace('"1 h"', '"2 min"')
    return text.replace('duration = "2 h"', 'duration = "10 min"').replace("count = 200", "count = 20")


@pytest.fixture
def amoeboid(monkeypatch, capsys):
    """Call the command line in this process: code of the exit, stdout, stderr."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["amoeboid", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return left.value.code, told.out, told.err

    return call


def check_four_parts(answer, code=1):
    status, out, err = answer
    assert status == code, (out, err)
    assert out == ""
    assert CODE.search(err), err
    assert "expected:" in err, err
    assert "do:" in err, err
    assert "Traceback" not in err


def run_of(folder: Path) -> Path:
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A tiny run that was carried out from the command line."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "tiny.toml").write_text(tiny())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["amoeboid", "run", str(folder / "tiny.toml"), "--folder", str(folder / "runs"),
                                    "--processes", "1"])  # fmt: skip
        with pytest.raises(SystemExit) as left:
            main()
    assert left.value.code == 0
    return run_of(folder / "runs")


GOOD = {
    "help": ["--help"],
    "scenarios": ["scenarios"],
    "check": ["check", "quick-look"],
    "drugs": ["drugs"],
    "one drug": ["drugs", "ruxolitinib"],
    "cell types": ["cells"],
    "one cell type": ["cells", "fibroblast"],
    "values": ["evidence", "list", "mechanics"],
    "record": ["evidence", "show", "mechanics.drag"],
    "evidence": ["evidence", "check"],
    "sources": ["evidence", "sources"],
    "claims": ["evidence", "claims"],
    "hypotheses": ["evidence", "hypotheses"],
    "cell": ["cell", "--cytokine", "OSM 10 ng/ml", "--drug", "ruxolitinib 500 nM", "--knockout", "TYK2"],
    "medium": ["cell", "--drug", "ruxolitinib 500 nM", "--medium", "10 % serum", "--duration", "10 min"],
    "dose": ["cell", "--dose-response", "--drug", "ruxolitinib 500 nM"],
    "dose of no effect": ["cell", "--dose-response", "--drug", "ruxolitinib 0.001 nM"],
}


@pytest.mark.parametrize("words", GOOD.values(), ids=GOOD)
def test_each_command_answers(amoeboid, words):
    code, out, err = amoeboid(*words)
    assert code == 0, err
    assert out
    assert not re.search(r"\bnan\b", out + err)


CELL = {
    "name alone": ["--cytokine", "OSM"],
    "negative": ["--cytokine", "OSM -1 nM"],
    "negative mass": ["--cytokine", "OSM -3 ng/ml"],
    "nan": ["--cytokine", "OSM nan nM"],
    "too large for a float": ["--cytokine", "OSM 1e400 nM"],
    "too large for a cell": ["--cytokine", "OSM 1e30 nM"],
    "bare": ["--cytokine", "OSM 10"],
    "wrong unit": ["--cytokine", "OSM 10 um"],
    "unit that computes": ["--cytokine", "OSM 10 nM**9999999999"],
    "digits of another script": ["--cytokine", "OSM \u0661\u0660 nM"],
    "unknown cytokine": ["--cytokine", "osm 10 ng/ml"],
    "mass of a drug": ["--drug", "ruxolitinib 5 mg"],
    "unknown drug": ["--drug", "ruxolitnib 5 nM"],
    "empty drug": ["--drug", ""],
    "huge drug": ["--drug", "ruxolitinib 1e300 nM"],
    "drug twice": ["--drug", "ruxolitinib 5 nM", "--drug", "ruxolitinib 7 nM"],
    "unbound share unknown": ["--drug", "blebbistatin 10 uM", "--medium", "10 % serum"],
    "medium": ["--medium", "beer"],
    "knock-out": ["--knockout", "JAK9"],
    "no time": ["--duration", "0 h"],
    "negative time": ["--duration", "-1 h"],
    "endless time": ["--duration", "1e9 h"],
    "unit of time": ["--duration", "4 um"],
    "option": ["--hypothesis", "jak1_rock_link=fst"],
    "hypothesis twice": ["--hypothesis", "jak1_rock_link=fast", "--hypothesis", "jak1_rock_link=slow"],
    "hypothesis without process": ["--hypothesis", "nk_loss=none"],
    "dose without drug": ["--dose-response"],
    "dose of nothing": ["--dose-response", "--drug", "ruxolitinib 0 nM"],
    "plot as PDF": ["--plot", "x.pdf"],
    "plot nowhere": ["--plot", "/proc/none/x.png"],
}


@pytest.mark.parametrize("words", CELL.values(), ids=CELL)
def test_what_a_cell_cannot_be_given_is_refused(amoeboid, words):
    check_four_parts(amoeboid("cell", *words))


def test_a_figure_of_a_cell_is_written(amoeboid, tmp_path):
    assert amoeboid("cell", "--plot", tmp_path / "a.svg")[0] == 0
    assert (tmp_path / "a.svg").read_text("utf-8").startswith("<?xml") or "<svg" in (tmp_path / "a.svg").read_text()
    (tmp_path / "b.png").mkdir()
    check_four_parts(amoeboid("cell", "--plot", tmp_path / "b.png"))


SCENARIO = {
    "unknown key": ("seed = 1", "sed = 1"),
    "wrong unit": ('"2 h"', '"2 um"'),
    "bare number": ('"2 h"', "2"),
    "NaN": ('"2 h"', '"nan h"'),
    "NaN as a number": ('"2 h"', "nan"),
    "negative size": ('["300 um"', '["-300 um"'),
    "negative seed": ("seed = 1", "seed = -1"),
    "a billion cells": ("count = 200", "count = 1_000_000_000"),
    "cells that do not fit": ("count = 200", "count = 200_000"),
    "no collagen": ("2 mg/ml", "0 mg/ml"),
    "no replicate": ("replicates = 1", "replicates = 0"),
    "unknown substance": ("OSM = ", "TNF = "),
    "unknown drug": ("fields =", 'drugs = [{ name = "ruxolitnib", concentration = "5 nM" }]\nfields ='),
    "dosed Y-27632": ("fields =", 'drugs = [{ name = "Y-27632", dose = "10 mg", interval = "12 h" }]\nfields ='),
    "blebbistatin in serum": (
        'medium = "serum-free"',
        'medium = "10 % serum"',
        "fields =",
        'drugs = [{ name = "blebbistatin", concentration = "10 uM" }]\nfields =',
    ),
    "truncated": ("[output]", "[outp"),
    "empty": None,
}


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("changes", SCENARIO.values(), ids=SCENARIO)
def test_bad_scenarios_are_refused_and_leave_no_run(amoeboid, tmp_path, command, changes):
    text = library.text("quick-look") if changes else ""
    for old, new in zip((changes or ())[::2], (changes or ())[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "bad.toml"
    file.write_text(text)
    where = ["--folder", tmp_path / "runs"] if command == "run" else []
    check_four_parts(amoeboid(command, file, *where))
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("command", ["check", "run", "tracks", "resume", "report", "new"])
@pytest.mark.parametrize("place", ["/nowhere/at/all", "", ".", "/dev/null", "a\0b", "x" * 4000])
def test_places_that_are_nothing_are_refused(amoeboid, command, place):
    answer = amoeboid(command, place)
    check_four_parts(answer, code=2 if "\0" in place and answer[0] == 2 else 1)  # the parser may see it first


@pytest.mark.parametrize("name", ["a.toml", "a.csv", "a.xml", "a.parquet"])
def test_bytes_that_are_no_text_are_refused(amoeboid, tmp_path, name):
    (tmp_path / name).write_bytes(bytes(range(255, 0, -1)) * 40)
    check_four_parts(amoeboid("check" if name == "a.toml" else "tracks", tmp_path / name))
    (tmp_path / name).write_bytes(b"")
    check_four_parts(amoeboid("check" if name == "a.toml" else "tracks", tmp_path / name))


def test_a_scenario_without_end_is_refused(amoeboid, tmp_path):
    (tmp_path / "a.toml").write_text("#" * 2_000_000)
    check_four_parts(amoeboid("check", tmp_path / "a.toml"))


TABLES = {
    "no unit of length": ("track,time,x,y\n1,0,0,0\n1,3,1,1\n", []),
    "no unit of time": ("track,time,x,y\n1,0,0,0\n1,3,1,1\n", ["--length-unit", "um"]),
    "unit of another kind": (WALKS, ["--time-unit", "um"]),
    "unit that computes": (WALKS, ["--length-unit", "um**(10**10**10)"]),
    "frames without interval": ("track,frame,x_um,y_um\n1,0,0,0\n1,1,1,1\n", []),
    "bare interval": ("track,frame,x_um,y_um\n1,0,0,0\n1,1,1,1\n", ["--frame-interval", "180"]),
    "negative interval": ("track,frame,x_um,y_um\n1,0,0,0\n1,1,1,1\n", ["--frame-interval", "-180 s"]),
    "interval of nothing": (WALKS, ["--frame-interval", "junk"]),
    "NaN": (TRACKS + "1,0,0,0\n1,3,nan,1\n", []),
    "far out": (TRACKS + "1,0,0,0\n1,3,1e300,1\n", []),
    "long ago": (TRACKS + "1,0,0,0\n1,1e300,1,1\n", []),
    "endless gap": (TRACKS + "1,0,0,0\n1,1,1,1\n1,2,2,2\n1,1e9,3,3\n", []),
    "number of a track": (TRACKS + "1e300,0,0,0\n1e300,3,1,1\n", []),
    "header alone": (TRACKS, []),
    "one position": (TRACKS + "1,0,0,0\n", []),
    "cut": (WALKS[:-3], []),
    "twice at one time": (TRACKS + "1,0,0,0\n1,0,1,1\n", []),
    "column twice": ("track,time_min,x_um,x_um,y_um\n1,0,0,0,0\n1,3,1,1,1\n", []),
    "three thousand columns": (",".join(f"c{k}" for k in range(3000)) + "\n", []),
    "no such group": (WALKS, ["--group", "zz"]),
    "no such column": (WALKS, ["--columns", "track=zz"]),
    "no such role": (WALKS, ["--columns", "trak=track"]),
}


@pytest.mark.parametrize(("text", "words"), TABLES.values(), ids=TABLES)
def test_bad_tables_of_tracks_are_refused(amoeboid, tmp_path, text, words):
    (tmp_path / "a.csv").write_text(text)
    check_four_parts(amoeboid("tracks", tmp_path / "a.csv", *words))


@pytest.mark.parametrize("text", ["<foo/>", XML, "<!DOCTYPE a [<!ENTITY b 'c'>]><TrackMate>&b;</TrackMate>"])
def test_bad_files_of_trackmate_are_refused(amoeboid, tmp_path, text):
    (tmp_path / "a.xml").write_text(text)
    check_four_parts(amoeboid("tracks", tmp_path / "a.xml"))


@pytest.mark.parametrize(("text", "words"), [
    (WALKS, []), (STILL, []), (UNLIKE, []), (UNLIKE, ["--group", "group"]),
    (WALKS.replace("track", "who"), ["--columns", "track=who"]),
    ("\n".join(WALKS.split("\n")[1:]), ["--columns", "track,time,x,y", "--length-unit", "um", "--time-unit", "min"]),
])  # fmt: skip
def test_tracks_are_measured_without_a_number_that_is_none(amoeboid, tmp_path, text, words):
    (tmp_path / "a.csv").write_text(text)
    code, out, err = amoeboid("tracks", tmp_path / "a.csv", *words)
    assert code == 0, err
    assert "step speed" in out
    assert "nan" not in out


@pytest.mark.parametrize("content", [None, "", "track,time,x,y\n1,0,0,0\n"])
def test_a_scenario_whose_tracks_cannot_be_read_does_not_check(amoeboid, tmp_path, content):
    file = tmp_path / "film.csv"
    if content is not None:
        file.write_text(content)
    (tmp_path / "a.toml").write_text(tiny() + f"\n[tracks]\npath = '{file}'\n")
    check_four_parts(amoeboid("check", tmp_path / "a.toml"))


@pytest.mark.parametrize("words", [
    ["run", "quick-look", "--processes", "0"], ["run", "quick-look", "--replicates", "0"],
    ["run", "quick-look", "--seed", "-1"], ["run", "quick-look", "--seed", "x"], ["run"], ["cell", "--drugs", "x"],
    ["evidence", "shw"], ["runn", "quick-look"],
])  # fmt: skip
def test_a_wrong_command_line_is_told_in_four_parts_with_code_two(amoeboid, words):
    check_four_parts(amoeboid(*words), code=2)


@pytest.mark.parametrize("words", [
    ["evidence", "show", "mechanics.drg"], ["evidence", "list", "zzz"], ["drugs", "ruxolitnib"],
    ["run", "quick-look", "--hypotheses", "some"], ["run", "quick-look", "--tracks", "/none.csv"],
    ["run", "quick-look", "--folder", "/proc/nope"], ["run", "quick-look", "--folder", "/dev/null"],
    ["run", "quick-look", "--replicates", "1000000"], ["run", "quick-look", "--seed", "1" + "0" * 30],
    ["run", "quick-look", "--folder", "x" * 4000],
])  # fmt: skip
def test_unknown_names_and_impossible_wishes_are_refused(amoeboid, words):
    check_four_parts(amoeboid(*words))


def test_a_new_scenario_checks_and_is_not_overwritten(amoeboid, tmp_path):
    file = tmp_path / "mine.toml"
    assert amoeboid("new", file)[0] == 0
    assert amoeboid("check", file)[0] == 0
    before = file.read_bytes()
    check_four_parts(amoeboid("new", file))
    assert file.read_bytes() == before


def test_a_finished_run_is_found_again_and_reported_anew(amoeboid, finished):
    before = {member.id: member.state_hash for member in Run(finished).members()}
    assert all(before.values())
    for command in ("resume", "report"):
        code, out, _ = amoeboid(command, finished)
        assert code == 0
        assert "report.html" in out
    assert {member.id: member.state_hash for member in Run(finished).members()} == before


@pytest.mark.parametrize("command", ["resume", "report"])
@pytest.mark.parametrize("harm", ["manifest.json", "scenario.toml", "provenance.json", "state.zarr/osm/r1/zarr.json"])
def test_a_damaged_run_is_refused_and_left_as_it_is(amoeboid, finished, tmp_path, command, harm):
    copy = tmp_path / "run"
    subprocess.run(["cp", "-r", finished, copy], check=True)
    (copy / harm).write_bytes((copy / harm).read_bytes()[:100])
    check_four_parts(amoeboid(command, copy))
    assert (copy / harm).stat().st_size == 100


@pytest.mark.parametrize("cells", [1, 2])
def test_cells_that_span_no_volume_are_run_and_reported(amoeboid, tmp_path, cells):
    (tmp_path / "few.toml").write_text(tiny().replace("count = 20", f"count = {cells}").split("[[comparisons]]")[0])
    code, out, err = amoeboid("run", tmp_path / "few.toml", "--folder", tmp_path, "--processes", "1")
    assert code == 0, err
    assert "report.html" in out


def test_an_override_that_no_tissue_can_have_is_told_as_ours(amoeboid, tmp_path):
    override = '\n[parameters]\n"cell.melanoma.radius" = { value = "0 um", reason = "a test" }\n'
    (tmp_path / "odd.toml").write_text(tiny() + override)
    check_four_parts(amoeboid("run", tmp_path / "odd.toml", "--folder", tmp_path, "--processes", "1"))


def _child(scenario: Path, folder: Path) -> subprocess.Popen:
    words = [sys.executable, "-m", "amoeboid", "run", scenario, "--folder", folder, "--processes", "2"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def _wait_for(folder: Path, pattern: str) -> None:
    deadline = time.monotonic() + 20.0
    while not list(folder.rglob(pattern)) and time.monotonic() < deadline:
        time.sleep(0.01)


def test_ctrl_c_and_a_kill_leave_runs_that_end_as_if_never_stopped(amoeboid, tmp_path):
    hashes = {}
    scenario = tmp_path / "longer.toml"
    scenario.write_text(library.text("quick-look").replace('checkpoint_every = "1 h"', 'checkpoint_every = "20 min"'))
    for case, pattern, number in (("stopped", "provenance.json", signal.SIGINT), ("killed", "r1", signal.SIGKILL)):
        folder = tmp_path / case
        child = _child(scenario, folder)
        _wait_for(folder, pattern)
        time.sleep(0.1 if case == "stopped" else 0.6)  # workers are being born, or at work
        os.killpg(child.pid, number)
        _, err = child.communicate(timeout=60)
        assert "Traceback" not in err
        if case == "stopped":
            assert child.returncode == 130
            assert "amoeboid resume" in err
        code, _, err = amoeboid("resume", run_of(folder), "--processes", "1")
        assert code == 0, err
        assert Run(run_of(folder)).verify() == []
        hashes[case] = [member.state_hash for member in Run(run_of(folder)).members()]
    assert amoeboid("run", scenario, "--folder", tmp_path / "whole", "--processes", "1")[0] == 0
    whole = [member.state_hash for member in Run(run_of(tmp_path / "whole")).members()]
    assert hashes == {"stopped": whole, "killed": whole}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a stream that is always full")
def test_an_output_that_is_full_or_closed_brings_no_traceback():
    words = [sys.executable, "-m", "amoeboid", "evidence", "list"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    check_four_parts((done.returncode, "", done.stderr))
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child.stdout.close()
    assert child.stderr.read() == ""
    child.stderr.close()
    child.wait()
