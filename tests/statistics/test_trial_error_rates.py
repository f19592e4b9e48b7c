"""T12: under no effect tests are significant as often as they say, and under an effect as often as Schoenfeld says.

Each bound is four Monte-Carlo standard errors of a share; with the number of comparisons named in each test the
chance of a false alarm is below 1e-3. Trials are drawn from keyed streams, so no run differs from another.
"""

import numpy as np
import pytest

from amoeboid.measures.power import Recruitment, expected_events, power_of_events
from amoeboid.measures.sequential import boundaries, monitor
from amoeboid.measures.survival import (
    hazard_ratio_many,
    kaplan_meier,
    log_rank,
    log_rank_many,
    restricted_mean_difference,
    restricted_mean_many,
    survival_many,
)
from amoeboid.seeds import Stream, uniform

HAZARD = np.log(2.0) / 365.0  # median of a year [1/day]


def trials(n_trials, n, ratio, *, seed=1, unit=0.0):
    """Draw trials: uniform accrual over a year, two years after the last patient, 5 % lost per year, 1:1."""
    words = uniform(np.arange(n_trials)[:, None], np.arange(n), Stream.TRIAL, seed, 3)
    treated = np.broadcast_to(np.arange(n) % 2 == 1, (n_trials, n))
    event = -np.log(words[..., 0]) / np.where(treated, HAZARD * ratio, HAZARD)
    censored = np.minimum(365.0 * 2 + 365.0 * words[..., 1], -np.log(words[..., 2]) / (0.05 / 365.0))
    time, seen = np.minimum(event, censored), event <= censored
    return (np.ceil(time / unit) if unit else time), seen, treated


def bound(share, n):
    return 4.0 * np.sqrt(share * (1.0 - share) / n)


@pytest.mark.parametrize("unit", [0.0, 91.0])
def test_type_one_error_is_the_level_in_every_tail(unit):
    # 10,000 trials of 120, exact days and quarters (many ties): 4 shares, standard error 0.0022 and 0.0016.
    # Cox's Wald test runs a little above its level in small trials: 0.004 are granted to it
    n_trials = 10_000
    data = trials(n_trials, 120, 1.0, unit=unit)
    test = log_rank_many(*data)
    assert np.mean(test.p < 0.05) == pytest.approx(0.05, abs=bound(0.05, n_trials))
    assert np.mean(test.z < -1.96) == pytest.approx(0.025, abs=bound(0.025, n_trials))
    assert np.mean(test.p < 0.2) == pytest.approx(0.2, abs=bound(0.2, n_trials))
    fit = hazard_ratio_many(*data)
    wald = np.abs(fit.log_hazard_ratio / fit.standard_error) > 1.96
    assert np.mean(wald) == pytest.approx(0.05, abs=bound(0.05, n_trials) + 0.004)


@pytest.mark.parametrize(("ratio", "n"), [(0.7, 300), (0.55, 160), (1.3, 300)])
def test_power_is_that_of_schoenfeld(ratio, n):
    # 4,000 trials: standard error at most 0.008. The formula supposes many events and equal arms: 0.01 granted
    n_trials = 4000
    data = trials(n_trials, n, ratio, seed=2)
    test = log_rank_many(*data)
    events = expected_events(n, HAZARD, ratio, Recruitment(365.0, 730.0, 0.05 / 365.0))
    assert test.n_events.mean() == pytest.approx(events, rel=0.01)
    found = np.mean(test.z < -1.959964)
    assert found == pytest.approx(float(power_of_events(events, ratio)), abs=bound(max(found, 0.01), n_trials) + 0.01)


def test_cox_is_unbiased_and_its_intervals_hold_the_truth():
    # 4,000 trials of 300: mean log ratio within 4 standard errors (0.0025 each), cover 95 % within 0.014
    fit = hazard_ratio_many(*trials(4000, 300, 0.7, seed=3))
    error = fit.log_hazard_ratio.std() / np.sqrt(4000)
    assert fit.log_hazard_ratio.mean() == pytest.approx(np.log(0.7), abs=4 * error + 0.003)
    _, low, high = fit.interval()
    assert np.mean((low < 0.7) & (high > 0.7)) == pytest.approx(0.95, abs=bound(0.05, 4000))
    assert fit.log_hazard_ratio.std() == pytest.approx(fit.standard_error.mean(), rel=0.05)


