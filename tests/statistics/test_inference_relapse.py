"""Relapses drawn colony by colony from known numbers, and what a fit makes of them."""

import dataclasses
import functools

import numpy as np
import pytest
from early_breast import changed

from amoeboid import body
from amoeboid.errors import FormatError, NumericsError, ScenarioError
from amoeboid.inference import (
    RelapseModel,
    RelapseNumbers,
    RelapseObjective,
    calibration,
    cohort,
    concordance_interval,
    fit_cohort,
    foretold_held_back,
    held_back,
    relapse_profiles,
    resampled,
    split_dormancy,
)
from amoeboid.inference.multistart import Search
from amoeboid.inference.relapse_judging import parts
from amoeboid.process import untreated

TRUE = RelapseNumbers(1.4e-3, 0.4, 0.6, 1.0, 0.7, 3e-4, {"fast": 0.6})
CANCER = changed(
    decay=(TRUE.decay, TRUE.decay_spread),
    dormant_share=TRUE.dormant_share,
    wake_rate=TRUE.wake_rate,
    detection=(8.0, 1.0),
)
LAW = body.relapse_law(CANCER)
MODEL = RelapseModel(LAW, coupling=1.0)


@functools.cache
def drawn(n, seed=3):
    """Patients whose relapse is the first colony to be seen, looked for every three months, for 8 to 16 years."""
    draw = np.random.default_rng(seed)
    fast = (draw.random(n) < 0.35).astype(float)
    diameter = 20.0 * np.exp(0.4 * draw.standard_normal(n))
    disease = body.draw_disease(CANCER, n, seed)
    faster = disease.decay / TRUE.decay * np.exp(TRUE.growth["fast"] * fast)
    seeding = TRUE.seeding(LAW, 20.0) * faster * np.exp(TRUE.seeding_spread * draw.standard_normal(n))
    cells = body.cells_of(diameter, CANCER.density)
    disease = dataclasses.replace(
        disease, decay=TRUE.decay * faster, cells=cells, seeding=seeding, age=np.full(n, 18.0)
    )  # so young that hardly anybody dies of anything else
    colonies = body.spread(disease, CANCER, untreated(), body.Plan(6000.0, generations=1), seed)
    limit = np.maximum(CANCER.detection[0] + CANCER.detection[1] * colonies.logit, 0.1)
    grown = body.age_at(body.cells_of(limit, CANCER.density), disease.decay[colonies.patient], CANCER.capacity)
    first = np.full(n, np.inf)
    np.minimum.at(first, colonies.patient, colonies.origin + grown)
    end = draw.uniform(2900.0, 5900.0, n)
    found = np.ceil(np.maximum(first, 1.0) / MODEL.visit) * MODEL.visit
    return cohort(np.minimum(found, end), found <= end, diameter, {"fast": fast})


def test_scores_at_the_truth_average_to_zero():
    # 2,500 patients: each of seven mean scores over its own standard error is standard normal, all within 4.5 but for
    # 5 of 100,000 runs; visits that fall between the end of follow-up and a relapse shift none by more than 0.3 of it
    patients = drawn(2500)
    target = RelapseObjective(patients, MODEL)
    _, _, jacobian = target.factors(target.theta(TRUE))
    z = jacobian.mean(axis=0) / (jacobian.std(axis=0) / np.sqrt(patients.n))
    assert np.all(np.abs(z) < 4.5)
    off = dataclasses.replace(TRUE, decay=1.25 * TRUE.decay)
    _, _, jacobian = target.factors(target.theta(off))
    assert abs(jacobian[:, 0].mean()) / jacobian[:, 0].std() * np.sqrt(patients.n) > 4.5


def test_what_is_identified_is_found_again():
    # growth, colonies and the slope of a covariate, the rest held; three estimates within four of their standard
    # errors: 2 of 10,000 runs fail by chance
    patients = drawn(800)
    held = {"decay_spread": 0.4, "seeding_spread": 1.0, "dormant_share": 0.7, "wake_rate": 3e-4}
    fit = fit_cohort(patients, dataclasses.replace(MODEL, held=held), Search(1, processes=1))
    target = RelapseObjective(patients, fit.model)
    _, _, jacobian = target.factors(fit.theta)
    free = [0, 2, 6]
    error = np.sqrt(np.diag(np.linalg.inv((jacobian.T @ jacobian)[np.ix_(free, free)])))
    assert fit.n_fitted == 3
    assert np.all(np.abs(fit.theta[free] - target.theta(TRUE)[free]) < 4.0 * error)
    assert error.max() < 0.2


