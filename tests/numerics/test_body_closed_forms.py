"""T1 to T6 of the reference: the body against closed forms.

Means over patients are held to 4 standard errors, a false alarm in 16,000 each; distributions to the Kolmogorov
distance that chance exceeds once in 10,000.
"""

import dataclasses

import numpy as np
import pytest
from early_breast import PLAIN, changed
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import expon, gumbel_r, ks_1samp, ks_2samp

from amoeboid import seeds
from amoeboid.body import Disease, Plan, age_at, burden, draw_disease, outcome, reached, shed, size, spread
from amoeboid.body.course import course
from amoeboid.body.death import cancer_death
from amoeboid.body.growth import cells_of, scaled_age
from amoeboid.body.lumps import lumps_of
from amoeboid.process.treatment import Treatment, untreated

IMMORTAL = {"hazard": 0.0, "other_death": (0.0, 0.0)}
K = 1e12


def alike(n, decay=1.6e-3, seeding=5e-6, cells=4e9, first=0):
    """Give n patients with one disease."""
    same = [np.full(n, float(x)) for x in (decay, cells, seeding, 60.0)]
    return Disease(np.arange(first, first + n), *same)


def uniform(n, tick):
    return seeds.uniform(np.arange(n), tick, seeds.Stream.TRIAL, 7)[:, 0]


# T1: P(no metastasis) = E[exp(-Lambda)]


@pytest.mark.parametrize("exponent", [1 / 3, 2 / 3, 1.0])
def test_t1_share_without_colonies_is_the_mean_of_exp_minus_lambda(exponent):
    cancer = changed(
        **IMMORTAL, exponent=exponent, dormant_share=0.0, seeding=(5.5e-7 * 4e9 ** (1 / 3 - exponent), 1.2)
    )
    disease = draw_disease(cancer, 200_000, seed=3)
    counts = spread(disease, cancer, untreated(), Plan(30.0, 0.0, generations=1), 3).counts
    mean = disease.seeding / disease.decay * shed(disease.decay * disease.history(cancer), exponent, K)
    chance = np.exp(-mean)
    error = np.sqrt(np.mean(chance * (1.0 - chance)) / disease.n)
    assert abs(np.mean(counts == 0) - chance.mean()) < 4.0 * error < 0.005
    assert abs(counts.mean() - mean.mean()) < 4.0 * np.sqrt(mean.mean() / disease.n)


def test_t1_holds_under_treatment_before_surgery_and_for_one_patient_many_times():
    edges, out = np.array([-300.0, 0.0, 60.0, 84.0, 400.0]), 200.0
    factors = np.array([[0.3, 1.0, 4.0, 0.0]])
    one = np.ones((1, 4))
    treatment = Treatment(edges, factors, 2.0 * factors, one, one, one)
    cancer = changed(**IMMORTAL, dormant_share=0.0, soil=np.ones(4))
    disease = alike(100_000, seeding=3e-6)
    counts = spread(disease, cancer, treatment, Plan(250.0, out, generations=1), 3).counts
    age = disease.history(cancer)[0]
    clusters = cancer.landing[1].sum()

    def total(day):
        return 3e-6 / 1.6e-3 * shed(1.6e-3 * (day + age), 1 / 3, K)

    # what treatment leaves, single cells and clusters, piece by piece; untreated before the first edge
    left = factors[0] * (1.0 - clusters) + 2.0 * factors[0] * clusters
    ends = np.minimum(edges[1:], out)
    starts = np.minimum(edges[:-1], out)
    mean = float(total(edges[0]) + np.sum(left * (total(ends) - total(starts))))
    assert abs(counts.mean() - mean) < 4.0 * np.sqrt(mean / disease.n)
    assert abs(np.mean(counts == 0) - np.exp(-mean)) < 4.0 * np.sqrt(np.exp(-mean) / disease.n)
    # a Poisson number: variance as the mean, its error 1.4 mean / sqrt(n) and somewhat more
    assert counts.var() == pytest.approx(mean, rel=0.03)


