"""Vessels: where their walls are, that they hold cells out, and what is refused."""

import math

import numpy as np
import pytest
from mechanics_scene import tissue_state

from amoeboid.errors import ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.evidence.parameters import Override
from amoeboid.kernels.reference import contact
from amoeboid.tissue.cells import Bonding, laws
from amoeboid.tissue.contacts import Intravasation, VesselWall
from amoeboid.tissue.vessels import CrossingLaw, Vessel, Vessels, gather_group

P = Parameters(catalogue())
ALONG_X = Vessels([Vessel((0.0, 200.0, 200.0), (400.0, 200.0, 200.0), 10.0, 200.0)])


def beside(gaps, **changes):
    """Give a state with cells at distances of their spheres from the wall of ALONG_X, 60 um apart."""
    where = [(20.0 + 60.0 * k, 200.0 + 10.0 + 8.4 + gap, 200.0) for k, gap in enumerate(gaps)]
    state, domain, _ = tissue_state(len(gaps), seed=1, position=where, **changes)
    return state, domain


@pytest.mark.parametrize(
    ("point", "distance", "way"),
    [
        ((50.0, 0.0, 25.0), 15.0, (0.0, 0.0, 1.0)),
        ((-3.0, 4.0, 0.0), -5.0, (-0.6, 0.8, 0.0)),
        ((112.0, 0.0, 16.0), 10.0, (0.6, 0.0, 0.8)),
        ((30.0, -6.0, -8.0), 0.0, (0.0, -0.6, -0.8)),
    ],
)
def test_the_wall_of_a_capsule_is_where_it_should_be(point, distance, way):
    near = Vessels([Vessel((0.0, 0.0, 0.0), (100.0, 0.0, 0.0), 10.0)]).nearest([point])
    assert near.gap[0] == pytest.approx(distance, abs=1e-12)
    np.testing.assert_allclose(near.outward[0], way, atol=1e-12)


def test_on_the_axis_there_is_a_way_out_square_to_it():
    axis = np.array([30.0, 40.0, 0.0])
    near = Vessels([Vessel((0.0, 0.0, 0.0), tuple(axis), 5.0)]).nearest([0.5 * axis])
    assert near.gap[0] == -5.0
    assert np.linalg.norm(near.outward[0]) == pytest.approx(1.0)
    assert near.outward[0] @ axis == pytest.approx(0.0, abs=1e-12)


def test_of_two_vessels_the_nearer_wall_counts_and_of_equals_the_first():
    two = Vessels([Vessel((0.0, 0.0, 0.0), (0.0, 0.0, 9.0), 1.0), Vessel((20.0, 0.0, 0.0), (20.0, 0.0, 9.0), 5.0)])
    assert two.nearest([[10.5, 0.0, 5.0], [4.0, 0.0, 5.0], [8.0, 0.0, 5.0]]).vessel.tolist() == [1, 0, 0]
    assert two.along.tolist() == [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]


