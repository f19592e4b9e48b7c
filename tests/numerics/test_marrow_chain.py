"""The chain of compartments behind blood counts (T10): steady states, mean transit, order of the step."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from amoeboid.pharmacology import Lineage, dose_rules, draw_marrow, draw_people, marrow, marrow_course, population
from amoeboid.pharmacology.marrow import advance, effect, untreated_state

ONE = np.ones(1)


def lineage(transit=4.7, feedback=0.187, inflow=0.0, loss=None, slope=1.0):
    rate = 4.0 / transit
    life = rate if loss is None else loss
    return Lineage(rate * ONE, inflow * ONE, life * ONE, feedback * ONE, slope * ONE, 5.0 * ONE)


def later(of, lost, days, state=None):
    return advance(untreated_state(1) if state is None else state, of, lost * ONE, days)


def test_without_drug_nothing_moves_to_the_last_bit():
    for of in (lineage(), lineage(6.0, 0.69, 0.1275, 1.0 / 120.0)):
        assert later(of, 0.0, 500.0).tobytes() == untreated_state(1).tobytes()


@pytest.mark.parametrize("lost", [0.02, 0.05, 0.1, 0.3])
def test_a_lasting_effect_settles_where_growth_balances(lost):
    of = lineage()
    level = (1.0 - lost) ** (1.0 / 0.187)
    assert of.steady_level(lost * ONE)[0] == pytest.approx(level)
    assert later(of, lost, 4000.0)[4, 0] == pytest.approx(level, rel=1e-6)


@pytest.mark.parametrize("lost", [0.05, 0.2, 0.5])
def test_red_cells_settle_where_inflow_and_growth_balance(lost):
    of = lineage(6.0, 0.69, 0.1275, 1.0 / 120.0)
    level = brentq(lambda x: 0.1275 * (1.0 - x) + 4.0 / 6.0 * x * ((1.0 - lost) * x**-0.69 - 1.0), 0.01, 1.0)
    assert later(of, lost, 6000.0)[4, 0] == pytest.approx(level, rel=1e-6)


@pytest.mark.parametrize(("transit", "loss"), [(4.7, None), (6.0, 1.0 / 120.0)])
def test_the_mean_transit_time_is_four_stays_and_the_life_in_blood(transit, loss):
    # without feedback a pool twice as large stays so; what is missing of its answer adds up to the mean time
    of = lineage(transit, 1e-12, 0.0, loss)
    state, missing, day = untreated_state(1), 0.0, 0.25
    state[0] = 2.0
    for _ in range(8_000):
        new = later(of, 0.0, day, state)
        missing += day * (2.0 - 0.5 * (state[4, 0] + new[4, 0]))
        state = new
    life = transit / 4.0 if loss is None else 1.0 / loss
    assert missing == pytest.approx(3.0 * transit / 4.0 + life, rel=1e-3)
    assert of.mean_transit_time[0] == pytest.approx(transit)


def exact(of, lost, days):
    rates = (of.transit_rate[0], of.inflow[0], of.loss_rate[0], of.feedback[0])

    def change(_, y):
        k, a, life, g = rates
        first = a * (1.0 - y[0]) + k * y[0] * ((1.0 - lost) * y[4] ** -g - 1.0)
        return [first, k * (y[0] - y[1]), k * (y[1] - y[2]), k * (y[2] - y[3]), life * (y[3] - y[4])]

    return solve_ivp(change, (0.0, days), np.ones(5), rtol=1e-12, atol=1e-14).y[:, -1]


@pytest.mark.parametrize("lost", [0.1, 0.4])
@pytest.mark.parametrize("of", [lineage(), lineage(6.0, 0.69, 0.1275, 1.0 / 120.0)], ids=["platelets", "red"])
def test_twelve_weeks_agree_with_a_tight_solver(of, lost):
    state = untreated_state(1)
    for _ in range(12):
        state = later(of, lost, 7.0, state)
    assert state[:, 0] == pytest.approx(exact(of, lost, 84.0), rel=1e-5)


def test_the_step_is_of_fourth_order(monkeypatch):
    of, errors = lineage(), []
    for step in (0.7, 0.35, 0.175):
        monkeypatch.setattr(marrow, "STEP", step)
        errors.append(abs(later(of, 0.3, 28.0)[4, 0] - exact(of, 0.3, 28.0)[4]))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all((orders > 3.5) & (orders < 5.0)), orders


def test_the_fastest_marrow_of_many_is_stable_and_close():
    of, state = lineage(4.7 * np.exp(-4.0 * 0.239)), untreated_state(1)
    for _ in range(12):
        state = later(of, 0.1, 7.0, state)
    assert state[4, 0] == pytest.approx(exact(of, 0.1, 84.0)[4], rel=1e-6)


def test_daily_means_stand_for_the_swing_between_doses():
    # E is linear in the inhibition, so only the feedback could tell a swing from its mean
    of, state = lineage(slope=0.3), untreated_state(1)
    for half_day in range(2 * 84):
        state = later(of, 0.3 * (0.6 if half_day % 2 == 0 else 0.0), 0.5, state)
    assert state[4, 0] == pytest.approx(later(of, 0.3 * 0.3, 84.0)[4, 0], rel=5e-3)


def test_what_drug_and_other_treatment_leave_multiplies():
    of = lineage(slope=0.5)
    assert effect(of, 0.4 * ONE, 0.1)[0] == pytest.approx(1.0 - 0.8 * 0.9)
    assert effect(of, 0.0 * ONE)[0] == 0.0


def test_friberg_alone_swings_ever_wider_with_red_cells():
    # why red cells have an inflow: the chain without it is unstable at the feedback that regrowth after bleeding has
    def swing(inflow):
        of, state, levels = lineage(6.0, 0.8, inflow, 1.0 / 120.0), untreated_state(1), []
        for _ in range(200):
            state = later(of, 0.1, 7.0, state)
            levels.append(state[4, 0])
        return np.ptp(levels[-100:])

    assert swing(0.0) > 0.3
    assert swing(0.1275) < 1e-3


def course(people, seed=5, **more):
    drawn = population("ruxolitinib", people, seed)
    return marrow_course(drawn, people, seed, dose=15.0, interval=43_200.0, weeks=10, **more)


def test_a_patient_has_the_same_course_alone_and_in_any_crowd():
    people, rules = draw_people(4500, 5), dose_rules("ruxolitinib", 15.0)
    together = course(people, rules=rules, background="capecitabine")
    for row in (0, 2047, 2048, 4499):
        alone = course(people.rows(row, row + 1), rules=rules, background="capecitabine")
        assert alone.platelets.tobytes() == together.platelets[row].tobytes()
        assert alone.haemoglobin.tobytes() == together.haemoglobin[row].tobytes()
        assert alone.dose.tobytes() == together.dose[row].tobytes()


def test_an_arm_at_dose_0_has_the_counts_of_no_treatment_to_the_last_bit():
    people = draw_people(50, 6)
    nothing = marrow_course(population("ruxolitinib", people, 6), people, 6, dose=0.0, interval=43_200.0, weeks=8)
    assert np.all(nothing.platelets == people.platelets[:, None])
    assert np.all(nothing.haemoglobin == people.haemoglobin[:, None])
    assert not np.any(nothing.held)


def test_the_marrow_of_a_patient_is_his_own():
    whole, part = draw_marrow(np.arange(10), 3), draw_marrow(np.arange(4, 7), 3)
    assert whole.red.slope[4:7].tobytes() == part.red.slope.tobytes()
    assert np.unique(whole.platelets.slope).size == 10


def test_counts_come_back_after_the_end_of_treatment():
    people = draw_people(200, 7)
    found = marrow_course(
        population("ruxolitinib", people, 7), people, 7, dose=20.0, interval=43_200.0, weeks=40, stop=42.0
    )
    low, end = np.median(found.platelets[:, 6] / people.platelets), np.median(found.platelets[:, 40] / people.platelets)
    assert low < 0.75
    assert end == pytest.approx(1.0, abs=0.05)
    assert not np.any(found.dose[:, 6:])


def test_marrow_makes_at_most_five_times_as_much_and_never_runs_away():
    # steep feedback and a long block, then none: without bounds the pool overflows
    of, state = lineage(6.0, 6.0, 0.1275, 1.0 / 120.0), untreated_state(1)
    for lost in (0.95, 0.0, 0.95, 0.0):
        for _ in range(30):
            state = later(of, lost, 7.0, state)
            assert np.all(np.isfinite(state))
            assert state[0, 0] <= 5.0
    wild = draw_marrow(np.arange(20_000), 9)
    for of in (wild.red, wild.platelets):
        block = untreated_state(20_000)
        for lost in (0.95, 0.0):
            for _ in range(20):
                block = advance(block, of, np.full(20_000, lost), 7.0)
                assert np.all(np.isfinite(block))
                assert block.max() < 5.5  # ripening cells hardly pass the pool they come from