@pytest.mark.parametrize("growth", [0.0, 0.5, 1.3])
def test_t1_holds_when_growth_itself_is_treated(growth):
    edges = np.array([-400.0, 300.0])
    one = np.ones((1, 1))
    treatment = Treatment(edges, one, one, one, one, growth * one)
    cancer = changed(**IMMORTAL, dormant_share=0.0)
    disease = alike(60_000, seeding=3e-6)
    counts = spread(disease, cancer, treatment, Plan(500.0, 450.0, generations=1), 3).counts
    age = disease.history(cancer)[0]

    def rate(day):
        shift = (growth - 1.0) * (np.clip(day, *edges) - edges[0])
        return 3e-6 * size(day + age + shift, 1.6e-3, K) ** (1 / 3)

    mean = sum(quad(rate, *piece, epsrel=1e-9)[0] for piece in ((-age, -400.0), (-400.0, 300.0), (300.0, 450.0)))
    assert abs(counts.mean() - mean) < 4.0 * np.sqrt(mean / disease.n)


# T2: extinction of lines


def birth_and_death(n, founders, extinct, end):
    """Follow n lines, births at rate 1, deaths at `extinct`, event by event to a time; give their numbers of cells."""
    cells, time, k = np.full(n, founders), np.zeros(n), 0
    while np.any((time < end) & (cells > 0)):
        on = np.flatnonzero((time < end) & (cells > 0))
        u = np.stack([uniform(n, 1000 + 2 * k)[on], uniform(n, 1001 + 2 * k)[on]])
        time[on] -= np.log(u[0]) / (cells[on] * (1.0 + extinct))
        step = np.where(u[1] < 1.0 / (1.0 + extinct), 1, -1)
        cells[on] += np.where(time[on] < end, step, 0)
        k += 1
    return cells


@pytest.mark.parametrize(("founders", "extinct"), [(1, 0.5), (4, 0.7)])
def test_t2_lines_die_out_as_q_to_the_founders_and_grow_as_the_luck_of_founders_says(founders, extinct):
    end = 3.5 / (1.0 - extinct)
    cells = birth_and_death(3000, founders, extinct, end)
    chance = extinct**founders  # a hundredth more may die out after `end`
    assert abs(np.mean(cells == 0) - chance) < 4.0 * np.sqrt(chance * (1.0 - chance) / 3000) + 0.01
    # amplitude cells e^{-rt} given life, against the head start that colonies get
    alive = (cells[cells > 0] + uniform(np.sum(cells > 0), 1) - 0.5) * np.exp(-3.5)
    cancer = changed(**IMMORTAL, extinct=extinct, founders_single=founders, cluster_share=0.0, dormant_share=0.0)
    colonies = spread(alike(3000), cancer, untreated(), Plan(10.0, 0.0, generations=1), 5)
    amplitude = np.exp((colonies.awake - colonies.origin) * 1.6e-3 * np.log(K))
    assert len(amplitude) > 2000
    assert ks_2samp(alive, amplitude).pvalue > 1e-4


# T3: the delay of growth by luck


def test_t3_delay_of_colonies_has_the_law_of_gumbel():
    cancer = changed(**IMMORTAL, dormant_share=0.0)
    colonies = spread(alike(4000), cancer, untreated(), Plan(10.0, 0.0, generations=1), 5)
    delay = (colonies.origin - colonies.awake) * 1.6e-3 * np.log(K)
    # -ln W, W ~ Exp(1)
    assert ks_1samp(delay, gumbel_r.cdf).pvalue > 1e-4
    assert abs(delay.mean() - np.euler_gamma) < 4.0 * np.pi / np.sqrt(6.0 * len(delay))


def test_t3_the_law_is_that_of_cells_that_divide_one_by_one():
    # births at a ln(K / N) per cell: the time from one cell to 3,000 is a sum of exponential waits
    n, top = 3000, 3000
    cells = np.arange(1, top)
    wait = np.zeros(n)
    for part in np.array_split(cells, 30):
        u = seeds.uniform(np.arange(n)[:, None], part[None, :], seeds.Stream.TRIAL, 8)[..., 0]
        wait -= (np.log(u) / (part * np.log(K / part))).sum(axis=1)
    delay = (wait - scaled_age(top, K)) * np.log(K)
    # the law takes all luck to fall while growth is a ln K; it falls later too, when growth is slower: 2 % more of it
    assert ks_1samp(delay / 1.02, gumbel_r.cdf).pvalue > 1e-4
    assert abs(delay.mean() - np.euler_gamma) < 0.08
    assert delay.std() == pytest.approx(np.pi / np.sqrt(6.0), rel=0.06)


