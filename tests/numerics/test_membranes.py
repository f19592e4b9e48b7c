"""Membranes: no way past them but through a hole, whatever moves a cell and however fast; who breaches them when."""

import numpy as np
import pytest
from tests.fakes.mechanics_scene import tissue_state

from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.tissue import contacts, matrix

NUCLEUS = 70.0
REACH = 0.5 * 10.0 + np.sqrt(NUCLEUS / np.pi)
TYPE = ("breast_mda_mb_231",)


def setting(**changes):
    names = {id.replace("__", "."): value for id, value in changes.items()}
    known = catalogue()
    return Parameters(known, {id: Override(value, known.value(id).unit, "test") for id, value in names.items()})


def held(n, kind="porous", *, position=200.0, pore=50.0, seed=1, axis="z", parameters=None):
    """Give cells above a sheet, with the process that holds them there."""
    numbers = parameters or setting()
    state, _, grid = tissue_state(n, seed=seed)
    at = state["cell.position"]
    at[:, "xyz".index(axis)] = position + 30.0
    state.put("target.MMP", np.ones(n))
    sheets = [matrix.sheet(kind, axis, position, pore if kind == "porous" else None, numbers)]
    process = contacts.Membranes(numbers, grid, sheets, TYPE)
    process.initial(state)
    return state, grid, sheets, process


@pytest.mark.parametrize("axis", ["x", "y", "z"])
@pytest.mark.parametrize("kind", ["porous", "basement"])
@pytest.mark.parametrize("stride", [0.5, 7.0, 19.0, 400.0, 1e6])
def test_no_cell_slips_through_a_closed_sheet_however_far_it_would_go_in_a_step(kind, axis, stride):
    state, _, sheets, process = held(50, kind, axis=axis, pore=7.0)
    along = "xyz".index(axis)
    rng = np.random.default_rng(5)
    for tick in range(60):
        state["cell.position"][:, along] += rng.uniform(-1.0, 0.5, 50) * stride
        process.advance(state, 60.0 * tick, 60.0)
        gap = 0.5 * sheets[0].thickness + np.sqrt(NUCLEUS / np.pi)
        assert state["cell.position"][:, along].min() >= 200.0 + gap - 1e-9


@pytest.mark.parametrize("position", [180.0, 189.9, 200.0, 210.0, 219.999])
def test_a_closed_sheet_holds_wherever_it_lies_in_its_voxel(position):
    state, _, _, process = held(20, "basement", position=position)
    for tick in range(200):
        state["cell.position"][:, 2] -= 1.7
        process.advance(state, 60.0 * tick, 60.0)
    assert state["cell.position"][:, 2].min() > position + np.sqrt(NUCLEUS / np.pi)


def test_cells_are_held_on_the_side_where_they_are_and_may_leave_it_freely():
    state, _, _, process = held(2, pore=1.0)
    state["cell.position"][:, 2] = [215.0, 185.0]
    process.initial(state)
    state["cell.position"][:, 2] = [100.0, 300.0]
    process.advance(state, 0.0, 60.0)
    np.testing.assert_allclose(state["cell.position"][:, 2], [200.0 + REACH, 200.0 - REACH], rtol=1e-12)
    state["cell.position"][:, 2] = [260.0, 140.0]
    process.advance(state, 60.0, 60.0)
    assert state["cell.position"][:, 2].tolist() == [260.0, 140.0]


def test_a_sheet_changes_no_byte_of_a_cell_that_does_not_come_near_it():
    state, _, _, process = held(200)
    rng = np.random.default_rng(2)
    for tick in range(20):
        state["cell.position"][:, 2] = 200.0 + rng.uniform(REACH, 150.0, 200)
        before = state["cell.position"].copy(), state["cell.velocity"].copy()
        process.advance(state, 60.0 * tick, 60.0)
        assert np.array_equal(before[0], state["cell.position"])
        assert np.array_equal(before[1], state["cell.velocity"])


@pytest.mark.parametrize("steps", [1, 7, 400])
def test_the_way_through_pores_takes_its_length_over_the_pore_law_in_any_number_of_steps(steps):
    pore = 38.5  # half way between the arrest area and the nucleus: half of the free speed
    way = 2.0 * REACH / 0.5 + 20.0
    state, _, _, process = held(3, pore=pore)
    state["cell.position"][:, 2] = 200.0 + REACH + 10.0
    process.initial(state)
    for tick in range(steps):
        state["cell.position"][:, 2] -= way / steps
        process.advance(state, 60.0 * tick, 60.0)
    np.testing.assert_allclose(state["cell.position"][:, 2], 200.0 - REACH - 10.0, rtol=1e-9)


