"""Cells cycle, divide, starve, die and are cleared; nothing of them is lost from the books."""

import numpy as np
import pytest

from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.process import State
from amoeboid.seeds import TICK
from amoeboid.tissue import cells
from amoeboid.tissue.cells.cycle import DIVIDING, G1, HYPOXIC, NECROTIC, PHASES, QUIESCENT, supply, volume_of
from amoeboid.tissue.geometry import Domain

P = Parameters(catalogue())
DOMAIN = Domain((2000.0, 2000.0, 2000.0))
DAY = 86400.0


def numbers(**changes):
    units = {"spread": None}
    over = {}
    for name, value in changes.items():
        record = P.value(f"growth.{name}")
        over[f"growth.{name}"] = Override(value, record.unit, "test", spread=units.get(name))
    return Parameters(catalogue(), over)


def crowd(n=200, parameters=P, seed=1, **options):
    size = (300.0, 300.0, 300.0)
    state = cells.place([cells.Placement("melanoma", "grid", count=n, size=size)], parameters, DOMAIN, seed=seed)
    growth = cells.Growth(parameters, DOMAIN, ["melanoma"], seed=seed, **options)
    growth.initial(state)
    return state, growth


def pass_time(state, growth, days, begin=0.0):
    for k in range(round(days * DAY / growth.interval)):
        growth.advance(state, begin + k * growth.interval, growth.interval)


def test_phases_have_their_names_in_order():
    assert (PHASES[G1], PHASES[DIVIDING], PHASES[QUIESCENT], PHASES[HYPOXIC], PHASES[NECROTIC]) == PHASES


def test_supply_is_none_at_arrest_and_full_at_its_end_even_when_both_are_one():
    assert supply(np.array([0.9, 1.0, 1.1]), np.array(1.0), np.array(1.0)).tolist() == [0.0, 0.0, 1.0]


def test_a_crowd_begins_with_the_volume_of_its_type_on_average():
    state, growth = crowd(4000)
    own = P["cell.melanoma.radius"]
    spread = P.value("cell.melanoma.radius").spread or 0.0
    expected = volume_of(own) * np.exp(4.5 * spread**2)
    # the coefficient of variation of 2^share is 0.2; four standard errors, false alarms 1 in 16,000
    margin = 4.0 * np.hypot(0.2, 3.0 * spread) / np.sqrt(4000)
    assert volume_of(state["cell.radius"]).mean() == pytest.approx(expected, rel=margin)


def test_daughters_have_half_the_volume_one_number_each_and_all_else_of_the_mother():
    state, growth = crowd(1)
    state["cell.cycle"][:] = 0.999999
    state.put("signalling.species", np.array([[3.0]]))
    before, place = volume_of(state["cell.radius"])[0], state["cell.position"][0].copy()
    growth.advance(state, 600.0, 600.0)
    assert state.n_cells == 2
    grown = state["growth.volume"][0]
    assert volume_of(state["cell.radius"]).tolist() == pytest.approx([0.5 * (before + grown)] * 2)
    assert state["cell.id"].tolist() == [0, 1]
    assert state["cell.parent"].tolist() == [-1, 0]
    assert state["cell.born"].tolist() == [1200.0, 1200.0]
    assert state["cell.next_id"].tolist() == [2]
    assert state["signalling.species"].tolist() == [[3.0, 3.0]]
    assert state["cell.position"].mean(axis=0) == pytest.approx(place)
    apart = np.linalg.norm(state["cell.position"][0] - state["cell.position"][1])
    assert apart == pytest.approx(P["growth.daughters_apart"] * state["cell.radius"][0])
    assert (state["cell.phase"] == G1).all()


def test_newborn_cells_count_in_the_order_of_their_mothers_wherever_these_are_stored():
    state, growth = crowd(5)
    state.reindex(np.array([3, 0, 4, 1, 2]))
    state["cell.cycle"][:] = [1.1, 0.1, 1.1, 1.1, 0.1]
    growth.advance(state, 0.0, 600.0)
    assert state["cell.id"].tolist() == [3, 0, 4, 1, 2, 5, 6, 7]
    assert state["cell.parent"][5:].tolist() == [1, 3, 4]


def test_the_axes_of_division_are_even_over_the_sphere():
    state, growth = crowd(2000)
    state["cell.cycle"][:] = 1.0
    growth.advance(state, 0.0, 600.0)
    way = state["cell.position"][2000:] - state["cell.position"][:2000]
    cosine = way / np.linalg.norm(way, axis=1, keepdims=True)
    # variance of a coordinate on the sphere is 1/3; four standard errors over three axes, false alarms 1 in 5,000
    assert np.abs(cosine.mean(axis=0)).max() < 4.0 * np.sqrt(1.0 / 3.0 / 2000)


def test_cells_without_oxygen_stop_starve_and_die_at_the_rate_of_the_record():
    state, growth = crowd(2000)
    state.put("cell.at.oxygen", np.zeros(2000))
    pass_time(state, growth, 1.0)
    alive = np.count_nonzero(state["cell.phase"] == HYPOXIC)
    share = np.exp(-P["growth.hypoxic_death"] * DAY)
    # four standard errors, false alarms 1 in 16,000
    assert alive == pytest.approx(2000 * share, abs=4.0 * np.sqrt(2000 * share * (1.0 - share)))
    assert not state["cell.vigour"][~cells.living(state)].any()
    assert state["growth.cells"].tolist() == [0, 2000 - alive, 0]


