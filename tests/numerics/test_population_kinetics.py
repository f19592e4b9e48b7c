"""Closed forms of pharmacokinetics in populations (T9): areas, superposition, compartments and metabolites by ODE."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from amoeboid.pharmacology import (
    area,
    course_summary,
    draw_people,
    exposure,
    kinetics,
    population,
    profile,
    steady_profile,
    usual_person,
)

HOUR = 3600.0
DRUGS = [
    ("ruxolitinib", "", 12),
    ("tofacitinib", "", 12),
    ("baricitinib", "", 24),
    ("upadacitinib", "", 24),
    ("upadacitinib", "extended_release", 24),
    ("fedratinib", "", 24),
    ("fedratinib", "volunteer", 24),
    ("momelotinib", "", 24),
    ("belumosudil", "", 24),
    ("fasudil", "", 8),
    ("fasudil", "oral", 8),
]


def typical(name, variant=""):
    """Give one row that is the typical person of the records, whatever the covariates of a usual one."""
    record, rows = kinetics(name, variant), population(name, usual_person(), None, variant)
    body, way = record.disposition, record.absorption
    return replace(
        rows,
        clearance=np.array([body.clearance]),
        central=np.array([body.central]),
        exchange=np.array([body.exchange]),
        peripheral=np.array([body.peripheral]),
        absorption_rate=np.array([way.rate]),
        zero_order_duration=np.array([way.duration]),
        transit_rate=np.array([way.transit_rate]),
    )


@pytest.mark.parametrize(("name", "variant", "hours"), DRUGS)
def test_a_population_of_the_typical_person_is_that_person(name, variant, hours):
    rows, times = typical(name, variant), np.linspace(0.0, 100.0, 41) * HOUR
    single = kinetics(name, variant).concentration(20.0, times)
    again = exposure(name, 20.0, hours * HOUR, times, variant=variant)
    assert profile(rows, 20.0, None, times)[0] == pytest.approx(single, rel=1e-12, abs=1e-12 * single.max())
    assert profile(rows, 20.0, hours * HOUR, times)[0] == pytest.approx(again, rel=1e-12, abs=1e-12 * again.max())


@pytest.mark.parametrize(("name", "variant", "hours"), DRUGS)
def test_steady_state_is_where_long_dosing_ends(name, variant, hours):
    rows, phase = population(name, draw_people(5, 3), 3, variant), np.linspace(0.0, hours, 13)[:-1] * HOUR
    long = profile(rows, 20.0, hours * HOUR, phase + 4000 * hours * HOUR)
    steady = steady_profile(rows, 20.0, hours * HOUR, phase)
    assert np.max(np.abs(long - steady)) < 1e-9 * steady.max()


@pytest.mark.parametrize(("name", "variant", "hours"), DRUGS)
def test_the_area_is_dose_over_clearance_and_that_of_the_curve(name, variant, hours):
    rows, interval = population(name, draw_people(20, 5), 5, variant), hours * HOUR
    law = rows.amount(20.0) * rows.bioavailability / rows.clearance
    assert area(rows, 20.0) == pytest.approx(law, rel=1e-12)
    lag, end = rows.lag[0], rows.zero_order_duration
    times = np.linspace(0.0, interval, 60_001)
    curve = steady_profile(rows, 20.0, interval, times)
    # the curve bends at the lag and at the end of a constant input: the rule's error is its step over the interval
    assert np.trapezoid(curve, times, axis=1) == pytest.approx(law, rel=2e-4), (lag, end)


def test_doses_superpose():
    rows, times = population("momelotinib", draw_people(6, 7), 7), np.linspace(0.0, 200.0, 83) * HOUR
    each = sum(profile(rows, 200.0, None, times - k * 24 * HOUR) for k in range(5))
    assert profile(rows, 200.0, 24 * HOUR, times, count=5) == pytest.approx(each, rel=1e-9, abs=1e-9 * each.max())


def test_concentration_is_proportional_to_the_dose_of_each():
    rows, times = population("ruxolitinib", draw_people(4, 1), 1), [HOUR, 5 * HOUR]
    own = profile(rows, [5.0, 10.0, 15.0, 20.0], 12 * HOUR, times)
    assert own == pytest.approx(profile(rows, 1.0, 12 * HOUR, times) * np.array([[5.0], [10.0], [15.0], [20.0]]))
    assert not np.any(profile(rows, 0.0, 12 * HOUR, times))


def test_two_compartments_agree_with_their_differential_equation():
    rows = population("fedratinib", draw_people(4, 2), 2, dose=400.0)
    for i in range(rows.n):
        one = rows.rows(i, i + 1)
        out, over = one.clearance[0] / one.central[0], one.exchange[0] / one.central[0]
        back, enter = one.exchange[0] / one.peripheral[0], one.absorption_rate[0]

        def rate(_, y, k=(enter, out, over, back)):
            return [-k[0] * y[0], k[0] * y[0] - (k[1] + k[2]) * y[1] + k[3] * y[2], k[2] * y[1] - k[3] * y[2]]

        times = np.linspace(0.0, 72.0, 25) * HOUR
        start = [one.amount(400.0).item(), 0.0, 0.0]
        found = solve_ivp(rate, (0.0, times[-1]), start, t_eval=times, rtol=1e-11, atol=1e-6, method="LSODA")
        expected = found.y[1] / one.central[0]
        assert profile(one, 400.0, None, times + one.lag[0])[0] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def chain_and_metabolite(one, times, dose):
    """Solve drug and metabolite behind six transit compartments; concentrations of both."""
    made, k, ka = one.metabolite, one.transit_rate[0], one.absorption_rate[0]
    out, over, back = (
        one.clearance[0] / one.central[0], one.exchange[0] / one.central[0], one.exchange[0] / one.peripheral[0]
    )  # fmt: skip
    gone, away, home = (
        made.clearance[0] / made.central[0],
        made.exchange[0] / made.central[0],
        made.exchange[0] / made.peripheral[0],
    )

    def rate(_, y):
        chain = [-k * y[0], *(k * (y[j - 1] - y[j]) for j in range(1, 6))]
        return [
            *chain,
            k * y[5] - ka * y[6],
            ka * y[6] - (out + over) * y[7] + back * y[8],
            over * y[7] - back * y[8],
            made.fraction * out * y[7] - (gone + away) * y[9] + home * y[10],
            away * y[9] - home * y[10],
        ]

    start = [one.amount(dose).item(), *[0.0] * 10]
    found = solve_ivp(rate, (0.0, times[-1]), start, t_eval=times, rtol=1e-11, atol=1e-4, method="LSODA")
    return found.y[7] / one.central[0], found.y[9] / made.central[0]


def test_a_metabolite_behind_a_chain_agrees_with_its_differential_equation():
    rows, times = population("momelotinib", draw_people(3, 1), 1), np.linspace(0.0, 48.0, 25) * HOUR
    for i in range(rows.n):
        one = rows.rows(i, i + 1)
        drug, made = chain_and_metabolite(one, times, 200.0)
        assert profile(one, 200.0, None, times)[0] == pytest.approx(drug, rel=1e-6, abs=1e-6 * drug.max())
        found = profile(one, 200.0, None, times, moiety="metabolite")[0]
        assert found == pytest.approx(made, rel=1e-6, abs=1e-6 * made.max())


@pytest.mark.parametrize("factor", [0.02, 0.5, 0.999999, 1.0, 1.01, 30.0])
def test_a_chain_slower_than_what_follows_it_is_exact_as_well(factor):
    one = population("momelotinib", usual_person(), None)
    slow = replace(one, transit_rate=one.absorption_rate * factor)
    times = np.linspace(0.0, 200.0, 26) * HOUR
    drug, _ = chain_and_metabolite(slow, times, 200.0)
    assert profile(slow, 200.0, None, times)[0] == pytest.approx(drug, rel=3e-6, abs=1e-6 * drug.max())
    twice = profile(slow, 200.0, 24 * HOUR, times, count=2)[0]
    later = np.interp(times - 24 * HOUR, times, drug)  # not exact between the points: only where they coincide
    same = np.isin(np.round(times - 24 * HOUR), np.round(times)) | (times < 24 * HOUR)
    assert twice[same] == pytest.approx((drug + np.where(times >= 24 * HOUR, later, 0.0))[same], rel=3e-6, abs=1e-5)


@pytest.mark.parametrize("apart", [0.0, 1e-12, 1e-7, 1e-5])
def test_equal_rates_of_entry_and_decline_lose_no_digits(apart):
    one = population("belumosudil", usual_person(), None)
    same = replace(one, absorption_rate=one.clearance / one.central * (1.0 + apart))
    k, times = same.absorption_rate[0], np.linspace(0.0, 60.0, 20) * HOUR
    law = one.amount(200.0) / one.central * k * times * np.exp(-k * times)
    assert profile(same, 200.0, None, times)[0] == pytest.approx(law, rel=2e-5)


def test_a_row_has_the_same_bytes_alone_and_in_any_crowd():
    people = draw_people(9000, 4)  # more than two chunks
    whole = population("momelotinib", people, 4)
    times = np.linspace(0.0, 24.0, 7) * HOUR
    together = steady_profile(whole, 200.0, 24 * HOUR, times, moiety="active")
    for row in (0, 4095, 4096, 8999):
        alone = population("momelotinib", people.rows(row, row + 1), 4)
        assert steady_profile(alone, 200.0, 24 * HOUR, times, moiety="active").tobytes() == together[row].tobytes()


def test_what_is_not_followed_counts_as_its_share_of_the_effect():
    one = population("ruxolitinib", usual_person(), None)
    share = one.activity_not_followed
    assert share == pytest.approx(0.18)
    whole = profile(one, 15.0, None, [HOUR], moiety="all")
    assert whole * (1.0 - share) == pytest.approx(profile(one, 15.0, None, [HOUR]))
    assert profile(one, 15.0, None, [HOUR], moiety="active") == pytest.approx(profile(one, 15.0, None, [HOUR]))


def test_active_is_the_drug_and_its_metabolite_by_its_activity():
    rows, times = population("momelotinib", draw_people(3, 1), 1), [HOUR, 9 * HOUR]
    drug, made = (profile(rows, 200.0, None, times, moiety=moiety) for moiety in ("parent", "metabolite"))
    active = profile(rows, 200.0, None, times, moiety="active")
    assert active == pytest.approx(drug + rows.metabolite.activity * made, rel=1e-12)
    assert np.all(made > 0.0)


def test_a_summary_is_that_of_a_fine_curve():
    rows = population("ruxolitinib", draw_people(30, 9), 9)
    found = course_summary(rows, 15.0, 12 * HOUR)
    times = np.linspace(0.0, 12.0, 43_201) * HOUR  # every second
    curve = steady_profile(rows, 15.0, 12 * HOUR, times)
    assert found.peak == pytest.approx(curve.max(axis=1), rel=1e-6)
    assert found.peak_time == pytest.approx(times[curve.argmax(axis=1)], abs=3.0)
    assert found.trough == pytest.approx(curve[:, -1], rel=1e-12)
    assert found.above == pytest.approx(np.mean(curve > 282.0, axis=1) * 12 * HOUR, abs=10.0)
    assert found.inhibition == pytest.approx(np.mean(curve / (curve + 282.0), axis=1), abs=5e-4)
    assert found.mean == pytest.approx(curve.mean(axis=1), rel=1e-3)
    first = profile(rows, 15.0, 12 * HOUR, np.linspace(0.0, 24.0, 20_001) * HOUR)
    assert found.area_first_day == pytest.approx(np.trapezoid(first, dx=24 * HOUR / 20_000, axis=1), rel=2e-3)
    assert np.all(found.area_first_day < found.area_day)