@pytest.mark.parametrize(
    ("numbers", "what"),
    [
        (((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), 0.0), "radius"),
        (((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), -3.0), "radius"),
        (((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), 1.0, -1.0), "flow"),
        (((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 1.0), "one point"),
        (((0.0, math.nan, 0.0), (1.0, 0.0, 0.0), 1.0), "finite"),
        (((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), math.inf), "finite"),
    ],
)
def test_impossible_vessels_are_refused(numbers, what):
    with pytest.raises(ScenarioError, match="AMB-S440") as caught:
        Vessel(*numbers)
    assert what in str(caught.value)


def test_cells_placed_in_a_vessel_are_refused_and_counted():
    state, domain = beside([5.0, -12.0, -18.0, -8.0])
    with pytest.raises(ScenarioError, match="AMB-S441") as caught:
        VesselWall(ALONG_X, domain, P).initial(state)
    assert "2 cells lie in a vessel, the first at 80.0, 206.4, 200.0 um in vessel 1" in str(caught.value)


def test_cells_that_reach_into_a_vessel_are_put_beside_it_and_nobody_else_moves():
    state, domain = beside([5.0, -2.0, 0.0, -8.0])
    before = state["cell.position"].copy()
    VesselWall(ALONG_X, domain, P).initial(state)
    gap = ALONG_X.nearest(state["cell.position"]).gap - state["cell.radius"]
    np.testing.assert_allclose(gap, [5.0, 0.0, 0.0, 0.0], atol=1e-9)
    assert (state["cell.position"][[0, 2]] == before[[0, 2]]).all()
    np.testing.assert_allclose(state["cell.position"][1] - before[1], [0.0, 2.0, 0.0], atol=1e-9)


def test_a_cell_at_the_wall_keeps_its_speed_along_it_and_loses_that_into_it():
    state, domain = beside([-1.0, -1.0])
    state["cell.velocity"][:] = [[0.01, -0.02, 0.005], [0.01, 0.02, 0.005]]
    VesselWall(ALONG_X, domain, P).advance(state, 0.0, 60.0)
    np.testing.assert_allclose(state["cell.velocity"], [[0.01, 0.0, 0.005], [0.01, 0.02, 0.005]], atol=1e-12)


def test_a_cell_between_a_vessel_and_a_face_stays_in_the_domain():
    tight = Vessels([Vessel((0.0, 12.0, 200.0), (400.0, 12.0, 200.0), 10.0)])
    state, domain, _ = tissue_state(1, seed=1, position=[(200.0, 0.5, 200.0)])
    VesselWall(tight, domain, P).advance(state, 0.0, 60.0)
    assert domain.contains(state["cell.position"]).all()


def test_between_two_vessels_wide_enough_apart_a_cell_ends_beside_both():
    two = Vessels([Vessel((0.0, y, 200.0), (400.0, y, 200.0), 10.0) for y in (180.0, 218.0)])
    state, domain, _ = tissue_state(1, seed=1, position=[(200.0, 197.0, 200.0)])
    VesselWall(two, domain, P).advance(state, 0.0, 60.0)
    for which in (0, 1):
        assert two.gap(state["cell.position"], which)[0] >= 8.4 - 1e-9


def test_a_cell_pushed_from_one_vessel_into_another_ends_beside_both():
    # the first wall drives it along y to where it overlaps the second, which lies straight below
    two = Vessels([Vessel((0.0, 180.0, 200.0), (400.0, 180.0, 200.0), 10.0),
                   Vessel((0.0, 198.4, 185.0), (400.0, 198.4, 185.0), 10.0)])  # fmt: skip
    state, domain, _ = tissue_state(1, seed=1, position=[(200.0, 195.0, 200.0)])
    VesselWall(two, domain, P).advance(state, 0.0, 60.0)
    np.testing.assert_allclose(state["cell.position"], [[200.0, 198.4, 203.4]])
    for which in (0, 1):
        assert two.gap(state["cell.position"], which)[0] >= 8.4 - 1e-9


@pytest.mark.parametrize(("bias", "sign"), [(0.002, 1.0), (-0.002, -1.0)])
def test_flow_turns_cells_in_touch_with_the_wall_and_no_others(bias, sign):
    numbers = Parameters(catalogue(), {"vessel.flow_bias": Override(bias, "1/s", "test")})
    state, domain = beside([0.5, 30.0])
    before = state["cell.polarity"].copy()
    VesselWall(ALONG_X, domain, numbers).advance(state, 0.0, 60.0)
    assert sign * (state["cell.polarity"][0, 0] - before[0, 0]) > 0.0
    np.testing.assert_allclose(np.linalg.norm(state["cell.polarity"], axis=1), 1.0)
    assert (state["cell.polarity"][1] == before[1]).all()


def test_without_bias_or_flow_no_cell_turns():
    state, domain = beside([0.5, 0.0])
    before = state["cell.polarity"].copy()
    VesselWall(ALONG_X, domain, P).advance(state, 0.0, 60.0)
    still = Vessels([Vessel((0.0, 200.0, 200.0), (400.0, 200.0, 200.0), 10.0)])
    biased = Parameters(catalogue(), {"vessel.flow_bias": Override(0.01, "1/s", "test")})
    VesselWall(still, domain, biased).advance(state, 0.0, 60.0)
    np.testing.assert_allclose(state["cell.polarity"], before, atol=1e-15)


def test_the_hazard_is_none_below_the_threshold_half_at_the_half_and_never_above_its_largest():
    law = CrossingLaw.of(P)
    radius = np.full(4, 8.0)
    pressure = np.array([0.9, 1.0, 1.0 + law.pressure_half / law.pressure_least, 1e6]) * law.pressure_least
    hazard = law.hazard(0.5 * pressure * radius, radius) / law.rate
    np.testing.assert_allclose(hazard, [0.0, 0.0, 0.5, 1.0], atol=1e-4)


@pytest.mark.parametrize(
    ("links", "group"),
    [
        ({}, [0]),  # alone
        ({(0, 1): 2.0}, [0, 1]),  # a pair goes together
        ({(0, 1): 2.0, (1, 2): 2.1}, [0]),  # held more firmly from behind
        ({(0, 1): 2.0, (1, 2): 1.9}, [0, 1, 2]),  # a strand comes along
        ({(0, 1): 2.0, (1, 2): 1.0, (2, 3): 9.0}, [0, 1]),  # until it is held
        ({(0, 1): 2.0, (1, 2): 1.5, (2, 3): 1.0}, [0, 1, 2, 3]),  # a bond within the group holds nobody back
        ({(0, 1): 1.0, (0, 2): 1.0, (1, 2): 1.0}, [0, 1, 2]),
        ({(0, 1): 1.0, (0, 2): 1.0, (1, 3): 0.9, (2, 3): 0.9}, [0, 1, 2, 3]),
    ],
)
def test_who_comes_along_is_a_matter_of_bonds(links, group):
    def bonds(row):
        return {b if a == row else a: force for (a, b), force in links.items() if row in (a, b)}

    assert sorted(gather_group(0, bonds, lambda row: 0.0, 50)) == group
    assert len(gather_group(0, bonds, lambda row: 0.0, 2)) <= 2
    assert gather_group(0, bonds, lambda row: math.inf, 50) == [0]
    # a cell that pushes away harder than it is held stays
    assert 1 not in gather_group(0, bonds, lambda row: 2.5 if row == 1 else 0.0, 50)


@pytest.mark.parametrize("loosening", ["off", "on"])
def test_the_bond_of_two_cells_is_the_attraction_of_the_mechanics(loosening):
    rng = np.random.default_rng(6)
    n, types = 40, ["melanoma", "fibroblast", "squamous_carcinoma"]
    state = tissue_state(n, seed=1, position=200.0 + rng.uniform(-9.0, 9.0, (n, 3)))[0]
    state["cell.type"][:] = rng.integers(0, 3, n)
    state["cell.radius"][:] = rng.uniform(7.0, 10.0, n)
    state["cell.tension"][:] = rng.uniform(0.2, 1.6, n)
    state["cell.drive"][:] = rng.uniform(0.0, 1.0, n)
    found = Bonding.of(P, types, {"junction_loosening": loosening}).force(state, 0, np.arange(1, n))
    law = laws.law(P, {"junction_loosening": loosening})
    left = np.sqrt(1.0 - law.loosening * state["cell.drive"])
    e = np.sqrt([P[f"cell.{name}.adhesion"] for name in types])[state["cell.type"]] * left
    given = [P[id] if (id := f"cell.{name}.adhesion_mesenchymal") in P else 0.0 for name in types]
    m = np.sqrt(given)[state["cell.type"]] * left
    omega = contact.pair_adhesion((e[0], m[0]), (e[1:], m[1:]), law.heterotypic)
    distance = np.linalg.norm(state["cell.position"][1:] - state["cell.position"][0], axis=1)
    pair = (distance, state["cell.radius"][0], state["cell.radius"][1:])
    tension = state["cell.tension"][0] + state["cell.tension"][1:]
    whole = contact.pair_force(*pair, tension, omega, law.hertz, law.reach)
    push = law.hertz * contact.indentation(*pair)
    np.testing.assert_allclose(found, push - whole, rtol=1e-9, atol=1e-12)
    assert (found > 0.1).sum() > 10


def crossing(state, **overrides):
    """Give a process in whose next tick all that can cross do, with the ports begun."""
    sure = {"vessel.crossing_rate": Override(1e6, "1/h", "all that can, do"), **overrides}
    process = Intravasation(ALONG_X, Parameters(catalogue(), sure), ["melanoma"], seed=1)
    for name in ("cell.pMLC2", "cell.pSTAT3"):
        state.put(name, np.linspace(0.1, 0.2, state.n_cells))
    process.initial(state)
    return process


def test_who_crosses_is_gone_and_all_about_it_is_kept():
    state, _ = beside([0.0, 30.0, 0.5, 1.5, -0.1], tension=1.4)
    state["cell.id"][:] = [40, 30, 20, 10, 0]
    tension = state["cell.tension"].copy()
    crossing(state).advance(state, 120.0, 60.0)
    assert state["cell.id"].tolist() == [30, 10]  # too far from the wall
    assert state["flux.cell"].tolist() == [0, 20, 40]
    assert state["flux.size"].tolist() == [1, 1, 1]
    assert state["flux.first"].tolist() == [0, 1, 2]
    assert state["flux.time"].tolist() == [180.0] * 3
    assert state["flux.vessel"].tolist() == [0, 0, 0]
    assert (state["flux.tension"] == tension[[4, 2, 0]]).all()
    assert len(state["cell.radius"]) == 2
    np.testing.assert_allclose(state["flux.pMLC2"], [0.2, 0.15, 0.1])


def test_a_second_crossing_is_appended_to_the_first():
    state, _ = beside([0.0, 30.0], tension=1.4)
    process = crossing(state)
    process.advance(state, 0.0, 60.0)
    state["cell.position"][0] = (200.0, 218.5, 200.0)
    process.advance(state, 60.0, 60.0)
    assert state["flux.first"].tolist() == [0, 1]
    assert state["flux.time"].tolist() == [60.0, 120.0]
    assert state.n_cells == 0
    process.advance(state, 120.0, 60.0)  # nobody is left
    assert state["flux.cell"].tolist() == [0, 1]


def test_cells_without_contraction_do_not_cross():
    state, _ = beside([0.0, 0.0, 0.0], tension=0.4)
    crossing(state).advance(state, 0.0, 60.0)
    assert state.n_cells == 3
    assert state["flux.time"].size == 0


def test_dead_cells_and_residents_do_not_cross():
    state, _ = beside([0.0, 0.0, 0.0], tension=1.4)
    state.put("cell.phase", np.array([0, 4, 0]))
    state["cell.type"][2] = 1
    sure = {"vessel.crossing_rate": Override(1e6, "1/h", "test")}
    process = Intravasation(ALONG_X, Parameters(catalogue(), sure), ["melanoma", "fibroblast"], seed=1)
    process.initial(state)
    process.advance(state, 0.0, 60.0)
    assert state["cell.id"].tolist() == [1, 2]


def strand(n, spacing=14.0, behind=0.0):
    """Give cells in a line away from the wall of ALONG_X, the first in touch with it."""
    where = [(200.0, 218.4 + behind + spacing * k, 200.0) for k in range(n)]
    return tissue_state(n, seed=1, position=where, tension=0.6)[0]


def test_a_pair_enters_together_with_the_leader_first():
    state = strand(2)
    state["cell.id"][:] = [9, 3]
    crossing(state).advance(state, 0.0, 60.0)
    assert state["flux.size"].tolist() == [2]
    assert state["flux.cell"].tolist() == [9, 3]
    assert state.n_cells == 0


def test_neighbours_beyond_reach_of_the_wall_stay():
    state = strand(6)
    crossing(state).advance(state, 0.0, 60.0)
    # gaps are 0, 14, 28 um ...: those up to 20 um come along
    assert state["flux.size"].tolist() == [2]
    assert state["cell.id"].tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize(("way", "size"), [(-1.0, 2), (1.0, 1)])
def test_a_neighbour_that_pushes_away_from_the_vessel_stays(way, size):
    state = strand(2)
    state["cell.polarity"][1] = (0.0, way, 0.0)
    state["cell.drive_force"][:], state["cell.passage"][:] = 20.0, 0.5
    crossing(state).advance(state, 0.0, 60.0)
    assert state["flux.size"].tolist() == [size]


def test_who_has_crossed_in_the_same_tick_holds_nobody_back():
    # the third is held by both others and pushes away a little: the first goes without it, the second takes it along
    state = tissue_state(3, seed=1, position=[(200.0, 218.4, 200.0), (220.0, 218.4, 200.0), (210.0, 228.2, 200.0)],
                         tension=0.6)[0]  # fmt: skip
    state["cell.polarity"][2] = (0.0, 1.0, 0.0)
    state["cell.drive_force"][:], state["cell.passage"][:] = 1.0, 0.5
    crossing(state).advance(state, 0.0, 60.0)
    assert state["flux.size"].tolist() == [1, 2]
    assert state["flux.cell"].tolist() == [0, 1, 2]


def test_without_adhesion_cells_enter_alone():
    state = strand(2)
    crossing(state, **{"cell.melanoma.adhesion": Override(0.0, "nN/um", "test")}).advance(state, 0.0, 60.0)
    assert state["flux.size"].tolist() == [1]


def test_a_cell_of_a_tumour_peels_off_alone():
    rng = np.random.default_rng(4)
    x, y, z = np.meshgrid(*(13.5 * np.arange(6),) * 3, indexing="ij")
    where = np.stack([100.0 + x.ravel(), 218.5 + y.ravel(), 160.0 + z.ravel()], axis=1)
    state = tissue_state(len(where), seed=1, position=where + rng.normal(0.0, 0.2, where.shape), tension=0.6)[0]
    gap = ALONG_X.nearest(state["cell.position"]).gap - 8.4
    process = crossing(state, **{"vessel.contact": Override(float(np.sort(gap)[0]) + 1e-6, "um", "one cell")})
    process.advance(state, 0.0, 60.0)
    assert state["flux.size"].tolist() == [1]
