"""What holds for any sample, however odd: one patient, all censored, all on one day, events on day 0, late entry."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from amoeboid.errors import NumericsError
from amoeboid.measures.sequential import boundaries
from amoeboid.measures.survival import (
    aalen_johansen,
    concordance,
    cox,
    hazard_ratio_many,
    kaplan_meier,
    log_rank,
    log_rank_many,
    nelson_aalen,
    restricted_mean,
    survival_many,
    turnbull,
)


@st.composite
def samples(draw, late=True):
    n = draw(st.integers(1, 25))
    whole = st.lists(st.integers(0, 6), min_size=n, max_size=n)
    time = np.array(draw(whole), dtype=float)
    cause = np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    arm = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    entry = time - 1.0 - np.array(draw(whole)) if late and draw(st.booleans()) else None
    return time, cause, arm, entry


@given(samples())
@settings(deadline=None, max_examples=150)
def test_curves_are_shares_that_fall_and_lie_in_their_intervals(data):
    time, cause, _, entry = data
    curve = kaplan_meier(time, cause > 0, entry)
    steps = np.concatenate([[1.0], curve.survival])
    assert np.all(np.diff(steps) <= 1e-15)
    assert np.all((curve.low <= curve.survival + 1e-12) & (curve.survival <= curve.high + 1e-12))
    assert np.all((curve.low >= 0) & (curve.high <= 1))
    median = curve.median
    assert median.low <= median.value <= median.high
    assert np.all(curve.at_risk >= curve.events)
    # Nelson-Aalen is above minus log of Kaplan-Meier nowhere
    with np.errstate(divide="ignore"):
        assert np.all(nelson_aalen(time, cause > 0, entry).hazard <= -np.log(curve.survival) + 1e-9)


@given(samples())
@settings(deadline=None, max_examples=150)
def test_causes_and_freedom_add_to_1(data):
    time, cause, _, entry = data
    parts = [aalen_johansen(time, cause, number, entry) for number in (1, 2)]
    free = kaplan_meier(time, cause > 0, entry).survival
    assert parts[0].incidence + parts[1].incidence + free == pytest.approx(np.ones(free.size))
    for part in parts:
        assert np.all((part.low <= part.incidence + 1e-12) & (part.incidence <= part.high + 1e-12))


@given(samples(late=False))
@settings(deadline=None, max_examples=100)
def test_restricted_means_lie_below_the_horizon_and_are_means_without_censoring(data):
    time, cause, _, _ = data
    assume(time.max() > 0)
    horizon = float(time.max())
    mean = restricted_mean(kaplan_meier(time, cause > 0), horizon)
    assert 0.0 <= mean.value <= horizon + 1e-12
    whole = restricted_mean(kaplan_meier(time, np.ones(time.size, bool)), horizon)
    assert whole.value == pytest.approx(time.mean())


@given(samples(late=False))
@settings(deadline=None, max_examples=150)
def test_many_trials_say_what_one_says_or_nothing(data):
    time, cause, arm, _ = data
    event = cause > 0
    rows = (np.stack([time] * 2), np.stack([event] * 2), np.stack([arm, 1 - arm]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        z, fit = log_rank_many(*rows).z, hazard_ratio_many(*rows)
    assert survival_many(time[None], event[None], [2.0])[0, 0] == pytest.approx(
        float(kaplan_meier(time, event).at(2.0))
    )
    try:
        assert z == pytest.approx([log_rank(time, event, arm).z, -log_rank(time, event, arm).z], abs=1e-9)
    except NumericsError:
        assert np.isnan(z).all()
    try:
        one = cox(time, event, arm)
    except NumericsError:
        assert np.isnan(fit.log_hazard_ratio).all()
    else:
        assert fit.log_hazard_ratio == pytest.approx([one.coefficient[0], -one.coefficient[0]], abs=1e-6)
        assert fit.standard_error == pytest.approx([one.standard_error[0]] * 2, rel=1e-6)


@given(samples())
@settings(deadline=None, max_examples=100)
def test_a_fit_is_refused_or_sits_on_its_maximum(data):
    time, cause, arm, entry = data
    try:
        fit = cox(time, cause > 0, arm, entry=entry)
    except NumericsError:
        return
    assert np.isfinite(fit.coefficient).all()
    assert fit.log_likelihood >= fit.null_log_likelihood - 1e-9
    assert fit.hazard_ratio().low <= fit.hazard_ratio().value <= fit.hazard_ratio().high


@given(samples(late=False), st.integers(0, 5))
@settings(deadline=None, max_examples=100)
def test_concordance_turns_round_with_its_score(data, seed):
    time, cause, _, _ = data
    score = np.random.default_rng(seed).integers(0, 4, time.size).astype(float)
    there, back = concordance(time, cause > 0, score), concordance(time, cause > 0, -score)
    assert np.isnan(there) == np.isnan(back)
    assert np.isnan(there) or there + back == pytest.approx(1.0)


@given(samples(late=False), st.lists(st.integers(0, 3), min_size=25, max_size=25))
@settings(deadline=None, max_examples=100)
def test_turnbull_is_a_distribution_and_near_its_maximum(data, widths):
    time, cause, _, _ = data
    found = np.where(cause == 0, np.inf, time + np.array(widths[: time.size]))
    curve = turnbull(time, found)
    assert curve.mass.sum() == pytest.approx(1.0)
    assert np.all(curve.mass >= 0)
    assert curve.gap < 1e-4 * time.size
    low, high = curve.at(np.linspace(0, 10, 21))
    assert np.all(low <= high + 1e-12)
    assert np.all(np.diff(low) <= 1e-12)


@given(st.lists(st.floats(0.02, 0.98), min_size=0, max_size=6, unique=True), st.sampled_from([0.01, 0.05, 0.2]))
@settings(deadline=None, max_examples=40)
def test_any_looks_spend_the_level(fractions, level):
    t = np.array([*sorted(fractions), 1.0])
    assume(np.all(np.diff(t) > 1e-3))
    for spending in ("obrien-fleming", "pocock"):
        design = boundaries(t, spending, level)
        assert 2 * design.crossing(0.0)[0].sum() == pytest.approx(level, abs=1e-6)
        assert design.critical[-1] >= boundaries([1.0], level=level).critical[0] - 1e-9
