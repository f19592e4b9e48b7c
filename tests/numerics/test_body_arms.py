"""Arms of the body: the same colonies in all, whoever else is there, and the break-even with loss of NK killing.

Random tests compare means over patients with closed forms at 4 standard errors: a false alarm in 16,000.
"""

import dataclasses

import numpy as np
import pytest
from early_breast import PLAIN, changed

from amoeboid.body import (
    Plan,
    break_even,
    cancer,
    draw_disease,
    follow,
    outcome,
    outcomes,
    spread,
    waking,
    with_killing,
)
from amoeboid.errors import NumericsError
from amoeboid.kernels import threads
from amoeboid.process.treatment import Treatment, untreated

DEADLY = changed(seeding=(4e-6, 1.2), nk_kill_rate=7e-4)
PLAN = Plan(4000.0, resection=84.0)
EDGES = np.array([-1e5, 0.0, 60.0, 84.0, 900.0, 1e5])


def arm(single=1.0, cluster=1.0, extravasation=1.0, killing=1.0, growth=1.0, edges=EDGES):
    rows = [np.full((1, len(edges) - 1), x) for x in (single, cluster, extravasation, killing, growth)]
    return Treatment(edges, *rows)


def same_bytes(one, other):
    fields = [field.name for field in dataclasses.fields(one)]
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in fields
        if isinstance(getattr(one, name), np.ndarray)
    )


def by_key(colonies):
    return dict(
        zip(colonies.key.tolist(), zip(colonies.born, colonies.awake, colonies.origin, strict=True), strict=True)
    )


def test_an_arm_at_dose_nought_is_the_control_to_the_last_bit():
    disease = draw_disease(DEADLY, 3000, seed=8)
    control = spread(disease, DEADLY, untreated(), PLAN, 3)
    treated = spread(disease, DEADLY, arm(), PLAN, 3)
    assert control.generation.max() >= 3
    assert same_bytes(control, treated)
    assert same_bytes(outcome(control), outcome(treated))


@pytest.mark.parametrize(
    ("fewer", "more"),
    [
        ({"single": 0.5, "cluster": 0.7}, {}),
        ({}, {"single": 1.7, "cluster": 3.3}),
        ({"single": 1.7, "cluster": 2.2}, {"single": 2.5, "cluster": 4.5}),
        ({"extravasation": 0.2}, {}),
        ({}, {"killing": 0.3}),
        ({"killing": 2.0}, {"killing": 0.0}),
    ],
)
def test_the_arm_with_fewer_colonies_has_those_of_the_other_at_the_same_times(fewer, more):
    # without death: an arm with more colonies is cut sooner, and would lack late ones for that reason
    immortal = dataclasses.replace(DEADLY, hazard=0.0, other_death=(0.0, 0.0), seeding=(1e-6, 0.8))
    disease, plan = draw_disease(immortal, 1500, seed=8), Plan(1800.0, resection=84.0, most=10**6)
    few, many = (by_key(spread(disease, immortal, arm(**told), plan, 3)) for told in (fewer, more))
    assert 150 < len(few) < len(many)
    assert all(many[key] == few[key] for key in few)


def test_earlier_surgery_only_takes_away_the_colonies_founded_later():
    immortal = dataclasses.replace(DEADLY, hazard=0.0, other_death=(0.0, 0.0), seeding=(1e-6, 1.0))
    disease = draw_disease(immortal, 2000, seed=8)
    early, late = (by_key(spread(disease, immortal, untreated(), Plan(1800.0, day), 3)) for day in (0.0, 300.0))
    assert set(early) < set(late)
    assert all(late[key] == early[key] for key in early)


def test_a_patient_is_the_same_alone_in_chunks_and_on_any_number_of_threads(monkeypatch):
    disease = draw_disease(DEADLY, 2500, seed=8)
    treatment = arm(single=1.5, killing=0.4, growth=0.9)
    whole = outcome(spread(disease, DEADLY, treatment, PLAN, 3))
    monkeypatch.setattr(outcomes, "CHUNK", 333)
    assert same_bytes(whole, follow(disease, DEADLY, treatment, PLAN, 3))
    some = draw_disease(DEADLY, 40, seed=8, first=1700)
    part = outcome(spread(some, DEADLY, treatment, PLAN, 3))
    for field in dataclasses.fields(part):
        np.testing.assert_array_equal(getattr(part, field.name), getattr(whole, field.name)[1700:1740])
    before = threads.threads()
    threads.set_threads(3)
    assert same_bytes(whole, outcome(spread(disease, DEADLY, treatment, PLAN, 3)))
    threads.set_threads(before)


def test_rows_of_treatment_and_of_surgery_belong_to_their_patients():
    disease = draw_disease(DEADLY, 600, seed=8)
    factor = np.where(np.arange(600) < 300, 1.0, 0.4)[:, None] * np.ones((1, 2))
    one = np.ones((1, 2))
    treatment = Treatment(np.array([-2000.0, 0.0, 84.0]), factor, factor, one, one, one)
    out = np.where(np.arange(600) % 2 == 0, 0.0, 84.0)
    whole = spread(disease, DEADLY, treatment, Plan(4000.0, out), 3)
    half = slice(300, 600)
    part = spread(disease.rows(300, 600), DEADLY, treatment.rows(300, 600), Plan(4000.0, out[half]), 3)
    assert len(part) > 200
    np.testing.assert_array_equal(whole.key[whole.patient >= 300], part.key)
    np.testing.assert_array_equal(whole.awake[whole.patient >= 300], part.awake)


