"""Secretion, uptake and respiration against closed forms: point source, depth of uptake, balance, oxygen in spheres."""

import math

import numpy as np
import pytest

from amoeboid.errors import EvidenceError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.kernels.threads import set_threads, threads
from amoeboid.process import State
from amoeboid.tissue.fields import Diffusion, Medium, Substance, oxygen, penetration
from amoeboid.tissue.geometry import Domain, Grid

SPREAD = 2000.0  # um^2/s, oxygen
FACES = 2e5  # nM
HALF = 100.0  # nM, so low that cells respire at their full rate until nothing is left


def scene(position, kind=None):
    at = np.atleast_2d(np.asarray(position, dtype=float))
    types = np.zeros(len(at)) if kind is None else kind
    return State({"cell.id": np.arange(len(at)), "cell.position": at, "cell.type": types})


def run(process, state, n_ticks, start=0):
    for tick in range(start, start + n_ticks):
        process.advance(state, 60.0 * tick, 60.0)
    return state


def begun(process, state):
    process.initial(state)
    return state


def lattice(spacing, side):
    axis = np.arange(0.5 * spacing, side, spacing)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)


def test_a_point_source_in_a_large_box_falls_as_one_over_the_distance():
    """c(r) - c(s) = q / (4 pi D) (1 / r - 1 / s): the faces shift the middle of a cube evenly, to fourth order."""
    grid = Grid.over(Domain((410.0, 410.0, 410.0)), 10.0)
    made = 5000.0
    process = Diffusion(Substance("OSM", 100.0, 0.0, 0.0, secretion=(made,)), grid, 0.0)
    state = run(process, begun(process, scene([205.0, 205.0, 205.0])), 120)
    along = state["field.OSM"][20, 20, 20:]
    near, far = 5, 10  # nearer, the lattice of voxels itself is seen
    drop = made / (4.0 * math.pi * 100.0) * (1.0 / 50.0 - 1.0 / 100.0)
    assert along[near] - along[far] == pytest.approx(drop, rel=0.03)


def test_what_cells_make_is_what_they_take_up_and_what_leaves():
    grid = Grid.over(Domain((200.0, 200.0, 200.0)), 20.0)
    draw = np.random.default_rng(3)
    state = scene(draw.uniform(20.0, 180.0, (300, 3)), kind=np.arange(300) % 3)
    one = Substance("LIF", 100.0, 1e-4, 900.0, secretion=(50.0, 0.0, 10.0))
    process = Diffusion(one, grid, 0.0)
    field = run(process, begun(process, state), 240)["field.LIF"]
    lost = float((process.loss(state) * field).sum()) * grid.voxel_volume
    edge = sum(float(np.take(field, side, axis=axis).sum()) for axis in range(3) for side in (0, -1))
    left = 2.0 * one.diffusivity * grid.spacing * edge
    assert lost > 0.1 * left
    assert lost + left == pytest.approx(100 * 50.0 + 100 * 10.0, rel=2e-3)


def test_in_a_closed_box_all_cells_see_what_one_makes_over_what_one_clears():
    grid = Grid.over(Domain((100.0, 100.0, 100.0)), 20.0)
    process = Diffusion(Substance("IL-6", 100.0, 0.0, 25.0, secretion=(20.0,)), grid, None)
    state = run(process, begun(process, scene(lattice(20.0, 100.0))), 60 * 2)
    np.testing.assert_allclose(state["field.IL-6"], 20.0 / 25.0, rtol=5e-3)


def test_what_leaves_crosses_what_lies_beyond_the_faces():
    """Far from the medium a small box is even inside: made = D area u / beyond."""
    grid = Grid.over(Domain((100.0, 100.0, 100.0)), 20.0)
    one = Substance("LIF", 100.0, 0.0, 0.0, secretion=(50.0,), beyond=2000.0)
    state = run(process := Diffusion(one, grid, 0.0), begun(process, scene(lattice(20.0, 100.0))), 600)
    edge = sum(float(np.take(state["field.LIF"], side, axis=axis).sum()) for axis in range(3) for side in (0, -1))
    left = one.diffusivity * grid.spacing**2 * edge / (0.5 * grid.spacing + one.beyond)
    assert left == pytest.approx(125 * 50.0, rel=0.01)
    assert state["field.LIF"].mean() == pytest.approx(125 * 50.0 * 2000.0 / (100.0 * 6.0 * 100.0**2), rel=0.03)