def test_pores_of_three_five_and_eight_micrometres_arrest_slow_and_pass_a_tumour_nucleus():
    areas = np.pi * np.array([3.0, 5.0, 8.0, 12.0]) ** 2 / 4.0
    share = matrix.share_through(areas, np.full(4, NUCLEUS), 0.1)
    assert share[0] < 0.01
    assert 0.1 < share[1] < 0.3
    assert 0.6 < share[2] < 0.8
    assert share[3] == 1.0


def test_a_daughter_that_is_put_across_the_sheet_is_put_back():
    state, _, _, process = held(1, "basement")
    state["cell.position"][:, 2] = 206.0
    process.initial(state)
    state.reindex(np.array([0, 0]))
    state["cell.position"][1, 2] = 194.0
    process.advance(state, 0.0, 60.0)
    assert state["cell.position"][1, 2] > 200.0


def test_two_sheets_in_one_layer_of_voxels_are_refused():
    numbers = setting()
    state, _, grid = tissue_state(3, seed=1)
    sheets = [matrix.sheet("porous", "z", at, 50.0, numbers) for at in (201.0, 219.0)]
    with pytest.raises(Exception, match="one layer of voxels") as found:
        contacts.Membranes(numbers, grid, sheets, TYPE).initial(state)
    assert "AMB-S421" in str(found.value)


def breach_time(*, protease=0.6, tension=0.2, limit=48.0):
    """Give the hours after which a cell that rests on a basement membrane begins to fit through, or infinity."""
    numbers = setting(cell__breast_mda_mb_231__protease=protease)
    state, grid, sheets, process = held(1, "basement", parameters=numbers)
    state["cell.position"][0] = [210.0, 210.0, 206.0]
    state["cell.tension"][0], state["cell.drive"][0] = tension, 0.0
    process.initial(state)
    breach = contacts.Breach(numbers, grid, sheets, contacts.Activity(numbers, TYPE) if protease else None)
    for tick in range(int(60.0 * limit)):
        breach.advance(state, 60.0 * tick, 60.0)
        if (1.0 - state["matrix.membrane"][10, 10, 10]) * 400.0 > 7.0:
            return (tick + 1) / 60.0
    return np.inf


def test_membranes_are_breached_the_sooner_the_more_a_cell_cuts():
    times = [breach_time(protease=share) for share in (0.0, 0.1, 0.3, 1.0)]
    assert times[0] == np.inf
    assert times[1] > times[2] > times[3] > 0.0


def test_membranes_are_breached_the_sooner_the_harder_a_cell_presses_above_the_yield_stress():
    yields = 1.0 * 8.4 / (0.5 * 2.0)  # tension [nN/um] at which push 2 gamma / R is the yield stress
    times = [breach_time(protease=0.0, tension=part * yields) for part in (0.99, 1.01, 1.05, 1.2)]
    assert times[0] == np.inf
    assert times[1] > times[2] > times[3] > 0.0


def test_a_membrane_under_a_resting_cell_decays_exponentially():
    numbers = setting()
    state, grid, sheets, process = held(1, "basement")
    state["cell.position"][0] = [210.0, 210.0, 206.0]
    state["cell.drive"][0], state["cell.tension"][0] = 0.0, 0.2
    process.initial(state)
    breach = contacts.Breach(numbers, grid, sheets, contacts.Activity(numbers, TYPE))
    for tick in range(120):
        breach.advance(state, 60.0 * tick, 60.0)
    rate = numbers["membrane.area_rate"] * numbers["cell.breast_mda_mb_231.protease"]
    assert state["matrix.membrane"][10, 10, 10] == pytest.approx(np.exp(-rate * 7200.0 / 400.0), rel=1e-12)
    assert state["matrix.membrane"][10, 10, 12] == 1.0


def test_a_porous_sheet_is_never_cut():
    numbers = setting()
    state, grid, sheets, process = held(10)
    state["cell.position"][:, 2] = 206.0
    state["cell.tension"][...] = 1000.0
    process.initial(state)
    before = state["matrix.membrane"].copy()
    contacts.Breach(numbers, grid, sheets, contacts.Activity(numbers, TYPE)).advance(state, 0.0, 60.0)
    assert np.array_equal(before, state["matrix.membrane"])
