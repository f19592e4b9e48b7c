"""Factors of single cells are log-normal with the recorded spread, and keyed by cell."""

import numpy as np
import pytest
from scipy import stats

from amoeboid.evidence import Parameters, catalogue
from amoeboid.signalling import network
from amoeboid.signalling.stepper import individual_factors, spreads_of


def test_factors_are_log_normal_with_the_recorded_spread() -> None:
    """Kolmogorov-Smirnov of 4 factors and 20,000 cells; false-alarm rate 4 x 1e-4 over seeds, none with this seed."""
    sigma = spreads_of(network(), Parameters(catalogue()))
    assert (sigma > 0.0).all()
    factors = individual_factors(sigma, np.arange(20_000), seed=11)
    for one, width in zip(factors, sigma, strict=True):
        assert stats.kstest(np.log(one) / width, "norm").pvalue > 1e-4


def test_factors_of_one_cell_are_independent() -> None:
    """Correlation of 20,000 cells stays within 5 standard errors; false-alarm rate 6 x 6e-7 over seeds."""
    factors = individual_factors(np.full(4, 0.3), np.arange(20_000), seed=12)
    correlation = np.corrcoef(np.log(factors)) - np.eye(4)
    assert np.abs(correlation).max() < 5.0 / np.sqrt(20_000)


def test_a_factor_belongs_to_the_cell_not_to_its_place() -> None:
    sigma = np.full(4, 0.3)
    one, other = individual_factors(sigma, np.arange(10), 3), individual_factors(sigma, np.array([7, 2]), 3)
    assert np.array_equal(other, one[:, [7, 2]])
    assert not np.array_equal(one, individual_factors(sigma, np.arange(10), 4))


def test_without_spread_all_cells_are_alike() -> None:
    assert individual_factors(np.zeros(4), np.arange(5), 1) == pytest.approx(1.0)