# T4: colonies that seed colonies, as in Iwata's renewal equation


def renewal(disease, days):
    """Solve b(t) = beta(N_p(t)) + int b(s) beta(N(t - s)) ds on even days; give b [1/day] and beta of a colony."""
    mu, a = disease.seeding[0], disease.decay[0]
    # of lines of which one in twenty lives on, which grow twenty times ahead
    luck = np.log(-20.0 * np.log1p(-(np.arange(400) + 0.5) / 400.0)) / (a * np.log(K))
    ages = days - days[0]
    colony = np.where(ages[:, None] + luck > 0.0, mu * size(ages[:, None] + luck, a, K) ** (1 / 3), 0.0).mean(axis=1)
    born, step = mu * size(ages, a, K) ** (1 / 3), days[1] - days[0]
    for k in range(1, len(days)):
        inner = np.dot(born[1:k], colony[k - 1 : 0 : -1]) + 0.5 * (born[0] * colony[k])
        born[k] = (born[k] + step * inner) / (1.0 - 0.5 * step * colony[0])
    return born, colony


def test_t4_colonies_of_colonies_follow_the_renewal_equation():
    cancer = changed(**IMMORTAL, extinct=0.95, dormant_share=0.0, arrest=np.full((2, 4), 0.25))
    disease = alike(6000, seeding=2e-7)
    age = disease.history(cancer)[0]
    days = np.arange(-age, 6000.0, 4.0)
    born, _ = renewal(disease, days)
    colonies = spread(disease, cancer, untreated(), Plan(float(days[-1]), np.inf), 6)
    assert colonies.generation.max() >= 4
    for day in (0.0, 1500.0, 3000.0, 4500.0, 5900.0):
        expected = np.sum(born[days <= day]) * 4.0
        counts = np.bincount(colonies.patient[colonies.born <= day], minlength=disease.n)
        error = counts.std() / np.sqrt(disease.n)
        assert abs(counts.mean() - expected) < 4.0 * error + 2e-3 * expected


def test_t4_late_births_rise_at_the_root_of_malthus():
    disease = alike(1, seeding=1e-6)
    days = np.arange(0.0, 14_000.0, 8.0)
    born, colony = renewal(disease, days)
    beyond = colony[-1]
    # int_0^inf beta(N(s)) e^{-l s} ds = 1
    root = brentq(
        lambda rate: np.trapezoid(colony * np.exp(-rate * days), days) + beyond * np.exp(-rate * days[-1]) / rate - 1.0,
        1e-4,
        1e-2,
    )
    slope = np.log(born[-1] / born[-126]) / (days[-1] - days[-126])
    assert slope == pytest.approx(root, rel=2e-3)
    # and the branching of `spread` rises so: three years well after the first generations
    cancer = changed(**IMMORTAL, extinct=0.95, dormant_share=0.0, arrest=np.full((2, 4), 0.25))
    many = spread(alike(300, seeding=1e-6, cells=1e11), cancer, untreated(), Plan(2600.0, np.inf), 6)
    early, late = (np.sum((many.born > day - 365.0) & (many.born <= day)) for day in (1500.0, 2595.0))
    shift = disease.history(cancer)[0]
    age = float(age_at(1e11, 1.6e-3, K))
    window = [born[(days > day + age - 365.0) & (days <= day + age)].sum() for day in (1500.0, 2595.0)]
    assert shift > 0.0
    # births of one patient come in families: their error is some 3 times that of as many single ones
    assert np.log(late / early) == pytest.approx(np.log(window[1] / window[0]), abs=4.0 * 3.0 / np.sqrt(early))


# T5: sizes of colonies when all grow exponentially


@pytest.mark.parametrize("exponent", [1 / 3, 2 / 3, 1.0])
def test_t5_sizes_of_colonies_fall_as_a_power_that_tells_the_exponent(exponent):
    # with a capacity out of sight growth is exponential, r = a ln K; density of sizes ~ s^-(1 + alpha)
    rate, capacity = 0.02, 1e300
    decay = rate / np.log(capacity)
    cells, day = 1e12, 0.0
    mean = rate / (cells**exponent) * 60_000.0 * exponent
    cancer = changed(**IMMORTAL, dormant_share=0.0, exponent=exponent, capacity=capacity, density=1e6)
    disease = alike(6, decay=decay, seeding=mean, cells=cells)
    colonies = spread(disease, cancer, untreated(), Plan(day + 1e-6, np.inf, generations=1), 4)
    sizes = size(day - colonies.origin, decay, capacity)
    least = 300.0
    tail = sizes[sizes > least]
    assert len(tail) > 500
    # exactly: P(size > s) is what was shed by when a colony now of s was born, over luck; growth slows by 4 % at 1e12
    hill = 1.0 / np.mean(np.log(tail / least))
    assert hill == pytest.approx(exponent, rel=0.04 + 4.0 / np.sqrt(len(tail)))