def test_tissue_takes_a_substance_up_over_the_depth_that_is_told():
    """Between two faces a slab of evenly set cells holds cosh(x / l) / cosh(L / 2 l), l = sqrt(D V / k n)."""
    one = Substance("OSM", 100.0, 0.0, 60.0)
    # all faces are alike, so the slab is wide, and its middle line is compared
    wide = Grid((56, 56, 20), 10.0)
    z, y, x = np.meshgrid(wide.centres("z"), wide.centres("y"), wide.centres("x"), indexing="ij")
    at = np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1)
    process = Diffusion(one, wide, 1.0)
    state = run(process, begun(process, scene(at)), 30)
    depth = float(penetration(one, 1.0 / wide.voxel_volume))
    assert depth == pytest.approx(math.sqrt(100.0 / 0.06))
    off = np.abs(wide.centres("x") - 100.0)
    want = np.cosh(off / depth) / np.cosh(100.0 / depth)
    np.testing.assert_allclose(state["field.OSM"][28, 28], want, rtol=0.03, atol=2e-3)


def test_without_loss_a_substance_goes_as_deep_as_one_likes():
    assert penetration(Substance("x", 400.0, 0.0, 0.0), 1e-3) == math.inf


def test_uptake_that_saturates_empties_a_closed_box_as_michaelis_and_menten_say():
    """u + K ln(u) falls by V n t / volume."""
    grid = Grid.over(Domain((60.0, 60.0, 60.0)), 20.0)
    largest, half = 300.0, 2.0
    process = Diffusion(Substance("IL-6", 100.0, 0.0, (largest / half,), saturation=half), grid, None)
    state = scene(lattice(20.0, 60.0))
    state.put("field.IL-6", np.full(grid.shape, 5.0))
    n_steps, dt = 400, 0.5
    for step in range(n_steps):
        process.advance(state, dt * step, dt)
    u = float(state["field.IL-6"].mean())
    gone = 27 * largest * n_steps * dt / 60.0**3
    assert (5.0 + half * math.log(5.0)) - (u + half * math.log(u)) == pytest.approx(gone, rel=0.01)


def sphere(radius, spacing=12.0, middle=300.0):
    at = lattice(spacing, 2.0 * middle)
    return at[np.einsum("ij,ij->i", at - middle, at - middle) <= radius**2]


def breathing(radius, rate):
    """A ball of cells in a box with oxygen on its faces, settled; and what it uses per volume."""
    grid = Grid.over(Domain((600.0, 600.0, 600.0)), 12.0)
    at = sphere(radius)
    process = Diffusion(Substance("oxygen", SPREAD, 0.0, (rate / HALF,), saturation=HALF, settles=True), grid, FACES)
    state = run(process, begun(process, scene(at)), 5)
    return grid, state, rate / 12.0**3


def profile(grid, field, radius):
    """Concentration at a distance from the middle, along the three axes."""
    r = np.arange(0.0, 280.0, 2.0)
    way = np.stack([300.0 + r, np.full_like(r, 300.0), np.full_like(r, 300.0)], axis=1)
    values = [grid.sample(field, np.roll(way, shift, axis=1)) for shift in range(3)]
    return float(np.interp(radius, r, np.mean(values, axis=0)))


@pytest.mark.parametrize("radius", [100.0, 160.0])
def test_oxygen_falls_from_the_surface_to_the_middle_as_a_breathing_sphere_says(radius):
    """c(R) - c(0) = a R^2 / (6 D)."""
    grid, state, use = breathing(radius, 5e7)
    field = state["field.oxygen"]
    drop = profile(grid, field, radius) - profile(grid, field, 0.0)
    assert drop == pytest.approx(use * radius**2 / (6.0 * SPREAD), rel=0.05)


