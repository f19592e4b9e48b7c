"""Antimony text through the same child and the same bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from amoeboid.errors import FormatError
from amoeboid.formats.sbml import Event, Rule, parse_antimony, read_antimony, read_model

pytest.importorskip("antimony")
pytest.importorskip("libsbml")

MODEL = """model shaken   // import of nothing
  S1 is "protein import"   # import "a.xml"
  compartment c = 2;
  species S1 in c, S2 in c;
  S1 = 3; k = 1; r = 1;
  J: 2 S1 -> S2; k*S1 - 0.1*S2
  at 2 after (S2 > 1), priority = 3, t0 = false, persistent = false, fromTrigger = false: k = 7;
  q := k*2; r' = -r;
end
"""


def test_a_text_is_read_whole() -> None:
    model = parse_antimony(MODEL, "shaken.ant")
    assert model.id == "shaken"
    assert [(species.id, species.name) for species in model.species] == [("S1", "protein import"), ("S2", "")]
    assert model.compartments[0].size == 2.0
    assert model.reactions[0].reactants[0].stoichiometry == 2.0
    assert Rule("rate", "r", ("negate", ("name", "r"))) in model.rules
    event = model.events[0]
    assert event == Event(
        event.id,
        ("gt", ("name", "S2"), ("number", 1.0)),
        (("k", ("number", 7.0)),),
        ("number", 2.0),
        ("number", 3.0),
        initially=False,
        persistent=False,
        at_trigger=False,
    )
    assert model.lines == {}


def test_text_and_file_give_the_same(tmp_path: Path) -> None:
    file = tmp_path / "shaken.ant"
    file.write_text(MODEL)
    assert read_antimony(MODEL).reactions == read_antimony(file).reactions == read_model(file).reactions


def test_submodels_become_one_model() -> None:
    model = parse_antimony("model a()\n S -> ; k*S; S = 1; k = 2\nend\nmodel b\n A: a(); B: a();\nend\n", "two.ant")
    assert [species.id for species in model.species] == ["A_S", "B_S"]


def test_one_text_leaves_nothing_for_the_next() -> None:
    parse_antimony("model one\n k = 1;\nend\n", "one.ant")
    model = parse_antimony("model two\n q = 1;\nend\n", "two.ant")
    assert (model.id, [parameter.id for parameter in model.parameters]) == ("two", ["q"])


@pytest.mark.parametrize(
    ("text", "telling", "line"),
    [
        ("model m\n S1 -> ; k*\nend\n", "k*", 2),
        ('x = 1;\nimport "/etc/passwd"\n', "`import`", 2),
        ('/* a\n b */ import\n "b.xml"', "`import`", 2),
        ("hello", "syntax error", 1),
        ("", "nothing in it", 0),
        (" \n ", "nothing in it", 0),
        ("k = 1;\0", "control characters", 0),
        ("k = 1; // \ud800", "control characters", 0),
        ("x := " + "(" * 100_000 + "1" + ")" * 100_000, "memory exhausted", 1),
        ("x := " + "/".join(["2"] * 100_000), "broke down", 0),
        ("k = 1;" * 400_000, "more than 2,000,000", 0),
        ("<sbml/>", "syntax error", 1),
    ],
)
def test_what_is_no_antimony_is_refused_with_its_line(text: str, telling: str, line: int) -> None:
    with pytest.raises(FormatError, match=telling.replace("*", r"\*")) as caught:
        parse_antimony(text, "bad.ant")
    fault = caught.value.faults[0]
    assert fault.where == ("bad.ant" + (f", line {line}" if line else ""))
    assert fault.do


def test_a_file_that_is_absent_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        read_antimony(tmp_path / "absent.ant")