def test_gradient_is_that_of_the_likelihood():
    target = RelapseObjective(drawn(300), MODEL)
    theta = target.theta(dataclasses.replace(TRUE, decay=1e-3, growth={"fast": 0.2}))
    value, f, jacobian = target.factors(theta)
    gradient = jacobian.T @ f
    assert value == target.value(theta)
    for k in range(theta.size):
        # a straight line through seven values over a wider reach, which smoothes the quadrature
        reach = 0.03 * np.linspace(-1.0, 1.0, 7)
        around = [target.value(theta + x * np.eye(theta.size)[k]) for x in reach]
        slope = np.polynomial.polynomial.polyfit(reach, around, 3)[1]
        assert gradient[k] == pytest.approx(slope, rel=0.03, abs=0.15)


def test_chances_of_all_that_can_happen_to_a_patient_sum_to_one():
    visits = np.arange(1.0, 41.0) * MODEL.visit
    everything = cohort([*visits, visits[-1]], [True] * 40 + [False], [25.0] * 41, {"fast": [1.0] * 41})
    chances = RelapseObjective(everything, MODEL).chances(RelapseObjective(everything, MODEL).theta(TRUE))
    before = 1.0 - chances.sum()  # seen already at diagnosis
    assert 0.0 <= before < 0.01


def test_what_is_held_does_not_move_and_what_is_not_there_cannot_be_held():
    held = {"wake_rate": 2e-4, "fast": 0.5}
    target = RelapseObjective(drawn(300), dataclasses.replace(MODEL, held=held))
    lower, upper = target.bounds
    assert np.flatnonzero(lower == upper).tolist() == [5, 6]
    _, _, jacobian = target.factors(target.theta(TRUE))
    assert not jacobian[:, 5:].any()
    with pytest.raises(ScenarioError, match="AMB-S628") as told:
        RelapseObjective(drawn(300), dataclasses.replace(MODEL, held={"wake_rat": 1.0}))
    assert "wake_rate" in str(told.value)
    with pytest.raises(ScenarioError, match="AMB-S629"):
        RelapseModel(LAW, visit=0.0)


@pytest.mark.parametrize("killing", [0.0, 1.0, 5.0, 20.0])
def test_killing_of_dormant_colonies_cannot_be_told_from_fewer_of_them(killing):
    days = np.array([[300.0], [1000.0], [3000.0], [9000.0]])
    split = split_dormancy(TRUE, killing)
    law = dataclasses.replace(
        LAW,
        dormant_share=split.dormant_share,
        wake_rate=split.wake_rate,
        nk_kill_rate=killing * split.wake_rate,
    )
    plain = dataclasses.replace(LAW, dormant_share=TRUE.dormant_share, wake_rate=TRUE.wake_rate, nk_kill_rate=0.0)
    cells = np.array([1e8, 4e9, 6e10])
    one = body.expected_visible(plain, TRUE.decay, TRUE.seeding(LAW, 20.0), cells, days)
    other = body.expected_visible(law, TRUE.decay, split.seeding(LAW, 20.0), cells, days)
    assert np.allclose(one, other, rtol=1e-9)
    if killing:
        assert split.colonies > TRUE.colonies
        assert split.dormant_share > TRUE.dormant_share
    with pytest.raises(NumericsError, match="AMB-N621"):
        split_dormancy(TRUE, -1.0)


def test_unknown_covariates_stand_at_the_mean_of_the_known():
    some = cohort([700.0, 3000.0, 4000.0], [1, 0, 0], [20.0] * 3, {"fast": [1.0, 0.0, np.nan]})
    target = RelapseObjective(some, MODEL)
    assert target.covariates[:, 0].tolist() == [1.0, 0.0, 0.5]


def test_interval_of_the_c_index_holds_it_and_narrows_with_patients():
    draw = np.random.default_rng(1)
    widths = []
    for n in (60, 600):
        risk = draw.standard_normal(n)
        time = draw.exponential(np.exp(-risk))
        found = concordance_interval(time, time < np.quantile(time, 0.7), risk, 200)
        assert found.low < found.value < found.high
        widths.append(found.high - found.low)
    assert widths[1] < 0.5 * widths[0]
    with pytest.raises(NumericsError, match="AMB-N622"):
        concordance_interval(np.array([1.0, 2.0]), np.array([False, True]), np.array([1.0, 2.0]))