def test_t5_sizes_under_gompertz_growth_have_the_exact_law():
    cancer = changed(**IMMORTAL, dormant_share=0.0)
    disease = alike(3000, seeding=1e-5)
    colonies = spread(disease, cancer, untreated(), Plan(1e-6, np.inf, generations=1), 4)
    now = 1.6e-3 * disease.history(cancer)[0]
    luck = np.log(-np.log1p(-(np.arange(2000) + 0.5) / 2000.0)) / np.log(K)
    sizes = size(-colonies.origin, 1.6e-3, K)
    for least in (1e2, 1e4, 1e6, 1e8):
        share = np.mean(shed(now - scaled_age(least, K) + luck, 1 / 3, K)) / shed(now, 1 / 3, K)
        error = np.sqrt(share * (1.0 - share) / len(sizes))
        assert abs(np.mean(sizes > least) - share) < 4.0 * error + 1e-4


# T6: Luria and Delbrueck: cells in all colonies on a day


def test_t6_laplace_transform_of_burden_is_that_of_a_shot_process():
    cancer = changed(**IMMORTAL, dormant_share=0.0)
    disease = alike(20_000, seeding=1e-6)
    age, out = disease.history(cancer)[0], 0.0
    cells = burden(spread(disease, cancer, untreated(), Plan(800.0, out, generations=1), 4), np.array([out, 700.0]))
    births = np.linspace(-age, out, 1501)
    births = 0.5 * (births[1:] + births[:-1])
    luck = np.log(-np.log1p(-(np.arange(300) + 0.5) / 300.0)) / (1.6e-3 * np.log(K))
    weight = 1e-6 * size(births + age, 1.6e-3, K) ** (1 / 3) * (births[1] - births[0])
    for column, day in enumerate((out, 700.0)):
        grown = size(day - births[:, None] + luck, 1.6e-3, K)
        for theta in 1.0 / np.array([1e2, 1e5, 1e8]):
            # E e^{-theta B} = exp( -int mu N^alpha (1 - E e^{-theta N(t - s)}) ds )
            expected = np.exp(np.dot(weight, np.expm1(-theta * grown).mean(axis=1)))
            got = np.exp(-theta * cells[:, column])
            assert abs(got.mean() - expected) < 4.0 * got.std() / np.sqrt(disease.n) + 1e-3


# dormancy, detection and death


def test_waking_comes_after_an_exponential_rest():
    cancer = changed(**IMMORTAL, dormant_share=1.0, wake_rate=0.01)
    colonies = spread(alike(3000), cancer, untreated(), Plan(5000.0, -400.0, generations=1), 5)
    rest = colonies.awake - colonies.born
    assert ks_1samp(rest * 0.01, expon.cdf).pvalue > 1e-4


def test_killing_in_pieces_leaves_what_its_integral_says():
    # killing lost for 100 days, doubled for 100, then as ever: share that wakes is a sum of exponentials
    one = np.ones((1, 2))
    edges, left = np.array([-400.0, -300.0, -200.0]), np.array([[0.0, 2.0]])
    treatment = Treatment(edges, one, one, one, left, one)
    cancer = changed(**IMMORTAL, dormant_share=1.0, wake_rate=0.004, nk_kill_rate=0.01)
    disease = alike(20_000, seeding=4e-6)
    counts = spread(disease, cancer, treatment, Plan(5000.0, 0.0, generations=1), 5).counts
    age = disease.history(cancer)[0]

    def wakes(day):
        return quad(
            lambda t: 0.004 * np.exp(-0.004 * (t - day) - 0.01 * (run(t) - run(day))),
            day,
            4000.0,
            points=edges,
            limit=300,
        )[0]

    def run(t):
        return t - np.clip(t, -400.0, -300.0) + np.clip(t, -300.0, -200.0)

    births = np.linspace(-age, 0.0, 241)
    rate = np.array([4e-6 * size(s + age, 1.6e-3, K) ** (1 / 3) * wakes(s) for s in births])
    expected = np.trapezoid(rate, births)
    assert abs(counts.mean() - expected) < 4.0 * np.sqrt(expected / disease.n) + 2e-3 * expected


