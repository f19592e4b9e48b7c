"""`amoeboid fit` as a newcomer meets it: a table, a PEtab problem, a scenario with the fitted line, and bad words."""

import csv
import json
import re
import sys
import tomllib
from dataclasses import replace

import pytest
from fake_fit import TABLES, write_petab

from amoeboid import scenario
from amoeboid.cli import main
from amoeboid.errors import FormatError, ScenarioError
from amoeboid.inference import TableUnits
from amoeboid.workflow import FitWish, fit
from amoeboid.workflow.cell_lines import with_cell_line

CODE = re.compile(r"\[AMB-[A-Z]\d{2,3}\]")
LAB = "time [min],dose [ng/ml],readout,value,sd\n" + "".join(
    f"{t},10,{readout},{value},{sd}\n"
    for readout, sd, values in (
        ("pSTAT3", 0.2, (0.3, 1.1, 2.2, 2.0, 1.5)),
        ("pMLC2", 0.03, (0.15, 0.3, 0.4, 0.41, 0.38)),
    )
    for t, value in zip((0, 5, 15, 30, 120), values, strict=True)
)


@pytest.fixture
def command(monkeypatch, capsys):
    """Call the command line in this process: code of the exit, stdout, stderr."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["amoeboid", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return left.value.code, told.out, told.err

    return call


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    (folder / "lab.csv").write_text(LAB, "utf-8")
    wish = FitWish(("mlc2_phosphorylation", "stat3_phosphorylation"), ("pMLC2",), starts=2, processes=1, draws=20)
    return fit(folder / "lab.csv", wish, folder / "runs")


def test_a_table_is_fitted_and_told(command, tmp_path):
    (tmp_path / "lab.csv").write_text(LAB, "utf-8")
    words = ("--parameters", "mlc2_phosphorylation", "--absolute", "pMLC2", "--starts", "1", "--no-profiles")
    code, out, err = command("fit", tmp_path / "lab.csv", *words, "--folder", tmp_path)
    assert (code, err) == (0, "")
    assert "10 measured values were fitted with 2 parameters" in out
    assert "report.html" in out


def test_a_fit_leaves_numbers_figures_and_a_report(fitted):
    names = {file.name for file in fitted.path.iterdir()}
    assert names == {"report.html", "fit.json", "parameters.csv", "starts.csv", "simulated.csv", "profiles.csv",
                     "posterior.csv", "fit.png", "waterfall.png", "profiles.png", "cell_line.toml"}  # fmt: skip
    page = fitted.report.read_text("utf-8")
    for word in ("not medical advice", "mlc2_phosphorylation", "95 % interval", "R-hat", "SHA-256"):
        assert word in page
    assert json.loads((fitted.path / "fit.json").read_text("utf-8"))["n_rows"] == 10


def test_tables_of_a_fit_agree_with_it(fitted):
    with (fitted.path / "parameters.csv").open() as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert float(rows["mlc2_phosphorylation"]["value"]) == pytest.approx(10.0 ** fitted.study.best.theta[0])
    low, high = (float(rows["mlc2_phosphorylation"][end]) for end in ("low95", "high95"))
    assert low < float(rows["mlc2_phosphorylation"]["value"]) < high
    with (fitted.path / "simulated.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 10


def test_the_same_fit_again_writes_the_same_bytes(fitted):
    before = {file.name: file.read_bytes() for file in fitted.path.iterdir()}
    wish = FitWish(("mlc2_phosphorylation", "stat3_phosphorylation"), ("pMLC2",), starts=2, processes=1, draws=20)
    again = fit(fitted.path.parents[1] / "lab.csv", wish, fitted.path.parent)
    assert again.path == fitted.path
    assert {file.name: file.read_bytes() for file in again.path.iterdir()} == before


def test_a_scenario_takes_the_numbers_of_a_fitted_line(fitted):
    document = with_cell_line(scenario.load("quick-look"), fitted.path / "cell_line.toml")
    setting = document.parameters["signalling.mlc2_phosphorylation"]
    assert setting.override().value == pytest.approx(10.0 ** fitted.study.best.theta[0], rel=1e-9)
    assert "fitted to lab.csv" in setting.reason
    assert scenario.loads(scenario.to_toml(document)) == document


def test_what_follows_a_fitted_number_stays_as_in_the_fit(fitted):
    from amoeboid.evidence import Parameters, catalogue
    from amoeboid.signalling import network

    document = with_cell_line(scenario.load("quick-look"), fitted.path / "cell_line.toml")
    moved = Parameters(catalogue(), {id: one.override() for id, one in document.parameters.items()})
    numbers, plain = network().numbers(moved), network().numbers(Parameters(catalogue()))
    unlike = {name for name in numbers if numbers[name] != pytest.approx(plain[name], rel=1e-9)}
    assert unlike == {"mlc2_phosphorylation", "stat3_phosphorylation"}


def test_a_cell_line_does_not_override_in_silence(fitted, tmp_path):
    line = fitted.path / "cell_line.toml"
    document = with_cell_line(scenario.load("quick-look"), line)
    with pytest.raises(ScenarioError, match="AMB-S78"):
        with_cell_line(document, line)


@pytest.mark.parametrize(
    "text", ["", "format = 1", "format = 2\n[parameters.x]\n", "[[[", "format = 1\nparameters = 3"]
)
def test_files_that_are_no_cell_line_are_told(command, tmp_path, text):
    (tmp_path / "line.toml").write_text(text, "utf-8")
    code, out, err = command("run", "quick-look", "--cell-line", tmp_path / "line.toml", "--folder", tmp_path / "runs")
    assert (code, out) == (1, "")
    assert "AMB-S78" in err


def test_cell_lines_with_unknown_numbers_are_told(command, tmp_path):
    text = tomllib.loads('format = 1\n[parameters."signalling.gpa"]\nvalue = "1 1/s"\nreason = "x"')
    assert text["format"] == 1
    (tmp_path / "line.toml").write_text('format = 1\n[parameters."signalling.gpa"]\nvalue = "1 1/s"\nreason = "x"\n')
    code, _, err = command("run", "quick-look", "--cell-line", tmp_path / "line.toml", "--folder", tmp_path / "runs")
    assert code == 1
    assert "signalling.gap" in err


def test_a_petab_problem_is_fitted_from_the_command_line(command, tmp_path):
    path = write_petab(tmp_path)
    code, out, err = command("fit", path, "--starts", "3", "--processes", "1", "--folder", tmp_path / "runs")
    assert (code, err) == (0, "")
    assert "3 measured values were fitted with 2 parameters" in out
    (place,) = (tmp_path / "runs").iterdir()
    assert not (place / "cell_line.toml").exists()
    assert (place / "profiles.png").stat().st_size > 1000


WRONG = [
    ("absent.csv", "--parameters", "gap"),
    ("absent.yaml",),
    ("lab.csv",),
    ("lab.csv", "--parameters", "gpa"),
    ("lab.csv", "--parameters", "gap,gap"),
    ("lab.csv", "--parameters", "gap", "--prior", "flat"),
    ("lab.csv", "--parameters", "gap", "--absolute", "x"),
    ("lab.csv", "--parameters", "gap", "--model", "jak2"),
    ("lab.csv", "--parameters", "gap", "--medium", "beer"),
    ("lab.csv", "--parameters", "gap", "--cytokine", "EPO"),
    ("lab.csv", "--parameters", "gap", "--hypothesis", "jak1_rock_link=odd"),
    ("lab.csv", "--parameters", "gap", "--starts", "100000"),
    ("lab.csv", "--parameters", "gap", "--sample", "1000000000"),
    ("problem.yaml", "--parameters", "k"),
    ("lab.toml", "--parameters", "gap"),
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_words_of_fit_are_told_in_four_parts(command, tmp_path, words):
    (tmp_path / "lab.csv").write_text(LAB, "utf-8")
    (tmp_path / "lab.toml").write_text("x = 1\n", "utf-8")
    write_petab(tmp_path, measurements_tsv=TABLES["measurements.tsv"])
    code, out, err = command("fit", tmp_path / words[0], *words[1:], "--folder", tmp_path / "runs")
    assert (code, out) == (1, "")
    assert CODE.search(err), err
    assert "expected:" in err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("words", [("--starts", "0"), ("--starts", "x"), ("--seed", "-1"), ("--processes", "0")])
def test_wrong_numbers_of_fit_end_with_code_2(command, tmp_path, words):
    code, out, err = command("fit", tmp_path / "lab.csv", "--parameters", "gap", *words)
    assert (code, out) == (2, "")
    assert CODE.search(err), err


def test_a_folder_that_cannot_be_made_is_told(command, tmp_path):
    (tmp_path / "lab.csv").write_text(LAB, "utf-8")
    (tmp_path / "runs").write_text("a file", "utf-8")
    words = ("--parameters", "mlc2_phosphorylation", "--starts", "1", "--no-profiles", "--folder", tmp_path / "runs")
    code, _, err = command("fit", tmp_path / "lab.csv", *words)
    assert code == 1
    assert "AMB-R75" in err


RELAY = """
model relay
  unit time_unit = 60 second;
  R = 10; A = 0; ligand = 0; kon = 0.05; koff = 0.1;
  bind: R -> A; kon*ligand*R - koff*A;
