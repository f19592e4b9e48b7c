"""What doses become: shares of levels in pieces of time, and multipliers averaged over a dosing interval."""

import numpy as np
import pytest

from amoeboid import pharmacology, trials
from amoeboid.evidence import Parameters, catalogue
from amoeboid.process import MULTIPLIERS, EscapeLink
from amoeboid.scenario import Effect, TrialArm, TrialDrug
from amoeboid.trials import dosing, exposure, schedule, therapy

P = Parameters(catalogue())
KNOTS = np.linspace(0.0, 1.0, 11)
LINK = EscapeLink(
    KNOTS, (0.001 + 0.02 * KNOTS**3)[None], (0.1 + 0.2 * KNOTS)[None], (0.1 + 0.6 * KNOTS)[None], "by hand"
)
PEOPLE = pharmacology.draw_people(40, seed=1)
TABLE = trials.contractility(trials.Tumour(osm=0.1), ["ruxolitinib"])
TUMOURS = dosing.Tumours(TABLE, TABLE.untreated)


def arm(dose, **changes):
    drug = dict(name="ruxolitinib", dose=dose, interval=0.5, stop=84.0) | changes
    return TrialArm(name="ruxolitinib", drugs=(TrialDrug(**drug),), dose_rules=False)


def taken(one, weekly=None):
    doses = tuple(tuple(sorted({0.0, drug.dose})) for drug in one.drugs)
    known = exposure.levels(one, doses, PEOPLE, TUMOURS, seed=1, parameters=P)
    within = schedule.edges(one, 1000.0)
    planned = tuple(np.full((1, 1), drug.dose) for drug in one.drugs)
    return trials.Taken(within, exposure.shares(one, weekly or planned, doses, within), known)


CHIEF = trials.Case(0, 0.5)


def treated(one, case=CHIEF):
    return trials.treatment(one, taken(one), LINK, case, reference=TUMOURS.reference, parameters=P)


def test_a_piece_of_time_is_shared_between_the_doses_of_its_weeks():
    one = arm(15.0, stop=28.0)
    weekly = (np.array([[15.0, 15.0, 0.0, 15.0], [0.0, 0.0, 0.0, 0.0]]),)
    share = exposure.shares(one, weekly, ((0.0, 15.0),), np.array([0.0, 28.0, 56.0]))
    assert share[1].tolist() == [[0.75, 0.0], [0.0, 0.0]]
    assert np.allclose(share.sum(axis=0), 1.0)


def test_the_last_week_that_was_followed_goes_on_to_the_stop():
    share = exposure.shares(
        arm(15.0, stop=84.0), (np.array([[15.0, 0.0]]),), ((0.0, 15.0),), np.array([0.0, 7.0, 84.0])
    )
    assert share[0].tolist() == [[0.0, pytest.approx(1.0)]]


def test_an_arm_at_dose_zero_is_untreated_to_the_last_bit():
    for case in (trials.Case(0, 0.0), trials.Case(0, 0.5), trials.Case(0, 1.0)):
        given = treated(arm(0.0), case)
        for name in MULTIPLIERS:
            assert np.all(getattr(given, name) == 1.0), name


def test_outside_its_time_an_arm_is_untreated_but_for_nk_cells_that_come_back():
    given = treated(arm(15.0))
    after = given.edges[:-1] >= 84.0
    assert after.any()
    assert np.all(given.single[:, after] == 1.0)
    assert np.all(given.single[:, ~after] < 1.0)
    lost = 1.0 - given.killing[:, after].mean(axis=0)
    assert np.all(np.diff(lost) < 0.0)
    assert lost[0] > 0.0
    assert np.all(given.growth == 1.0)


def test_more_drug_means_less_escape_and_less_killing():
    means = [treated(arm(dose)) for dose in (0.0, 5.0, 15.0, 25.0)]
    for name in ("single", "cluster", "extravasation", "killing"):
        first = [float(getattr(one, name)[:, 0].mean()) for one in means]
        assert np.all(np.diff(first) < 0.0), name


