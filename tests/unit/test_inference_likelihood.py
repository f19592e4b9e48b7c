"""The likelihood of rows against SciPy's densities, its slopes against differences, and priors."""

import numpy as np
import pytest
from scipy import stats

from amoeboid.inference import Prior
from amoeboid.inference.likelihood import Noise, negative_log_likelihood, negative_log_prior, slopes

M, Y, S = np.array([1.3, 2.0, 0.4]), np.array([1.1, 2.6, 0.5]), np.array([0.2, 0.5, 0.3])


def one(scale, is_laplace=False):
    return Noise(np.full(3, scale), np.full(3, is_laplace))


def expected(scale, is_laplace):
    kind = stats.laplace if is_laplace else stats.norm
    if scale == "lin":
        return -kind.logpdf(M, Y, S).sum()
    to = np.log if scale == "log" else np.log10
    slope = 1.0 / M if scale == "log" else 1.0 / (M * np.log(10.0))
    return -(kind.logpdf(to(M), to(Y), S) + np.log(slope)).sum()


@pytest.mark.parametrize("is_laplace", [False, True])
@pytest.mark.parametrize("scale", ["lin", "log", "log10"])
def test_likelihood_is_the_density_of_what_was_measured(scale, is_laplace):
    found = negative_log_likelihood(one(scale, is_laplace), M, Y, S)
    assert found == pytest.approx(expected(scale, is_laplace), rel=1e-12)


@pytest.mark.parametrize("is_laplace", [False, True])
@pytest.mark.parametrize("scale", ["lin", "log", "log10"])
def test_slopes_of_the_likelihood_are_its_differences(scale, is_laplace):
    noise = one(scale, is_laplace)
    by_value, by_sigma, _ = slopes(noise, M, Y, S)
    for k in range(3):
        step = np.zeros(3)
        step[k] = 1e-6
        value = [float(negative_log_likelihood(noise, M, Y + sign * step, S)) for sign in (-1, 1)]
        sigma = [float(negative_log_likelihood(noise, M, Y, S + sign * step)) for sign in (-1, 1)]
        assert by_value[k] == pytest.approx((value[1] - value[0]) / 2e-6, rel=1e-6, abs=1e-8)
        assert by_sigma[k] == pytest.approx((sigma[1] - sigma[0]) / 2e-6, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(("y", "s"), [(-1.0, 0.2), (1.0, 0.0), (1.0, -0.1), (np.nan, 0.2), (np.inf, 0.2)])
def test_impossible_values_have_no_likelihood(y, s):
    noise = Noise(np.array(["log10"]), np.array([False]))
    assert negative_log_likelihood(noise, np.ones(1), np.full(1, y), np.full(1, s)) == np.inf


@pytest.mark.parametrize(
    ("prior", "density"),
    [
        (Prior("normal", 0.3, 0.2), stats.norm(0.3, 0.2)),
        (Prior("laplace", 0.3, 0.2), stats.laplace(0.3, 0.2)),
        (Prior("uniform", 0.1, 0.9), stats.uniform(0.1, 0.8)),
        (Prior("log_normal", -0.5, 0.4), stats.lognorm(0.4, scale=np.exp(-0.5))),
        (Prior("log_laplace", -0.5, 0.4), stats.loglaplace(1.0 / 0.4, scale=np.exp(-0.5))),
    ],
)
def test_priors_are_the_densities_of_their_names(prior, density):
    value, slope, _ = negative_log_prior(prior, 0.6, -9.0)
    near = [negative_log_prior(prior, 0.6 + step, -9.0)[0] for step in (-1e-6, 1e-6)]
    assert value == pytest.approx(-density.logpdf(0.6), rel=1e-9)
    assert slope == pytest.approx((near[1] - near[0]) / 2e-6, rel=1e-6, abs=1e-9)


def test_a_prior_on_the_scale_speaks_of_the_scaled_number():
    on_scale = negative_log_prior(Prior("normal", 0.0, 1.0, on_scale=True), 100.0, 0.5)[0]
    assert on_scale == pytest.approx(-stats.norm.logpdf(0.5))
    assert negative_log_prior(Prior("uniform", 0.0, 1.0), 2.0, 0.0)[0] == np.inf
