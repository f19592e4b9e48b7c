"""Holds, reductions, restarts and rises of the dose, each as its label has it."""

import numpy as np
import pytest

from amoeboid.errors import ScenarioError
from amoeboid.pharmacology import dose_rules, draw_people, marrow_course, population
from amoeboid.pharmacology.dose_rules import decide, start_dosing

FINE = np.array([12.0])


def after(rules, dosing, day, platelets, haemoglobin=12.0):
    decide(dosing, rules, day, np.array([float(platelets)]), np.array([haemoglobin]))
    return float(rules.levels[dosing.level[0]])


def begun(name, dose, platelets=300.0):
    rules = dose_rules(name, dose)
    return rules, start_dosing(rules, np.array([platelets]), dose)


@pytest.mark.parametrize(
    ("dose", "platelets", "new"),
    [
        # the table of the label: dose when platelets fall, count, new dose
        *[(25.0, p, n) for p, n in ((130, 25.0), (110, 20.0), (80, 10.0), (60, 5.0), (40, 0.0))],
        *[(20.0, p, n) for p, n in ((130, 20.0), (110, 15.0), (80, 10.0), (60, 5.0), (40, 0.0))],
        *[(15.0, p, n) for p, n in ((130, 15.0), (110, 15.0), (80, 10.0), (60, 5.0), (40, 0.0))],
        *[(10.0, p, n) for p, n in ((130, 10.0), (110, 10.0), (80, 10.0), (60, 5.0), (40, 0.0))],
        *[(5.0, p, n) for p, n in ((130, 5.0), (110, 5.0), (80, 5.0), (60, 5.0), (40, 0.0))],
    ],
)
def test_ruxolitinib_is_lowered_by_the_table_of_its_label(dose, platelets, new):
    rules, dosing = begun("ruxolitinib", dose)
    assert after(rules, dosing, 14.0, platelets) == new


@pytest.mark.parametrize(("platelets", "dose"), [(30.0, 0.0), (60.0, 5.0), (150.0, 15.0), (250.0, 20.0)])
def test_ruxolitinib_starts_by_platelets(platelets, dose):
    rules = dose_rules("ruxolitinib")
    assert rules.levels[start_dosing(rules, np.array([platelets])).level[0]] == dose


@pytest.mark.parametrize(("platelets", "dose"), [(40, 0.0), (60, 5.0), (80, 10.0), (110, 15.0), (130, 20.0)])
def test_after_a_hold_ruxolitinib_starts_again_as_high_as_its_count_allows(platelets, dose):
    rules, dosing = begun("ruxolitinib", 25.0)
    assert after(rules, dosing, 14.0, 40) == 0.0
    assert after(rules, dosing, 28.0, platelets) == dose


def test_a_lowered_dose_rises_step_by_step_and_never_above_the_plan():
    rules, dosing = begun("ruxolitinib", 15.0)
    assert after(rules, dosing, 14.0, 60) == 5.0
    doses = [after(rules, dosing, day, 300) for day in (28.0, 42.0, 56.0, 70.0)]
    assert doses == [10.0, 15.0, 15.0, 15.0]


def test_a_count_in_between_caps_how_far_a_lowered_dose_rises():
    rules, dosing = begun("ruxolitinib", 25.0)
    assert after(rules, dosing, 14.0, 80) == 10.0
    assert [after(rules, dosing, day, 80) for day in (28.0, 42.0, 56.0, 70.0)] == [15.0, 15.0, 15.0, 15.0]


def test_no_dose_rises_in_the_first_four_weeks():
    rules, dosing = begun("ruxolitinib", 15.0)
    assert after(rules, dosing, 7.0, 80) == 10.0
    assert after(rules, dosing, 21.0, 300) == 10.0
    assert after(rules, dosing, 28.0, 300) == 15.0


def test_a_count_that_stays_in_its_band_lowers_nothing_again():
    rules, dosing = begun("ruxolitinib", 25.0)
    assert after(rules, dosing, 14.0, 110) == 20.0
    assert after(rules, dosing, 21.0, 105) == 20.0


def test_low_platelets_at_the_start_are_no_fall():
    rules, dosing = begun("ruxolitinib", 15.0, platelets=80.0)
    assert rules.levels[dosing.level[0]] == 15.0
    assert after(rules, dosing, 14.0, 78) == 15.0
    assert after(rules, dosing, 28.0, 70) == 5.0


def test_fedratinib_is_held_at_grade_4_and_starts_100_mg_lower():
    rules, dosing = begun("fedratinib", 400.0)
    assert after(rules, dosing, 28.0, 30) == 400.0
    assert after(rules, dosing, 56.0, 20) == 0.0
    assert after(rules, dosing, 84.0, 40) == 0.0
    assert after(rules, dosing, 112.0, 60) == 300.0
    assert after(rules, dosing, 140.0, 300) == 300.0


