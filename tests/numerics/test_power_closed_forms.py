"""Power and group-sequential designs: Schoenfeld's table (T11), published boundaries, closed forms, simulation."""

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from amoeboid.errors import NumericsError
from amoeboid.measures.power import (
    Design,
    Recruitment,
    assurance,
    event_probability,
    expected_events,
    power_of_events,
    required_events,
    required_patients,
)
from amoeboid.measures.sequential import boundaries, conditional_power, monitor, spent_level


def test_required_events_are_those_of_schoenfeld():
    assert np.rint(required_events([0.65, 0.70, 0.75, 0.80])).tolist() == [169, 247, 379, 631]
    assert round(float(required_events(0.75, 0.9))) == 508
    assert np.isinf(required_events(1.0))
    # harm needs the events of the benefit that mirrors it, and 2:1 needs 9/8 of 1:1
    assert required_events(1 / 0.7) == pytest.approx(float(required_events(0.7)))
    assert required_events(0.7, design=Design(share=2 / 3)) == pytest.approx(9 / 8 * float(required_events(0.7)))


def test_power_at_the_required_events_is_the_power_asked_for():
    for power in (0.5, 0.8, 0.95):
        events = required_events([0.6, 0.75, 0.9], power)
        assert power_of_events(events, [0.6, 0.75, 0.9]) == pytest.approx(power, abs=1e-12)
    assert power_of_events(300, 1.0) == pytest.approx(0.025)
    assert power_of_events(300, 1.2) < 0.025


def test_assurance_of_a_normal_prior_has_its_closed_form():
    # z ~ N(mu sqrt(I), 1 + I tau^2): P(z < -1.96)
    mean, spread, information = np.log(0.75), 0.15, 300 / 4
    quantiles = stats.norm.ppf((np.arange(20000) + 0.5) / 20000, mean, spread)
    wanted = stats.norm.cdf(
        (-mean * np.sqrt(information) - stats.norm.isf(0.025)) / np.sqrt(1 + information * spread**2)
    )
    assert assurance(300, np.exp(quantiles)) == pytest.approx(wanted, abs=1e-4)
    assert wanted < float(power_of_events(300, 0.75))


@pytest.mark.parametrize("dropout", [0.0, 2e-4])
def test_share_with_event_is_that_of_lachin_and_foulkes(dropout):
    hazard, accrual, follow_up = 1e-3, 500.0, 700.0
    total = hazard + dropout
    lost = (np.exp(-total * follow_up) - np.exp(-total * (accrual + follow_up))) / (total * accrual)
    found = event_probability(hazard, Recruitment(accrual, follow_up, dropout))
    assert found == pytest.approx(hazard / total * (1 - lost), rel=1e-12)


def test_a_ramp_of_accrual_follows_patients_for_less_time():
    hazard, recruitment = 1e-3, Recruitment(500.0, 300.0, shape="ramp")
    by_hand = integrate.quad(lambda u: 2 * u * -np.expm1(-hazard * (300 + 500 * (1 - u))), 0, 1)[0]
    assert event_probability(hazard, recruitment) == pytest.approx(by_hand, rel=1e-12)
    assert by_hand < event_probability(hazard, Recruitment(500.0, 300.0))
    assert event_probability(0.0, recruitment) == 0.0


def test_required_patients_have_the_required_events():
    recruitment = Recruitment(400.0, 600.0, 1e-4)
    n = required_patients(1e-3, 0.7, recruitment, 0.9)
    assert expected_events(n, 1e-3, 0.7, recruitment) == pytest.approx(float(required_events(0.7, 0.9)))
    # two of three treated, with the lower hazard: fewer events than with one of three
    arms = [float(event_probability(hazard, recruitment)) for hazard in (0.7e-3, 1e-3)]
    uneven = expected_events(300, 1e-3, 0.7, recruitment, Design(share=2 / 3))
    assert uneven == pytest.approx(200 * arms[0] + 100 * arms[1])


def test_boundaries_are_the_published_ones():
    # Lan-DeMets, two-sided 0.05, as gsDesign and ldbounds print them; their grids are coarser: 2e-4
    five = np.arange(1, 6) / 5
    obrien, pocock = boundaries(five), boundaries(five, "pocock")
    assert obrien.critical == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)
    assert pocock.critical == pytest.approx([2.4380, 2.4268, 2.4101, 2.3966, 2.3859], abs=2e-4)
    assert boundaries([0.5, 1.0]).critical == pytest.approx([2.962588, 1.968596], abs=1e-6)
    assert boundaries([0.5, 1.0], "pocock").critical == pytest.approx([2.156999, 2.200977], abs=1e-6)
    assert boundaries([1.0]).critical == pytest.approx([1.959964], abs=1e-6)
    assert boundaries([0.3, 1.0], "none").critical == pytest.approx([np.inf, 1.959964], abs=1e-6)


def test_the_second_boundary_is_that_of_adaptive_quadrature():
    def side(t):
        return 2 * stats.norm.sf(stats.norm.isf(0.0125) / np.sqrt(t))

    first = stats.norm.isf(side(0.2))

    def crossed(critical):
        def density(z):
            return stats.norm.pdf(z) * stats.norm.sf((critical * np.sqrt(0.4) - z * np.sqrt(0.2)) / np.sqrt(0.2))

        return integrate.quad(density, -first, first, epsabs=1e-14, limit=400)[0] - (side(0.4) - side(0.2))

    found = boundaries([0.2, 0.4, 1.0]).critical
    assert found[:2] == pytest.approx([first, optimize.brentq(crossed, 2, 5, xtol=1e-12)], abs=1e-8)


