"""The demo with a published pathway by mapping only: the table that the documentation shows, on the curated file.

A quick version in the quick set (40 cells, four arms, one hour); the whole demo is marked slow.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from amoeboid import scenario, simulation, workflow
from amoeboid.scenario import library

ROOT = Path(__file__).parents[2]
FILE = ROOT.parent / "shared" / "data" / "biomodels-sbml" / "BIOMD0000000151.xml"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="needs the shared file of BioModels")


def table() -> str:
    """Give the indented table of the page."""
    page = (ROOT / "docs" / "example-singh-2006.md").read_text("utf-8")
    lines = re.findall(r"^    (.*)$|^$", page[page.index("    [pathway]") : page.index("- **Units.**")], re.MULTILINE)
    return "\n".join(lines) + "\n"


def demo(folder: Path, name: str = "melanoma-escape") -> Path:
    """Put the table into a copy of a shipped scenario, beside the file."""
    shutil.copy(FILE, folder)
    text = library.text(name)
    place = text.index("[tissue]")
    (folder / "demo.toml").write_text(text[:place] + table() + text[place:])
    return folder / "demo.toml"


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> scenario.Scenario:
    return scenario.load(demo(tmp_path_factory.mktemp("singh")))


def test_nothing_of_the_demo_is_changed_but_its_pathway(document):
    plain = scenario.load("melanoma-escape")
    assert document.model_copy(update={"pathway": plain.pathway}) == plain
    assert set(tomllib.loads(table())["pathway"]) == {"file", "start", "define", "inputs", "outputs"}


def test_check_and_estimate_work_with_a_file(document, tmp_path):
    path = demo(tmp_path)
    assert workflow.check(path) == []
    assert dict(workflow.estimate(path))["cells in a member"] == "2,000"
    costs = scenario.Costs()
    less = scenario.estimate(document, replace(costs, state_minute=0.0)).core_seconds
    assert scenario.estimate(document, costs).core_seconds > 1.1 * less
    # options of our own network are not run in a file
    assert len(scenario.members(document)) < len(scenario.members(scenario.load("melanoma-escape")))


def test_signs_are_kept_where_the_model_has_them(document):
    group = document.tissue.cells[0].model_copy(update={"count": 40})
    small = document.model_copy(update={"tissue": document.tissue.model_copy(update={"cells": (group,)})})
    ends, peaks = {}, {}
    for member in scenario.members(small.model_copy(update={"explore": (), "replicates": 1})):
        if member.arm.name in ("no added cytokine", "OSM", "OSM + ruxolitinib", "OSM, JAK1 knock-out"):
            built = simulation.build(small, member)
            simulation.advance(built, 3600.0)
            peaks[member.arm.name] = float(built.state["cell.pSTAT3"].mean())
            ends[member.arm.name] = {name: float(built.state[f"cell.{name}"].mean()) for name in ("pMLC2", "tension")}
    assert peaks["OSM"] == pytest.approx(202.0, rel=0.03)  # the file's own course, by another simulator
    assert peaks["no added cytokine"] == pytest.approx(0.0, abs=1e-6)
    assert peaks["OSM + ruxolitinib"] < peaks["OSM, JAK1 knock-out"] < 0.5 * peaks["OSM"]
    for name in ("pMLC2", "tension"):
        assert ends["OSM"][name] > ends["OSM, JAK1 knock-out"][name] > ends["OSM + ruxolitinib"][name]


def test_cells_follow_the_file_as_another_simulator_does(document):
    roadrunner = pytest.importorskip("roadrunner")
    rival = roadrunner.RoadRunner(str(FILE))
    rival.integrator.relative_tolerance = 1e-10
    rival["IL6"] = 0.4
    species = ["x10", "x12", "x14", "x18", "x21", "x24", "x28", "x13", "x19", "x20", "x27"]
    rival.timeCourseSelections = ["time", *(f"[{name}]" for name in species)]
    course = np.asarray(rival.simulate(0, 7200, 5))
    expected = course[:, 1:8].sum(axis=1) + 2 * course[:, 8:].sum(axis=1)
    group = document.tissue.cells[0].model_copy(update={"count": 1})
    one = document.model_copy(update={"tissue": document.tissue.model_copy(update={"cells": (group,)})})
    member = next(member for member in scenario.members(one) if member.arm.name == "no added cytokine")
    built = simulation.build(one, member)
    process = next(process for process in built.processes if process.name == "signalling")
    built.state["cell.cytokine"][:] = 0.45
    for tick in range(120):
        process.advance(built.state, 60.0 * tick, 60.0)
        if (tick + 1) % 30 == 0:
            assert built.state["cell.pSTAT3"][0] == pytest.approx(expected[(tick + 1) // 30], rel=1e-4)


@pytest.mark.slow
def test_the_whole_demo_keeps_its_signs(tmp_path):
    run = workflow.run(demo(tmp_path), folder=tmp_path / "runs", hypotheses="none", processes=1)
    escaped = run.last("fraction_escaped")
    assert escaped["OSM"] > 0.3
    assert escaped["OSM, JAK1 knock-out"] < 0.05
    assert max(escaped[arm] for arm in ("OSM + ruxolitinib", "OSM + Y-27632", "OSM + blebbistatin")) < 0.01
    assert escaped["no added cytokine"] < 0.01