def test_fedratinib_ends_for_who_cannot_take_200_mg():
    rules, dosing = begun("fedratinib", 400.0)
    for day in (28.0, 84.0, 140.0):
        assert after(rules, dosing, day, 20) == 0.0
        last = after(rules, dosing, day + 28.0, 100)
    assert last == 0.0


def test_fedratinib_is_held_for_anaemia_and_ruxolitinib_is_not():
    rules, dosing = begun("fedratinib", 400.0)
    assert after(rules, dosing, 28.0, 200, haemoglobin=7.5) == 0.0
    assert after(rules, dosing, 56.0, 200, haemoglobin=9.0) == 300.0
    rules, dosing = begun("ruxolitinib", 15.0)
    assert after(rules, dosing, 28.0, 200, haemoglobin=7.5) == 15.0


def test_other_drugs_have_general_rules_over_shares_of_their_dose():
    rules, dosing = begun("tofacitinib", 10.0)
    assert rules.levels.tolist() == [0.0, 2.5, 5.0, 7.5, 10.0]
    assert after(rules, dosing, 14.0, 40) == 0.0
    assert after(rules, dosing, 28.0, 60) == 0.0
    assert after(rules, dosing, 42.0, 80) == 7.5
    assert after(rules, dosing, 70.0, 300) == 10.0


def test_levels_stretch_to_a_dose_between_tablets():
    rules, dosing = begun("ruxolitinib", 12.0)
    assert rules.levels[dosing.level[0]] == pytest.approx(12.0)
    assert after(rules, dosing, 14.0, 60) == pytest.approx(6.0)


@pytest.mark.parametrize("dose", [None, -1.0, float("nan")])
def test_general_rules_without_a_dose_are_refused(dose):
    with pytest.raises(ScenarioError, match="AMB-S635"):
        dose_rules("tofacitinib", dose)


def test_patients_of_one_course_decide_each_for_himself():
    rules = dose_rules("ruxolitinib", 15.0)
    dosing = start_dosing(rules, np.array([300.0, 300.0, 90.0]), 15.0)
    decide(dosing, rules, 14.0, np.array([40.0, 300.0, 80.0]), np.array([12.0, 12.0, 12.0]))
    assert rules.levels[dosing.level].tolist() == [0.0, 15.0, 15.0]


def test_the_achieved_dose_is_less_than_the_planned_one_only_under_rules():
    people = draw_people(400, 8, cohort="thrombocytopenic")
    drawn = population("ruxolitinib", people, 8)
    given = dict(dose=20.0, interval=43_200.0, weeks=12)
    free = marrow_course(drawn, people, 8, **given)
    ruled = marrow_course(drawn, people, 8, **given, rules=dose_rules("ruxolitinib", 20.0))
    assert np.all(free.intensity == 1.0)
    assert np.all(free.dose == 20.0)
    assert ruled.intensity.mean() < 0.75
    assert np.any(ruled.held)
    assert np.median(ruled.platelets[:, -1]) > np.median(free.platelets[:, -1])


def test_grades_begin_below_their_bounds():
    people = draw_people(3, 9)
    found = marrow_course(population("ruxolitinib", people, 9), people, 9, dose=0.0, interval=43_200.0, weeks=1)
    shown = found.__class__(
        **{**vars(found), "platelets": np.array([[150.0, 149.0], [50.0, 49.9], [25.0, 24.9]]),
           "haemoglobin": np.array([[12.0, 11.9], [8.0, 7.9], [6.5, 6.4]])}
    )  # fmt: skip
    assert shown.grades("platelets").tolist() == [[0, 1], [2, 3], [3, 4]]
    assert shown.grades("haemoglobin").tolist() == [[0, 1], [2, 3], [3, 4]]
    assert shown.worst("platelets").tolist() == [1, 3, 4]


def test_grades_count_where_blood_is_counted_and_at_the_end_of_treatment():
    people = draw_people(1, 9)
    found = marrow_course(
        population("ruxolitinib", people, 9), people, 9, dose=0.0, interval=43_200.0, weeks=6, stop=30.0
    )
    counts = np.array([[200.0, 40.0, 200.0, 200.0, 200.0, 60.0, 10.0]])
    shown = found.__class__(**{**vars(found), "platelets": counts})
    assert shown.worst("platelets").tolist() == [3]
    assert shown.worst("platelets", every=2).tolist() == [2]  # week 1 is not seen, week 5 is the last, 6 is beyond


@pytest.mark.parametrize(
    "change", [{"weeks": 0}, {"dose": None}, {"people": "others"}], ids=["no weeks", "no dose", "others"]
)
def test_a_course_that_cannot_be_is_refused(change):
    people = draw_people(4, 1)
    given = dict(dose=15.0, interval=43_200.0, weeks=4) | {k: v for k, v in change.items() if k != "people"}
    who = draw_people(4, 1, first=9) if "people" in change else people
    with pytest.raises(ScenarioError, match="AMB-S636"):
        marrow_course(population("ruxolitinib", people, 1), who, 1, **given)
