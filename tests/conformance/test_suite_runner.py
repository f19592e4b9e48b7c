"""The runner of suite folders: own cases with closed forms, bad files, verdicts that can be failed."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("libsbml", reason="needs the extra sbml")

from amoeboid.cli.application import application
from amoeboid.errors import FormatError, ScenarioError
from amoeboid.workflow import suite
from amoeboid.workflow.suite_files import find_cases, read_results, read_settings

CASES = Path(__file__).parent / "suite_cases"
NUMBERS = sorted({place.name[:5] for place in CASES.glob("*-settings.txt")})


@pytest.mark.parametrize("engine", suite.ENGINES)
def test_every_own_case_in_the_suite_layout_passes(engine):
    verdicts = suite.run(CASES, suite.Wanted(engine=engine, processes=1))
    assert [one for one in verdicts if one.verdict != "pass"] == []
    assert [one.case for one in verdicts] == NUMBERS
    assert len(NUMBERS) >= 25


def _copied(folder: Path, number: str) -> Path:
    for place in CASES.glob(f"{number}-*"):
        shutil.copy(place, folder / place.name)
    return folder


def test_a_wrong_expected_number_fails_the_case_and_names_variable_and_time(tmp_path):
    results = _copied(tmp_path, "00001") / "00001-results.csv"
    lines = results.read_text().splitlines()
    cells = lines[11].split(",")
    lines[11] = ",".join([cells[0], str(float(cells[1]) * 1.001), *cells[2:]])
    results.write_text("\n".join(lines))
    (verdict,) = suite.run(tmp_path)
    assert verdict.verdict == "fail"
    assert verdict.reason.startswith("A at 1: ")


def test_a_number_where_none_is_expected_fails_and_the_other_way_round(tmp_path):
    results = _copied(tmp_path, "00019") / "00019-results.csv"
    text = results.read_text()
    for old, new in (("NaN", "1"), ("INF", "1e300"), ("-INF", "INF")):
        results.write_text(text.replace(old, new))
        assert suite.run(tmp_path)[0].verdict == "fail", (old, new)


def test_cases_in_folders_of_their_own_and_of_an_older_level_are_found(tmp_path):
    for number in ("00001", "00023"):
        (tmp_path / number).mkdir()
        _copied(tmp_path / number, number)
    cases = find_cases(tmp_path)
    assert [case.model.name for case in cases] == ["00001-sbml-l3v2.xml", "00023-sbml-l2v4.xml"]
    assert suite.summary(suite.run(tmp_path)) == "2 passed, 0 failed, 0 unsupported"


def test_a_damaged_case_is_a_verdict_and_does_not_stop_the_others(tmp_path):
    for number in ("00001", "00002", "00003", "00004"):
        _copied(tmp_path, number)
    (tmp_path / "00001-results.csv").unlink()
    (tmp_path / "00002-sbml-l3v2.xml").write_text("<sbml")
    (tmp_path / "00003-settings.txt").write_text("steps: many")
    verdicts = suite.run(tmp_path)
    assert [one.verdict for one in verdicts] == ["fail", "unsupported", "fail", "pass"]
    assert all(one.reason for one in verdicts[:3])


def test_flux_balance_is_unsupported_by_name(tmp_path):
    model = _copied(tmp_path, "00001") / "00001-sbml-l3v2.xml"
    package = ' xmlns:fbc="http://www.sbml.org/sbml/level3/version1/fbc/version2" fbc:required="false" level="3"'
    model.write_text(model.read_text().replace(' level="3"', package, 1))
    (verdict,) = suite.run(tmp_path)
    assert (verdict.verdict, verdict.reason) == ("unsupported", "flux balance constraints (package fbc)")


def test_several_processes_give_the_same_verdicts_as_one(tmp_path):
    for number in NUMBERS[:8]:
        _copied(tmp_path, number)
    assert suite.run(tmp_path, suite.Wanted(processes=2)) == suite.run(tmp_path, suite.Wanted(processes=1))


def test_an_empty_folder_and_an_unknown_engine_are_refused(tmp_path):
    with pytest.raises(FormatError, match="AMB-F100"):
        suite.run(tmp_path)
    with pytest.raises(ScenarioError, match="AMB-F107"):
        suite.run(CASES, suite.Wanted(engine="steam"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("duration: x\nsteps: 5", "F101"),
        ("duration: 5\nsteps: 1e30", "F101"),
        ("duration: -1\nsteps: 5", "F101"),
        ("duration: 5\nsteps: 5\nmeanRange: (1)", "F102"),
    ],
)
def test_bad_suite_settings_are_told_with_their_code(tmp_path, text, code):
    place = tmp_path / "00001-settings.txt"
    place.write_text(text)
    with pytest.raises(FormatError, match=code):
        read_settings(place)


def test_suite_results_may_have_blanks_quotes_and_words_for_infinity(tmp_path):
    place = tmp_path / "00001-results.csv"
    place.write_text('"Time", S1 ,s2\n0, INF,-INF\n1,NaN, 2e-3\n\n')
    names, numbers = read_results(place)
    assert names == ("Time", "S1", "s2")
    assert numbers.shape == (2, 3)
    assert numbers[0, 2] == -float("inf")
    place.write_text("time,S1\n0\n")
    with pytest.raises(FormatError, match="F104"):
        read_results(place)


def test_the_suite_command_ends_with_the_summary_and_with_1_on_a_failure(tmp_path):
    _copied(tmp_path, "00003")
    good = CliRunner().invoke(application, ["pathway", "suite", str(tmp_path)])
    assert (good.exit_code, good.stdout.splitlines()[-1]) == (0, "1 passed, 0 failed, 0 unsupported")
    results = tmp_path / "00003-results.csv"
    results.write_text(results.read_text().replace("5,1", "6,1"))
    bad = CliRunner().invoke(application, ["pathway", "suite", str(tmp_path)])
    assert (bad.exit_code, bad.stdout.splitlines()[-1]) == (1, "0 passed, 1 failed, 0 unsupported")