end
"""


def relay_table():
    """Give ten minutes of binding at three doses with kon 0.08: closed form, 3 % off in turn."""
    rows = ["time [min],dose [nM],readout,value,sd"]
    for dose in (1.0, 3.0, 10.0):
        for k, time in enumerate((1.0, 2.0, 5.0, 10.0, 20.0)):
            speed = 0.08 * dose + 0.1
            value = 10.0 * 0.08 * dose / speed * (1.0 - 2.718281828 ** (-speed * time))
            rows.append(f"{time},{dose},A,{2.0 * value * (1.03 if k % 2 else 0.97):.5g},{0.06 * value:.4g}")
    return "\n".join(rows) + "\n"


def test_a_pathway_file_is_fitted_in_its_own_units(command, tmp_path):
    (tmp_path / "relay.ant").write_text(RELAY, "utf-8")
    (tmp_path / "lab.csv").write_text(relay_table(), "utf-8")
    words = ("--model", tmp_path / "relay.ant", "--dosed", "ligand", "--parameters", "kon,koff", "--relative", "A")
    code, out, err = command("fit", tmp_path / "lab.csv", *words, "--starts", "4", "--processes", "1",
                             "--folder", tmp_path / "runs")  # fmt: skip
    assert (code, err) == (0, "")
    assert "Identified by these data: kon, koff, scale_A." in out
    (place,) = (tmp_path / "runs").iterdir()
    with (place / "parameters.csv").open() as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    for name, truth in (("kon", 0.08), ("koff", 0.1), ("scale_A", 2.0)):
        assert float(rows[name]["low95"]) < truth < float(rows[name]["high95"]), name
    assert not (place / "cell_line.toml").exists()


WRONG_FILE = [
    ("--dosed", "ligand", "--parameters", "kom"),
    ("--dosed", "lignad", "--parameters", "kon"),
    ("--dosed", "ligand", "--parameters", "ligand"),
    ("--dosed", "kon", "--parameters", "ligand"),
    ("--dosed", "ligand"),
    ("--parameters", "kon"),
    ("--dosed", "ligand", "--parameters", "kon", "--absolute", "A"),
    ("--dosed", "ligand", "--parameters", "kon", "--relative", "B"),
]


@pytest.mark.parametrize("words", WRONG_FILE, ids=" ".join)
def test_wrong_words_about_a_pathway_file_are_told(command, tmp_path, words):
    (tmp_path / "relay.ant").write_text(RELAY, "utf-8")
    (tmp_path / "lab.csv").write_text(relay_table(), "utf-8")
    code, out, err = command(
        "fit", tmp_path / "lab.csv", "--model", tmp_path / "relay.ant", *words, "--folder", tmp_path
    )
    assert (code, out) == (1, "")
    assert CODE.search(err), err


def test_a_pathway_file_that_is_absent_or_broken_is_told(command, tmp_path):
    (tmp_path / "lab.csv").write_text(relay_table(), "utf-8")
    (tmp_path / "bad.xml").write_text("<sbml>", "utf-8")
    for name in ("absent.xml", "bad.xml"):
        words = ("--model", tmp_path / name, "--dosed", "ligand", "--parameters", "kon")
        code, _, err = command("fit", tmp_path / "lab.csv", *words)
        assert code == 1
        assert CODE.search(err), err


COURSE = (
    "time [h],dose [uM],readout,value,sd\n0.1,0.2,A,1.9,0.2\n0.2,0.2,A,2.9,0.2\n0.1,2,A,8,0.4\n0.1,0.02,A,0.4,0.1\n"
)
DOSED = """
model dosed
  unit time_unit = 60 second; unit substance = 1e-9 mole; unit volume = 1 litre; {unit}
  compartment cell = 1; species R in cell, A in cell; R = 10; A = 0; ligand = 1; kon = 0.6; koff = 0.3; {has}
  bind: R -> A; kon*ligand*R - koff*A;
end
"""


def test_doses_in_a_header_are_converted_into_the_unit_of_the_file_or_refused(tmp_path):
    (tmp_path / "lab.csv").write_text(COURSE, "utf-8")
    wish = FitWish(("kon",), units=TableUnits(dosed="ligand"), starts=1, processes=1, profiles=False)
    (tmp_path / "wrong.ant").write_text(DOSED.format(unit="", has="ligand has time_unit;"), "utf-8")
    with pytest.raises(FormatError, match="leave the unit out of the header"):
        fit(tmp_path / "lab.csv", replace(wish, model=str(tmp_path / "wrong.ant")), tmp_path)
    nanomolar = DOSED.format(unit="unit nM = 1e-9 mole / litre;", has="ligand has nM;")
    (tmp_path / "told.ant").write_text(nanomolar, "utf-8")
    found = fit(tmp_path / "lab.csv", replace(wish, model=str(tmp_path / "told.ant")), tmp_path)
    assert sorted({one.dose for one in found.study.objective.problem.experiments}) == pytest.approx([20, 200, 2000])
    page = found.report.read_text("utf-8")
    assert "time [h]" in page
    assert "ligand 200 n" in page
    assert "ligand, at 0.1 h" in page
