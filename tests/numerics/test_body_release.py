"""Colonies that NK cells hold asleep: what is lost of their work wakes them sooner; against closed forms.

Means over patients are compared at 4 standard errors: a false alarm in 16,000 for each comparison.
"""

import dataclasses

import numpy as np
import pytest
from early_breast import changed
from scipy.integrate import quad
from scipy.stats import expon, ks_1samp

from amoeboid import scenario, trials
from amoeboid.body import Plan, draw_disease, spread, waking
from amoeboid.process.treatment import Treatment, untreated

ASLEEP = changed(
    dormant_share=1.0, wake_rate=0.004, seeding=(1e-5, 0.5), other_death=(0.0, 0.0), hazard=0.0, release_rate=0.03
)
ALWAYS = np.array([-1e5, 1e5])


def losing(loss, edges=ALWAYS):
    one = np.ones((1, len(edges) - 1))
    return Treatment(edges, one, one, one, np.broadcast_to(1.0 - np.atleast_1d(loss), one.shape).copy(), one)


def test_untreated_colonies_are_the_same_bytes_whatever_the_release():
    plain = dataclasses.replace(ASLEEP, release_rate=0.0)
    disease, plan = draw_disease(plain, 2000, seed=3), Plan(3000.0, generations=1)
    held, killed = (spread(disease, one, untreated(), plan, 5) for one in (ASLEEP, plain))
    np.testing.assert_allclose(held.awake, killed.awake, rtol=1e-12)
    assert np.array_equal(held.born, killed.born)


def test_rest_under_a_constant_loss_is_exponential_at_the_faster_rate():
    disease = draw_disease(ASLEEP, 3000, seed=3)
    found = spread(disease, ASLEEP, losing(0.4), Plan(8000.0, -300.0, generations=1), 5)
    rest = found.awake - found.born
    assert ks_1samp(rest * (0.004 + 0.4 * 0.03), expon.cdf).pvalue > 1e-4


@pytest.mark.parametrize("loss", [0.25, 1.0])
def test_share_that_wakes_is_that_of_the_closed_form(loss):
    sick = dataclasses.replace(ASLEEP, nk_kill_rate=0.02)
    disease, plan = draw_disease(sick, 20_000, seed=2), Plan(3000.0, generations=1)
    control = spread(disease, sick, untreated(), plan, 5).counts
    treated = spread(disease, sick, losing(loss), plan, 5).counts
    ratio, release = 0.02 / 0.004, 0.03 / 0.004
    expected = (waking(ratio, loss, release) / waking(ratio) - 1.0) * control.mean()
    change = treated - control
    assert abs(change.mean() - expected) < 4.0 * change.std() / np.sqrt(len(change))
    assert expected > 8.0 * change.std() / np.sqrt(len(change))


def test_waking_in_pieces_has_the_law_of_its_hazard():
    # loss of 0, 1, then 0.5 for 50 days each: one colony's law by quadrature, from arrests before all pieces
    edges = np.array([0.0, 50.0, 100.0, 150.0])
    disease = draw_disease(ASLEEP, 4000, seed=9)
    found = spread(disease, ASLEEP, losing([0.0, 1.0, 0.5], edges), Plan(4000.0, -1.0, generations=1), 5)
    late = found.awake[found.awake > 0.0]  # still asleep on day 0: exponential from there, whatever came before

    def hazard(day):
        lost = 0.0 if day < 50.0 else 1.0 if day < 100.0 else 0.5 if day < 150.0 else 0.0
        return 0.004 + 0.03 * lost

    for day in (30.0, 75.0, 120.0, 300.0):
        run = quad(hazard, 0.0, day, points=[50.0, 100.0, 150.0], limit=200)[0]
        share, expected = float((late > day).mean()), float(np.exp(-run))
        assert abs(share - expected) < 4.0 * np.sqrt(expected * (1.0 - expected) / late.size)


def test_more_killing_than_usual_does_not_hold_colonies_back():
    disease, plan = draw_disease(ASLEEP, 500, seed=3), Plan(3000.0, generations=1)
    usual, more = (spread(disease, ASLEEP, one, plan, 5) for one in (untreated(), losing(-0.5)))
    np.testing.assert_allclose(usual.awake, more.awake, rtol=1e-12)


def test_a_trial_takes_the_rate_from_the_evidence_under_the_rival_only():
    document = scenario.load_trial("adjuvant-breast")
    rival = document.model_copy(update={"hypotheses": {"nk_dormancy": "holds"}})
    assert trials.premises(document).cancer.release_rate == 0.0
    assert trials.premises(rival).cancer.release_rate == pytest.approx(0.01)
