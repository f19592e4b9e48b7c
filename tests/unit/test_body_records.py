"""Records of the body refuse what cannot be; small closed forms of growth and of outcomes."""

import dataclasses

import numpy as np
import pytest
from early_breast import PLAIN, changed

from amoeboid.body import (
    Cause,
    Disease,
    Plan,
    burden,
    cells_of,
    diameter,
    doubling_time,
    draw_disease,
    first_visit,
    outcome,
    primary_cells,
    scaled_age,
    size,
    spread,
    visible,
    with_killing,
)
from amoeboid.errors import ScenarioError
from amoeboid.process.treatment import Treatment, untreated

ONE = np.ones((1, 1))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("decay", [0.0, 1e-3]),
        ("decay", [np.nan, 1e-3]),
        ("cells", [1.0, 1e9]),
        ("cells", [-1e9, 1e9]),
        ("seeding", [-1e-9, 1e-7]),
        ("seeding", [np.inf, 1e-7]),
        ("age", [-1.0, 60.0]),
        ("age", [60.0, 60.0, 60.0]),
        ("number", [-1, 3]),
        ("number", [2**32, 3]),
    ],
)
def test_a_disease_that_cannot_be_is_refused_with_its_field(field, value):
    good = draw_disease(PLAIN, 2, 1)
    with pytest.raises(ScenarioError, match=rf"disease\.{field}[^\0]*expected[^\0]*AMB-S601"):
        dataclasses.replace(good, **{field: np.array(value)})


def test_all_faults_of_a_disease_are_told_at_once():
    bad = np.array([-1.0])
    with pytest.raises(ScenarioError) as caught:
        Disease(np.array([0]), bad, bad, bad, bad)
    assert len(caught.value.faults) == 4


@pytest.mark.parametrize("n", [-1, 2**32 + 1, 10**12])
def test_more_patients_than_keys_are_refused(n):
    with pytest.raises(ScenarioError, match="AMB-S602"):
        draw_disease(PLAIN, n, 1)


def test_no_patients_have_no_colonies():
    colonies = spread(draw_disease(PLAIN, 0, 1), PLAIN, untreated(), Plan(100.0), 1)
    assert (len(colonies), len(outcome(colonies))) == (0, 0)


@pytest.mark.parametrize(
    "fields",
    [{"horizon": np.inf}, {"horizon": np.nan}, {"resection": np.nan}, {"generations": 0}, {"most": 0}, {"mortal": 3.0}],
)
def test_a_plan_that_cannot_be_is_refused(fields):
    with pytest.raises(ScenarioError, match="AMB-S603"):
        Plan(**{"horizon": 100.0, **fields})


def test_days_of_surgery_and_treatment_are_those_of_the_patients():
    disease = draw_disease(PLAIN, 3, 1)
    with pytest.raises(ScenarioError, match="AMB-S604"):
        spread(disease, PLAIN, untreated(), Plan(100.0, np.zeros(2)), 1)
    two = np.ones((2, 1))
    with pytest.raises(ScenarioError, match="AMB-S605"):
        spread(disease, PLAIN, Treatment(np.array([0.0, 9.0]), two, two, two, two, two), Plan(100.0), 1)


@pytest.mark.parametrize("ratio", [-1.0, np.inf, np.nan])
def test_a_ratio_of_killing_that_cannot_be_is_refused(ratio):
    with pytest.raises(ScenarioError, match="AMB-S606"):
        with_killing(PLAIN, ratio)


def test_a_tumour_of_no_cells_has_no_age():
    with pytest.raises(ScenarioError, match="AMB-S600"):
        scaled_age([1e3, 0.0], 1e12)


def test_growth_returns_to_where_it_came_from():
    cells = np.array([1.0, 30.0, 1e6, 1e11, 9.9e11])
    np.testing.assert_allclose(size(scaled_age(cells, 1e12) / 2e-3, 2e-3, 1e12), cells, rtol=1e-9)
    np.testing.assert_allclose(cells_of(diameter(cells, 1e6), 1e6), cells)
    # a cell more than half as many days later is what the doubling time says, to first order
    wait = 1e-4 * doubling_time(1e6, 2e-3, 1e12)
    later = size(scaled_age(1e6, 1e12) / 2e-3 + wait, 2e-3, 1e12)
    assert np.log2(later / 1e6) == pytest.approx(1e-4, rel=1e-4)


