"""Whole trials from their documents: the null that was published, a control that must be found, the level, the chain.

Each test says how often it fails by chance; draws are keyed, so it gives one answer for good.
"""

import numpy as np
import pytest
from scipy import stats

from amoeboid import scenario, trials
from amoeboid.scenario import Effect, TrialArm


def changed(name, *, arms=None, replicates=300, hypotheses=None, **design):
    document = scenario.load_trial(name)
    update = {"trial": document.trial.model_copy(update=design), "replicates": replicates}
    update |= {"arms": arms} if arms else {}
    return document.model_copy(update=update | ({"hypotheses": hypotheses} if hypotheses else {}))


def within(count, n, expected, chance=1e-3):
    return stats.binomtest(int(count), n, min(max(expected, 1e-6), 1.0)).pvalue > chance


def control(name):
    return scenario.load_trial(name).reference_arm


@pytest.mark.slow
def test_janus_finds_as_little_as_janus_found():
    study = trials.simulate(changed("janus-1", population=2000, replicates=400))
    for case in range(len(study.cases)):
        ratio = study.contrasts[case, 1, "OS"].hazard_ratio.value
        assert 0.85 <= ratio <= 1.10
        found = study.results[case, 1]
        power = study.headline(1, case).power
        # no commoner than the power of that ratio, false alarm one in a thousand
        assert stats.binomtest(int(found.benefit.sum()), 400, power, alternative="greater").pvalue > 1e-3
        # the mean of what trials report is the truth; its error is 2 / sqrt(events x trials)
        error = 2.0 / np.sqrt(found.n_events.mean() * 400)
        assert np.nanmean(found.log_hazard_ratio) == pytest.approx(np.log(ratio), abs=5.0 * error)


@pytest.mark.slow
def test_a_control_that_works_is_found_at_its_stated_power():
    halved = TrialArm(name="seeding halved", effect=Effect(single=0.5, cluster=0.5, stop=84.0))
    arms = (control("neoadjuvant-melanoma"), halved)
    study = trials.simulate(
        changed("neoadjuvant-melanoma", arms=arms, population=3000, patients=2000, looks=(1.0,), nk_loss=(0.0,))
    )
    told = study.headline(1)
    assert told.truth.verdict == "helps"
    assert told.truth.hazard_ratio.high < 1.0
    assert 0.6 < told.power < 0.999
    # Schoenfeld's power holds to some percent where hazards are not proportional and scans are apart
    assert told.benefit.value == pytest.approx(told.power, abs=0.08)
    assert told.harm.value == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_two_arms_alike_differ_as_often_as_the_level_says(spending):
    arms = (control("neoadjuvant-melanoma"), TrialArm(name="the same"))
    study = trials.simulate(
        changed(
            "neoadjuvant-melanoma",
            arms=arms,
            population=1500,
            patients=240,
            replicates=3000,
            spending=spending,
            looks=(0.5, 1.0),
            nk_loss=(0.0,),
        )  # fmt: skip
    )
    assert study.contrasts[0, 1, "DMFS"].hazard_ratio.value == 1.0
    found = study.results[0, 1]
    assert within(found.significant.sum(), 3000, 0.05)  # false alarm one in a thousand
    assert within(found.benefit.sum(), 3000, 0.025)


def ratios(arms, **design):
    """Give the true hazard ratio of metastasis of each arm, at the best link and over its draws."""
    document = changed("neoadjuvant-melanoma", arms=(control("neoadjuvant-melanoma"), *arms), nk_loss=(0.0,),
                       population=1500, patients=20, replicates=2, **design)  # fmt: skip
    study = trials.simulate(document)
    return [(study.contrasts[0, k, "DMFS"].hazard_ratio.value, study.link_ratios[k]) for k, _ in study.compared]


@pytest.mark.slow
def test_the_pathway_is_felt_in_metastasis_through_the_link_with_its_uncertainty():
    more, blocked = (
        TrialArm(name="more cytokine", osm=1.0),
        TrialArm(name="JAK1 knock-out", knockouts=("JAK1",)),
    )
    (osm, osm_draws), (jak, jak_draws) = ratios((more, blocked))
    assert osm > 1.0 > jak
    # every draw of the link agrees about the direction, and the draws do differ
    assert np.all(osm_draws > 1.0)
    assert np.all(jak_draws < 1.0)
    assert np.ptp(osm_draws) > 0.0
    assert osm_draws.min() <= osm * 1.02
    assert osm_draws.max() >= osm * 0.98


@pytest.mark.slow
def test_a_block_helps_before_surgery_and_not_after_it():
    document = scenario.load_trial("adjuvant-breast")
    found = trials.sign_map(document, patients=1500, blocks=(0.0, 0.4, 1.0))
    words = found.verdicts()
    none, full = int(np.argmin(found.nk_loss)), int(np.argmax(found.nk_loss))
    before = [t.start < 0.0 for t in found.timings]
    for t, early in enumerate(before):
        if early:
            assert found.contrasts[none, t, 2].net.value > 0.0
        else:
            # nothing is left to seed but by colonies, and NK cells are missed
            assert found.contrasts[none, t, 2].harmed.value == 0.0
            assert found.contrasts[full, t, 2].net.value <= 0.0
            assert "helps" not in words[full][t]
    assert "helps" in words[none][0]
