"""Survival statistics by hand, by derivative, by symmetry, and against published curves of real patients."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from amoeboid.errors import NumericsError
from amoeboid.measures.survival import (
    aalen_johansen,
    concordance,
    cox,
    hazard_ratio_many,
    kaplan_meier,
    log_rank,
    log_rank_many,
    milestone_difference,
    paired_hazard_ratio,
    proportionality,
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_many,
    turnbull,
)
from amoeboid.measures.survival.risk_sets import risk_sets, sums
from amoeboid.measures.survival.sample import sample

# Freireich 1963, the textbook's remission weeks: 6-MP (treated) and placebo
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
TREATED_HIT = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TRANSBIG = Path(__file__).parents[3] / "shared" / "data" / "body" / "transbig_dmfs_km.csv"


def freireich():
    time = np.array(TREATED + PLACEBO, dtype=float)
    return time, np.array(TREATED_HIT + [1] * 21, dtype=bool), np.repeat([1, 0], 21)


def tied(n=40, p=2, seed=3):
    rng = np.random.default_rng(seed)
    time = rng.integers(1, 9, n).astype(float)
    # entries fall on days of events as well
    return time, rng.random(n) < 0.7, rng.normal(size=(n, p)), time - rng.integers(1, 9, n)


def test_remission_of_leukaemia_has_the_figures_of_the_textbooks():
    # Kalbfleisch and Prentice 2002, Collett, Cox 1972: S(6), S(23), median 23; log-rank 16.79; Efron's HR
    time, event, arm = freireich()
    treated = kaplan_meier(time[arm == 1], event[arm == 1])
    assert treated.at([6, 7, 10, 13, 16, 22, 23]) == pytest.approx(
        [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4
    )
    # Greenwood's standard errors at 6 and 23 weeks: 0.0764 and 0.1346
    assert (treated.survival * np.sqrt(treated.greenwood))[[0, -1]] == pytest.approx([0.0764, 0.1346], abs=5e-5)
    assert treated.median.value == 23
    assert kaplan_meier(time[arm == 0], event[arm == 0]).median.value == 8
    test = log_rank(time, event, arm)
    assert test.statistic == pytest.approx(16.793, abs=1e-3)
    assert test.expected == pytest.approx([10.75, 19.25], abs=0.005)
    assert test.z < 0  # the second group, the treated, had fewer events
    fit = cox(time, event, arm)
    assert fit.coefficient[0] == pytest.approx(-1.5721, abs=1e-4)
    assert fit.standard_error[0] == pytest.approx(0.4124, abs=1e-4)


@pytest.mark.skipif(not TRANSBIG.is_file(), reason="no ../shared/data/body")
def test_relapse_of_real_patients_is_that_of_the_shared_table():
    datasets = pytest.importorskip("sksurv.datasets", reason="needs scikit-survival")
    _, outcome = datasets.load_breast_cancer()
    curve = kaplan_meier(outcome["t.tdm"], outcome["e.tdm"])
    with TRANSBIG.open(encoding="utf-8") as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    days = np.array([row["years"] * 365.25 for row in rows])
    assert curve.at(days) == pytest.approx([row["dmfs"] for row in rows], abs=1e-4)
    low, high = curve.interval_at(days)
    assert low == pytest.approx([row["lower95"] for row in rows], abs=1e-4)
    assert high == pytest.approx([row["upper95"] for row in rows], abs=1e-4)


def test_an_interval_that_has_nothing_to_say_stays_within_0_and_1():
    curve = kaplan_meier([1.0, 2.0, 3.0], [True, True, True])
    assert curve.survival[-1] == 0.0
    assert curve.low[-1] == 0.0
    assert curve.high[-1] == curve.high[-2]
    assert np.isinf(kaplan_meier([1.0, 2.0], [False, False]).median.value)
    assert kaplan_meier([1.0, 2.0], [False, False]).at(9.0) == 1.0


def test_the_score_is_the_derivative_of_the_likelihood_and_the_information_of_the_score():
    time, event, covariates, entry = tied()
    parts = (risk_sets(sample(time, event, np.maximum(entry, -1.0)), covariates, np.arange(time.size)),)
    here, step = np.array([0.3, -0.5]), 1e-5
    at = sums(parts, here)
    for k in range(2):
        shift = np.eye(2)[k] * step
        up, down = sums(parts, here + shift), sums(parts, here - shift)
        assert at.score[k] == pytest.approx((up.log_likelihood - down.log_likelihood) / (2 * step), rel=1e-6, abs=1e-6)
        assert -at.information[k] == pytest.approx((up.score - down.score) / (2 * step), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("late", [False, True])
def test_score_residuals_add_to_the_score_and_are_its_change_with_weight(late):
    # Efron's weighted score by brute force: patient i counted 1 + h times, tied events with mean weight
    time, event, covariates, entry = tied(18, 1)
    entry = entry if late else np.full(time.size, -1.0)
    beta = np.array([0.4])
    part = risk_sets(sample(time, event, entry), covariates, np.arange(time.size))
    found = np.zeros(time.size)
    found[part.rows] = part.score_residuals(beta)[:, 0]
    assert found.sum() == pytest.approx(sums((part,), beta).score[0], abs=1e-10)

    def score(weight):
        total, risk = 0.0, weight * np.exp(covariates[:, 0] * beta)
        for day in np.unique(time[event]):
            dead, alive = event & (time == day), (time >= day) & (entry < day)
            for k in range(dead.sum()):
                thin = alive - k / dead.sum() * dead
                mean = (thin * risk) @ covariates[:, 0] / (thin @ risk)
                total += weight[dead] @ covariates[dead, 0] / dead.sum() - weight[dead].mean() * mean
        return total

    ones, step = np.ones(time.size), 1e-6
    by_hand = [(score(ones + step * row) - score(ones - step * row)) / (2 * step) for row in np.eye(time.size)]
    assert found == pytest.approx(by_hand, abs=1e-6)


def test_a_median_is_not_missed_by_rounding():
    # 23/24 * 22/23 * … * 12/13 is 1/2, but its floating-point product is larger
    curve = kaplan_meier(np.arange(1.0, 25.0), [True] * 24)
    assert curve.survival[11] > 0.5
    assert curve.median.value == 12.0


def test_ties_by_efron_lie_nearer_to_untied_days_than_ignoring_them_would():
    rng = np.random.default_rng(8)
    arm = np.arange(4000) % 2
    days = rng.exponential(np.where(arm == 1, 200.0, 100.0))
    exact, weekly = cox(days, days < 300, arm), cox(np.ceil(days / 30), np.ceil(days / 30) < 10, arm)
    assert weekly.coefficient[0] == pytest.approx(exact.coefficient[0], abs=0.03)


def test_score_test_of_cox_is_the_log_rank_test_without_ties():
    rng = np.random.default_rng(6)
    time, arm = rng.exponential(1.0, 60), np.arange(60) % 2
    part = (risk_sets(sample(time, time < 1.2), arm[:, None] - 0.5, np.arange(60)),)
    at = sums(part, np.zeros(1))
    assert at.score[0] ** 2 / at.information[0, 0] == pytest.approx(log_rank(time, time < 1.2, arm).statistic)


def test_monotone_change_of_time_and_order_of_rows_change_nothing():
    time, event, covariates, _ = tied(60)
    arm = (covariates[:, 0] > 0).astype(int)
    mixed = np.random.default_rng(0).permutation(60)
    for other, rows in ((time**3 + 5, slice(None)), (time[mixed], mixed)):
        assert log_rank(other, event[rows], arm[rows]).statistic == pytest.approx(log_rank(time, event, arm).statistic)
        assert cox(other, event[rows], covariates[rows]).coefficient == pytest.approx(
            cox(time, event, covariates).coefficient
        )
        assert concordance(other, event[rows], covariates[rows, 0]) == concordance(time, event, covariates[:, 0])


def test_swapped_arms_turn_the_sign():
    time, event, arm = freireich()
    assert log_rank(time, event, 1 - arm).z == pytest.approx(-log_rank(time, event, arm).z)
    assert cox(time, event, 1 - arm).coefficient == pytest.approx(-cox(time, event, arm).coefficient)
    many = log_rank_many(time[None], event[None], (1 - arm)[None])
    assert many.z == pytest.approx(-log_rank_many(time[None], event[None], arm[None]).z)


def test_a_stratum_adds_what_it_knows_and_no_comparison_between_strata():
    time, event, arm = freireich()
    layers = np.repeat([0, 1], [20, 22])
    mixed = np.random.default_rng(3).permutation(42)
    time, event, arm = time[mixed], event[mixed], arm[mixed]
    parts = [log_rank(time[layers == k], event[layers == k], arm[layers == k]) for k in (0, 1)]
    whole = log_rank(time, event, arm, strata=layers)
    assert whole.observed == pytest.approx(sum(part.observed for part in parts))
    assert whole.expected == pytest.approx(sum(part.expected for part in parts))
    # strata that differ by a factor of 100 in time: within them nothing changes
    stretched = log_rank(np.where(layers == 1, 100 * time, time), event, arm, strata=layers)
    assert stretched.statistic == pytest.approx(whole.statistic)


def test_late_entry_leaves_out_who_was_not_there():
    # 3 patients at risk on day 2, not 4; on the day of entry itself nobody new is at risk
    curve = kaplan_meier([2.0, 3.0, 4.0, 5.0], [True] * 4, [0.0, 0.0, 1.0, 2.0])
    assert curve.at_risk.tolist() == [3, 3, 2, 1]
    # everyone entering at -1 is no truncation
    time, event, covariates, _ = tied()
    early = np.full(time.size, -1.0)
    assert cox(time, event, covariates, entry=early).coefficient == pytest.approx(
        cox(time, event, covariates).coefficient
    )


def test_left_truncation_is_undone_by_entry():
    # patients seen only if alive at entry: without entry survival is too high. 20,000 patients: error 0.004;
    # bound of 4 errors, 3 days, false alarm 2e-4
    rng = np.random.default_rng(11)
    time, entry = rng.exponential(1.0, 40_000), rng.uniform(0, 1.0, 40_000)
    seen = time > entry
    fair = kaplan_meier(time[seen], np.ones(seen.sum(), bool), entry[seen])
    naive = kaplan_meier(time[seen], np.ones(seen.sum(), bool))
    for day in (0.5, 1.0, 2.0):
        error = float(fair.at(day)) * np.sqrt(fair.greenwood[np.searchsorted(fair.time, day) - 1])
        assert abs(float(fair.at(day)) - np.exp(-day)) < 4 * error
        assert float(naive.at(day)) - np.exp(-day) > 0.05


def test_restricted_mean_of_all_events_is_the_mean_with_its_textbook_error():
    days = np.array([3.0, 8.0, 1.0, 12.0, 6.0])
    mean = restricted_mean(kaplan_meier(days, [True] * 5), 12.0)
    assert mean.value == pytest.approx(days.mean())
    assert (mean.high - mean.low) / 2 / stats.norm.ppf(0.975) == pytest.approx(days.std() / np.sqrt(5))
    short = restricted_mean(kaplan_meier(days, [True] * 5), 7.0)
    assert short.value == pytest.approx(np.minimum(days, 7.0).mean())


def test_differences_of_arms_are_those_by_hand():
    one, other = kaplan_meier([1.0, 2, 3, 4], [True, False, True, False]), kaplan_meier([1.0, 2, 3, 4], [True] * 4)
    gap = milestone_difference(one, other, 3.0)
    assert gap.value == pytest.approx(0.375 - 0.25)
    variance = 0.375**2 * (1 / 12 + 1 / 2) + 0.25**2 * (1 / 12 + 1 / 6 + 1 / 2)
    assert (gap.high - gap.low) / 2 == pytest.approx(stats.norm.ppf(0.975) * np.sqrt(variance))
    # areas 1 + 2 * 0.75 + 0.375 and 1 + 0.75 + 0.5 + 0.25
    assert restricted_mean_difference(one, other, 4.0).value == pytest.approx(2.875 - 2.5)
    assert milestone_difference(other, other, 9.0).value == 0.0


def test_robust_interval_of_paired_lives_is_narrower_than_that_of_strangers():
    # both lives of a patient share his luck: the two halves of the robust variance take it out
    rng = np.random.default_rng(2)
    fate = rng.exponential(1000.0, 3000)
    treated = fate * rng.lognormal(0.1, 0.2, 3000)
    ratio = paired_hazard_ratio((fate, np.ones(3000, bool)), (treated, np.ones(3000, bool)))
    strangers = cox(np.concatenate([fate, treated]), np.ones(6000, bool), np.repeat([0, 1], 3000)).hazard_ratio()
    assert ratio.value == pytest.approx(strangers.value)
    assert ratio.high - ratio.low < 0.5 * (strangers.high - strangers.low)
    assert ratio.high < 1.0
    same = paired_hazard_ratio((fate, fate < 900), (fate, fate < 900))
    assert (same.value, same.low, same.high) == pytest.approx((1.0, 1.0, 1.0), abs=1e-9)
    with pytest.raises(NumericsError, match="AMB-N677"):
        paired_hazard_ratio(([1.0], [True]), ([1.0, 2.0], [True, True]))


def test_hazards_that_cross_fail_the_test_of_proportionality():
    rng = np.random.default_rng(9)
    arm = np.repeat([0, 1], 400)
    crossing = np.where(arm == 0, rng.weibull(0.6, 800), rng.weibull(2.5, 800))
    steady = rng.exponential(np.where(arm == 0, 1.0, 1.6))
    assert proportionality(cox(crossing, np.ones(800, bool), arm)).p[0] < 1e-6
    assert proportionality(cox(steady, np.ones(800, bool), arm)).p[0] > 1e-3


def test_competing_causes_without_censoring_are_plain_shares():
    rng = np.random.default_rng(1)
    time, cause = rng.integers(1, 20, 500).astype(float), rng.integers(1, 4, 500)
    curve = aalen_johansen(time, cause, 2)
    share = np.array([np.mean((time <= day) & (cause == 2)) for day in curve.time])
    assert curve.incidence == pytest.approx(share)
    assert curve.variance == pytest.approx(share * (1 - share) / 500)  # binomial, as Aalen's variance must be
    assert curve.at([0.5, 30.0]) == pytest.approx([0.0, np.mean(cause == 2)])
    assert aalen_johansen(time, np.minimum(cause, 1), 1).incidence == pytest.approx(
        1 - kaplan_meier(time, cause > 0).survival
    )


def test_a_cause_that_reaches_all_needs_no_interval_though_its_shares_miss_1_by_rounding():
    missed = 0
    for n in range(2, 60):
        curve = aalen_johansen(np.random.default_rng(n).integers(1, 8, n).astype(float), np.ones(n, int), 1)
        missed += 0.0 < 1.0 - curve.incidence[-1] < 1e-12
        assert curve.low[-1] == curve.high[-1] == curve.incidence[-1]
    assert missed > 0


def test_turnbull_on_exact_days_is_kaplan_meier():
    time, event, _ = freireich()
    found = np.where(event, time, np.inf)
    days = np.array([0.5, 5.5, 6.0, 8.0, 11.5, 22.5])
    curve = turnbull(time, found)
    low, high = curve.at(days)
    assert low == pytest.approx(kaplan_meier(time, event).at(days), abs=1e-6)
    assert high == pytest.approx(low, abs=1e-6)


def test_turnbull_climbs_to_the_top_and_says_how_near():
    rng = np.random.default_rng(4)
    time, visit = rng.exponential(400.0, 800), 90.0
    low = np.floor(time / visit) * visit
    high = np.where(low > 900, np.inf, low + visit)
    curve = turnbull(low, high)
    # visits on common days: the estimate is the plain share found by each
    for day in (90.0, 450.0, 900.0):
        assert curve.at(day)[0] == pytest.approx(np.mean(time > day), abs=1e-7)
    assert curve.gap < 1e-5
    # nothing is known within an interval
    assert curve.at(100.0)[0] < curve.at(100.0)[1]


def test_no_leap_of_turnbull_lowers_the_likelihood():
    from amoeboid.measures.survival import visits

    rng = np.random.default_rng(10)
    for _ in range(20):
        low = rng.uniform(0, 10, 25)
        high = low + rng.exponential(2.0, 25)
        left, right = visits._innermost(low, high)
        inside = visits._covers(np.stack([low, high], axis=1), left, right).astype(float)
        weight, mass = np.full(25, 0.04), rng.dirichlet(np.full(left.size, 0.3)) + 1e-9
        mass /= mass.sum()
        for _ in range(30):
            after = visits._leap(mass, inside, weight)
            assert weight @ np.log(inside @ after) >= weight @ np.log(inside @ mass) - 1e-12
            assert after.sum() == pytest.approx(1.0)
            mass = after


def test_visits_that_cannot_be_are_refused():
    for low, high in (([1.0], [0.5]), ([-1.0], [2.0]), ([np.nan], [1.0]), ([], []), ([np.inf], [np.inf])):
        with pytest.raises(NumericsError, match="AMB-N679"):
            turnbull(low, high)


def test_concordance_of_a_perfect_and_a_useless_score():
    time, event, _ = freireich()
    order = time + np.where(event, 0.0, 0.5)  # who is censored on a day outlives who has the event on it
    assert concordance(time, event, -order) == 1.0
    assert concordance(time, event, order) == 0.0
    assert concordance(time, event, np.zeros(42)) == 0.5
    assert np.isnan(concordance([1.0, 2.0], [False, False], [1.0, 2.0]))
    with pytest.raises(NumericsError, match="AMB-N676"):
        concordance(time, event, np.full(42, np.nan))


def test_padding_with_patients_censored_at_once_changes_no_trial():
    time, event, arm = freireich()
    padded = [np.concatenate([values, np.zeros(9)])[None] for values in (time, event, arm)]
    plain = [values[None] for values in (time, event, arm)]
    assert log_rank_many(*padded).z == pytest.approx(log_rank_many(*plain).z)
    assert hazard_ratio_many(*padded).log_hazard_ratio == pytest.approx(hazard_ratio_many(*plain).log_hazard_ratio)
    assert restricted_mean_many(*padded[:2], 20.0)[0] == pytest.approx(restricted_mean_many(*plain[:2], 20.0)[0])


def test_pieces_of_work_do_not_show(monkeypatch):
    rng = np.random.default_rng(7)
    time, event = rng.exponential(30.0, (40, 60)), rng.random((40, 60)) < 0.5
    arm = rng.random((40, 60)) < 0.5
    before = hazard_ratio_many(time, event, arm).log_hazard_ratio, log_rank_many(time, event, arm).z
    monkeypatch.setattr("amoeboid.measures.survival.many.PIECE", 61)
    after = hazard_ratio_many(time, event, arm).log_hazard_ratio, log_rank_many(time, event, arm).z
    assert np.array_equal(before, after)


def test_a_trial_is_the_same_alone_and_among_others():
    rng = np.random.default_rng(12)
    time = np.ceil(rng.exponential(30.0, (50, 80)))
    event, arm = rng.random((50, 80)) < 0.6, np.broadcast_to(np.arange(80) % 2 == 1, (50, 80))
    whole, tests = hazard_ratio_many(time, event, arm), log_rank_many(time, event, arm)
    for row in (0, 17, 49):
        one = slice(row, row + 1)
        alone = hazard_ratio_many(time[one], event[one], arm[one])
        # to the last bit
        assert alone.log_hazard_ratio[0] == whole.log_hazard_ratio[row]
        assert alone.standard_error[0] == whole.standard_error[row]
        assert log_rank_many(time[one], event[one], arm[one]).z[0] == tests.z[row]
        single = cox(time[row], event[row], arm[row])
        assert single.coefficient[0] == pytest.approx(whole.log_hazard_ratio[row], abs=1e-8)
        assert log_rank(time[row], event[row], arm[row]).z == pytest.approx(log_rank_many(time, event, arm).z[row])
