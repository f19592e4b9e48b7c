"""Intervals against textbook values and plain limits."""

import math

import pytest

from amoeboid.errors import NumericsError
from amoeboid.measures import mean_interval, paired_difference, poisson_rate, wilson


def test_wilson_matches_the_textbook_and_stays_within_0_and_1():
    half = wilson(10, 20)
    assert (half.low, half.high) == (pytest.approx(0.2993, abs=1e-4), pytest.approx(0.7007, abs=1e-4))
    assert wilson(0, 20).low == 0.0
    assert wilson(20, 20).high == 1.0
    assert math.isnan(wilson(0, 0).value)


def test_poisson_interval_matches_garwood():
    rate = poisson_rate(10, 2.0)
    assert rate.value == 5.0
    assert (rate.low * 2, rate.high * 2) == (pytest.approx(4.795, abs=1e-3), pytest.approx(18.390, abs=1e-3))
    assert math.isnan(poisson_rate(0, 0.0).value)


def test_paired_difference_takes_out_what_replicates_share():
    base = [10.0, 50.0, 20.0, 90.0, 40.0]
    paired = paired_difference([x + d for x, d in zip(base, (1.0, 1.2, 0.9, 1.1, 0.8), strict=True)], base)
    assert paired.value == pytest.approx(1.0)
    # Student, 4 degrees: 2.7764 * 0.15811 / sqrt(5)
    assert paired.high - paired.value == pytest.approx(0.19632, abs=1e-4)
    assert paired.is_clear_of_zero
    assert paired.low < paired.bootstrap_low <= paired.bootstrap_high < paired.high


def test_one_pair_decides_nothing():
    assert not paired_difference([2.0], [1.0]).is_clear_of_zero
    assert mean_interval([2.0]).low == -math.inf


@pytest.mark.parametrize(("one", "other"), [([], []), ([1.0], [1.0, 2.0])])
def test_values_that_do_not_pair_are_refused(one, other):
    with pytest.raises(NumericsError, match="AMB-N40"):
        paired_difference(one, other)
