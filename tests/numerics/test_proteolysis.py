"""Contact proteolysis: closed forms of the pore and of the collagen in front of a resting cell, and mass balance."""

import numpy as np
import pytest
from tests.fakes.mechanics_scene import tissue_state

from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.tissue import contacts, matrix

DENSITY = 4.0
NUCLEUS = 70.0
DEPTH = 5.0


def setting(**changes):
    names = {id.replace("__", "."): value for id, value in changes.items()}
    known = catalogue()
    return Parameters(known, {id: Override(value, known.value(id).unit, "test") for id, value in names.items()})


def dense(n, *, seed, drive=0.0, **changes):
    """Give cells of a cutting type in dense collagen, with the process that cuts."""
    parameters = setting(**changes)
    state, domain, grid = tissue_state(n, seed=seed, collagen=DENSITY, drive=drive)
    rest = matrix.rest(matrix.Material("collagen", DENSITY), parameters)
    matrix.refresh(state, rest)
    state.put("target.MMP", np.ones(n))
    process = contacts.Proteolysis(parameters, grid, ("breast_mda_mb_231",), rest)
    process.initial(state)
    return state, grid, process, parameters


def test_a_pore_in_front_of_a_resting_cell_widens_towards_its_nucleus_as_in_the_closed_form():
    state, grid, process, parameters = dense(1, seed=1)
    state["cell.position"][0] = [210.0, 210.0, 210.0]
    state["cell.polarity"][0] = [1e-12, 0.0, 1.0]
    state["cell.radius"][0] = 1e-9
    before = float(state["matrix.collagen"].sum())
    median = float(state["matrix.pore_area"][0, 0, 0])
    rate = parameters["cell.breast_mda_mb_231.protease"] * parameters["proteolysis.volume_rate"] / (NUCLEUS * DEPTH)
    for tick in range(30):
        process.advance(state, 60.0 * tick, 60.0)
        state["matrix.pore_area"][...] = median
    area = median * np.exp(parameters["matrix.pore_spread"] * state["cell.pore"][0])
    expected = NUCLEUS - (NUCLEUS - median) * np.exp(-rate * 1800.0)
    assert area == pytest.approx(expected, rel=1e-12)
    share = (area - median) * DEPTH / grid.voxel_volume
    assert state["matrix.collagen"].min() == pytest.approx(DENSITY * np.exp(-share), rel=1e-9)
    assert before - state["matrix.collagen"].sum() == pytest.approx(DENSITY * -np.expm1(-share), rel=1e-9)


def test_collagen_that_is_left_and_collagen_that_was_cut_add_up_in_every_voxel():
    state, _, process, _ = dense(300, seed=2)
    for tick in range(20):
        process.advance(state, 60.0 * tick, 60.0)
        state["cell.pore"][...] = 0.0
    assert state["matrix.cut"].max() > 0.01
    np.testing.assert_allclose(state["matrix.collagen"] + state["matrix.cut"], DENSITY, rtol=1e-13)
    np.testing.assert_allclose(state["matrix.orientation"][..., :3].sum(axis=-1), 1.0, rtol=1e-12)
    assert state["matrix.track"].min() >= 0.0
    assert state["matrix.track"].max() < 1.0


def test_rock_block_raises_cutting_only_through_rac():
    amounts = {}
    for share in (0.0, 1.0):
        for drive in (0.0, 0.85):
            state, _, process, _ = dense(50, seed=3, drive=drive, proteolysis__rac_share=share)
            process.advance(state, 0.0, 60.0)
            amounts[share, drive] = float(state["matrix.cut"].sum())
    assert amounts[0.0, 0.0] == amounts[0.0, 0.85]
    assert amounts[1.0, 0.0] > 3.0 * amounts[1.0, 0.85]


@pytest.mark.parametrize("left", [0.0, 0.5])
def test_what_an_inhibitor_leaves_of_mmp_is_what_cuts(left):
    full, _, process, _ = dense(40, seed=4)
    process.advance(full, 0.0, 1.0)
    state, _, other, _ = dense(40, seed=4)
    state["target.MMP"][...] = left
    other.advance(state, 0.0, 1.0)
    assert state["matrix.cut"].sum() == pytest.approx(left * full["matrix.cut"].sum(), rel=1e-3)


def test_no_collagen_means_nothing_to_cut():
    state, _, process, _ = dense(20, seed=5)
    state["matrix.collagen"][...] = 0.0
    process.advance(state, 0.0, 60.0)
    assert not state["matrix.cut"].any()
    assert not state["cell.pore"].any()
    assert not state["matrix.track"].any()
