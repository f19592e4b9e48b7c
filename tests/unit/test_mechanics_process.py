"""The mechanics process: errors, ports, walls, rebuilds."""

import numpy as np
import pytest
from mechanics_scene import tissue_state

from amoeboid.errors import NumericsError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.tissue.cells import Mechanics, Polarity, Shape


def mechanics(domain, grid, **changes):
    overrides = {id: Override(value, unit) for id, (value, unit) in changes.pop("overrides", {}).items()}
    return Mechanics(Parameters(catalogue(), overrides), domain, grid, ["melanoma"], **changes)


@pytest.mark.parametrize(
    ("port", "value"), [("cell.position", np.nan), ("cell.tension", np.inf), ("cell.drive", np.nan)]
)
@pytest.mark.parametrize("first", [True, False])
def test_a_number_that_is_not_finite_names_process_time_cell_and_quantity(port, value, first):
    state, domain, grid = tissue_state(20, seed=1)
    process = mechanics(domain, grid)
    if not first:
        process.advance(state, 0.0, 30.0)
    state[port].reshape(20, -1)[7] = value
    with pytest.raises(NumericsError, match=rf"process mechanics, time 90 s, cell 7: `{port}` is not finite"):
        process.advance(state, 90.0, 30.0)


def test_a_velocity_that_is_not_finite_is_told():
    state, domain, grid = tissue_state(20, seed=1)
    state["cell.vigour"][3] = np.nan
    with pytest.raises(NumericsError, match="cell 3: `cell.velocity` is not finite"):
        mechanics(domain, grid).advance(state, 0.0, 30.0)


@pytest.mark.parametrize("make", ["mechanics", "polarity", "shape"])
def test_a_process_writes_only_what_it_says(make):
    state, domain, grid = tissue_state(300, seed=2, collagen=2.0)
    parameters = Parameters(catalogue())
    process = {
        "mechanics": lambda: mechanics(domain, grid),
        "polarity": lambda: Polarity(parameters, domain, grid, seed=1),
        "shape": lambda: Shape(parameters, domain, grid),
    }[make]()
    before = state.copy()
    guarded = state.only(process.writes)
    process.advance(guarded, 0.0, process.interval)
    changed = {name for name in guarded if name not in before or guarded[name].tobytes() != before[name].tobytes()}
    assert changed
    assert changed <= set(process.writes)
    assert set(process.reads) <= set(before) | {"matrix.orientation"}


def test_cells_stay_in_the_domain():
    state, domain, grid = tissue_state(50, seed=3, edge=100.0, collagen=0.0)
    state["cell.position"][:] = np.random.default_rng(1).uniform(0, 100, (50, 3))
    state["cell.vigour"][:] = 100.0
    process = mechanics(domain, grid)
    for k in range(200):
        process.advance(state, 30.0 * k, 30.0)
    assert domain.contains(state["cell.position"]).all()
    assert state["cell.position"].min() > 2.0


def test_a_lone_cell_against_a_wall_is_pushed_back_to_touch():
    state, domain, grid = tissue_state(1, seed=4, position=[[2.0, 200.0, 200.0]])
    state["cell.vigour"][:] = 0.0
    process = mechanics(domain, grid)
    for k in range(2000):
        process.advance(state, 30.0 * k, 30.0)
    assert 8.3 < state["cell.position"][0, 0] < 8.4


def test_many_cells_on_one_point_part():
    state, domain, grid = tissue_state(12, seed=5, position=np.full((12, 3), 200.0))
    process = mechanics(domain, grid)
    for k in range(400):
        process.advance(state, 30.0 * k, 30.0)
    where = state["cell.position"]
    gaps = np.linalg.norm(where[:, None] - where[None], axis=-1)[np.triu_indices(12, 1)]
    assert np.all(np.isfinite(where))
    assert gaps.min() > 8.0


def test_no_cells_are_no_trouble():
    state, domain, grid = tissue_state(0, seed=6)
    mechanics(domain, grid).advance(state, 0.0, 30.0)
    assert state.n_cells == 0


def test_the_list_is_kept_until_a_cell_has_used_up_its_margin():
    state, domain, grid = tissue_state(200, seed=7, collagen=0.0)
    process = mechanics(domain, grid)
    state["cell.vigour"][:] = 0.0
    process.advance(state, 0.0, 1e-6)
    state["cell.position"][0] += 0.99 / np.sqrt(3)
    process.advance(state, 0.0, 1e-6)
    assert process.rebuilds == 1
    state["cell.position"][0] += 0.03 / np.sqrt(3)
    process.advance(state, 0.0, 1e-6)
    assert process.rebuilds == 2


def test_the_list_is_made_anew_when_cells_have_grown_into_their_margin():
    state, domain, grid = tissue_state(2, seed=7, collagen=0.0, position=[[190.0, 200, 200], [211.0, 200, 200]])
    process = mechanics(domain, grid)
    state["cell.vigour"][:] = 0.0
    process.advance(state, 0.0, 1e-6)
    assert process.rebuilds == 1
    assert len(state["mechanics.neighbours"]) == 0
    state["cell.radius"][:] = 10.6
    process.advance(state, 0.0, 1e-6)
    assert process.rebuilds == 2
    assert state["cell.contacts"].tolist() == [1, 1]


def test_loosening_lets_contracted_cells_go_earlier():
    pulls = {}
    for option in ("off", "on"):
        state, domain, grid = tissue_state(
            2, seed=8, position=[[192.0, 200.0, 200.0], [209.5, 200.0, 200.0]], tension=1.4, drive=0.85
        )
        state["cell.vigour"][:] = 0.0
        mechanics(domain, grid, hypotheses={"junction_loosening": option}).advance(state, 0.0, 30.0)
        pulls[option] = state["cell.velocity"][0, 0]
    assert 0.0 < pulls["on"] < 0.7 * pulls["off"]


def test_traction_and_tension_are_apart():
    state, domain, grid = tissue_state(2, seed=9, collagen=2.0)
    state["cell.tension"][:] = [0.2, 1.6]
    state["cell.drive"][:] = [0.0, 1.0]
    tension = state["cell.tension"].copy()
    mechanics(domain, grid).advance(state, 0.0, 30.0)
    np.testing.assert_array_equal(state["cell.tension"], tension)
    # adhesive motion pulls on the gel, cortical flow hardly does, though the contracted cell has more tension
    assert state["cell.traction"][0] > 2 * state["cell.traction"][1] > 0
