"""Who is enrolled: the conditions of each setting hold on the day of randomisation, and no fate hangs on the frame."""

import dataclasses

import numpy as np
import pytest

from amoeboid import body, scenario, trials
from amoeboid.process import untreated
from amoeboid.scenario import Eligibility, Setting
from amoeboid.trials import patients


def ready(name, parameters=None, **changes):
    document = scenario.load_trial(name)
    design = document.trial.model_copy(update=changes)
    return trials.premises(document.model_copy(update={"trial": design, "parameters": parameters or {}}))


def fate(one, who, horizon=400.0):
    plan = body.Plan(horizon, who.resection, mortal=-np.inf)
    return body.follow(who.disease, one.cancer, untreated(), plan, one.document.seed)


@pytest.mark.parametrize("name", ["neoadjuvant-melanoma", "adjuvant-breast"])
def test_nobody_has_a_visible_metastasis_at_randomisation(name):
    one = ready(name)
    who = trials.screen(one, 0, 2000)
    found = fate(one, who)
    assert 0.5 * 2000 < who.n < 2000
    assert np.all(found.first_visible > 0.0)
    assert np.all(found.death > 0.0)


def test_primaries_are_in_place_before_surgery_and_out_after_it():
    before, after = (trials.screen(ready(name), 0, 50) for name in ("neoadjuvant-melanoma", "adjuvant-breast"))
    assert np.all(before.resection == 84.0)
    assert np.all(before.diagnosis == 0.0)
    assert np.all(after.resection == -42.0)
    assert np.all(after.diagnosis == -42.0)


def test_patients_in_second_line_have_metastases_and_live():
    one = ready("janus-1")
    who = trials.screen(one, 0, 400)
    found = fate(one, who)
    assert who.n > 100
    wait = one.days("trial.first_line.duration")
    assert np.all(found.first_visible <= -wait + 1e-6)
    assert np.all(found.death > 0.0)
    # whose metastases showed at diagnosis keeps his primary
    at_once = np.isclose(who.diagnosis, -wait)
    assert np.array_equal(np.isinf(who.resection), at_once)
    assert at_once.any()
    assert np.allclose(who.resection[~at_once], who.diagnosis[~at_once])


def test_a_fate_does_not_depend_on_the_day_that_is_called_zero():
    one = ready("janus-1")
    disease = body.draw_disease(one.cancer, 300, 1)
    alone = dataclasses.replace(one.cancer, other_death=(0.0, 0.085))
    early = body.follow(disease, alone, untreated(), body.Plan(700.0, 0.0, mortal=-np.inf), 1)
    later = patients.moved(disease, np.full(300, 250.0), alone)
    late = body.follow(later, alone, untreated(), body.Plan(450.0, -250.0, mortal=-np.inf), 1)
    assert np.array_equal(np.isfinite(early.death), np.isfinite(late.death))
    dead, seen = np.isfinite(early.death), np.isfinite(early.first_visible)
    assert dead.sum() > 30
    # the hazard is integrated in steps that begin elsewhere: right to the 0.5 % of its kernel
    assert np.abs(early.death[dead] - 250.0 - late.death[dead]).max() < 2.0
    assert np.abs(early.first_visible[seen] - 250.0 - late.first_visible[seen]).max() < 1e-3


def test_eligibility_by_size_and_age_is_kept():
    asked = Eligibility(diameter=(10.0, 20.0), age=(50.0, 60.0))
    one = ready("adjuvant-breast", eligibility=asked)
    disease = body.draw_disease(one.cancer, 800, 1)
    who = trials.screen(one, 0, 800)
    kept = np.isin(disease.number, who.disease.number)
    width = body.diameter(disease.cells, one.cancer.density)
    assert np.all((width[kept] >= 10.0) & (width[kept] <= 20.0))
    assert np.all((disease.age[kept] >= 50.0) & (disease.age[kept] <= 60.0))
    assert who.screened == 800


def test_sex_goes_with_the_cancer_and_filtration_with_age():
    who = trials.screen(ready("adjuvant-breast"), 0, 300)
    assert set(who.people.sex) == {"F"}
    assert np.array_equal(who.people.age, who.disease.age)
    mixed = trials.screen(ready("neoadjuvant-melanoma"), 0, 300)
    assert {"F", "M"} == set(mixed.people.sex)
    assert np.corrcoef(mixed.people.age, mixed.people.egfr)[0, 1] < -0.2


def test_candidates_are_the_same_alone_and_among_others():
    one = ready("neoadjuvant-melanoma")
    whole, part = trials.screen(one, 0, 300), trials.screen(one, 100, 100)
    inside = np.isin(whole.disease.number, part.disease.number)
    assert np.array_equal(whole.disease.number[inside], part.disease.number)
    for name in ("cells", "age", "decay"):
        assert np.array_equal(getattr(whole.disease, name)[inside], getattr(part.disease, name))
    assert np.array_equal(whole.people.weight[inside], part.people.weight)


def test_other_causes_kill_on_the_way_to_randomisation_at_the_rate_of_their_law():
    rate = Setting(value=0.2, unit="1/year", reason="so that it can be seen")
    level = Setting(value=0.0, unit="1/year", reason="a constant rate")
    long = ready("adjuvant-breast", after_surgery=365.25,
                 parameters={"cancer.any.other_death.start": rate, "cancer.any.other_death.rise": level})  # fmt: skip
    disease = body.draw_disease(long.cancer, 20_000, 1)
    alive = patients._lives(long, disease, np.full(20_000, 365.25))
    # S = exp(-0.2); 20,000 draws: five errors are 0.0136
    assert alive.mean() == pytest.approx(np.exp(-0.2), abs=0.0136)


def test_what_a_setting_cannot_have_is_refused_in_four_parts():
    with pytest.raises(ValueError, match=r"AMB-S645") as caught:
        ready("janus-1", endpoint="DMFS")
    assert "expected" in str(caught.value)
    document = scenario.load_trial("neoadjuvant-melanoma")
    early = document.arms[1].drugs[0].model_copy(update={"start": -7.0})
    arm = document.arms[1].model_copy(update={"drugs": (early,)})
    with pytest.raises(ValueError, match=r"AMB-S646"):
        trials.premises(document.model_copy(update={"arms": (document.arms[0], arm)}))


def test_an_exponent_changes_who_seeds_and_not_how_much_the_median_has_seeded():
    document = scenario.load_trial("adjuvant-breast")
    by_size = {}
    for option in ("one_third", "one"):
        one = trials.premises(document.model_copy(update={"hypotheses": {"seeding_exponent": option}})).cancer
        ages = body.scaled_age(body.cells_of(np.array([0.5, 1.0, 2.0]) * one.diameter[0], one.density), one.capacity)
        by_size[option] = one.seeding[0] * body.shed(ages, one.exponent, one.capacity)
    assert by_size["one"][1] == pytest.approx(by_size["one_third"][1])
    assert by_size["one"][2] / by_size["one"][1] > by_size["one_third"][2] / by_size["one_third"][1]