@pytest.mark.parametrize(("n_looks", "classic"), [(2, 2.178), (3, 2.289), (4, 2.361), (5, 2.413), (10, 2.555)])
def test_one_critical_value_at_all_looks_spends_what_pocock_says(n_looks, classic):
    # Pocock 1977: equal critical values; found here by turning the recursion round
    design = boundaries(np.arange(1, n_looks + 1) / n_looks, "pocock")

    def spent(critical):
        same = type(design)(design.fraction, np.full(n_looks, critical), design.spent)
        return 2 * same.crossing(0.0)[0].sum() - 0.05

    assert optimize.brentq(spent, 1.5, 3.5) == pytest.approx(classic, abs=6e-4)


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_crossings_spend_the_level_and_no_more(spending):
    fraction = np.array([0.1, 0.35, 0.6, 0.61, 1.0])
    design = boundaries(fraction, spending, 0.05)
    benefit, harm = design.crossing(0.0)
    assert 2 * np.cumsum(benefit) == pytest.approx(spent_level(fraction, spending), abs=1e-12)
    assert benefit == pytest.approx(harm, abs=1e-12)
    assert design.crossing(1.7)[0] == pytest.approx(design.crossing(-1.7)[1], abs=1e-12)


def test_a_hundred_looks_still_spend_the_level():
    design = boundaries(np.arange(1, 101) / 100, "pocock")
    assert 2 * design.crossing(0.0)[0].sum() == pytest.approx(0.05, abs=1e-9)


def test_looks_cost_a_few_events_and_save_many():
    # inflation of maximum information, 5 looks, 90 %: 1.023 and 1.19 (gsDesign; Jennison and Turnbull 2000)
    five = np.arange(1, 6) / 5
    assert boundaries(five).inflation(0.9) == pytest.approx(1.023, abs=2e-3)
    assert boundaries(five, "pocock").inflation(0.9) == pytest.approx(1.192, abs=2e-3)
    design = boundaries(five)
    assert design.expected_fraction(3.24) < 0.8
    assert design.power(3.24) < 0.9


def test_brownian_trials_stop_as_the_integration_says():
    # 2e5 trials: standard error at most 0.0011; 4 of them, 8 comparisons, false alarm below 1e-3
    rng = np.random.default_rng(5)
    fraction = np.array([0.3, 0.7, 1.0])
    design = boundaries(fraction, "pocock")
    for drift in (0.0, 2.5):
        steps = rng.standard_normal((200_000, 3)) * np.sqrt(np.diff(fraction, prepend=0.0))
        z = -(np.cumsum(steps, axis=1) + drift * fraction) / np.sqrt(fraction)
        found = monitor(z, design)
        benefit, harm = design.crossing(drift)
        for look in range(3):
            stopped = found.look == look
            assert np.mean(stopped & found.benefit) == pytest.approx(benefit[look], abs=0.0045)
        assert np.mean(found.harm) == pytest.approx(harm.sum(), abs=0.0045)
        assert np.mean(found.benefit | found.harm) == pytest.approx((benefit + harm).sum(), abs=0.0045)


def test_conditional_power_averages_to_the_power():
    # the law of total probability over z at the look: E[CP] = P(final z shows benefit)
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    drift, fraction = 2.8, 0.4
    z = -(drift * np.sqrt(fraction) + nodes)
    mean = conditional_power(z, fraction, 1.96, drift) @ weights / np.sqrt(2 * np.pi)
    assert mean == pytest.approx(stats.norm.sf(1.96 - drift), abs=1e-10)


def test_a_hopeless_trial_stops_as_futile_and_none_does_after_a_benefit():
    design = boundaries([0.5, 1.0])
    found = monitor([[1.0, 0.0], [-3.5, 0.0], [-1.4, -2.5], [np.nan, -2.5]], design, futility=0.1)
    assert found.look.tolist() == [0, 0, 1, 1]
    assert found.futile.tolist() == [True, False, False, False]
    assert found.benefit.tolist() == [False, True, True, True]
    # harm is harm, though its conditional power is nothing; who crosses nowhere ends at the last look
    harmed = monitor([[3.5, 0.0], [0.0, 0.0]], design, futility=0.1)
    assert (harmed.harm.tolist(), harmed.futile.tolist()) == ([True, False], [False, True])
    assert monitor([[0.0, 0.0]], design).look.tolist() == [1]
    # under the effect of the design the same z is not hopeless
    assert not monitor([[0.2, 0.0]], design, futility=0.1, drift=4.0).futile[0]


def test_designs_that_cannot_be_are_refused():
    for call in (
        lambda: required_events(-0.5),
        lambda: required_events(0.7, 1.0),
        lambda: required_events(0.7, design=Design(share=0.0)),
        lambda: power_of_events(-1, 0.7),
        lambda: event_probability(1e-3, Recruitment(-1.0, 3.0)),
        lambda: event_probability(1e-3, Recruitment(0.0, 0.0)),
        lambda: event_probability(1e-3, Recruitment(1.0, 3.0, shape="square")),
    ):
        with pytest.raises(NumericsError, match="AMB-N674"):
            call()
    for call in (
        lambda: boundaries([0.5, 1.0], "obrien"),
        lambda: boundaries([0.5, 0.4, 1.0]),
        lambda: boundaries([0.5, 0.9]),
        lambda: boundaries([0.0, 1.0]),
        lambda: boundaries([0.5, 1.0], level=0.0),
        lambda: conditional_power(0.0, 1.0, 1.96, 2.0),
        lambda: monitor([[0.0, 0.0, 0.0]], boundaries([0.5, 1.0])),
    ):
        with pytest.raises(NumericsError, match="AMB-N675"):
            call()
