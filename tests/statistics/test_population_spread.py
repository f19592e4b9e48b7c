"""How people and their kinetics vary: medians, spreads, correlations and covariates are those of the records.

Normal bounds of 4.5 standard errors: one false alarm in 150,000 checks, and there are below a hundred.
"""

import numpy as np
import pytest

from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology import draw_people, population, usual_person
from amoeboid.pharmacology.people import People

N = 40_000
SIGMA = 4.5
HOUR_LITRE = 1e15 / 3600.0


def same_people(n, **columns):
    one = usual_person()
    values = {name: np.full(n, getattr(one, name)[0]) for name in ("age", "weight", "egfr", "platelets", "haemoglobin")}
    values |= {name: np.full(n, value) for name, value in columns.items()}
    return People(np.arange(n), np.full(n, columns.pop("sex", "M")), **{k: v for k, v in values.items() if k != "sex"})


@pytest.mark.parametrize(
    ("name", "variant", "clearance", "spread", "reference"),
    [
        ("ruxolitinib", "", 22.1, 0.377, {}),
        ("tofacitinib", "", 26.3, 0.219, {"egfr": 108.7}),
        ("upadacitinib", "", 39.7, 0.159, {"egfr": 107.0}),
        ("upadacitinib", "extended_release", 30.8386, 0.365, {"egfr": 108.7, "weight": 74.0}),
        ("fedratinib", "", 13.0, 0.505, {"egfr": 78.3}),
        ("momelotinib", "", 64.7, 0.65, {}),
        ("belumosudil", "", 9.83, 0.438, {}),
    ],
)
def test_clearances_spread_around_the_typical_one(name, variant, clearance, spread, reference):
    drawn = np.log(population(name, same_people(N, **reference), 11, variant).clearance / HOUR_LITRE / clearance)
    assert abs(drawn.mean()) < SIGMA * spread / np.sqrt(N)
    assert abs(drawn.std() / spread - 1.0) < SIGMA / np.sqrt(2 * N)


def test_clearance_and_volume_of_fedratinib_go_together_as_published():
    drawn = population("fedratinib", same_people(N), 12)
    found = np.corrcoef(np.log(drawn.clearance), np.log(drawn.central))[0, 1]
    law = 0.197 / np.sqrt(0.255 * 0.383)
    assert abs(found - law) < SIGMA * (1.0 - law**2) / np.sqrt(N)


def test_renal_and_other_clearance_of_baricitinib_sum_to_the_mean_of_two_log_normals():
    drawn = population("baricitinib", same_people(N, weight=74.0, egfr=93.0), 13).clearance / HOUR_LITRE
    # mean 6.34 exp(s1^2/2) + 3.36 exp(s2^2/2); its error from the draws themselves
    law = 6.34 * np.exp(0.381**2 / 2) + 3.36 * np.exp(0.735**2 / 2)
    assert abs(drawn.mean() - law) < SIGMA * drawn.std() / np.sqrt(N)


