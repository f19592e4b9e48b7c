"""Who enters which trial: the same for any chunk, in blocks, at the rate that was planned."""

import numpy as np
import pytest
from scipy import stats

from amoeboid import trials
from amoeboid.scenario import Trial, TrialArm, TrialScenario


def design(weights=(1.0, 1.0), **changes):
    """Give a small trial without reading a document."""
    fields = dict(cancer="pancreas", setting="metastatic", patients=60, follow_up=365.25, visits=42.0, endpoint="OS",
                  accrual=500.0, dropout=0.001)  # fmt: skip
    arms = tuple(TrialArm(name=f"arm {number}", weight=weight) for number, weight in enumerate(weights))
    trial = Trial.model_construct(**{**Trial.model_construct(**fields).__dict__, **changes})
    return TrialScenario.model_construct(name="t", question="q", seed=7, replicates=5, trial=trial, arms=arms)


def test_a_trial_has_the_same_participants_alone_and_among_others():
    whole, alone = trials.enrol(design(), range(0, 9), 1000), trials.enrol(design(), range(4, 5), 1000)
    for name in ("patient", "arm", "entry", "dropout"):
        assert np.array_equal(getattr(whole, name)[4], getattr(alone, name)[0])


def test_blocks_balance_arms_at_any_time():
    arms = trials.enrol(design((1.0, 2.0)), range(50), 1000).arm
    # blocks of 2 and 4: after any number of places the share of the first arm is off by two of a block at most
    share = np.cumsum(arms == 0, axis=1) - np.arange(1, 61) / 3.0
    assert np.abs(share).max() <= 2.0
    assert (arms[:, :60] == 0).sum(axis=1).tolist() == [20] * 50


def test_weights_that_fit_no_block_are_drawn_one_by_one():
    arms = trials.enrol(design((1.0, 2.7183)), range(400), 1000).arm
    # 24,000 draws: five standard errors, false alarm 6e-7
    error = 5.0 * np.sqrt(0.2689 * 0.7311 / arms.size)
    assert (arms == 0).mean() == pytest.approx(1.0 / 3.7183, abs=error)


@pytest.mark.parametrize(("shape", "mean"), [("uniform", 250.0), ("ramp", 500.0 * 2.0 / 3.0)])
def test_entries_rise_and_come_at_the_planned_rate(shape, mean):
    entry = trials.enrol(design(accrual_shape=shape), range(400), 1000).entry
    assert np.all(np.diff(entry, axis=1) >= 0.0)
    # standard deviation below 500/sqrt(12) = 144 over 24,000 draws: five errors are 4.7 days
    assert entry.mean() == pytest.approx(mean, abs=4.7)


def test_dropout_is_exponential_and_absent_when_not_asked_for():
    lost = trials.enrol(design(), range(100), 1000).dropout.ravel()
    assert stats.kstest(lost, "expon", args=(0.0, 1000.0)).pvalue > 1e-6  # false alarm one in a million
    assert np.all(np.isinf(trials.enrol(design(dropout=0.0), range(2), 1000).dropout))


def test_patients_of_trials_are_drawn_from_all_of_the_population():
    patient = trials.enrol(design(), range(2000), 10).patient
    counts = np.bincount(patient.ravel(), minlength=10)
    assert counts.size == 10
    assert stats.chisquare(counts).pvalue > 1e-6  # false alarm one in a million