def test_looks_on_survival_data_keep_the_level_and_spend_it_as_planned():
    # 6,000 trials, looks at half and three quarters of the events: 4 shares, standard error at most 0.003.
    # the log-rank z of growing data must have the correlation sqrt(t1/t2) that boundaries count on
    n_trials, fraction = 6000, np.array([0.5, 0.75, 1.0])
    z = looks(trials(n_trials, 200, 1.0, seed=4), fraction)
    assert np.corrcoef(z[:, 0], z[:, 2])[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.03)
    for spending in ("obrien-fleming", "pocock"):
        design = boundaries(fraction, spending)
        found = monitor(z, design)
        crossed = found.benefit | found.harm
        assert np.mean(crossed) == pytest.approx(0.05, abs=bound(0.05, n_trials))
        first = float(design.spent[0])
        assert np.mean(crossed & (found.look == 0)) == pytest.approx(first, abs=bound(first, n_trials))
    # three plain looks at 1.96 would cry wolf twice as often as they say
    assert np.mean(np.any(np.abs(z) > 1.96, axis=1)) > 0.085


def looks(data, fraction):
    """Give log-rank z when a share of all events has happened, counted from randomisation on one day."""
    time, event, treated = data
    last = np.sort(np.where(event, time, np.inf), axis=1)
    columns = []
    for share in fraction:
        number = np.maximum(np.ceil(share * event.sum(axis=1)).astype(int) - 1, 0)
        cut = np.take_along_axis(last, number[:, None], axis=1)
        columns.append(log_rank_many(np.minimum(time, cut), event & (time <= cut), treated).z)
    return np.stack(columns, axis=1)


def test_futility_never_raises_the_level_and_stops_most_hopeless_trials():
    z = looks(trials(3000, 200, 1.0, seed=5), np.array([0.5, 1.0]))
    design = boundaries([0.5, 1.0])
    strict, loose = monitor(z, design, futility=0.2, drift=2.8), monitor(z, design)
    assert np.mean(strict.benefit | strict.harm) <= np.mean(loose.benefit | loose.harm)
    assert 0.3 < np.mean(strict.futile) < 0.9
    assert not np.any(strict.futile & (strict.look == 1))


def test_intervals_of_curves_and_restricted_means_hold_the_truth():
    # 4,000 arms of 150: cover of 95 % within 0.014 and 0.005 granted to normal intervals of skewed sums
    time, event, _ = trials(4000, 150, 1.0, seed=6)
    truth = -np.expm1(-HAZARD * 600.0) / HAZARD
    mean, error = restricted_mean_many(time, event, 600.0)
    assert np.mean(np.abs(mean - truth) < 1.959964 * error) == pytest.approx(0.95, abs=bound(0.05, 4000) + 0.005)
    assert mean.mean() == pytest.approx(truth, abs=4 * mean.std() / np.sqrt(4000))
    assert survival_many(time, event, [365.0]).mean() == pytest.approx(0.5, abs=4 * 0.041 / np.sqrt(4000))
    held = [_holds(kaplan_meier(days, hits), 0.5) for days, hits in zip(time[:1500], event[:1500], strict=True)]
    # pointwise at the median of truth, and the interval of the median itself: 1,500 each, bound 0.0225
    assert np.mean([one for one, _ in held]) == pytest.approx(0.95, abs=bound(0.05, 1500) + 0.005)
    assert np.mean([two for _, two in held]) == pytest.approx(0.95, abs=bound(0.05, 1500) + 0.005)


def _holds(curve, share):
    low, high = curve.interval_at(365.0)
    median = curve.median
    return low < share < high, median.low <= 365.0 <= median.high


def test_difference_of_restricted_means_keeps_its_level():
    time, event, treated = trials(1500, 200, 1.0, seed=7)
    crossed = []
    for days, hits, arm in zip(time, event, treated, strict=True):
        gap = restricted_mean_difference(
            kaplan_meier(days[arm], hits[arm]), kaplan_meier(days[~arm], hits[~arm]), 600.0
        )
        crossed.append(gap.low > 0.0 or gap.high < 0.0)
    assert np.mean(crossed) == pytest.approx(0.05, abs=bound(0.05, 1500) + 0.005)


def test_weights_find_a_late_effect_that_the_log_rank_nearly_misses():
    # no effect for a year, then half the hazard: 300 trials, only the order of powers is asserted
    from amoeboid.measures.survival import Weight

    rng = np.random.default_rng(8)
    hits = {0.0: 0, 1.0: 0}
    for _ in range(300):
        arm = np.arange(240) % 2
        early = rng.exponential(1 / HAZARD, 240)
        late = 365.0 + rng.exponential(1 / (HAZARD * np.where(arm == 1, 0.5, 1.0)), 240)
        time = np.where(early < 365.0, early, late)
        for gamma in hits:
            test = log_rank(np.minimum(time, 1300.0), time < 1300.0, arm, weight=Weight(0.0, gamma))
            hits[gamma] += test.p < 0.05
    assert hits[1.0] > hits[0.0] + 30