def test_a_lesion_is_visible_where_the_logistic_curve_says():
    cancer = changed(**IMMORTAL, dormant_share=0.0, detection=(7.5, 1.0))
    colonies = spread(alike(20_000), cancer, untreated(), Plan(1e-6, np.inf, generations=1), 4)
    from amoeboid.body import diameter, visible

    width = diameter(size(400.0 - colonies.origin, 1.6e-3, K), 1e6)
    shown = visible(colonies) <= 400.0
    for low in (4.5, 6.5, 7.5, 9.0):
        near = np.abs(width - low) < 0.25
        chance = np.mean(1.0 / (1.0 + np.exp(7.5 - width[near])))
        assert near.sum() > 300
        assert abs(shown[near].mean() - chance) < 4.0 * np.sqrt(chance * (1.0 - chance) / near.sum())


def test_reached_is_the_day_of_the_size_and_burden_agrees():
    cancer = changed(**IMMORTAL, dormant_share=0.0)
    colonies = spread(alike(2000), cancer, untreated(), Plan(900.0, 0.0, generations=1), 4)
    single = np.flatnonzero(colonies.counts == 1)[:50]
    day = reached(colonies, 7.5)[colonies.start[single]]
    cells = burden(colonies, np.sort(day))[single][np.arange(len(single)), np.argsort(np.argsort(day))]
    np.testing.assert_allclose(cells, cells_of(7.5, 1e6), rtol=1e-9)


def test_death_of_other_causes_has_the_law_of_gompertz():
    cancer = dataclasses.replace(PLAIN, seeding=(1e-30, 0.0), other_death=(1e-6, 0.08))
    result = outcome(spread(alike(20_000, seeding=0.0), cancer, untreated(), Plan(1e5), 5))
    years = result.death / 365.25
    passed = 1e-6 * 365.25 / 0.08 * np.exp(0.08 * 60.0) * np.expm1(0.08 * years)
    assert np.all(result.cause == 2)
    assert ks_1samp(passed, expon.cdf).pvalue > 1e-4


def test_death_of_metastases_passes_an_exponential_hazard():
    cancer = changed(other_death=(0.0, 0.0), dormant_share=0.0, weights=np.ones(4))
    colonies = spread(alike(1500, seeding=1e-5), cancer, untreated(), Plan(2e4, 0.0, generations=1), 5)
    died = np.flatnonzero(np.isfinite(colonies.cancer_death))[:300]
    assert len(died) == 300
    days = np.linspace(0.0, 20_000.0, 20_001)
    share = (burden(colonies, days)[died] / cancer.burden_half) ** cancer.steepness
    rate = cancer.hazard * share / (1.0 + share)
    passed = np.concatenate([np.zeros((300, 1)), np.cumsum(0.5 * (rate[:, 1:] + rate[:, :-1]), axis=1)], axis=1)
    at = [np.interp(day, days, row) for day, row in zip(colonies.cancer_death[died], passed, strict=True)]
    assert ks_1samp(at, expon.cdf).pvalue > 1e-4


def test_nobody_lives_on_whose_hazard_has_passed():
    # the day of death is sought generation by generation, each time up to the last: it must not be lost on the way
    disease = draw_disease(changed(seeding=(3e-6, 1.2)), 20_000, seed=3)
    colonies = spread(disease, PLAIN, untreated(), Plan(5000.0), 5)
    tables, everybody = course(untreated(), disease.n), np.arange(disease.n)
    lumps = lumps_of(colonies, disease, PLAIN, tables)
    ends = np.minimum(colonies.other_death, 5000.0)
    again = cancer_death(disease, PLAIN, tables, (lumps, everybody, ends), 0.0, 5)
    died = np.isfinite(again)
    assert died.sum() > 8000
    np.testing.assert_array_equal(died, np.isfinite(colonies.cancer_death))
    # colonies that wake after death are not in the second sum, and weigh nothing
    np.testing.assert_allclose(colonies.cancer_death[died], again[died], atol=1.0)