def test_a_primary_is_as_large_as_said_and_gone_when_out():
    disease = draw_disease(PLAIN, 4, 1)
    out = np.array([0.0, 50.0, 200.0, np.inf])
    cells = primary_cells(spread(disease, PLAIN, untreated(), Plan(100.0, out), 1), np.array([0.0, 100.0]))
    np.testing.assert_allclose(cells[1:, 0], disease.cells[1:])
    assert (cells[:, 1] > 0.0).tolist() == [False, False, True, True]


def test_treatment_that_stops_growth_holds_every_lesion():
    cancer = changed(seeding=(1e-5, 0.5), hazard=0.0, other_death=(0.0, 0.0))
    disease = draw_disease(cancer, 50, 1)
    still = Treatment(np.array([0.0, 400.0]), 0.0 * ONE, 0.0 * ONE, ONE, ONE, 0.0 * ONE)
    colonies = spread(disease, cancer, still, Plan(500.0, np.inf, generations=1), 1)
    kept = dataclasses.replace(colonies)
    cells = burden(kept, np.array([0.0, 399.0]))
    asleep = np.bincount(colonies.patient[colonies.awake > 0.0], minlength=50)
    none = asleep == 0
    assert none.sum() > 10
    np.testing.assert_allclose(cells[none, 1], cells[none, 0])
    np.testing.assert_allclose(primary_cells(colonies, np.array([399.0]))[:, 0], disease.cells)


def test_outcomes_agree_with_themselves():
    cancer = changed(seeding=(5e-6, 1.0))
    colonies = spread(draw_disease(cancer, 2000, 1), cancer, untreated(), Plan(5000.0), 1)
    result = outcome(colonies)
    relapsed = np.isfinite(result.first_visible)
    np.testing.assert_array_equal(relapsed, result.n_visible > 0)
    np.testing.assert_array_equal(relapsed, result.first_organ >= 0)
    assert np.all(result.n_organs <= np.minimum(result.n_visible, 4))
    assert np.all(result.n_visible <= result.n_colonies)
    np.testing.assert_array_equal(result.cause == Cause.ALIVE, np.isinf(result.death))
    assert np.all(result.end[np.isinf(result.death)] == 5000.0)
    assert np.all(result.first_visible[relapsed] <= result.end[relapsed])
    # the organ is that of the lesion that shows first
    shown = visible(colonies)
    for patient in np.flatnonzero(relapsed)[:50]:
        rows = slice(colonies.start[patient], colonies.start[patient + 1])
        assert result.first_organ[patient] == colonies.organ[rows][np.argmin(shown[rows])]


def test_children_follow_their_parents():
    cancer = changed(seeding=(5e-6, 1.0))
    colonies = spread(draw_disease(cancer, 2000, 1), cancer, untreated(), Plan(5000.0), 1)
    child = np.flatnonzero(colonies.parent >= 0)
    parent = colonies.parent[child]
    assert len(child) > 1000
    np.testing.assert_array_equal(colonies.patient[child], colonies.patient[parent])
    np.testing.assert_array_equal(colonies.generation[child], colonies.generation[parent] + 1)
    assert np.all(colonies.born[child] >= colonies.awake[parent])
    assert np.all(colonies.awake < colonies.cut[colonies.patient])
    assert np.all(colonies.generation[colonies.parent < 0] == 1)
    assert len(set(colonies.key.tolist())) == len(colonies)


def test_the_first_visit_on_or_after_a_day_sees_it():
    visits = np.array([0.0, 90.0, 180.0])
    assert first_visit(np.array([-5.0, 0.0, 90.1, 180.1, np.inf]), visits).tolist() == [0.0, 0.0, 180.0, np.inf, np.inf]
