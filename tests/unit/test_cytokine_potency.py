"""Two potencies of each drug: IL-6 in the tumour, IL-15 in NK cells, and the growth factors of the marrow."""

import numpy as np
import pytest

from amoeboid.errors import ScenarioError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.pharmacology import (
    CYTOKINES,
    apparent_constant,
    draw_people,
    free_fraction,
    half_inhibition,
    inhibition,
    is_measured,
    mean_inhibition,
    population,
    usual_person,
)

JAK = ("ruxolitinib", "tofacitinib", "baricitinib", "upadacitinib", "fedratinib", "momelotinib", "filgotinib")


@pytest.mark.parametrize(("cytokine", "potency"), [("IL-6", 282.0), ("TPO", 281.0)])
def test_ruxolitinib_has_the_potencies_measured_in_whole_blood(cytokine, potency):
    assert half_inhibition("ruxolitinib", cytokine) == pytest.approx(potency)


@pytest.mark.parametrize("name", JAK)
def test_half_of_il_15_is_left_where_the_product_of_both_kinases_is_one_half(name):
    total = half_inhibition(name, "IL-15")
    free = total * free_fraction(name, "whole blood")
    left = 1.0 / ((1.0 + free / apparent_constant(name, "JAK1")) * (1.0 + free / apparent_constant(name, "JAK3")))
    assert left == pytest.approx(0.5, rel=1e-9)
    assert total < half_inhibition(name, "IL-6")


def test_a_drug_on_jak3_hits_il_15_harder_than_il_6():
    # read of McInnes 2019: tofacitinib is among the strongest on IL-15; baricitinib spares JAK3
    ratio = {name: half_inhibition(name, "IL-6") / half_inhibition(name, "IL-15") for name in JAK}
    assert ratio["tofacitinib"] > 2.0
    assert ratio["baricitinib"] < 1.1


def test_a_measured_potency_goes_before_the_one_made_of_kinases():
    assert not is_measured("ruxolitinib", "IL-15")
    assert half_inhibition("ruxolitinib", "IL-15") == pytest.approx(277.7, rel=1e-3)


def test_inhibition_is_half_at_its_potency_and_runs_from_none_to_all():
    total = np.array([0.0, 282.0, 282.0 * 9.0, 1e9])
    assert inhibition("ruxolitinib", total, "IL-6") == pytest.approx([0.0, 0.5, 0.9, 1.0], abs=1e-6)


def test_a_drug_that_leaves_jaks_alone_inhibits_nothing():
    assert not np.any(inhibition("belumosudil", [0.0, 1e6], "IL-6"))


def test_blood_that_takes_up_more_drug_is_counted():
    p = Parameters(catalogue(), {"potency.blood_to_plasma": Override(2.0, "1")})
    # the potency is that of whole blood, so the same plasma holds twice as much of it there
    assert inhibition("ruxolitinib", 141.0, "IL-6", p) == pytest.approx(0.5)


@pytest.mark.parametrize("cytokine", ["IL-7", "", "il-6"])
def test_an_unknown_cytokine_is_refused_with_those_that_are(cytokine):
    with pytest.raises(ScenarioError, match="AMB-S634") as told:
        half_inhibition("ruxolitinib", cytokine)
    assert all(name in str(told.value) for name in CYTOKINES)


@pytest.mark.parametrize("total", [-1.0, float("nan"), float("inf")])
def test_a_concentration_that_cannot_be_is_refused(total):
    with pytest.raises(ScenarioError, match="AMB-S89"):
        inhibition("ruxolitinib", total, "IL-6")


def test_mean_inhibition_hardly_depends_on_its_points(monkeypatch):
    from amoeboid.pharmacology import toxicity

    rows = population("ruxolitinib", draw_people(200, 1), 1)
    coarse = mean_inhibition(rows, [15.0], 43_200.0, "IL-6")
    monkeypatch.setattr(toxicity, "_POINTS", 960)
    assert coarse == pytest.approx(mean_inhibition(rows, [15.0], 43_200.0, "IL-6"), abs=1e-3)


def test_mean_inhibition_rises_with_dose_less_than_in_proportion():
    rows = population("ruxolitinib", usual_person(), None)
    none, five, ten, twenty = mean_inhibition(rows, [0.0, 5.0, 10.0, 20.0], 43_200.0, "IL-6")[0]
    assert none == 0.0 < five < ten < 2.0 * five
    assert ten < twenty < 2.0 * ten
