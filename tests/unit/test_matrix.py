"""The matrix at time 0, its laws, the pores that cells meet, and the tracks that they leave."""

import numpy as np
import pytest

from amoeboid.errors import ScenarioError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.kernels.pores import passage, widening
from amoeboid.process import State
from amoeboid.tissue.contacts import PoreSampling, TrackWriting
from amoeboid.tissue.geometry import Domain, Grid, Sphere
from amoeboid.tissue.matrix import Material, PoreSearch, build, pore_area, pore_law, pore_search, stiffness

GRID = Grid.over(Domain((300.0, 300.0, 300.0)), 20.0)
TUMOUR = Sphere((150.0, 150.0, 150.0), 80.0)
P = Parameters(catalogue())
SEARCH = PoreSearch(6.0, 5.0, 600.0)


def built(material, hollow=()):
    state = State()
    build(state, GRID, material, P, hollow)
    return state


def test_stiffness_and_pores_pass_through_both_measured_gels():
    assert stiffness(1.5, P) == pytest.approx(0.08)
    assert stiffness(3.5, P) == pytest.approx(0.35, rel=1e-3)
    assert 4.9 <= pore_area(1.5, P) <= 7.5
    assert 3.1 <= pore_area(3.5, P) <= 4.5
    assert pore_area(3.5, P) == pytest.approx(np.pi / 4 * 2.2**2, rel=1e-3)
    assert stiffness(0.0, P) == 0.0


def test_exponents_follow_overridden_anchors():
    stiffer = Parameters(catalogue(), {"matrix.stiffness_high": Override(700.0, "Pa", "what if")})
    assert stiffness(3.5, stiffer) == pytest.approx(0.7)


def test_collagen_fills_all_but_the_tumour():
    state = built(Material("collagen", 2.0), [TUMOUR])
    collagen = state["matrix.collagen"]
    assert collagen[7, 7, 7] == 0.0
    assert collagen[0, 0, 0] == 2.0
    outside = GRID.n_voxels * GRID.voxel_volume - 4 / 3 * np.pi * 80.0**3
    assert collagen.sum() * GRID.voxel_volume == pytest.approx(2.0 * outside, rel=2e-3)
    assert np.any((collagen > 0.0) & (collagen < 2.0))
    assert state["matrix.stiffness"][0, 0, 0] == pytest.approx(stiffness(2.0, P))
    assert state["matrix.stiffness"][7, 7, 7] == 0.0
    assert np.all(state["matrix.pore_area"] == pore_area(2.0, P))
    assert np.all(state["matrix.track"] == 0.0)
    assert np.all(state["matrix.orientation"][..., :3].sum(axis=-1) == pytest.approx(1.0))


def test_a_rigid_lattice_has_the_given_pores_and_none_that_spread_or_give_way():
    state = built(Material("rigid", 0.0, 20.0))
    assert np.all(state["matrix.pore_area"] == 20.0)
    law = pore_law(P, "rigid")
    assert np.all(state["matrix.collagen"] >= law.gel)
    assert (law.sigma, law.push, law.rigid) == (0.0, 0.0, True)
    share = passage(20.0, law.sigma, 3.0, 1.6, 8.4, 0.1, 1.0, 70.0, law.arrest_fraction, law.push, law.rigid)
    assert share == pytest.approx((20.0 - 7.0) / (70.0 - 7.0))


def test_a_liquid_closes_nothing():
    state = built(Material("none"), [TUMOUR])
    assert state["matrix.collagen"].max() == state["matrix.stiffness"].max() == 0.0
    law = pore_law(P, "none")
    assert passage(0.0, law.sigma, 0.0, 0.2, 8.4, 0.0, 0.0, 70.0, law.arrest_fraction, law.push, law.rigid) == 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "colagen", "collagen": 2.0},
        {"kind": "collagen"},
        {"kind": "collagen", "collagen": -1.0},
        {"kind": "collagen", "collagen": float("nan")},
        {"kind": "rigid"},
        {"kind": "rigid", "pore_area": 0.0},
        {"kind": "collagen", "collagen": 2.0, "pore_area": float("inf")},
    ],
)
def test_a_material_that_cannot_be_is_refused_in_four_parts(wrong):
    with pytest.raises(ScenarioError, match=r"(?s)tissue\.matrix\..*expected:.*do:.*AMB-S74"):
        Material(**wrong)


@pytest.mark.parametrize(("nucleus", "arrest"), [(70.0, 7.0), (40.0, 4.0), (20.0, 2.0)])
def test_a_rigid_pore_stops_a_cell_at_a_tenth_of_its_nucleus_and_frees_it_at_all_of_it(nucleus, arrest):
    def share(area):
        return passage(area, 0.0, 0.0, 1.6, 8.4, 0.1, 1.0, nucleus, 0.1, 0.5, rigid=True)

    assert share(arrest) == 0.0
    assert share(0.5 * (arrest + nucleus)) == pytest.approx(0.5)
    assert share(nucleus) == share(2.0 * nucleus) == 1.0


def test_tension_widens_pores_of_a_gel_and_more_so_of_a_soft_one():
    def share(gamma, modulus):
        return passage(pore_area(2.0, P), 0.8, 1.2, gamma, 8.4, modulus, 1.0, 70.0, 0.1, 0.5, rigid=False)

    by_tension = [share(gamma, 0.13) for gamma in (0.0, 0.2, 0.8, 1.6)]
    assert by_tension == sorted(by_tension)
    assert by_tension[-1] > 1.8 * by_tension[1]
    assert share(0.8, 0.05) > share(0.8, 0.35)


