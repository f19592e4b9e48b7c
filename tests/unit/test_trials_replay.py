"""RECAP and JANUS replayed: against the normal law of the log ratio, and what a null can tell apart."""

import numpy as np
import pytest

from amoeboid import scenario, trials
from amoeboid.trials.replay import Published, _ratios


def test_published_intervals_stand_for_their_numbers_of_deaths():
    assert trials.published("trial.janus1.os_hazard_ratio").events == 228
    assert trials.published("trial.recap.os_hazard_ratio_crp").events == 44
    assert np.exp(trials.published("trial.recap.os_hazard_ratio").log_ratio) == pytest.approx(0.79)


@pytest.mark.parametrize("ratio", [1.0, 0.8])
def test_drawn_log_ratios_follow_their_normal_law(ratio):
    found, error = _ratios(ratio, 228, range(3000), seed=3)
    # mean and spread of 3000 draws; five standard errors each
    expected = 2.0 / np.sqrt(228)
    assert found.mean() == pytest.approx(np.log(ratio), abs=5.0 * expected / np.sqrt(3000) + 0.003)
    assert found.std() == pytest.approx(expected, rel=0.08)
    assert error.mean() == pytest.approx(expected, rel=0.02)


def test_the_sequence_agrees_with_two_normal_laws_and_is_rare_either_way():
    first, second = (
        trials.published(f"trial.{name}") for name in ("recap.os_hazard_ratio_crp", "janus1.os_hazard_ratio")
    )
    for ratio in (1.0, 0.8):
        found = trials.sequence(ratio, first, second)
        # normal laws are off in their tails with 44 events; the interval is one of 4000 pairs
        assert found.both.low < 1.3 * found.closed_form
        assert found.both.high > 0.7 * found.closed_form
        assert found.both.value <= min(found.hope.value, found.null.value)
    alone = trials.sequence(0.47, first, second, pairs=500)
    assert alone.null.value == 0.0


def test_the_same_pairs_come_again_for_the_same_seed_and_no_others():
    first = Published(-0.7, 0.3)
    one, two, three = (trials.sequence(1.0, first, first, pairs=400, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one != three


@pytest.mark.slow
def test_a_null_in_second_line_does_not_tell_a_small_dose_from_a_wrong_target():
    found = trials.rivals(scenario.load_trial("janus-1"), trials.published("trial.janus1.os_hazard_ratio"),
                          candidates=800)  # fmt: skip
    by_name = {one.name: one for one in found}
    assert sum(one.share for one in found) == pytest.approx(1.0)
    wrong = by_name["the target is wrong"]
    given = by_name["escape needs contractility, dose as given"]
    full = by_name["escape needs contractility, JAK1 fully blocked"]
    # escape alone: with metastases grown, even a full block moves survival by less than 3 %
    assert np.all(np.abs(np.log(given.ratios)) <= np.abs(np.log(full.ratios)) + 1e-3)
    assert np.all(np.abs(np.log(full.ratios)) < 0.03)
    assert given.likelihood == pytest.approx(wrong.likelihood, rel=0.05)
    # had outgrowth needed contractility, a full block would have shown
    grown = by_name["outgrowth needs it too, JAK1 fully blocked"]
    assert grown.share < 0.01
    assert grown.ratios[0] < by_name["outgrowth needs it too, dose as given"].ratios[0] < 1.0
