"""The diffusion process and what cells meet of its fields."""

import numpy as np
import pytest

from amoeboid.errors import EvidenceError, NumericsError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.process import State
from amoeboid.tissue.contacts import CellField
from amoeboid.tissue.fields import CYTOKINE, DRUG, Diffusion, Substance, substance
from amoeboid.tissue.geometry import Domain, Grid

GRID = Grid.over(Domain((300.0, 300.0, 300.0)), 20.0)
OSM = Substance("OSM", 100.0, 0.0, 25.0)


def cells(n=300, seed=0, inside=60.0):
    draw = np.random.default_rng(seed)
    at = 150.0 + draw.uniform(-inside, inside, (n, 3))
    return State({"cell.id": np.arange(n), "cell.position": at})


def run(process, state, n_ticks, start=0):
    for tick in range(start, start + n_ticks):
        process.advance(state, 60.0 * tick, 60.0)
    return state


def started(process, state):
    process.initial(state)
    return state


def test_a_field_starts_empty_and_fills_from_the_bath():
    process = Diffusion(OSM, GRID, 0.45)
    state = started(process, cells(0))
    assert state["field.OSM"].max() == 0.0
    run(process, state, 60)
    np.testing.assert_allclose(state["field.OSM"], 0.45, rtol=2e-3)


def test_cells_hold_the_field_below_the_bath():
    process = Diffusion(OSM, GRID, 0.45)
    state = run(process, started(process, cells(2000)), 60)
    field = state["field.OSM"]
    middle = field[7, 7, 7]
    assert 0.3 * 0.45 < middle < 0.95 * 0.45
    assert middle < field[0, 0, 0]


def test_the_steady_field_feeds_exactly_what_cells_take_up():
    """Closed form of the balance: inflow through the faces equals clearance times what is met, summed."""
    process = Diffusion(OSM, GRID, 0.45)
    state = run(process, started(process, cells(1000)), 240)
    field = state["field.OSM"]
    taken = float((process.loss(state) * field).sum())
    edge = sum(float((0.45 - np.take(field, side, axis=axis)).sum()) for axis in range(3) for side in (0, -1))
    given = 2.0 * OSM.diffusivity / GRID.spacing**2 * edge
    assert given == pytest.approx(taken, rel=1e-3)
    met = GRID.sample(field, state["cell.position"])
    assert taken * GRID.voxel_volume == pytest.approx(OSM.clearance * met.sum(), rel=1e-12)


def test_two_thousand_cells_empty_a_closed_box():
    process = Diffusion(OSM, GRID, None)
    state = cells(2000)
    state.put("field.OSM", np.full(GRID.shape, 0.45))
    run(process, state, 60)
    left = state["field.OSM"].sum() / (0.45 * GRID.n_voxels)
    volume = GRID.n_voxels * GRID.voxel_volume
    # well mixed, first order: exp(-n k t / V); slower, as the cells' surroundings run low
    mixed = np.exp(-2000 * 25.0 * 3600.0 / volume)
    assert mixed < left < mixed + 0.05


def test_the_transient_is_right_to_three_percent_of_the_bath_from_the_first_minute():
    """Against steps of a tenth of the length; the whole 60 s step would be wrong by 90 %."""
    process, fine = Diffusion(OSM, GRID, 0.45), Diffusion(OSM, GRID, 0.45)
    state, want = started(process, cells()), started(fine, cells())
    for tick in range(20):
        process.advance(state, 60.0 * tick, 60.0)
        for part in range(120):
            fine.advance(want, 60.0 * tick + 0.5 * part, 0.5)
        assert np.abs(state["field.OSM"] - want["field.OSM"]).max() <= 0.03 * 0.45


def test_whole_steps_are_taken_once_the_field_is_calm():
    process = Diffusion(OSM, GRID, 0.45)
    state = run(process, started(process, cells()), 60)
    taken = []
    step = process._stepper.step
    process._stepper.step = lambda *args: taken.append(1) or step(*args)
    run(process, state, 5, start=60)
    assert not taken