@pytest.mark.parametrize("rate", [8e7, 1.2e8, 2e8])
def test_the_core_without_oxygen_is_as_large_as_a_breathing_sphere_says(rate):
    """c(R) = a / (6 D) (R^2 - 3 r^2 + 2 r^3 / R) for a core of radius r; none below R = sqrt(6 D c(R) / a)."""
    radius = 180.0
    grid, state, use = breathing(radius, rate)
    field = state["field.oxygen"]
    surface = profile(grid, field, radius)
    critical = math.sqrt(6.0 * SPREAD * surface / use)
    low = float((field < 10.0 * HALF).sum()) * grid.voxel_volume
    core = (3.0 * low / (4.0 * math.pi)) ** (1.0 / 3.0)
    if critical > radius:
        assert core == 0.0
        return
    cut = np.linspace(0.0, radius, 2001)
    held = use / (6.0 * SPREAD) * (radius**2 - 3.0 * cut**2 + 2.0 * cut**3 / radius)
    want = float(np.interp(-surface, -held, cut))
    assert 0.3 * radius < want < radius
    assert core == pytest.approx(want, abs=grid.spacing)


def test_a_field_that_settles_comes_to_where_small_steps_come():
    grid = Grid.over(Domain((300.0, 300.0, 300.0)), 20.0)
    at = lattice(15.0, 300.0)
    at = at[np.einsum("ij,ij->i", at - 150.0, at - 150.0) <= 110.0**2]
    one = Substance("oxygen", SPREAD, 0.0, (5e7 / 5000.0,), saturation=5000.0)
    slow = Diffusion(one, grid, FACES)
    patient = run(slow, begun(slow, scene(at)), 30)
    fast = Diffusion(Substance(**{**vars(one), "settles": True}), grid, FACES)
    settled = run(fast, begun(fast, scene(at)), 1)
    assert np.abs(settled["field.oxygen"] - patient["field.oxygen"]).max() < 4e-3 * FACES


def test_settling_does_not_hang_on_where_the_field_was():
    grid = Grid.over(Domain((300.0, 300.0, 300.0)), 20.0)
    process = Diffusion(Substance("oxygen", SPREAD, 0.0, (2e4,), saturation=5000.0, settles=True), grid, FACES)
    full, none = scene(sphere(100.0, 15.0, 150.0)), scene(sphere(100.0, 15.0, 150.0))
    full.put("field.oxygen", np.full(grid.shape, FACES))
    none.put("field.oxygen", np.zeros(grid.shape))
    run(process, full, 3)
    run(process, none, 3)
    assert np.abs(full["field.oxygen"] - none["field.oxygen"]).max() < 4e-3 * FACES
    assert none["field.oxygen"].min() >= 0.0


def test_dead_cells_neither_breathe_nor_make_anything():
    grid = Grid.over(Domain((100.0, 100.0, 100.0)), 20.0)
    state = scene(lattice(20.0, 100.0))
    state.put("cell.phase", np.full(state.n_cells, 4))
    breath = Diffusion(Substance("oxygen", SPREAD, 0.0, (1e4,), saturation=100.0, inert=(4,), settles=True), grid, 9.0)
    made = Diffusion(Substance("OSM", 100.0, 0.0, 25.0, secretion=(10.0,), inert=(4,)), grid, 0.0)
    run(breath, begun(breath, state), 2)
    run(made, begun(made, state), 2)
    np.testing.assert_allclose(state["field.oxygen"], 9.0, rtol=2e-3)
    assert state["field.OSM"].max() == 0.0
    assert "cell.phase" in breath.reads
    state["cell.phase"][0] = 0
    run(made, state, 1, start=2)
    assert state["field.OSM"].max() > 0.0


def test_contraction_raises_what_a_cell_makes_by_its_gain():
    grid = Grid.over(Domain((100.0, 100.0, 100.0)), 20.0)
    state = scene([[50.0, 50.0, 50.0], [50.0, 50.0, 50.0]], kind=np.array([0, 1]))
    state.put("cell.drive", np.array([0.5, 1.0]))
    process = Diffusion(Substance("IL-6", 100.0, 0.0, 0.0, secretion=(2.0, 3.0), gain=(3.0, 0.0)), grid, 0.0)
    made = process.supply(state).sum() * grid.voxel_volume
    assert made == pytest.approx(2.0 * 2.5 + 3.0)
    assert "cell.drive" in process.reads


