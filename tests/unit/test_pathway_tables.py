"""How a pathway is told: formulas as text, tables, movers, panels of a figure, columns on disk."""

import ast
from pathlib import Path

import numpy as np
import pytest

from amoeboid import workflow
from amoeboid.errors import ScenarioError, StoreError
from amoeboid.formats.sbml import (
    Compartment,
    Event,
    Math,
    Parameter,
    Reaction,
    Rule,
    SbmlModel,
    Species,
    SpeciesReference,
)
from amoeboid.plots import plot_bands, to_png, to_svg
from amoeboid.workflow import Courses, Table
from amoeboid.workflow.pathways.describe import describe, equation
from amoeboid.workflow.pathways.formula import infix
from amoeboid.workflow.pathways.settings import is_logarithmic, read_values

A, B, C = ("name", "a"), ("name", "b"), ("name", "c")


def number(value: float) -> Math:
    return ("number", float(value))


FORMULAS = {
    ("add", A, ("negate", B)): "a - b",
    ("subtract", A, ("subtract", B, C)): "a - (b - c)",
    ("subtract", ("subtract", A, B), C): "a - b - c",
    ("divide", A, ("multiply", B, C)): "a/(b·c)",
    ("divide", ("divide", A, B), C): "a/b/c",
    ("divide", A, ("divide", B, C)): "a/(b/c)",
    ("multiply", ("add", A, B), C): "(a + b)·c",
    ("power", ("power", A, B), C): "(a^b)^c",
    ("power", A, ("power", B, C)): "a^b^c",
    ("power", number(-2), number(2)): "(-2)^2",
    ("negate", ("power", A, number(2))): "-a^2",
    ("power", ("negate", A), number(2)): "(-a)^2",
    ("multiply", A, number(-3)): "a·(-3)",
    ("negate", ("add", A, B)): "-(a + b)",
    ("and", ("or", ("lt", A, B), ("geq", A, C)), ("not", ("eq", B, C))): "(a < b or a ≥ c) and not (b = c)",
    ("lt", A, B, C): "a < b < c",
    ("piecewise", A, ("gt", ("time",), number(5))): "{a if time > 5}",
    ("call", "hill", A, B): "hill(a, b)",
    ("log", number(10), A): "log10(a)",
    ("root", number(2), ("add", A, B)): "sqrt(a + b)",
    ("root", number(3), A): "root[3](a)",
    ("rate_of", A): "rate of a",
    ("add",): "add()",
    ("multiply", A): "a",
    ("exp", ("negate", A)): "exp(-a)",
}


@pytest.mark.parametrize(("math", "text"), FORMULAS.items(), ids=FORMULAS.values())
def test_formulas_read_as_they_are_meant(math, text):
    assert infix(math) == text


def model() -> SbmlModel:
    return SbmlModel(
        id="m",
        level=2,
        version=4,
        compartments=(Compartment("cell", 2.0),),
        species=(
            Species("S", "cell", amount=6.0, name="Signal"),
            Species("N", "cell", concentration=3.0, only_substance=True),
            Species("T", "cell"),
            Species("F", "cell", concentration=1.0, boundary=True),
        ),
        parameters=(Parameter("k", 0.5, unit="per"), Parameter("q"), Parameter("r", 1.0, constant=False)),
        rules=(Rule("assignment", "T", ("add", A, B)), Rule("rate", "r", number(1))),
        reactions=(
            Reaction("R1", (SpeciesReference("S", 2.0),), (SpeciesReference("N"),), ("F",), ("name", "k"),
                     (Parameter("k", 4.0),)),
        ),
        events=(Event("E", ("gt", ("time",), number(3)), (("k", number(2)),), delay=number(1)),),
        unit_of={"time": "s", "substance": "nmol", "volume": "L", "extent": "nmol"},
        units={"per": "1/s"},
        notices=("odd",),
        refused=(("a package", "model", 7),),
    )  # fmt: skip


def test_species_are_told_as_their_ids_are_meant():
    told = describe(model()).species
    assert told["S"]["starts at"] == 3.0
    assert told["S"]["unit"] == "nmol/L"
    assert told["N"]["starts at"] == 6.0
    assert told["N"]["unit"] == "nmol"
    assert [told[name]["what"] for name in "SNTF"] == ["by reactions", "by reactions", "by rule", "fixed"]


def test_numbers_rules_and_events_are_told_with_what_sets_them():
    told = describe(model())
    assert told.parameters["k"]["what"] == "set by event"
    assert told.parameters["r"]["what"] == "by rate rule"
    assert told.parameters["R1.k"]["value"] == 4.0
    assert told.parameters["k"]["unit"] == "1/s"
    assert told.events["E"]["after"] == "1"
    assert told.events["E"]["sets"] == "k = 2"
    assert told.reactions["R1"]["equation"] == "2 S → N  | F"
    assert equation(Reaction("R")) == "∅ → ∅"


def test_what_is_odd_is_told():
    notices = describe(model()).notices
    assert notices[0] == "odd"
    assert any("means seconds" in text for text in notices)
    assert any("without a value: q" in text for text in notices)
    assert any("not supported: a package (model, line 7)" in text for text in notices)