def test_cells_between_death_and_full_oxygen_wait_in_g1_but_finish_what_they_have_begun():
    state, growth = crowd(500)
    held = state["cell.cycle"] < P["growth.first_share"]
    state.put("cell.at.oxygen", np.full(500, 0.5 * (P["growth.oxygen_death"] + P["growth.oxygen_arrest"])))
    begun = int(np.count_nonzero(~held))
    for k in range(300):
        growth.advance(state, k * 600.0, 600.0)
        state.put("cell.at.oxygen", np.full(state.n_cells, state["cell.at.oxygen"][0]))
    assert state.n_cells == 500 + begun
    assert (state["cell.phase"] == QUIESCENT).all()
    pressed, growth = crowd(500)
    pressed.put("cell.pressure", np.full(500, 1.01 * P["growth.pressure_arrest"]))
    growth.advance(pressed, 0.0, 600.0)
    assert np.array_equal(pressed["cell.phase"] == QUIESCENT, pressed["cell.cycle"] < P["growth.first_share"])


def test_supply_returned_lets_quiescent_cells_go_on():
    state, growth = crowd(100)
    state.put("cell.at.oxygen", np.full(100, P["growth.oxygen_arrest"]))
    growth.advance(state, 0.0, 600.0)
    share = state["cell.cycle"].copy()
    assert (state["cell.phase"] == QUIESCENT).any()
    state["cell.at.oxygen"][:] = 2.0 * P["growth.oxygen_full"]
    growth.advance(state, 600.0, 600.0)
    assert not (state["cell.phase"] == QUIESCENT).any()
    assert (state["cell.cycle"][:100] != share).all()


def test_the_dead_shrink_are_cleared_and_every_cell_and_volume_stays_in_the_books():
    quick = numbers(necrotic_loss=20.0, apoptosis=1.0, cycle_time=12.0)
    state, growth = crowd(300, quick)
    before = volume_of(state["cell.radius"]).sum()
    pass_time(state, growth, 2.0)
    born, died, cleared = state["growth.cells"]
    assert min(born, died, cleared) > 50
    assert state.n_cells == 300 + born - cleared
    assert np.count_nonzero(~cells.living(state)) == died - cleared
    grown, lost = state["growth.volume"]
    assert volume_of(state["cell.radius"]).sum() == pytest.approx(before + grown - lost, rel=1e-12)
    assert len(set(state["cell.id"].tolist())) == state.n_cells
    assert state["cell.next_id"][0] == 300 + born


def test_one_kind_of_death_empties_a_crowd_and_nothing_fails_then():
    quick = numbers(necrotic_loss=100.0, apoptosis=100.0)
    state, growth = crowd(50, quick)
    pass_time(state, growth, 1.0)
    assert state.n_cells == 0
    growth.advance(state, DAY, 600.0)
    assert state["growth.cells"].tolist()[1:] == [50, 50]


def test_stat3_holds_growth_back_only_under_the_hypothesis():
    times = {}
    for option in ("off", "on"):
        state, growth = crowd(200, hypotheses={"osm_growth": option})
        state.put("cell.pSTAT3", np.full(200, P["growth.stat3_half"]))
        times[option] = growth.slowing(state)
    assert (times["off"] == 1.0).all()
    assert (times["on"] == 0.5).all()


def test_a_type_of_its_own_cycle_time_divides_at_it():
    own = [cells.Growth(P, DOMAIN, [name], seed=1).life for name in ("melanoma", "melanoma_wm983b")]
    assert own[0].cycle_time[0] == P["growth.cycle_time"]
    assert own[1].cycle_time[0] == P["cell.melanoma_wm983b.cycle_time"] != own[0].cycle_time[0]


def test_the_dead_have_the_tension_of_a_passive_cortex_and_no_signal():
    state = State({"cell.id": np.arange(2), "cell.phase": np.array([G1, NECROTIC])})
    for name in ("cell.drive", "cell.tension", "cell.pMLC2", "cell.pSTAT3"):
        state.put(name, np.array([0.7, 0.7]))
    cells.Passive(P).advance(state, 0.0, TICK)
    assert state["cell.tension"].tolist() == [0.7, P["signalling.tension_rest"]]
    assert [state[name].tolist() for name in ("cell.drive", "cell.pMLC2", "cell.pSTAT3")] == [[0.7, 0.0]] * 3


def test_lists_of_neighbours_are_made_anew_when_radii_have_changed():
    state, growth = crowd(20)
    state.put("mechanics.neighbours", np.arange(20))
    growth.advance(state, 0.0, 600.0)
    assert "mechanics.neighbours" not in state


def test_axes_of_division_belong_to_mothers_whoever_else_divides_and_wherever_they_are_stored():
    places = []
    for order, others in ((np.arange(30), 0.1), (np.arange(30)[::-1], 1.0)):
        state, growth = crowd(30)
        state.reindex(order)
        state["cell.cycle"][:] = np.where(state["cell.id"] == 17, 1.0, others)
        growth.advance(state, 1200.0, 600.0)
        places.append(state["cell.position"][state["cell.id"] == 17])
    assert np.array_equal(*places)


def test_numbers_of_cells_that_are_gone_are_not_given_again():
    state, growth = crowd(3)
    state.put("cell.next_id", np.array([9]))  # cells up to 8 have been
    state["cell.cycle"][:] = [0.1, 1.0, 0.1]
    growth.advance(state, 0.0, 600.0)
    assert state["cell.id"].tolist() == [0, 1, 2, 9]
