"""Drugs that start and stop, knock-outs of one cell type, and the targets of proteases and methylation."""

import numpy as np
import pytest

from amoeboid.errors import ScenarioError
from amoeboid.pharmacology import ALL, TARGETS, Constant, Exposure, Occupancy, targets_left
from amoeboid.process import State


def two_types(n=4):
    return State({"cell.id": np.arange(n), "cell.type": np.arange(n) % 2})


@pytest.mark.parametrize(
    ("time", "level"), [(0.0, 0.0), (540.0, 0.0), (600.0, 20.0), (1140.0, 20.0), (1200.0, 0.0), (9e9, 0.0)]
)
def test_a_drug_is_there_from_the_tick_of_its_start_to_that_of_its_stop(time, level):
    bath = Exposure([Constant("Y-27632", 20.0, start=600.0, stop=1200.0)], "serum-free")
    state = State()
    bath.advance(state, time, 60.0)
    assert state["bath.Y-27632"].tolist() == [level]


def test_a_drug_without_start_and_stop_is_there_before_the_first_tick_and_for_good():
    bath = Exposure([Constant("Y-27632", 20.0)], "serum-free")
    state = State()
    bath.initial(state)
    assert state["bath.Y-27632"].tolist() == [20.0]
    assert bath.free("Y-27632", np.array([0.0, 1e9])).tolist() == [20.0, 20.0]


@pytest.mark.parametrize(("start", "stop"), [(60.0, 60.0), (120.0, 60.0), (0.0, float("nan"))])
def test_a_stop_that_is_not_after_the_start_is_refused(start, stop):
    with pytest.raises(ScenarioError, match="AMB-S470"):
        Constant("Y-27632", 20.0, start=start, stop=stop)


def test_a_gene_missing_from_one_type_leaves_the_other_alone():
    state = two_types()
    process = Occupancy([], {1: ["JAK1", "ROCK2"], ALL: ["TYK2"]})
    process.initial(state)
    assert state["target.JAK1"].tolist() == [1.0, 0.0, 1.0, 0.0]
    assert state["target.ROCK2"].tolist() == [1.0, 0.0, 1.0, 0.0]
    assert state["target.TYK2"].tolist() == [0.0] * 4
    assert state["target.ROCK1"].tolist() == [1.0] * 4
    assert "cell.type" in process.reads


def test_a_drug_acts_on_the_cells_that_still_have_the_gene():
    state = two_types()
    state.put("cell.at.ruxolitinib", np.full(4, 8.46))
    Occupancy(["ruxolitinib"], {0: ["JAK1"]}).initial(state)
    assert state["target.JAK1"] == pytest.approx([0.0, 0.5, 0.0, 0.5])


def test_the_genes_alone_tell_what_cells_lack_before_any_drug():
    genes = Occupancy(["ruxolitinib"], {0: ["JAK1"], 1: ["JAK1", "MMP"]}).genes(two_types())
    assert {name: left.tolist() for name, left in genes.items()} == {
        "target.JAK1": [0.0] * 4,
        "target.MMP": [1.0, 0.0, 1.0, 0.0],
    }


def test_cells_may_change_in_number_between_ticks():
    state, process = two_types(), Occupancy([], {1: ["JAK1"]})
    process.initial(state)
    state.reindex(np.array([1, 1, 0]))
    process.advance(state, 0.0, 60.0)
    assert state["target.JAK1"].tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("gene", ["MMP", "DNMT"])
def test_proteases_and_methyltransferases_are_targets_and_can_be_knocked_out(gene):
    assert gene in TARGETS
    assert targets_left({}, [gene])[gene] == 0.0


def test_decitabine_takes_methylation_alone_at_its_usual_dose():
    left = targets_left({"decitabine": 1000.0})
    assert left["DNMT"] == pytest.approx(1.0 / 11.0)
    assert all(left[target] == 1.0 for target in TARGETS if target != "DNMT")


def test_an_unknown_gene_of_a_type_is_refused():
    with pytest.raises(ScenarioError, match="AMB-S81"):
        Occupancy([], {0: ["JAK9"]})
