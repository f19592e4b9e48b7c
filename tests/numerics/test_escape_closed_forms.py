"""Curves of escape against closed forms: a gamma posterior, what no entry says of the floor, a race of two clocks."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.inference import leave_one_out
from amoeboid.inference.escape_check import predicted
from amoeboid.inference.escape_curve import NAMES, Counts, CurveTarget, Priors, dispersion, entry_of, fit, log_odds_of
from amoeboid.inference.escape_exit import chance_by, exit_curves
from amoeboid.process import LinkLevel, shipped_record

P = Parameters(catalogue())
QUANTILES = (0.05, 0.5, 0.95)


def counts(*rows):
    """Give counts from rows of drive, entries, clusters, cell-days."""
    return Counts(*np.array(rows, dtype=np.float64).T)


def level(drive, push=0.0, entries=(0,), days=100.0):
    """Give a level of replicates with the same drive."""
    n = len(entries)
    numbers = np.array(entries, dtype=np.int64)
    return LinkLevel(
        f"{drive}", "x", np.full(n, drive), numbers, 0 * numbers, numbers, np.full(n, days), np.full(9, push)
    )


def draws(found, name):
    return found.draws[..., NAMES.index(name)].ravel()


def test_at_full_contraction_the_rate_has_a_gamma_posterior():
    # one level at c = 1, where f = 1: uniform in ln e_1, so e_1 ~ Gamma(n, T); chains of some thousand effective draws
    # place a quantile within a tenth of a standard deviation
    n, days = 60, 9000.0
    found = np.exp(draws(fit(counts((1.0, n, 12, days))), "ln entry"))
    law = stats.gamma(n, scale=1.0 / days)
    for q in QUANTILES:
        assert abs(np.quantile(found, q) - law.ppf(q)) < 0.1 * law.std(), q


def test_no_entry_bounds_the_floor_from_above_only():
    # a rate that is known, and no entry among M expected at phi = 1: posterior exp(-M phi) / phi on the prior's range
    rate, days = 0.01, 9600.0
    found = np.exp(draws(fit(counts((1.0, 1e6, 2e5, 1e8), (0.0, 0, 0, days))), "ln floor"))
    low, high = np.exp(Priors.of(P).floor)
    mass = special.exp1(rate * days * low) - special.exp1(rate * days * high)

    def beyond(phi):
        return (special.exp1(rate * days * phi) - special.exp1(rate * days * high)) / mass

    for share in (0.1, 0.5, 0.9):
        # 2,000 effective draws or more: the share of draws beyond a point has a standard error of 0.011 at most
        place = float(np.quantile(found, 1.0 - share))
        assert abs(beyond(place) - share) < 0.045, share
    assert found.min() >= low
    assert np.quantile(found, 0.05) < 3.0 * low, "nothing in the counts tells a floor from a lower one"


def test_the_share_of_clusters_has_its_posterior():
    # at c = 1/2 the slope drops out: binomial times a normal prior of the level
    n, m = 50, 12
    mean, spread = Priors.of(P).normal[2]

    def weight(a):
        return np.exp(m * a - n * np.logaddexp(0.0, a) - 0.5 * ((a - mean) / spread) ** 2 + 30.0)

    mass = integrate.quad(weight, -8.0, 6.0)[0]
    found = draws(fit(counts((0.5, n, m, 9000.0))), "cluster level")
    for q in QUANTILES:
        assert abs(integrate.quad(weight, -8.0, float(np.quantile(found, q)))[0] / mass - q) < 0.04, q


def test_the_curve_is_one_at_full_contraction_and_the_floor_at_none():
    theta = np.array([[np.log(0.01), np.log(0.02), np.log(3.0), np.log(0.5), -1.0, 2.0]])
    entry = entry_of(theta, np.array([0.0, 0.5, 1.0]))[0]
    # H(1/2) / H(1) with h = 3, c_half = 1/2: (1/2) / (8/9)
    np.testing.assert_allclose(entry, [2e-4, 0.01 * (0.02 + 0.98 * 0.5 * 9.0 / 8.0), 0.01], rtol=1e-12)
    np.testing.assert_allclose(log_odds_of(theta, np.array([0.0, 0.5, 1.0]))[0], [-2.0, -1.0, 0.0], rtol=1e-12)


def test_the_posterior_is_likelihood_times_prior_by_hand():
    seen = counts((0.3, 4, 1, 500.0), (0.9, 9, 3, 700.0))
    target = CurveTarget(seen, Priors.of(P), 2.0)
    thetas = np.array([[-5.0, -4.0, 1.0, -0.5, -1.0, 0.5], [-4.0, -6.0, 0.5, 0.2, -2.0, 1.0]])
    by_hand = []
    for theta in thetas:
        mean = entry_of(theta[None], seen.drive)[0] * seen.days
        share = special.expit(log_odds_of(theta[None], seen.drive)[0])
        score = stats.poisson.logpmf(seen.entries, mean).sum()
        score += stats.binom.logpmf(seen.clusters, seen.entries, share).sum()
        prior = sum(stats.norm.logpdf(x, *law) for x, law in zip(theta[2:], Priors.of(P).normal, strict=True))
        by_hand.append(-score / 2.0 - prior)
    found = target.values(thetas)
    assert found[1] - found[0] == pytest.approx(by_hand[1] - by_hand[0], rel=1e-10)
    assert target.value(thetas[0]) == found[0]


def test_an_arrested_cell_races_two_clocks():
    # all cells alike: P = h / (h + l), with rate and half-life held at one number by their range
    rate, half, push, floor = 0.2, 35.0, 0.4, 0.05
    held = Parameters(catalogue(), {"link.exit_rate": Override(rate, "1/h"), "link.arrested_half": Override(half, "h")})
    narrow = {"link.exit_rate": rate, "link.arrested_half": half}
    found = exit_curves(
        [level(1.0, push)], np.array([0.0, 1.0]), np.array([floor]), rest=0.0, parameters=Held(held, narrow)
    )
    hazard = rate * (floor + (1.0 - floor) * push)
    loss = np.log(2.0) / half
    assert found[0, 1] == pytest.approx(hazard / (hazard + loss), rel=1e-9)
    assert found[0, 0] == pytest.approx(rate * floor / (rate * floor + loss), rel=1e-9)


def test_where_any_cell_may_pass_a_wall_leaving_does_not_hang_on_contraction():
    chance = exit_curves([level(0.3, 1.0)], np.linspace(0.0, 1.0, 5), np.full(4, 0.01), rest=1.0, parameters=P)
    np.testing.assert_allclose(chance, chance[:, :1] * np.ones(5), rtol=1e-5)
    assert np.ptp(chance[:, 0]) > 0.0


class Held:
    """Parameters whose ranges are no wider than their numbers."""

    def __init__(self, parameters, numbers):
        self.parameters, self.numbers = parameters, numbers

    def value(self, id):
        from dataclasses import replace

        record = self.parameters.value(id)
        return replace(record, low=self.numbers[id], high=self.numbers[id] * (1.0 + 1e-12))


def test_in_the_end_all_that_leave_have_left():
    push = np.linspace(0.0, 0.9, 7)
    hazard, loss = 0.2 * push, np.log(2.0) / 35.0
    assert chance_by(1e5, push, (0.2, 35.0)) == pytest.approx(np.mean(hazard / (hazard + loss)), rel=1e-12)
    assert chance_by(0.0, push, (0.2, 35.0)) == 0.0


def test_four_in_five_cells_under_osm_have_left_by_a_day():
    # koop-1995 gives more than 80 % by 24 h; link.exit_rate was set so, and is held to it within what it claims
    osm = next(one for one in shipped_record().levels if one.name == "OSM 10 ng/ml")
    numbers = (P.value("link.exit_rate").value, P.value("link.arrested_half").value)
    assert chance_by(24.0, osm.push, numbers) == pytest.approx(0.8, abs=0.05)


def test_predicted_counts_are_poisson_where_the_mean_is_known():
    low, high = predicted(np.full(50, 23.0))
    assert (low, high) == (int(stats.poisson.ppf(0.05, 23.0)), int(stats.poisson.ppf(0.95, 23.0)))


def test_dispersed_counts_are_predicted_more_widely():
    low, high = predicted(np.full(50, 200.0), spread=4.0)
    # variance 4 x 200: the central 90 % is 2 x 1.645 x 28.3 = 93 wide
    assert high - low == pytest.approx(93.0, abs=4.0)


def test_dispersion_is_one_of_poisson_counts_and_more_of_those_that_crowd():
    even = np.random.default_rng(5).poisson(20.0, 400)
    # Pearson's X^2 / 399 has a standard deviation of 0.07
    assert dispersion([level(0.5, entries=even)]) < 1.25
    assert dispersion([level(0.5, entries=3 * even)]) == pytest.approx(3.0, abs=0.75)
    assert dispersion([level(0.5, entries=(0, 1, 2))]) == 1.0, "few entries say nothing of it"


def test_leaving_out_a_level_does_not_see_its_counts():
    levels = [level(c, entries=(n,), days=9600.0) for c, n in ((0.2, 6), (0.5, 45), (0.9, 84))]
    changed = [levels[0], level(0.5, entries=(3,), days=9600.0), levels[2]]
    (_, row, _), (_, other, _) = leave_one_out(levels), leave_one_out(changed)
    assert row["expected"] == other["expected"]
    assert row["inside"]
    assert not other["inside"]