DORMANT = changed(dormant_share=1.0, wake_rate=0.02, seeding=(1e-5, 0.5), other_death=(0.0, 0.0), hazard=0.0)


@pytest.mark.parametrize("ratio", [1.0, 5.0, 20.0])
@pytest.mark.parametrize("loss", [0.25, 0.5, 0.9])
def test_break_even_with_loss_of_killing_is_that_of_the_closed_form(ratio, loss):
    # reference, section 2.6: treated / control = f (omega + kappa) / (omega + kappa (1 - delta))
    sick = dataclasses.replace(DORMANT, nk_kill_rate=0.02 * ratio)
    disease, plan = draw_disease(sick, 20_000, seed=2), Plan(3000.0, generations=1)
    control = spread(disease, sick, untreated(), plan, 5).counts
    edge = float(break_even(ratio, loss))
    for factor, sign in ((0.7 * edge, -1.0), (edge, 0.0), (1.0, 1.0)):
        treated = spread(disease, sick, arm(single=factor, cluster=factor, killing=1.0 - loss), plan, 5).counts
        expected = (factor * waking(ratio, loss) / waking(ratio) - 1.0) * control.mean()
        change = treated - control
        error = change.std() / np.sqrt(len(change))
        assert abs(change.mean() - expected) < 4.0 * error
        assert sign == 0.0 or np.sign(expected) == sign
        assert sign == 0.0 or abs(expected) > 4.0 * error, "too few patients to tell help from harm"


def test_break_even_is_that_of_the_published_table():
    table = [[0.88, 0.75, 0.55], [0.79, 0.58, 0.25], [0.76, 0.52, 0.14]]
    got = break_even(np.array([[1.0], [5.0], [20.0]]), np.array([0.25, 0.5, 0.9]))
    # the table rounds to two places, and 0.875 up
    np.testing.assert_allclose(got, table, atol=0.0051)


def test_relapses_do_not_tell_how_many_dormant_colonies_are_killed():
    disease = draw_disease(PLAIN, 20_000, seed=1)
    scale = with_killing(PLAIN, 5.0).seeding[0] / PLAIN.seeding[0]
    more = dataclasses.replace(disease, seeding=disease.seeding * scale)
    plan = Plan(3650.0, generations=1)
    few = outcome(spread(disease, PLAIN, untreated(), plan, 1))
    many = outcome(spread(more, with_killing(PLAIN, 5.0), untreated(), plan, 99))
    assert with_killing(with_killing(PLAIN, 5.0), 0.0).seeding[0] == pytest.approx(PLAIN.seeding[0])
    for year in (2, 5, 10):
        free = [(x.first_visible > year * 365.25).mean() for x in (few, many)]
        error = np.sqrt(sum(p * (1.0 - p) / 20_000 for p in free))
        assert abs(free[0] - free[1]) < 4.0 * error
    # and treatment that takes killing away tells them apart
    lossy = [spread(d, c, arm(killing=0.0), plan, 1) for d, c in ((disease, PLAIN), (more, with_killing(PLAIN, 5.0)))]
    assert len(lossy[1]) > 1.2 * len(lossy[0])


@pytest.mark.parametrize("name", ["breast", "melanoma"])
def test_presets_run_through_the_whole_body(name):
    kind = cancer(name)
    result = follow(draw_disease(kind, 300, seed=1), kind, untreated(), Plan(1826.0), 1)
    assert np.all(result.end <= 1826.0)
    assert np.all((result.first_visible <= result.end) | np.isinf(result.first_visible))


def test_crowded_patients_lose_small_colonies_only_and_are_told():
    many = dataclasses.replace(DEADLY, seeding=(1e-4, 0.5), dormant_share=0.0)
    disease = draw_disease(many, 60, seed=8)
    whole = spread(disease, many, untreated(), Plan(900.0, most=10**6), 3)
    bounded = spread(disease, many, untreated(), Plan(900.0, most=5000), 3)
    crowded = bounded.least > 0.0
    assert not np.any(whole.least > 0.0)
    assert 3 < crowded.sum() < 60
    assert np.all(whole.counts[crowded] > 5000)
    assert np.all(bounded.counts <= 5000)
    np.testing.assert_array_equal(whole.counts[~crowded], bounded.counts[~crowded])
    assert set(bounded.key) < set(whole.key)
    # what is seen first is the same to the bit; the day of death moves by the little that small colonies weigh
    one, other = outcome(whole), outcome(bounded)
    np.testing.assert_array_equal(one.first_visible, other.first_visible)
    np.testing.assert_array_equal(one.n_visible[~crowded], other.n_visible[~crowded])
    died = np.isfinite(one.death)
    assert np.array_equal(died, np.isfinite(other.death))
    late = other.death[died] - one.death[died]
    assert -0.5 <= late.min() <= late.max() < 5.0
    np.testing.assert_array_equal(other.least, bounded.least)


def test_an_explosion_of_large_colonies_names_the_patient():
    endless = dataclasses.replace(DEADLY, hazard=0.0, other_death=(0.0, 0.0), seeding=(1e-4, 0.0))
    with pytest.raises(NumericsError, match=r"patient 5: more than 50 colonies[^\0]*AMB-N607"):
        spread(draw_disease(endless, 1, seed=8, first=5), endless, untreated(), Plan(9000.0, most=50), 3)