def test_parts_share_patients_and_relapses_evenly():
    event = drawn(800).event
    part = parts(event, 5)
    assert np.ptp(np.bincount(part)) <= 1
    assert np.ptp(np.bincount(part[event])) <= 1
    assert np.array_equal(part, parts(event, 5))
    assert not np.array_equal(part, parts(event, 5, seed=2))


def test_each_patient_is_foretold_by_a_fit_that_had_not_seen_him():
    patients = drawn(300)
    free = {"decay": 1.4e-3, "decay_spread": 0.4, "seeding_spread": 1.0, "dormant_share": 0.7, "wake_rate": 3e-4}
    model = dataclasses.replace(MODEL, held=free | {"fast": 0.6})
    folds = list(held_back(patients, model, 3, Search(1, processes=1)))
    assert sorted(np.concatenate([one.rows for one in folds]).tolist()) == list(range(300))
    assert len({one.fit.numbers.colonies for one in folds}) == 3
    assert all(one.fit.n == 300 - one.rows.size for one in folds)
    share = foretold_held_back(patients, folds, [1000.0, 2000.0])
    last = folds[2]
    assert np.array_equal(share[last.rows], last.fit.predict(patients.take(last.rows), [1000.0, 2000.0]))
    with pytest.raises(NumericsError, match="AMB-N623"):
        next(held_back(patients, model, 1))


def test_a_bootstrap_sample_depends_on_its_number_alone_and_a_profile_holds_the_best():
    patients = drawn(300)
    held = {"decay": 1.4e-3, "decay_spread": 0.4, "seeding_spread": 1.0, "dormant_share": 0.7, "wake_rate": 3e-4}
    fit = fit_cohort(patients, dataclasses.replace(MODEL, held=held | {"fast": 0.6}), Search(1, processes=1))
    two, three = resampled(patients, fit, 2), resampled(patients, fit, 3)
    assert [one.numbers for one in two] == [one.numbers for one in three[:2]]
    assert two[0].numbers.colonies != two[1].numbers.colonies
    found = relapse_profiles(patients, fit)
    assert set(found) == {"colonies"}
    assert found["colonies"].low < fit.theta[2] < found["colonies"].high


def test_calibration_says_how_far_beyond_the_interval_it_is():
    patients = drawn(300)
    held = dataclasses.asdict(TRUE)
    held |= held.pop("growth")
    fit = fit_cohort(patients, dataclasses.replace(MODEL, held=held), Search(1, processes=1))
    assert fit.n_fitted == 0
    good = calibration(fit, patients, [1000.0, 2000.0])
    assert np.all(np.abs(good.foretold - good.observed) < 0.1)
    many = dataclasses.replace(fit, numbers=dataclasses.replace(TRUE, colonies=20.0))
    bad = calibration(many, patients, [1000.0, 2000.0])
    assert not bad.inside.any()
    assert np.allclose(bad.missed_by, bad.foretold - bad.low)


def test_a_cohort_needs_a_relapse_to_be_fitted():
    with pytest.raises(FormatError, match="AMB-F623"):
        drawn(300).take(~drawn(300).event)


@pytest.mark.parametrize(
    ("time", "diameter"),
    [([0.0, 0.0, 1.0], [20.0] * 3), ([1.0, 4e4, 4e4], [20.0] * 3), ([700.0, 900.0, 4000.0], [1e-4, 124.1, 300.0])],
)
def test_odd_cohorts_have_a_likelihood_and_a_fit(time, diameter):
    odd = cohort(time, [1, 0, 0], diameter)
    held = {"decay_spread": 0.4, "seeding_spread": 1.0, "dormant_share": 0.7, "wake_rate": 3e-4}
    fit = fit_cohort(odd, dataclasses.replace(MODEL, held=held), Search(1, processes=1))
    assert np.isfinite(fit.log_likelihood)
    share = fit.predict(odd, [0.0, 1e3, 1e4, 1e5])
    assert np.all((share >= 0.0) & (share <= 1.0 + 1e-12))
    assert np.all(np.diff(share, axis=1) <= 1e-12)
    assert share[:, 0].min() > 0.5  # however large, a primary has an age