def test_the_mean_over_a_dosing_interval_is_that_of_a_fine_grid():
    one = arm(15.0)
    given = treated(one).single[:, 0]
    drawn = pharmacology.population("ruxolitinib", PEOPLE, 1, dose=15.0)
    times = (np.arange(2000) + 0.5) / 2000 * 0.5 * 86400.0
    free = pharmacology.free_fraction("ruxolitinib", "plasma") * pharmacology.steady_profile(
        drawn, 15.0, 43200.0, times
    )
    fine = LINK.relative(TABLE(free), TABLE.untreated)[0].mean(axis=1)
    assert np.abs(given - fine).max() < 2e-3
    # averaging first and asking the link after would be another number: the curve is bent
    wrong = LINK.relative(TABLE(free.mean(axis=1)), TABLE.untreated)[0]
    assert np.abs(wrong - fine).max() > 2e-2


def test_typed_effects_multiply_what_drugs_do_and_end_when_they_stop():
    effect = Effect(single=0.5, growth=0.9, start=10.0, stop=40.0)
    both = arm(15.0).model_copy(update={"effect": effect})
    given, alone = treated(both), treated(arm(15.0))
    inside = (given.edges[:-1] >= 10.0) & (given.edges[1:] <= 40.0)
    at = np.searchsorted(alone.edges, given.edges[:-1][inside], side="right") - 1
    assert np.allclose(given.single[:, inside], 0.5 * alone.single[:, at])
    assert np.allclose(given.growth[:, inside], 0.9)
    assert np.all(given.growth[:, ~inside] == 1.0)


def test_two_drugs_take_the_same_signal_from_nk_cells_together():
    two = arm(15.0)
    other = TrialDrug(name="tofacitinib", dose=5.0, interval=0.5, stop=84.0)
    two = two.model_copy(update={"drugs": (*two.drugs, other)})
    table = trials.contractility(trials.Tumour(osm=0.1), ["ruxolitinib", "tofacitinib"])
    pathway = dosing.Tumours(table, table.untreated)
    doses = ((0.0, 15.0), (0.0, 5.0))
    none, second, first, both = exposure.levels(two, doses, PEOPLE, pathway, seed=1, parameters=P)
    assert none.doses == (0.0, 0.0)
    assert float(none.inhibition[0]) == 0.0
    assert np.all(both.inhibition > np.maximum(first.inhibition, second.inhibition))
    assert np.all(both.inhibition < first.inhibition + second.inhibition)
    assert np.all(both.drive.mean(axis=1) <= first.drive.mean(axis=1) + 1e-9)


def test_more_combinations_than_can_be_followed_are_refused():
    with pytest.raises(ValueError, match=r"AMB-S648"):
        exposure.combinations((tuple(float(k) for k in range(20)),) * 2)


def test_pieces_begin_and_end_with_what_is_given():
    one = arm(15.0, start=7.0, stop=91.0).model_copy(update={"effect": Effect(single=0.5, start=3.0, stop=50.0)})
    within = schedule.edges(one, 150.0)
    assert within[0] == 3.0
    assert within[-1] == 150.0  # NK cells are not yet back when the simulation ends
    assert {3.0, 7.0, 35.0, 50.0, 63.0, 91.0, 98.0} <= set(within.tolist())
    assert np.all(np.diff(within) > 0.0)
    assert schedule.edges(TrialArm(name="no JAK1", knockouts=("JAK1",)), 150.0).tolist() == [0.0, 150.0]


def test_pieces_of_long_courses_are_coarse_after_a_year():
    within = schedule.edges(arm(15.0, stop=None), 3650.0)
    assert within.size < 70
    assert np.diff(within).max() <= 84.0 + 1e-9
    assert therapy.typed(Effect(single=0.25, stop=None), "single", within).tolist() == [[0.25] * (within.size - 1)]
