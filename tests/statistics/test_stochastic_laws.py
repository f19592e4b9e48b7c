"""Laws of small numbers in closed form: stationary laws, moments, detailed balance; and the error of leaps.

Each chi-square test gives a false alarm once in 10,000 seeds; the seeds are fixed. A planted fault shows the power.
"""

import math

import numpy as np
import pytest
from scipy import stats

from amoeboid.formats.sbml import read_antimony
from amoeboid.signalling import stochastic
from amoeboid.signalling.from_sbml import from_sbml
from amoeboid.signalling.network import Network

LEVEL = 1e-4
HEAD = "compartment V = 1; "


def network_of(text: str) -> Network:
    return from_sbml(read_antimony(f"model m()\n{HEAD}{text}\nend\n"))


def distance(found: np.ndarray, shares: np.ndarray) -> float:
    """Give the p-value of counts of whole numbers 0, 1, ... against their law; rare ones are pooled."""
    counted = np.bincount(found.astype(np.int64), minlength=shares.size)[: shares.size].astype(float)
    counted[-1] += np.sum(found >= shares.size)
    common = shares * found.size >= 10.0
    observed = np.append(counted[common], counted[~common].sum())
    expected = np.append(shares[common], shares[~common].sum()) * found.size
    keep = expected > 0.0
    assert observed[~keep].sum() == 0.0
    return float(stats.chisquare(observed[keep], expected[keep]).pvalue)


IMMIGRATION = "substanceOnly species X in V; X = 0; k = 2; h = 0.2; J: => X; k; L: X => ; h*X;"


@pytest.mark.parametrize("method", ["exact", "tau"])
def test_immigration_and_death_settle_at_the_poisson_law(method: str) -> None:
    found = stochastic.simulate(network_of(IMMIGRATION), [100.0], 20_000, 4, method).quantity("X")[0]
    shares = stats.poisson.pmf(np.arange(40), 10.0)
    assert distance(found, shares) > LEVEL
    assert distance(found, stats.poisson.pmf(np.arange(40), 10.3)) < LEVEL  # a law 3 % off is told apart


def test_before_rest_the_law_is_poisson_with_the_mean_of_the_rate_equation() -> None:
    found = stochastic.simulate(network_of(IMMIGRATION), [3.0], 20_000, 5).quantity("X")[0]
    assert distance(found, stats.poisson.pmf(np.arange(30), 10.0 * (1.0 - math.exp(-0.6)))) > LEVEL


def test_a_closed_dimerisation_settles_at_its_equilibrium_law() -> None:
    # detailed balance for f A (A - 1) and c B: d dimers of N monomers have a share in (f / c)^d / (d! (N - 2 d)!)
    text = (
        "substanceOnly species A in V, B in V; A = 21; B = 0; f = 0.01; c = 0.3;"
        "J: 2 A => B; f*A*(A-1); K: B => 2 A; c*B;"
    )
    found = stochastic.simulate(network_of(text), [60.0], 20_000, 6).quantity("B")[0]
    d = np.arange(11)
    weights = np.exp(d * math.log(0.01 / 0.3) - log_factorial(d) - log_factorial(21 - 2 * d))
    assert distance(found, weights / weights.sum()) > LEVEL
    wrong = np.exp(d * math.log(0.0105 / 0.3) - log_factorial(d) - log_factorial(21 - 2 * d))
    assert distance(found, wrong / wrong.sum()) < LEVEL


def log_factorial(n: np.ndarray) -> np.ndarray:
    return np.array([math.lgamma(k + 1.0) for k in n])


def test_a_cycle_in_detailed_balance_has_the_multinomial_law_and_no_net_turning() -> None:
    # A <-> B <-> C <-> A with k1 k2 k3 = l1 l2 l3; each law is one net rate, so this tries the splitting as well
    text = (
        "substanceOnly species A in V, B in V, C in V, T in V, U in V; A = 12; B = 0; C = 0; T = 0; U = 0;"
        "J: A -> B; 2*A - 1*B; K: B -> C; 3*B - 2*C; L: C => A + T; 1*C; M: A => C + U; 3*A;"
    )
    found = stochastic.simulate(network_of(text), [20.0, 40.0], 20_000, 7, quantities=("A", "B", "C", "T", "U"))
    shares = np.array([1.0, 2.0, 3.0]) / 6.0
    for name, share in zip("ABC", shares, strict=True):
        assert distance(found.quantity(name)[0], stats.binom.pmf(np.arange(13), 12, share)) > LEVEL
    turns = np.diff(found.quantity("T") - found.quantity("U"), axis=0)[0]
    assert abs(turns.mean()) < 3.9 * turns.std() / math.sqrt(turns.size)  # 1e-4
    assert turns.std() > 1.0


@pytest.mark.parametrize("method", ["exact", "tau"])
def test_birth_and_death_have_mean_and_variance_of_the_closed_form(method: str) -> None:
    text = "substanceOnly species X in V; X = 1000; J: X => 2 X; 0.1*X; L: X => ; 0.11*X;"
    n, times = 10_000, np.array([5.0, 20.0])
    mean, variance = stochastic.moments(stochastic.simulate(network_of(text), times, n, 8, method))
    expected = 1000.0 * np.exp(-0.01 * times)
    spread = expected * 0.21 / 0.01 * (1.0 - np.exp(-0.01 * times))
    assert np.abs((mean[0] - expected) / np.sqrt(spread / n)).max() < 4.2  # 1e-4 for each method
    assert np.abs(math.sqrt(n / 2) * (variance[0] / spread - 1.0)).max() < 4.4


def test_leaps_of_half_the_epsilon_have_half_the_error() -> None:
    # decay: a leap takes the share epsilon of what is there, so the mean after time t is too low by about epsilon t / 2
    text = "substanceOnly species X in V; X = 1e7; L: X => ; 1*X;"
    errors = []
    for epsilon in (0.2, 0.1, 0.05):
        ready = stochastic.model(network_of(text), method="tau", epsilon=epsilon)
        mean, _ = stochastic.moments(stochastic.simulate(ready, [2.0], 200, 9))
        errors.append(1.0 - mean[0, 0] / (1e7 * math.exp(-2.0)))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[2] == pytest.approx(0.05 * 2.0 / 2.0, rel=0.1)
    np.testing.assert_allclose(orders, 1.0, atol=0.15)


def test_leaps_agree_with_reactions_one_by_one_where_both_are_possible() -> None:
    text = (
        "substanceOnly species S in V, E in V, C in V, P in V; S = 3000; E = 200; C = 0; P = 0;"
        "J: S + E => C; 0.001*S*E; K: C => S + E; 0.5*C; L: C => E + P; 0.3*C;"
    )
    one = stochastic.simulate(network_of(text), [10.0], 4000, 10, "exact")
    many = stochastic.simulate(network_of(text), [10.0], 4000, 11, "tau")
    (mean, variance), (found, spread) = stochastic.moments(one), stochastic.moments(many)
    # epsilon 0.03 allows the mean some tenths of a percent; the variance is known to 2 % from 4,000 repeats
    np.testing.assert_allclose(found, mean, rtol=5e-3)
    np.testing.assert_allclose(spread, variance, rtol=0.12)
