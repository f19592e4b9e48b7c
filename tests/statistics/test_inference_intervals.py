"""Profiles, samples and verdicts on targets whose answer is known."""

import numpy as np
import pytest

from amoeboid.inference import RISE, Fit, Sampling, compensating, judge, optimise, profile, sample
from amoeboid.inference.identifiability import covariance
from amoeboid.inference.posterior import effective, r_hat


class Linear:
    """A sum of squares of ``J theta - d``, flat where J has no full rank."""

    def __init__(self, jacobian, target, width=5.0):
        self.jacobian, self.target = np.array(jacobian, float), np.array(target, float)
        n = self.jacobian.shape[1]
        self.bounds = (np.full(n, -width), np.full(n, width))

    def factors(self, theta):
        f = self.jacobian @ theta - self.target
        return 0.5 * float(f @ f), f, self.jacobian

    def value(self, theta):
        return self.factors(theta)[0]

    def values(self, thetas):
        f = thetas @ self.jacobian.T - self.target
        return 0.5 * (f * f).sum(axis=1)

    def gradient(self, theta):
        value, f, jacobian = self.factors(theta)
        return value, jacobian.T @ f


NARROW = Linear([[2.0, 1.0], [0.0, 1.0]], [1.0, 0.5])


def test_the_profile_of_a_parabola_is_its_normal_interval():
    best = optimise(NARROW, np.zeros(2))
    spread = np.sqrt(np.diag(np.linalg.inv(NARROW.jacobian.T @ NARROW.jacobian)))
    for k in range(2):
        found = profile(NARROW, best, k)
        half = np.sqrt(2.0 * RISE) * spread[k]
        assert [found.low, found.high] == pytest.approx([best.theta[k] - half, best.theta[k] + half], abs=0.01)
        assert judge("x", found, ()).is_identified


def test_a_sum_alone_leaves_its_parts_open_and_names_them():
    both = Linear([[1.0, 1.0, 0.0], [0.0, 0.0, 3.0]], [1.0, 1.0])
    best = optimise(both, np.zeros(3))
    together = compensating(both, best.theta, ("a", "b", "c"))
    assert together == (("a", "b"),)
    verdicts = [judge(name, profile(both, best, k), together) for k, name in enumerate("abc")]
    assert [one.verdict for one in verdicts] == ["structurally not identified"] * 2 + ["identified"]
    assert "b" in verdicts[0].reason


def test_a_parameter_without_effect_is_said_to_have_none():
    idle = Linear([[1.0, 0.0], [2.0, 0.0]], [1.0, 2.0])
    best = optimise(idle, np.zeros(2))
    told = judge("b", profile(idle, best, 1), compensating(idle, best.theta, ("a", "b")))
    assert (told.verdict, told.reason) == ("structurally not identified", "has no effect on the data")


class Saturating(Linear):
    """Depends on 10^-theta, so that large theta are all alike."""

    def __init__(self):
        super().__init__([[1.0]], [0.0])

    def factors(self, theta):
        f = np.array([10.0 ** -theta[0]])
        return 0.5 * float(f @ f), f, np.array([[-np.log(10.0) * 10.0 ** -theta[0]]])


def test_a_side_that_the_data_do_not_bound_is_called_open():
    target = Saturating()
    found = profile(target, optimise(target, np.array([3.0])), 0)
    assert (found.verdict, np.isfinite(found.low), found.high) == ("open above", True, np.inf)
    assert "no upper bound" in judge("x", found, ()).reason


class TwoHills(Linear):
    """Two minima, at -2 and at 2, the second higher by 0.5, with a wall between them."""

    def __init__(self):
        super().__init__([[1.0]], [0.0])

    def factors(self, theta):
        x = float(theta[0])
        at = -2.0 if x < 0.0 else 2.0
        f = np.array([3.0 * (x - at), 1.0 if at > 0.0 else 0.0])
        return 0.5 * float(f @ f), f, np.array([[3.0], [0.0]])


def test_a_profile_holds_every_optimum_that_matters():
    target = TwoHills()
    first, second = (optimise(target, np.array([x])) for x in (-2.5, 2.5))
    alone, both = profile(target, first, 0), profile(target, first, 0, (second,))
    assert alone.high < 0.0
    assert both.low == alone.low
    assert both.high == pytest.approx(2.0 + np.sqrt(2.0 * (RISE - 0.5)) / 3.0, abs=0.02)


def test_a_better_optimum_on_the_way_is_told():
    target = TwoHills()
    worse = optimise(target, np.array([2.5]))
    found = profile(target, Fit(worse.theta, worse.value, worse.start, 1, ""), 0, ())
    assert found.better is None or found.better.value < worse.value - 0.01


def test_a_sample_has_the_mean_and_spread_of_its_normal_posterior():
    # limits of 5 standard errors by the effective number: false alarm below 1e-5 in all
    best = optimise(NARROW, np.zeros(2))
    found = sample(NARROW, best.theta, covariance(NARROW, best.theta), Sampling(n_draws=1500, n_warm=300, seed=5))
    exact = np.linalg.inv(NARROW.jacobian.T @ NARROW.jacobian)
    draws = found.draws.reshape(-1, 2)
    error = np.sqrt(np.diag(exact) / found.effective)
    assert (np.abs(draws.mean(axis=0) - best.theta) < 5.0 * error).all()
    assert np.var(draws, axis=0) == pytest.approx(np.diag(exact), rel=5.0 * np.sqrt(2.0 / found.effective.min()))
    assert (found.r_hat < 1.05).all()
    assert 0.1 < found.accepted < 0.6


def test_the_same_seed_gives_the_same_sample():
    first, again = (sample(NARROW, np.zeros(2), np.eye(2), Sampling(n_draws=20, n_warm=5, seed=8)) for _ in range(2))
    assert first.draws.tobytes() == again.draws.tobytes()


def test_r_hat_tells_chains_that_disagree_and_effective_counts_follow_correlation():
    random = np.random.default_rng(6)
    white = random.standard_normal((4, 1000, 1))
    assert r_hat(white)[0] < 1.01
    assert r_hat(white + np.arange(4)[:, None, None])[0] > 1.5
    walk = np.empty_like(white)
    walk[:, 0] = white[:, 0]
    for k in range(1, 1000):
        walk[:, k] = 0.9 * walk[:, k - 1] + np.sqrt(1.0 - 0.81) * white[:, k]
    # of 4,000 draws with correlation 0.9, about 4,000 (1 - 0.9) / (1 + 0.9) = 210 count; within a factor of 2
    assert 105 < effective(walk)[0] < 420
    assert effective(white)[0] > 2000