def test_the_strain_of_a_pore_stops_at_one_half():
    assert widening(1.6, 8.4, 1e-9, 0.5) == widening(16.0, 8.4, 0.1, 0.5) == 0.5
    pressure = 0.5 * 2.0 * 0.8 / 8.4
    assert widening(0.8, 8.4, 0.35, 0.5) == pytest.approx(pressure / (pressure + 0.35))
    assert widening(0.0, 8.4, 0.0, 0.5) == 0.0


def moving(n=200, speed=0.0, seed=7):
    draw = np.random.default_rng(seed)
    velocity = np.zeros((n, 3))
    velocity[:, 0] = speed
    state = State(
        {
            "cell.id": np.arange(n),
            "cell.type": np.zeros(n, dtype=np.int64),
            "cell.position": draw.uniform(0.0, 300.0, (n, 3)),
            "cell.velocity": velocity,
        }
    )
    build(state, GRID, Material("collagen", 2.0), P, [TUMOUR])
    return state


@pytest.mark.parametrize(("speed", "seconds"), [(0.0, 600.0), (5.0 / 300.0, 200.0)])
def test_a_cell_meets_a_new_pore_after_its_search_time_or_sooner_if_it_moves(speed, seconds):
    state, process = moving(50, speed), PoreSampling(SEARCH, seed=3)
    process.initial(state)
    changes = np.zeros(50)
    for tick in range(200):
        before = state["cell.pore"].copy()
        process.advance(state, 60.0 * tick, 60.0)
        changes += state["cell.pore"] != before
    assert np.all(np.abs(changes - 200 * 60.0 / seconds) <= 1.0)
    assert np.all((state["cell.pore_age"] >= 0.0) & (state["cell.pore_age"] < 1.0))


def test_pores_do_not_depend_on_storage_or_on_resuming():
    process = PoreSampling(SEARCH, seed=3)
    straight, mixed = moving(), moving()
    order = np.random.default_rng(1).permutation(200)
    for name in ("cell.id", "cell.velocity"):
        mixed.put(name, mixed[name][order])
    for state in (straight, mixed):
        process.initial(state)
    for tick in range(30):
        process.advance(straight, 60.0 * tick, 60.0)
        mixed = mixed.copy()
        PoreSampling(SEARCH, seed=3).advance(mixed, 60.0 * tick, 60.0)
    np.testing.assert_array_equal(straight["cell.pore"][order], mixed["cell.pore"])


def test_arms_with_one_seed_meet_the_same_pores_and_another_seed_others():
    drawn = []
    for seed in (3, 3, 4):
        state = moving()
        PoreSampling(SEARCH, seed).initial(state)
        drawn.append(state["cell.pore"])
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.any(drawn[0] == drawn[2])


def test_tracks_open_where_cells_move_through_collagen_and_nowhere_else():
    state = moving(400, speed=0.5 / 60.0)
    collagen = state["matrix.collagen"].copy()
    process = TrackWriting(GRID, np.array([70.0]), 1.0)
    for tick in range(60):
        process.advance(state, 60.0 * tick, 60.0)
    track = state["matrix.track"]
    assert np.all(track[collagen == 0.0] == 0.0)
    assert 0.0 < track.max() < 1.0
    assert np.array_equal(state["matrix.collagen"], collagen)


def test_a_lone_channel_opens_its_own_share_of_the_volume():
    """Far from overlap the opened volume is gain x nuclear area x path; then it saturates at 1."""
    state = moving(1, speed=0.5 / 60.0)
    state.put("cell.position", np.array([[30.0, 30.0, 30.0]]))
    process = TrackWriting(GRID, np.array([70.0]), 1.0)
    process.advance(state, 0.0, 60.0)
    assert state["matrix.track"].sum() * GRID.voxel_volume == pytest.approx(70.0 * 0.5, rel=0.01)
    for tick in range(1, 3000):
        process.advance(state, 60.0 * tick, 60.0)
    assert 0.999 < state["matrix.track"].max() <= 1.0


def test_tracks_neither_form_by_resting_cells_nor_with_gain_zero():
    for gain, speed in ((1.0, 0.0), (0.0, 1.0)):
        state = moving(50, speed)
        TrackWriting(GRID, np.array([70.0]), gain).advance(state, 0.0, 60.0)
        assert state["matrix.track"].max() == 0.0


def test_tracks_do_not_depend_on_the_order_of_storage():
    straight, mixed = moving(300, 0.01), moving(300, 0.01)
    order = np.random.default_rng(1).permutation(300)
    for name in ("cell.id", "cell.position", "cell.velocity"):
        mixed.put(name, mixed[name][order])
    for state in (straight, mixed):
        TrackWriting(GRID, np.array([70.0]), 1.0).advance(state, 0.0, 60.0)
    assert straight["matrix.track"].tobytes() == mixed["matrix.track"].tobytes()


def test_processes_of_the_matrix_write_only_their_own_ports():
    state = moving(20, 0.01)
    pores, tracks = PoreSampling(pore_search(P), 1), TrackWriting(GRID, np.array([70.0]), 1.0)
    pores.initial(state)
    pores.advance(state.only(pores.writes), 0.0, 60.0)
    tracks.advance(state.only(tracks.writes), 0.0, 60.0)
    assert state["matrix.track"].max() > 0.0
