"""What drawn trials report: the level is kept, power is as planned, looks stop when they should.

Patients have exponential times without any body behind them. Random checks say how often they fail by chance.
"""

import numpy as np
import pytest
from scipy import stats

from amoeboid import trials
from amoeboid.measures.survival import log_rank
from amoeboid.scenario import Trial, TrialArm, TrialScenario

N_TRIALS = 2000


def document(**changes):
    fields = dict(cancer="breast", setting="adjuvant", patients=200, follow_up=365.0, visits=90.0, endpoint="OS",
                  accrual=365.0, dropout=0.0003, looks=(0.5, 1.0))  # fmt: skip
    trial = Trial.model_construct(**{**Trial.model_construct(**fields).__dict__, **changes})
    arms = (TrialArm(name="control"), TrialArm(name="treated"))
    return TrialScenario.model_construct(name="t", question="q", seed=11, replicates=N_TRIALS, trial=trial, arms=arms)


def data(hazard_ratio, one=None):
    """Draw trials of one arm against control: exponential times, mean 500 days in control."""
    one = one or document()
    enrolled = trials.enrol(one, range(N_TRIALS), 10_000)
    draw = np.random.default_rng(5).exponential(500.0, enrolled.patient.shape)
    death = np.where(enrolled.arm == 1, draw / hazard_ratio, draw)
    events = trials.Events(death, death, death, np.ones(death.shape, np.int8))
    censored = np.minimum(enrolled.dropout, trials.data_cut(one.trial) - enrolled.entry)
    who = (np.arange(200)[None, :], np.arange(N_TRIALS)[:, None])
    seen = trials.observe(events, "OS", censored, trials.Visits(90.0, 7.0, 11), who)
    return trials.drawn(enrolled, seen, 1, 0), trials.data_cut(one.trial)


def reported(drawn, shares, bounds):
    looks = trials.Looks(shares, np.array(bounds), drawn[0].mean_events())
    return trials.report(*drawn, looks, 500.0)


def share_within(count, n, expected, chance=1e-6):
    return stats.binomtest(int(count), n, expected).pvalue > chance


def test_a_single_look_at_nothing_errs_as_often_as_its_level():
    found = reported(data(1.0), (1.0,), [1.96])
    assert share_within(found.significant.sum(), N_TRIALS, 0.05)  # false alarm one in a million
    # and to both sides alike
    assert share_within(found.benefit.sum(), N_TRIALS, 0.025)


def test_an_effect_is_found_as_often_as_schoenfeld_says():
    found = reported(data(0.65), (1.0,), [1.96])
    # power = Phi(sqrt(d) |ln HR| / 2 - z); an approximation, good to a few percent at these numbers
    power = stats.norm.cdf(np.sqrt(found.n_events.mean()) * abs(np.log(0.65)) / 2.0 - 1.96)
    assert found.benefit.mean() == pytest.approx(power, abs=0.05)
    assert np.nanmean(found.log_hazard_ratio) == pytest.approx(np.log(0.65), abs=0.03)


def test_looks_spend_more_than_the_level_without_boundaries_and_pocock_keeps_it():
    naive = reported(data(1.0), (0.5, 1.0), [1.96, 1.96])
    # two looks at half and all of the information with 1.96 err in 8.3 % (closed form of two normals)
    both = 1.0 - stats.multivariate_normal([0, 0], [[1, 0.5**0.5], [0.5**0.5, 1]]).cdf(
        [1.96, 1.96], lower_limit=[-1.96, -1.96]
    )
    assert share_within(naive.significant.sum(), N_TRIALS, both)
    pocock = reported(data(1.0), (0.5, 1.0), [2.178, 2.178])
    assert share_within(pocock.significant.sum(), N_TRIALS, 0.05)


def test_an_early_stop_ends_the_trial_when_its_share_of_events_is_known():
    drawn, cut = data(0.5)
    found = reported((drawn, cut), (0.5, 1.0), [2.178, 2.178])
    early = found.look == 0
    assert early.any()
    assert (~early).any()
    half = int(np.ceil(0.5 * found.looks.planned))
    assert np.all(found.n_events[early] == half)
    assert np.all(found.ended[early] < cut)
    assert np.all(found.significant[early])
    # the same data cut by hand gives the same z
    row = int(np.flatnonzero(early)[0])
    time, event = drawn.at(found.ended)
    by_hand = log_rank(time[row], event[row], drawn.treated[row])
    assert abs(found.z[row]) == pytest.approx(np.sqrt(by_hand.statistic), rel=1e-9)


def test_a_third_arm_changes_nothing_between_the_other_two():
    two, cut = data(0.7)
    alone = reported((two, cut), (1.0,), [1.96])
    n = two.entry.shape[1]
    wider = trials.Observed(*(np.concatenate([x, x[:, :50]], axis=1) for x in vars(two.observed).values()))
    pad = np.zeros((N_TRIALS, 50), dtype=bool)
    three = trials.Drawn(
        np.concatenate([two.entry, two.entry[:, :50]], axis=1),
        wider,
        np.concatenate([two.treated, pad], axis=1),
        np.concatenate([two.counted, pad], axis=1),
    )
    among = reported((three, cut), (1.0,), [1.96])
    assert n == 200
    assert np.allclose(alone.z, among.z, rtol=1e-9)
    assert np.allclose(alone.mean_difference, among.mean_difference, rtol=1e-9)
