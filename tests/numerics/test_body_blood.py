"""T8: cells in blood at the steady state, against the differential equation and births and deaths one by one."""

import dataclasses

import numpy as np
import pytest

from amoeboid.body import Blood, Circulation, blood, cancer, cells_of, circulating, circulation, counts, entering
from amoeboid.body.blood import passing, portal_excess
from amoeboid.errors import ScenarioError


def test_the_steady_number_solves_the_equation_and_is_what_time_comes_to():
    from scipy.integrate import solve_ivp

    adult, shed = blood(), np.array([4000.0, 120.0])
    steady = circulating(adult, shed, 0.5)
    assert np.allclose(shed - adult.loss(0.5) * steady, 0.0, atol=1e-9)
    late = solve_ivp(lambda _, c: shed - adult.loss(0.5) * c, (0.0, 5.0), [0.0, 0.0], rtol=1e-10, atol=1e-10).y[:, -1]
    assert np.allclose(late, steady, rtol=1e-8)


def test_cells_that_come_and_go_one_by_one_are_as_many_on_average():
    # Gillespie, one class: 20,000 events after 2,000 to forget the start. The number is Poisson with mean m = 30, the
    # time average over T has variance 2 m / (loss T): its error is 0.4, and 5 of them a false alarm below 1 in 10^6
    adult = Blood(5.0, np.array([0.1, 0.1]), np.array([2.0, 0.0]), 1e-8, 7.5e-3)
    loss = float(adult.loss()[0])
    shed = 30.0 * loss
    draw, n, clock, total = np.random.default_rng(4), 30, 0.0, 0.0
    for event in range(22_000):
        rate = shed + loss * n
        wait = draw.exponential(1.0 / rate)
        if event >= 2_000:
            clock, total = clock + wait, total + n * wait
        n += 1 if draw.random() * rate < shed else -1
    error = np.sqrt(2.0 * 30.0 / (loss * clock))
    assert abs(total / clock - float(circulating(adult, np.array([shed, 0.0]))[0])) < 5.0 * error


def test_half_of_the_cells_are_gone_after_a_half_life_without_killing():
    adult = dataclasses.replace(blood(), killing=np.zeros(2))
    assert np.allclose(np.exp(-adult.loss() * adult.half_life), 0.5)


def test_loss_of_killing_raises_the_number_as_the_rates_say():
    adult = Blood(5.0, np.array([0.1, 0.1]), np.array([np.log(2.0) / 0.1, 0.0]), 1e-8, 7.5e-3)
    shed = np.array([[10.0, 10.0], [10.0, 10.0]])
    number = circulating(adult, shed, np.array([1.0, 0.0]))
    assert number[1, 0] == pytest.approx(2.0 * number[0, 0])
    assert number[1, 1] == number[0, 1]


def test_counts_of_tubes_are_poisson_numbers_around_the_mean():
    # 40,000 tubes with mean 2: mean and variance have errors of 0.007 and 0.024 at most; 5 of them, 1 in 10^6
    adult, n = blood(), 40_000
    inside = np.full((n, 2), 2.0 * adult.volume / adult.sample)
    found = counts(adult, inside, (np.arange(n), 0, 3))
    assert np.all(np.abs(found.mean(axis=0) - 2.0) < 0.036)
    assert np.all(np.abs(found.var(axis=0) - 2.0) < 0.12)
    assert abs(np.corrcoef(found.T)[0, 1]) < 0.025


def test_a_tube_depends_on_patient_sample_and_seed_alone():
    adult = blood()
    inside = np.full((10, 2), 5000.0)
    whole = counts(adult, inside, (np.arange(10), 4, 3))
    assert np.array_equal(whole[6:], counts(adult, inside[6:], (np.arange(6, 10), 4, 3)))
    assert not np.array_equal(whole, counts(adult, inside, (np.arange(10), 5, 3)))
    assert not np.array_equal(whole, counts(adult, inside, (np.arange(10), 4, 2)))


def test_what_enters_blood_is_what_founds_metastases_over_efficiency():
    kind, adult = cancer("breast"), blood()
    cells = cells_of(20.0, kind.density)
    sent = entering(kind, adult, kind.seeding[0], cells)
    woken = kind.wake_rate / (kind.wake_rate + kind.nk_kill_rate)
    founded = kind.seeding[0] * cells**kind.exponent * (1.0 - kind.dormant_share * (1.0 - woken))
    assert sent.sum() * adult.efficiency == pytest.approx(founded)
    assert sent[1] / sent.sum() == pytest.approx(kind.cluster_share)


def test_portal_blood_holds_more_by_dilution_and_by_three_beds():
    # by hand, without coming round again: portal flow q of all; then liver, lung and limb each let p pass
    graph = circulation()
    p, q = 1e-4, graph.drain[0][[graph.index(b) for b in ("small_intestine", "large_intestine", "stomach", "spleen",
                                                          "pancreas")]].sum()  # fmt: skip
    rare = Circulation(graph.beds, graph.drain, np.full_like(graph.arrest, 1.0 - p), np.zeros_like(graph.death))
    assert portal_excess(rare, "pancreas")[0] == pytest.approx(1.0 / (q * p**3), rel=1e-3)
    # and what comes out of all beds but the lung has met the lung first
    assert passing(rare, "pancreas")[0, 1:].sum() <= passing(rare, "pancreas")[0].max() * 1.001


def test_blood_refuses_what_is_no_blood():
    with pytest.raises(ScenarioError, match="AMB-S612"):
        Blood(-1.0, np.array([0.1, 0.1]), np.zeros(2), 1e-8, 7.5e-3)
    adult = blood()
    with pytest.raises(ScenarioError, match="up to 5.6"):
        dataclasses.replace(adult, sample=9.0)
    with pytest.raises(ScenarioError, match="does not drain"):
        portal_excess(circulation(), "skin")
    with pytest.raises(ScenarioError, match="negative"):
        circulating(adult, np.array([-1.0, 0.0]))
