"""What survival statistics refuse, and what they say then."""

import numpy as np
import pytest

from amoeboid.errors import NumericsError
from amoeboid.measures.survival import (
    cox,
    hazard_ratio_many,
    kaplan_meier,
    log_rank,
    log_rank_many,
    restricted_mean,
)


@pytest.mark.parametrize(
    ("time", "event", "entry", "code"),
    [
        ([], [], None, "N665"),
        ([1.0, 2.0], [True], None, "N665"),
        ([[1.0]], [[True]], None, "N665"),
        ([1.0, -2.0], [True, True], None, "N666"),
        ([1.0, np.inf], [True, False], None, "N666"),
        ([1.0, np.nan], [True, False], None, "N666"),
        ([1.0, 2.0], [True, True], [0.0, 2.0], "N667"),
        ([1.0, 2.0], [True, True], [0.0, np.nan], "N667"),
    ],
)
def test_times_that_cannot_be_are_refused(time, event, entry, code):
    with pytest.raises(NumericsError, match=f"AMB-{code}"):
        kaplan_meier(time, event, entry)


def test_one_group_cannot_be_compared():
    with pytest.raises(NumericsError, match="AMB-N668"):
        log_rank([1.0, 2.0], [True, True], [0, 0])


def test_events_after_the_other_group_has_gone_cannot_tell():
    with pytest.raises(NumericsError, match="AMB-N669"):
        log_rank([1.0, 1.0, 2.0, 3.0], [False, False, True, True], [0, 0, 1, 1])


def test_a_horizon_beyond_the_last_day_is_refused():
    curve = kaplan_meier([1.0, 2.0], [True, False])
    for horizon in (0.0, -1.0, 3.0):
        with pytest.raises(NumericsError, match="AMB-N670"):
            restricted_mean(curve, horizon)


def test_covariates_that_do_not_match_or_are_not_finite_are_refused():
    for covariates in ([1.0], [1.0, np.nan], [[[1.0]], [[0.0]]]):
        with pytest.raises(NumericsError, match="AMB-N671"):
            cox([1.0, 2.0], [True, True], covariates)


@pytest.mark.parametrize(
    ("event", "covariates"),
    [
        ([True, True, True, False, False, False], [1, 1, 1, 0, 0, 0]),  # no event among the others
        ([False] * 6, [1, 0, 1, 0, 1, 0]),  # no event at all
        ([True] * 6, [1, 1, 1, 1, 1, 1]),  # nothing differs
        ([True] * 6, [[1, 1], [0, 0], [1, 1], [0, 0], [1, 1], [0, 0]]),  # one is the other
    ],
)
def test_a_likelihood_without_maximum_is_refused(event, covariates):
    with pytest.raises(NumericsError, match="AMB-N672"):
        cox([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], event, covariates)


def test_many_trials_need_one_shape_and_times():
    with pytest.raises(NumericsError, match="AMB-N673"):
        log_rank_many([1.0, 2.0], [True, True], [True, False])
    with pytest.raises(NumericsError, match="AMB-N673"):
        log_rank_many([[1.0, -2.0]], [[True, True]], [[True, False]])


def test_a_trial_that_says_nothing_gives_nan_among_others():
    time = [[1.0, 2.0, 3.0, 4.0]] * 4
    event = [[True] * 4, [False] * 4, [True, False, True, False], [True] * 4]
    treated = [[True, False, True, False], [True, False] * 2, [True, False, True, False], [True] * 4]
    fit = hazard_ratio_many(time, event, treated)
    assert np.isfinite(fit.log_hazard_ratio).tolist() == [True, False, False, False]
    assert np.isfinite(fit.standard_error).tolist() == [True, False, False, False]
    assert np.isnan(log_rank_many(time, event, treated).z).tolist() == [False, True, False, True]


def test_events_that_only_one_arm_could_have_say_nothing():
    # controls are gone before the treated have their events; in the second trial one control had his before
    time, treated = [[1.0, 1.0, 2.0, 3.0]] * 2, [[False, False, True, True]] * 2
    event = [[False, False, True, True], [True, False, True, True]]
    assert np.isnan(hazard_ratio_many(time, event, treated).log_hazard_ratio).all()
    assert np.isnan(log_rank_many(time, event, treated).z).tolist() == [True, False]