def test_cytokine_that_is_washed_out_leaves_through_the_faces():
    """The slowest pattern of a cube of side L decays at 3 pi^2 D / L^2."""
    grid = Grid.over(Domain((200.0, 200.0, 200.0)), 10.0)
    medium = Medium({"LIF": 0.5}, 3600.0)
    process = Diffusion(Substance("LIF", 100.0, 0.0, 0.0), grid, "bath.LIF")
    state = scene(np.zeros((0, 3)))
    medium.initial(state)
    process.initial(state)
    levels = []
    for tick in range(75):
        medium.advance(state, 60.0 * tick, 60.0)
        process.advance(state, 60.0 * tick, 60.0)
        levels.append(float(state["field.LIF"][10, 10, 10]))
    assert levels[59] == pytest.approx(0.5, rel=2e-3)
    rate = 3.0 * math.pi**2 * 100.0 / 200.0**2
    assert math.log(levels[66] / levels[70]) / 240.0 == pytest.approx(rate, rel=0.05)


@pytest.mark.parametrize(
    "wrong",
    [
        {"diffusivity": -1.0}, {"decay": math.nan}, {"clearance": (1.0, -1.0)}, {"secretion": (-3.0,)},
        {"gain": (math.inf,)}, {"saturation": 0.0}, {"beyond": -1.0}, {"every": 90.0}, {"every": 0.0},
        {"saturation": math.nan},
    ],
    ids=str,
)  # fmt: skip
def test_a_substance_with_a_number_that_cannot_be_is_refused(wrong):
    with pytest.raises(EvidenceError, match="AMB-E470"):
        Substance(**{"name": "OSM", "diffusivity": 100.0, "decay": 0.0, "clearance": 25.0, **wrong})


@pytest.mark.parametrize(("id", "value"), [("fields.oxygen.half", 0.0), ("fields.oxygen.respiration", -1.0)])
def test_oxygen_with_a_number_that_cannot_be_is_refused(id, value):
    unit = catalogue().value(id).unit
    with pytest.raises(EvidenceError, match="AMB-E470"):
        oxygen(Parameters(catalogue(), {id: Override(value, unit, "what if")}), ["melanoma"])


def test_a_tissue_that_has_lost_all_its_cells_goes_on():
    grid = Grid.over(Domain((100.0, 100.0, 100.0)), 20.0)
    breath = Diffusion(Substance("oxygen", SPREAD, 0.0, (1e4,), saturation=100.0, settles=True), grid, 9.0)
    made = Diffusion(Substance("OSM", 100.0, 0.0, 25.0, secretion=(10.0,)), grid, 0.0)
    state = scene([[50.0, 50.0, 50.0]])
    run(breath, begun(breath, state), 1)
    run(made, begun(made, state), 1)
    state.reindex(np.array([], dtype=np.int64))
    run(breath, state, 3, start=1)
    run(made, state, 60, start=1)
    np.testing.assert_allclose(state["field.oxygen"], 9.0, rtol=2e-3)
    assert 0.0 <= state["field.OSM"].max() < 1e-6


def test_bytes_do_not_hang_on_threads_order_or_a_resume():
    grid = Grid.over(Domain((240.0, 240.0, 240.0)), 20.0)
    draw = np.random.default_rng(5)
    at, kind = draw.uniform(0.0, 240.0, (2000, 3)), draw.integers(0, 2, 2000)

    def both():
        return (
            Diffusion(Substance("LIF", 100.0, 0.0, 25.0, secretion=(20.0, 3.0)), grid, 0.0),
            Diffusion(Substance("oxygen", SPREAD, 0.0, (1e4, 5e3), saturation=5e3, settles=True), grid, FACES),
        )

    def course(order, n_threads, resumes):
        state = scene(at[order], kind[order])
        state.put("cell.id", np.arange(2000)[order])
        before = threads()
        set_threads(n_threads)
        try:
            processes = both()
            for process in processes:
                process.initial(state)
            for tick in range(8):
                if tick in resumes:
                    processes, state = both(), state.copy()
                for process in processes:
                    process.advance(state, 60.0 * tick, 60.0)
        finally:
            set_threads(before)
        return state["field.LIF"].tobytes() + state["field.oxygen"].tobytes()

    straight = course(np.arange(2000), 1, resumes=())
    assert course(draw.permutation(2000), 2, resumes=(1, 5)) == straight
