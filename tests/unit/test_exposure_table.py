"""Exposure against labels and papers: areas within 1.25-fold, peaks within 1.5-fold; the reference's own sums."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

import amoeboid
from amoeboid.pharmacology import area, course_summary, kinetics, population, profile, usual_person

HOUR = 3600.0
TABLE = Path(amoeboid.__file__).parents[3] / "shared" / "data" / "body" / "pk_exposure_checks.csv"


def peak(rows, dose):
    return float(profile(rows, dose, None, np.arange(0.0, 6.0, 0.01) * HOUR).max())


def within(found, observed, fold):
    return observed / fold <= found <= observed * fold


@pytest.mark.parametrize("sex", ["M", "F"])
@pytest.mark.parametrize(("dose", "observed_peak", "observed_area"), [(5.0, 205.0, 862.0), (200.0, 7100.0, 30_700.0)])
def test_ruxolitinib_is_as_its_label_says(sex, dose, observed_peak, observed_area):
    rows = population("ruxolitinib", usual_person(sex), None)
    assert within(peak(rows, dose), observed_peak, 1.5)
    assert within(float(area(rows, dose)[0]) / HOUR, observed_area, 1.25)


@pytest.mark.parametrize(
    ("name", "variant", "dose", "observed"),
    [
        ("fedratinib", "", 400.0, 26_870.0),
        ("baricitinib", "", 4.0, 440.0),
        ("upadacitinib", "extended_release", 15.0, 370.0),
    ],
)
def test_areas_of_typical_people_are_within_a_quarter_of_the_labels(name, variant, dose, observed):
    record = kinetics(name, variant)
    typical = record.amount(dose) * record.absorption.bioavailability / record.disposition.clearance
    assert within(typical / HOUR * record.molar_mass / 1000.0, observed, 1.25)


def test_momelotinib_and_its_metabolite_are_near_the_recalled_label():
    # recalled: 3,288 and 5,010 ng h/ml at 200 mg a day
    rows = population("momelotinib", usual_person(), None)
    assert within(float(area(rows, 200.0)[0]) / HOUR * 0.41446, 3288.0, 1.25)
    assert within(float(area(rows, 200.0, moiety="metabolite")[0]) / HOUR * 0.42844, 5010.0, 1.25)


def test_hydroxyfasudil_is_left_as_the_trial_measured_it():
    rows = population("fasudil", usual_person(), None)
    found = course_summary(rows, 60.0, 12 * HOUR, moiety="metabolite")
    assert within(float(found.trough[0]), 77.0, 1.25)  # its volume was made from this: a check of the sum


@pytest.mark.parametrize(("sex", "mean", "hours"), [("M", 0.32, 2.9), ("F", 0.38, 3.7)])
def test_15_mg_twice_a_day_inhibit_a_third(sex, mean, hours):
    rows = population("ruxolitinib", usual_person(sex), None)
    found = course_summary(rows, 15.0, 12 * HOUR)
    assert found.inhibition[0] == pytest.approx(mean, abs=0.006)
    assert found.above[0] / HOUR == pytest.approx(hours, abs=0.06)


def test_a_table_of_a_population_gives_the_middle_and_its_ends():
    from amoeboid.pharmacology import draw_people

    rows = population("ruxolitinib", draw_people(5000, 4), 4)
    table = course_summary(rows, 15.0, 12 * HOUR).quantiles()
    assert table["inhibition"][0] < 0.25 < table["inhibition"][1] < 0.45 < table["inhibition"][2]
    assert all(low <= middle <= high for low, middle, high in table.values())
    day, whole = table["area_day"][1], table["area"][1]
    assert day == pytest.approx(2.0 * whole)


def test_every_exposure_of_the_reference_table_is_met():
    if not TABLE.is_file():
        pytest.skip(f"the table of reference exposures is not beside this checkout: {TABLE.name}")
    rows = population("ruxolitinib", usual_person(), None)
    fedratinib = kinetics("fedratinib")
    found = {
        ("ruxolitinib", "Cmax", "5 mg single"): peak(rows, 5.0),
        ("ruxolitinib", "Cmax", "200 mg single"): peak(rows, 200.0),
        ("ruxolitinib", "AUCinf", "5 mg single"): float(area(rows, 5.0)[0]) / HOUR,
        ("ruxolitinib", "AUCinf", "200 mg single"): float(area(rows, 200.0)[0]) / HOUR,
        ("ruxolitinib", "Vss MF", "any"): float((rows.central + rows.peripheral)[0]) / 1e15,
        ("fedratinib", "AUC24", "400 mg QD steady state"): fedratinib.amount(400.0)
        / fedratinib.disposition.clearance
        / HOUR
        * fedratinib.molar_mass
        / 1000.0,
        ("tofacitinib", "half-life", "any"): math.log(2.0)
        * kinetics("tofacitinib").disposition.central
        / kinetics("tofacitinib").disposition.clearance
        / HOUR,
    }
    with TABLE.open(encoding="utf-8") as file:
        seen = {(row["drug"], row["quantity"], row["dose"]): float(row["observed"]) for row in csv.DictReader(file)}
    for key, value in found.items():
        assert within(value, seen[key], 1.5 if key[1] == "Cmax" else 1.25), key


def test_belumosudil_without_a_meal_reaches_half():
    fed, fasted = (population("belumosudil", usual_person(), None, variant) for variant in ("", "fasted"))
    assert area(fasted, 200.0)[0] == pytest.approx(0.5 * area(fed, 200.0)[0])
    assert fed.clearance[0] == fasted.clearance[0]
