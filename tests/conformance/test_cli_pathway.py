"""The commands about a pathway as a newcomer meets them: what they answer, and wrong words told in four parts."""

import csv
import re
import sys

import duckdb
import numpy as np
import pytest

from amoeboid.cli import main

CODE = re.compile(r"\[AMB-[A-Z]\d{2,3}\]")

MODEL = """
model switch()
  compartment cell = 2.5;
  species S in cell, P in cell, E in cell;
  S = 10; P = 0; E = 1;
  make:  -> S; v0;
  turn: S -> P; k1*E*S/(Km + S);
  lose: P -> ; k2*P;
  v0 = 0.4; k1 = 1.5; Km = 2; k2 = 0.3; scale := P/(P + S);
  at (time > 20): E = 3;
  const_thing = 4;
end
"""
GROWING = "S -> 2 S; 0.1*S; S = 1;\nk = 1"
EMPTY = "S -> P; k*S; k = 1; S = 1"
LATE = "S -> ; delay(S, 2); S = 1"
MOLES = "unit substance = 1e-9 mole; S -> ; k*S; k = 1; S = 1"
BAD_MATH = "S -> ; k*(S; k = 1; S = 1"


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """Call `amoeboid pathway` in this process, in a folder with models: code of the exit, stdout, stderr."""
    for name, text in (
        ("switch", MODEL),
        ("growing", GROWING),
        ("empty", EMPTY),
        ("late", LATE),
        ("bad", BAD_MATH),
        ("moles", MOLES),
    ):
        (tmp_path / f"{name}.ant").write_text(text)
    (tmp_path / "bytes.xml").write_bytes(bytes(range(255, 0, -1)) * 40)
    (tmp_path / "nothing.xml").write_text("")
    (tmp_path / "other.xml").write_text("<svg/>")
    (tmp_path / "folder.xml").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["amoeboid", "pathway", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return left.value.code, told.out, told.err

    return run


def check_refused(answer):
    status, out, err = answer
    assert status in (1, 2), (out, err)
    assert out == ""
    assert CODE.search(err), err
    assert "do:" in err, err
    assert "Traceback" not in err
    assert len(err) < 3000, err


RUN = ["simulate", "switch.ant", "--until", "30"]
GOOD = {
    "show": ["show", "switch.ant"],
    "show all": ["show", "switch.ant", "--equations", "--all"],
    "show shipped": ["show", "jak1_rock"],
    "show what cannot run": ["show", "late.ant"],
    "simulate": RUN,
    "two points": [*RUN, "--points", "2"],
    "cells": [*RUN, "--cells", "3", "--vary", "k1=0.2", "--vary", "k2=uniform:0.2:0.4", "--vary", "S=normal:0.1"],
    "set": [*RUN, "--set", "S=3", "--set", "k1 = 2e0", "--set", "cell=1"],
    "readout": [*RUN, "--readout", "scale", "--readout", "turn", "--readout", "amount of S"],
    "plain": [*RUN, "--method", "plain", "--cells", "2"],
    "kernel": [*RUN, "--method", "kernel"],
    "before": [*RUN, "--before", "k1=0.8"],
    "at rest": [*RUN, "--before", "rest"],
    "shipped": ["simulate", "jak1_rock", "--until", "10 min", "--set", "cytokine=0.45 nM"],
    "steady": ["steady", "switch.ant", "--cells", "2", "--vary", "k1=0.1"],
    "scan": ["scan", "switch.ant", "k1", "1:2:3", "--at", "10"],
    "scan of a start": ["scan", "switch.ant", "S", "1,2,5", "--at", "10"],
    "export": ["export", "switch.ant", "new.xml"],
    "export shipped": ["export", "jak1_rock", "new.sbml"],
    "scan at rest": ["scan", "switch.ant", "k1", "1:2:3:log"],
}


@pytest.mark.parametrize("words", GOOD.values(), ids=GOOD)
def test_each_command_about_a_pathway_answers(call, words):
    code, out, err = call(*words)
    assert code == 0, err
    assert len(out.splitlines()) >= 3
    assert not re.search(r"\bnan\b", out)
    assert max(map(len, out.splitlines())) <= 120


def many(*pairs):
    return [*RUN, *pairs]


WRONG = {
    "no such file": ["show", "swich.ant"],
    "empty name": ["show", ""],
    "blank name": ["show", "  "],
    "name with a null": ["show", "a\0b"],
    "endless name": ["show", "x" * 5000],
    "folder": ["show", "folder.xml"],
    "device": ["show", "/dev/null"],
    "bytes": ["show", "bytes.xml"],
    "empty file": ["show", "nothing.xml"],
    "other XML": ["show", "other.xml"],
    "bad mathematics": ["show", "bad.ant"],
    "unknown network": ["simulate", "jak1_rok", "--until", "1 h"],
    "not supported": ["simulate", "late.ant", "--until", "1"],
    "no value at start": ["simulate", "empty.ant", "--until", "1"],
    "no value at rest": ["steady", "empty.ant"],
    "no end": ["simulate", "switch.ant"],
    "end 0": ["simulate", "switch.ant", "--until", "0"],
    "negative end": ["simulate", "switch.ant", "--until", "-5"],
    "NaN end": ["simulate", "switch.ant", "--until", "nan"],
    "endless end": ["simulate", "switch.ant", "--until", "inf"],
    "end too large for a float": ["simulate", "switch.ant", "--until", "1e400"],
    "end is a word": ["simulate", "switch.ant", "--until", "soon"],
    "unit that the model has not": ["simulate", "switch.ant", "--until", "2 h"],
    "unit of another kind": ["simulate", "jak1_rock", "--until", "2 um"],
    "unknown unit": ["simulate", "jak1_rock", "--until", "2 fortnite"],
    "one point": many("--points", "1"),
    "no point": many("--points", "0"),
    "points beyond": many("--points", "100000000"),
    "points are a word": many("--points", "few"),
    "no cell": many("--cells", "0"),
    "negative cells": many("--cells", "-3"),
    "half a cell": many("--cells", "1.5"),
    "a billion cells": many("--cells", "1000000000"),
    "more than memory": many("--cells", "9000000"),
    "set without value": many("--set", "k1"),
    "set nothing": many("--set", "=3"),
    "set no number": many("--set", "k1=fast"),
    "set NaN": many("--set", "k1=nan"),
    "set infinity": many("--set", "k1=inf"),
    "set twice": many("--set", "k1=1", "--set", "k1=2"),
    "set unknown": many("--set", "kl=1"),
    "set a rule": many("--set", "scale=1"),
    "set a reaction": many("--set", "turn=1"),
    "set with a unit": many("--set", "k1=2 nM"),
    "set a state of the shipped": ["simulate", "jak1_rock", "--until", "1 h", "--set", "STAT3=5"],
    "wrong unit": ["simulate", "jak1_rock", "--until", "1 h", "--set", "cytokine=5 s"],
    "vary without value": many("--vary", "k1"),
    "vary by a word": many("--vary", "k1=wide"),
    "vary by less than nothing": many("--vary", "k1=-0.2"),
    "vary endlessly": many("--vary", "k1=99"),
    "vary by NaN": many("--vary", "k1=nan"),
    "unknown law": many("--vary", "k1=lognorml:0.2"),
    "law without numbers": many("--vary", "k1=uniform"),
    "law with too many": many("--vary", "k1=normal:1:2"),
    "law turned round": many("--vary", "k1=uniform:2:1"),
    "vary unknown": many("--vary", "kl=0.2"),
    "vary a rule": many("--vary", "scale=0.2"),
    "unknown quantity": many("--readout", "Q"),
    "empty quantity": many("--readout", ""),
    "unknown method": many("--method", "kernl"),
    "tolerance 0": many("--tolerance", "0"),
    "tolerance 1": many("--tolerance", "1"),
    "tolerance NaN": many("--tolerance", "nan"),
    "negative seed": many("--seed", "-1"),
    "molecules of what is none": many("--method", "ssa", "--set", "S=0.123"),
    "molecules without end": ["simulate", "moles.ant", "--until", "10", "--method", "ssa"],
    "before unknown": many("--before", "kl=0"),
    "no rest before": ["simulate", "growing.ant", "--until", "1", "--before", "rest"],
    "rest of what grows": ["steady", "growing.ant"],
    "scan without values": ["scan", "switch.ant", "k1"],
    "scan of nothing": ["scan", "switch.ant", "", "1:2:3"],
    "scan unknown": ["scan", "switch.ant", "kl", "1:2:3"],
    "scan a rule": ["scan", "switch.ant", "scale", "1:2:3"],
    "scan one": ["scan", "switch.ant", "k1", "1:2:1"],
    "scan words": ["scan", "switch.ant", "k1", "low:high:3"],
    "scan half": ["scan", "switch.ant", "k1", "1:2"],
    "scan log through 0": ["scan", "switch.ant", "k1", "0:2:3:log"],
    "scan NaN": ["scan", "switch.ant", "k1", "1,nan"],
    "scan commas": ["scan", "switch.ant", "k1", ",,"],
    "scan a billion": ["scan", "switch.ant", "k1", "1:2:1000000000"],
    "scan at 0": ["scan", "switch.ant", "k1", "1:2:3", "--at", "0"],
    "out as text": many("--out", "a.txt"),
    "out without suffix": many("--out", "a"),
    "out nowhere": many("--out", "none/a.csv"),
    "out is a folder": many("--out", "folder.csv"),
    "out where none may": many("--out", "/proc/a.csv"),
    "plot as PDF": many("--plot", "a.pdf"),
    "plot nowhere": many("--plot", "none/a.png"),
    "no command": ["simulat", "switch.ant"],
    "no such option": many("--cell", "3"),
    "suite of nothing": ["suite", "none"],
    "export nothing": ["export", "none.xml", "a.xml"],
    "export nowhere": ["export", "switch.ant", "none/a.xml"],
    "export over a file": ["export", "switch.ant", "other.xml"],
    "export as text": ["export", "switch.ant", "a.txt"],
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_wrong_words_about_a_pathway_are_told_in_four_parts(call, words, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    before = {path.name for path in tmp_path.iterdir()}
    check_refused(call(*words))
    assert {path.name for path in tmp_path.iterdir()} == before  # and nothing is left behind


def test_there_are_many_wrong_words():
    assert len(WRONG) >= 80


def test_a_table_holds_the_numbers_of_every_cell(call, tmp_path):
    words = [*RUN, "--points", "4", "--cells", "3", "--vary", "k1=0.3", "--readout", "S", "--readout", "scale"]
    assert call(*words, "--out", "a.csv")[0] == 0
    assert call(*words, "--out", "a.parquet")[0] == 0
    with (tmp_path / "a.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["cell", "time", "S", "scale"]
    assert [row["cell"] for row in rows] == [str(cell) for cell in (0, 1, 2) for _ in range(4)]
    stored = duckdb.execute("SELECT * FROM 'a.parquet'").fetchnumpy()
    assert stored["S"].tolist() == [float(row["S"]) for row in rows]
    assert len(set(stored["S"][3::4].tolist())) == 3


def test_a_figure_of_a_pathway_is_written_as_its_suffix_says(call, tmp_path):
    assert call(*RUN, "--cells", "5", "--vary", "k1=0.3", "--plot", "a.png")[0] == 0
    assert call("scan", "switch.ant", "k1", "0.1:10:5:log", "--at", "5", "--plot", "b.svg")[0] == 0
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    svg = (tmp_path / "b.svg").read_text("utf-8")
    assert "k1" in svg
    assert "switch" in svg


def test_what_cannot_be_run_is_still_shown_and_told(call):
    code, out, err = call("show", "late.ant")
    assert code == 0
    assert "species" in out
    assert "delay" in err


def test_all_engines_tell_the_same_through_an_event(call):
    told = {}
    for method in ("plain", "kernel"):
        out = call(*RUN, "--points", "4", "--method", method, "--readout", "P", "--tolerance", "1e-8")[1]
        told[method] = np.array([[float(word) for word in line.split()] for line in out.splitlines()[1:]])
    assert np.allclose(told["plain"], told["kernel"], rtol=2e-3)
    assert told["plain"][3, 1] > 1.01 * told["plain"][2, 1]  # the event at 20


def test_an_exported_model_runs_as_the_one_it_came_from(call):
    assert call("export", "switch.ant", "again.xml")[0] == 0
    first = call(*RUN, "--points", "4")[1]
    again = call("simulate", "again.xml", *RUN[2:], "--points", "4")[1]
    assert again == first


def test_the_shipped_network_exports_as_a_file_that_comes_to_the_same_rest(call):
    assert call("export", "jak1_rock", "own.xml")[0] == 0
    told = [
        call("steady", model, "--readout", "MLC2_p", "--readout", "tension")[1] for model in ("jak1_rock", "own.xml")
    ]
    numbers = [[float(line.split()[1]) for line in text.splitlines()[1:]] for text in told]
    assert np.allclose(*numbers, rtol=1e-4)
