"""Genes that one cell type lacks: in the targets, in the rest before the stimulus, and in the order of types."""

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.errors import ScenarioError

TEXT = """
format = 1
name = "two-types"
question = "Whose gene is missing?"
duration = "1 h"
seed = 1
medium = "serum-free"
[tissue]
size = ["120 um", "120 um", "120 um"]
matrix = { kind = "collagen", collagen = "2 mg/ml" }
[[tissue.cells]]
type = "melanoma"
place = { shape = "points", points = [["30 um", "30 um", "30 um"], ["90 um", "30 um", "30 um"]] }
[[tissue.cells]]
type = "fibroblast"
place = { shape = "points", points = [["30 um", "90 um", "90 um"]] }
[[arms]]
name = "all"
autocrine = "0.05 nM"
[[arms]]
name = "fibroblast"
autocrine = "0.05 nM"
knockouts_in = { fibroblast = ["ROCK1", "ROCK2"] }
[[arms]]
name = "both ways"
autocrine = "0.05 nM"
knockouts = ["JAK1"]
knockouts_in = { fibroblast = ["ROCK1", "ROCK2"] }
[[arms]]
name = "fibroblast alone"
autocrine = "0.05 nM"
knockouts_in = { melanoma = ["JAK1"], fibroblast = ["ROCK1", "ROCK2"] }
without = ["melanoma"]
"""


@pytest.fixture(scope="module")
def built():
    document = scenario.loads(TEXT, "two-types")
    return {member.arm.name: simulation.build(document, member).state for member in scenario.members(document)}


def test_a_gene_is_missing_in_its_type_alone(built):
    state = built["fibroblast"]
    assert state["target.ROCK1"].tolist() == [1.0, 1.0, 0.0]
    assert state["target.JAK1"].tolist() == [1.0, 1.0, 1.0]
    assert built["both ways"]["target.JAK1"].tolist() == [0.0, 0.0, 0.0]


def test_cells_begin_at_the_rest_that_their_own_genes_give(built):
    whole, lacking = built["all"]["cell.tension"], built["fibroblast"]["cell.tension"]
    assert np.array_equal(whole[:2], lacking[:2])
    assert lacking[2] < 0.6 * whole[2]


def test_types_are_counted_among_those_that_an_arm_has(built):
    state = built["fibroblast alone"]
    assert state["cell.type"].tolist() == [0]
    assert state["target.ROCK1"].tolist() == [0.0]
    assert state["target.JAK1"].tolist() == [1.0]


def test_cells_of_a_type_make_a_cytokine_for_themselves():
    document = scenario.loads(
        TEXT.replace('knockouts_in = { fibroblast = ["ROCK1", "ROCK2"] }', 'autocrine_in = { fibroblast = "0.5 nM" }'),
        "two-types",
    )
    by_arm = {member.arm.name: simulation.build(document, member) for member in scenario.members(document)}
    plain, own = by_arm["all"].state, by_arm["fibroblast"].state
    assert own["cell.cytokine"].tolist() == [0.05, 0.05, 0.5]
    assert np.array_equal(plain["cell.tension"][:2], own["cell.tension"][:2])
    assert own["cell.tension"][2] > 1.5 * plain["cell.tension"][2]  # at rest there before time begins
    before = own["cell.tension"].copy()
    simulation.advance(by_arm["fibroblast"], 120.0)
    assert own["cell.tension"] == pytest.approx(before, rel=0.02)


def test_an_own_cytokine_of_a_type_that_is_not_there_is_refused():
    text = TEXT.replace('knockouts_in = { fibroblast = ["ROCK1", "ROCK2"] }', 'autocrine_in = { glioma = "0.5 nM" }')
    with pytest.raises(ScenarioError, match="glioma"):
        scenario.loads(text, "two-types")