def courses(values, names="abc", **other):
    points = np.arange(np.shape(values)[1], dtype=float)
    return Courses("time", points, tuple(names), np.asarray(values, dtype=float), {"time": "min", "a": "nM"}, **other)


def test_movers_are_those_that_change_and_not_what_is_next_to_nothing():
    time = np.linspace(0.0, 1.0, 5)
    many = [np.full(5, 7.0)] * 6 + [time, 1.0 - time, 1e-15 * time, 5.0 + time]
    found = courses(np.stack(many)[:, :, None], names="abcdefghij")
    assert found.movers(3) == ("g", "h", "j")
    assert found.movers(10) == tuple("abcdefghij")


def test_lines_of_unlike_size_or_unit_get_panels_of_their_own(monkeypatch):
    seen = {}
    monkeypatch.setattr("amoeboid.plots.plot_bands", lambda *args: seen.update(panels=args[1]))
    values = np.stack([np.full(3, 1.0), np.full(3, 100.0), np.full(3, 0.5)])[:, :, None]
    courses(values, called={"b": "Big"}).plot()
    assert [(label, list(lines)) for label, lines in seen["panels"]] == [
        ("[nM]", ["a"]),
        ("", ["Big (b)"]),
        ("", ["c"]),
    ]


def test_a_table_tells_regular_points_and_the_last():
    found = courses(np.arange(200.0).reshape(1, 200, 1), names="a")
    rows = found.table(n_rows=11).rows
    assert [float(row[0]) for row in rows] == [*range(0, 200, 20), 199.0]
    assert found.table().header == ("time [min]", "a [nM]")


def test_a_table_is_found_by_name():
    table = Table(("id", "value"), (("k", 1.0), ("q", 2.0)))
    assert table["q"]["value"] == 2.0
    assert "k" in table
    assert table.names == ("k", "q")
    with pytest.raises(KeyError):
        table["z"]


def test_a_quantity_that_was_not_kept_is_refused():
    with pytest.raises(ScenarioError, match="no quantity `z`"):
        courses(np.zeros((3, 2, 1)))["z"]


def test_numbers_that_are_none_are_written_as_such(tmp_path):
    found = courses([[[1.0], [np.nan], [np.inf]]], names="a")
    lines = found.write(tmp_path / "a.csv").read_text().splitlines()
    assert lines == ["time [min],a [nM]", "0.0,1.0", "1.0,nan", "2.0,inf"]


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_table_that_cannot_be_written_leaves_nothing(tmp_path, name):
    place = tmp_path / "none" / name
    with pytest.raises(StoreError):
        courses(np.zeros((3, 2, 1))).write(place)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("values", [
    np.zeros((3, 4, 1)), np.full((3, 4, 1), 7.0), np.full((3, 4, 2), np.nan), np.full((3, 4, 1), -1e300),
    np.full((3, 4, 2), np.inf), np.zeros((3, 1, 1)), np.full((3, 4, 1), 1e-300),
])  # fmt: skip
def test_figures_of_odd_numbers_are_drawn(values):
    figure = courses(values).plot()
    assert to_png(figure)[:4] == b"\x89PNG"


def test_a_figure_of_bands_says_its_labels_and_keeps_its_bytes():
    points = np.linspace(0.0, 10.0, 40)
    band = (points, 0.9 * points, 1.1 * points)
    panels = [("[nM]", {"first": band, "second": band}), ("", {"alone": band})]
    labels = {"x": "time [h]", "title": "a model", "note": "of 9 cells"}
    svgs = [to_svg(plot_bands(points, panels, labels)) for _ in range(2)]
    assert svgs[0] == svgs[1]
    for word in ("time [h]", "a model", "of 9 cells", "first", "second", "alone", "[nM]"):
        assert word in svgs[0]


@pytest.mark.parametrize(("text", "values"), [
    ("1:3:3", [1.0, 2.0, 3.0]), ("1:100:3:log", [1.0, 10.0, 100.0]), ("1:100:3 log", [1.0, 10.0, 100.0]),
    ("5", [5.0]), ("3, 1 ,2", [3.0, 1.0, 2.0]), ("3:1:3", [3.0, 2.0, 1.0]),
])  # fmt: skip
def test_values_of_a_scan_are_read(text, values):
    assert np.allclose(read_values(text), values)


@pytest.mark.parametrize(("values", "wanted"), [
    ([1, 10, 100], True), ([1, 2, 3], False), ([0, 1, 10], False), ([0.01, 0.1, 1], True), ([1, 100], False),
    ([1, 20, 40, 60], False),
])  # fmt: skip
def test_a_logarithmic_axis_is_for_values_that_grow_by_factors(values, wanted):
    assert is_logarithmic(np.array(values, dtype=float)) is wanted


def test_every_verb_of_the_workflow_is_found_where_it_is_said_to_be():
    tree = ast.parse(Path(workflow.__file__).read_text("utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If))
    told = {alias.name: part.module for part in typed.body for alias in part.names}
    assert set(told) == set(workflow.__all__)
    for name, home in told.items():
        assert getattr(workflow, name) is getattr(__import__(home, fromlist=[name]), name)