def test_the_volume_of_tofacitinib_follows_its_clearance():
    drawn = population("tofacitinib", same_people(500), 14)
    ratio = np.log(drawn.central / np.exp(np.mean(np.log(drawn.central))))
    eta = np.log(drawn.clearance / np.exp(np.mean(np.log(drawn.clearance))))
    assert ratio == pytest.approx(0.392 * eta, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "column", "change", "parameter", "factor"),
    [
        # worked out in the papers' own words, as the transcriptions quote them
        ("tofacitinib", "egfr", (108.7, 60.0), "clearance", 0.810),
        ("tofacitinib", "weight", (72.0, 53.0), "central", 0.836),
        ("tofacitinib", "weight", (72.0, 95.0), "central", 1.176),
        ("tofacitinib", "age", (40.0, 80.0), "central", 0.923),
        ("baricitinib", "weight", (74.0, 37.0), "clearance", 0.5**0.75),
        ("baricitinib", "egfr", (93.0, 46.5), "clearance", 1.0 - 0.5 * 6.34 / 9.70),
        ("fedratinib", "egfr", (78.3, 40.0), "clearance", (40.0 / 78.3) ** 0.294),
        ("fedratinib", "weight", (70.1, 100.0), "clearance", 1.0),
        ("upadacitinib", "egfr", (107.0, 40.0), "clearance", (40.0 / 107.0) ** 0.32),
    ],
)
def test_covariates_act_as_published(name, column, change, parameter, factor):
    before, after = (getattr(population(name, same_people(1, **{column: x}), None), parameter)[0] for x in change)
    assert after / before == pytest.approx(factor, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "parameter", "factor"),
    [
        ("ruxolitinib", "clearance", 17.7 / 22.1),
        ("tofacitinib", "clearance", 0.868),
        ("tofacitinib", "central", 0.845),
        ("upadacitinib", "clearance", 0.86),
        ("upadacitinib", "central", 0.75),
        ("fedratinib", "clearance", 1.0),
    ],
)
def test_women_clear_as_published(name, parameter, factor):
    man, woman = (getattr(population(name, same_people(1, sex=sex), None), parameter)[0] for sex in "MF")
    assert woman / man == pytest.approx(factor, rel=1e-9)


def test_sex_was_left_out_for_the_tablet_of_extended_release():
    man, woman = (population("upadacitinib", same_people(1, sex=sex), None, "extended_release") for sex in "MF")
    assert man.clearance[0] == woman.clearance[0]


def test_a_higher_dose_of_fedratinib_has_a_smaller_volume():
    low, high = (population("fedratinib", same_people(1), None, dose=dose).central[0] for dose in (200.0, 400.0))
    assert low / high == pytest.approx(0.5**-0.279)
    assert population("fedratinib", same_people(1), None).central[0] == pytest.approx(high)


def test_a_patient_deviates_alike_for_every_drug():
    people = same_people(300)
    first, second = (np.log(population(name, people, 3).clearance) for name in ("ruxolitinib", "belumosudil"))
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(1.0)


@pytest.mark.parametrize("cohort", ["solid", "pancreas", "breast", "myelofibrosis", "thrombocytopenic"])
def test_people_are_drawn_from_the_laws_of_their_cohort(cohort):
    people = draw_people(N, 21, cohort=cohort)
    p = Parameters(catalogue())
    known = p.group("people.solid") | p.group(f"people.{cohort}")
    share = known["woman_share"]
    assert abs(people.woman.mean() - share) <= SIGMA * np.sqrt(share * (1.0 - share) / N)
    assert people.platelets.min() >= known["platelets_least"]
    assert people.platelets.max() <= known["platelets_most"]
    assert people.haemoglobin.min() >= known["haemoglobin_least"] / 10.0  # held in mg/ml
    spread = 0.18
    men = np.log(people.weight[~people.woman] / 79.0)
    if men.size:
        assert abs(men.mean()) < SIGMA * spread / np.sqrt(men.size)


def test_a_cut_law_keeps_its_shape_and_heaps_nothing_at_its_ends():
    people = draw_people(N, 22, cohort="thrombocytopenic")
    at_ends = np.mean((people.platelets < 50.01) | (people.platelets > 99.99))
    assert at_ends < 1e-3
    # log-normal, median 260, spread 0.75, between 50 and 100: the median of what is left
    from scipy import stats

    low, high = (stats.norm.cdf(np.log(x / 260.0) / 0.75) for x in (50.0, 100.0))
    middle = 260.0 * np.exp(0.75 * stats.norm.ppf(0.5 * (low + high)))
    inside = stats.norm.cdf(np.log(np.median(people.platelets) / 260.0) / 0.75)
    assert abs((inside - low) / (high - low) - 0.5) < SIGMA * 0.5 / np.sqrt(N), middle


def test_filtration_falls_with_age_and_rises_with_weight():
    people = draw_people(N, 23)
    rest = np.log(people.egfr)
    assert np.corrcoef(rest, people.age)[0, 1] < -0.3
    assert np.corrcoef(rest, people.weight)[0, 1] > 0.3
