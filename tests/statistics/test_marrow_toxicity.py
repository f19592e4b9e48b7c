"""Severe anaemia and thrombocytopenia: slopes fitted on one trial fall within the exact intervals of the other.

4,000 virtual patients: a share of 25 % has a standard error of 0.7 points, against bands of 20 points and more; seeds
are fixed, so nothing here fails by chance.
"""

import numpy as np
import pytest
from scipy import stats

from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology import dose_rules, draw_people, marrow_course, population
from amoeboid.seeds import Stream, uniform

N, SEED, DAY = 4000, 17, 86_400.0


def severe(cohort, dose, *, median=np.inf, weeks=26, background="", count="haemoglobin", every=3):
    people = draw_people(N, SEED, cohort=cohort)
    stop = -np.log2(uniform(people.number, 40, Stream.TRIAL, SEED)[:, 0]) * median
    drawn, rules = population("ruxolitinib", people, SEED), dose_rules("ruxolitinib", dose)
    course = marrow_course(
        drawn, people, SEED, dose=dose, interval=0.5 * DAY, weeks=weeks, stop=stop, background=background, rules=rules
    )
    return np.mean(course.worst(count, every) >= 3)


def interval(events, patients):
    """Give Clopper and Pearson's 95 % interval of a share."""
    low = stats.beta.ppf(0.025, events, patients - events + 1)
    return low, stats.beta.ppf(0.975, events + 1, patients - events)


def days_of(id):
    p = Parameters(catalogue())
    return p[id] / DAY


@pytest.mark.parametrize(
    ("cohort", "dose", "length", "events", "patients"),
    [
        ("pancreas", 15.0, "trial.recap.treatment", 9, 59),  # fitted to this
        ("pancreas", 0.0, "trial.recap.treatment_control", 1, 60),  # and this
        ("breast", 15.0, "trial.her2_negative.treatment", 18, 71),
        ("breast", 0.0, "trial.her2_negative.treatment_control", 4, 71),
    ],
    ids=["RECAP", "RECAP control", "HER2-negative", "HER2-negative control"],
)
def test_severe_anaemia_lies_in_the_interval_of_each_arm(cohort, dose, length, events, patients):
    low, high = interval(events, patients)
    found = severe(cohort, dose, median=days_of(length), weeks=52, background="capecitabine")
    assert low < found < high


def test_longer_treatment_of_women_makes_more_anaemia_with_the_same_drug():
    short = severe("pancreas", 15.0, median=50.0, weeks=52, background="capecitabine")
    assert severe("breast", 15.0, median=85.0, weeks=52, background="capecitabine") > short + 0.03


@pytest.mark.parametrize(("cohort", "events", "patients"), [("myelofibrosis", 16, 107), ("thrombocytopenic", 5, 12)])
def test_severe_thrombocytopenia_by_the_label_lies_in_the_interval(cohort, events, patients):
    low, high = interval(events, patients)
    assert low < severe(cohort, None, count="platelets", every=2) < high


def test_a_start_at_15_mg_with_few_platelets_is_worse_than_was_seen():
    # a known miss: 0.75 against 0.42 (0.15 to 0.72); told in docs/pharmacology.md
    assert 0.68 < severe("thrombocytopenic", 15.0, count="platelets", every=2) < 0.82


def test_clopper_and_pearson_give_the_published_interval():
    assert interval(9, 59) == pytest.approx((0.0722, 0.2699), abs=1e-4)