def test_the_bath_of_a_drug_is_read_from_its_port():
    process = Diffusion(Substance("ruxolitinib", 400.0, 0.0, 0.0), GRID, "bath.ruxolitinib")
    assert "bath.ruxolitinib" in process.reads
    state = started(process, cells(3))
    state.put("bath.ruxolitinib", np.array([500.0]))
    run(process, state, 20)
    np.testing.assert_allclose(state["field.ruxolitinib"], 500.0, rtol=1e-3)
    state.put("bath.ruxolitinib", np.array([0.0]))
    run(process, state, 40, start=20)
    assert state["field.ruxolitinib"].max() < 0.5


def test_decay_lowers_the_field_as_a_slab_says():
    """Steady, far from the ends of a long slab: u = bath cosh(x / l) / cosh(L / 2 l), l = sqrt(D / k)."""
    decay = 100.0 / 60.0**2
    grid = Grid((40, 40, 10), 10.0)
    process = Diffusion(Substance("IL-6", 100.0, decay, 0.0), grid, 1.0)
    state = run(process, started(process, cells(0)), 60)
    x = np.abs(grid.centres("x") - 50.0)
    want = np.cosh(x / 60.0) / np.cosh(50.0 / 60.0)
    np.testing.assert_allclose(state["field.IL-6"][20, 20], want, rtol=5e-3)


def test_storage_order_and_resuming_leave_the_bytes_alone():
    process = Diffusion(OSM, GRID, 0.45)
    straight = run(process, started(process, cells()), 30)
    mixed = cells()
    order = np.random.default_rng(9).permutation(300)
    mixed.put("cell.id", mixed["cell.id"][order])
    mixed.put("cell.position", mixed["cell.position"][order])
    half = run(process, started(process, mixed), 13).copy()
    again = run(Diffusion(OSM, GRID, 0.45), half, 17, start=13)
    assert again["field.OSM"].tobytes() == straight["field.OSM"].tobytes()


def test_a_process_writes_only_its_own_ports():
    process = Diffusion(OSM, GRID, 0.45)
    state = started(process, cells()).only(process.writes)
    run(process, state, 1)
    sampling = CellField(GRID, ["OSM"], [], 0.05)
    sampling.advance(state.only(sampling.writes), 0.0, 60.0)
    assert state["field.OSM"].max() > 0.0


def test_a_concentration_that_is_no_number_is_told_with_time_and_voxel():
    process = Diffusion(OSM, GRID, 0.45)
    state = started(process, cells())
    state["field.OSM"][3, 4, 5] = np.nan
    with pytest.raises(NumericsError, match=r"diffusion of OSM, 180 s, voxel z \d+, y \d+, x \d+(.*\n)*.*AMB-N71"):
        process.advance(state, 120.0, 60.0)


def test_cells_meet_the_field_and_their_own_cytokine():
    state = cells(50)
    x = GRID.centres("x") / 300.0
    state.put("field.OSM", np.broadcast_to(x, GRID.shape).copy())
    state.put("field.LIF", np.full(GRID.shape, 0.2))
    state.put("field.ruxolitinib", np.full(GRID.shape, 500.0))
    process = CellField(GRID, ["OSM", "LIF"], ["ruxolitinib"], 0.05)
    process.advance(state, 0.0, 60.0)
    want = state["cell.position"][:, 0] / 300.0
    np.testing.assert_allclose(state["cell.at.OSM"], want, rtol=1e-12)
    np.testing.assert_allclose(state["cell.cytokine"], want + 0.2 + 0.05, rtol=1e-12)
    np.testing.assert_allclose(state["cell.at.ruxolitinib"], 500.0)


def test_without_fields_cells_meet_only_their_own_cytokine():
    state = cells(4)
    CellField(GRID, [], [], 0.05).initial(state)
    assert state["cell.cytokine"].tolist() == [0.05] * 4


def test_cells_never_meet_less_than_nothing():
    state = cells(4)
    state.put("field.OSM", np.full(GRID.shape, -1e-12))
    CellField(GRID, ["OSM"], [], 0.0).initial(state)
    assert state["cell.cytokine"].min() == 0.0


def test_the_numbers_of_a_substance_are_those_of_its_kind():
    parameters = Parameters(catalogue())
    assert substance("LIF", CYTOKINE, parameters).clearance == parameters["fields.cytokine.clearance"]
    assert substance("tofacitinib", DRUG, parameters).diffusivity == parameters["fields.drug.diffusivity"]
    with pytest.raises(EvidenceError, match="`drug`"):
        substance("tofacitinib", "drgu", parameters)
