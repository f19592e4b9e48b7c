"""Both lives of each patient: spared, harmed, and the hazard ratio that trials estimate."""

import numpy as np
import pytest

from amoeboid import trials

NEVER = np.inf


def lives(days):
    days = np.asarray(days, dtype=float)
    return trials.Events(days, days, np.full(days.shape, NEVER), np.zeros(days.shape, np.int8))


def test_spared_and_harmed_are_counted_apart():
    control = lives([100.0, 100.0, 100.0, 900.0, 900.0])
    treated = lives([900.0, 900.0, 100.0, 100.0, 900.0])
    found = trials.contrast(treated, control, "DMFS", 365.0)
    assert found.spared.value == pytest.approx(0.4)
    assert found.harmed.value == pytest.approx(0.2)
    assert found.net.value == pytest.approx(0.2)
    assert found.free.value - found.free_reference.value == pytest.approx(found.net.value)
    assert found.days_gained.value == pytest.approx((2 * 265.0 - 265.0) / 5)


def test_equal_lives_have_a_ratio_of_one_without_error_and_nothing_is_said():
    same = lives(np.random.default_rng(1).exponential(500.0, 300))
    found = trials.contrast(same, same, "OS", 1000.0)
    found = trials.contrast(same, same, "DMFS", 1000.0)
    assert (found.hazard_ratio.value, found.hazard_ratio.low, found.hazard_ratio.high) == (1.0, 1.0, 1.0)
    assert found.spared.value == found.harmed.value == found.days_gained.value == 0.0
    assert found.verdict == "nothing"


def test_the_hazard_ratio_of_scaled_hazards_is_found_and_pairs_narrow_its_interval():
    draw = np.random.default_rng(2).exponential(1.0, 20_000)
    # T = -ln U / h: the same U in both lives; h = 1/400 and 0.7/400 per day
    found = trials.contrast(lives(400.0 * draw / 0.7), lives(400.0 * draw), "DMFS", 800.0)
    assert found.hazard_ratio.low < 0.7 < found.hazard_ratio.high  # false alarm 5 %, one fixed draw
    alone = 2 * 1.96 * 2.0 / np.sqrt(found.hazard_ratio.n)  # width of the log ratio of unpaired arms
    assert np.log(found.hazard_ratio.high / found.hazard_ratio.low) < 0.5 * alone
    assert found.verdict == "helps"
    assert trials.contrast(lives(400.0 * draw), lives(400.0 * draw / 0.7), "DMFS", 800.0).verdict == "harms"


def test_without_events_the_ratio_is_no_number_and_the_rest_is_said():
    found = trials.contrast(lives([NEVER, NEVER]), lives([NEVER, 10.0]), "DMFS", 365.0)
    assert np.isnan(found.hazard_ratio.value)
    assert found.spared.value == 0.5


def test_death_counts_in_every_endpoint_and_metastasis_only_in_its_own():
    died = trials.Events(np.array([50.0]), np.array([20.0]), np.array([70.0]), np.array([1], np.int8))
    assert [float(died.endpoint(name)[0]) for name in ("DMFS", "PFS", "OS")] == [50.0, 20.0, 70.0]
