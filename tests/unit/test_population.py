"""Placing cells: shapes, counts, determinism, errors."""

import numpy as np
import pytest

from amoeboid.errors import ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.process import port
from amoeboid.tissue.cells import Placement, cell_types, cells_in, place, rest_distance
from amoeboid.tissue.geometry import Domain

P = Parameters(catalogue())
DOMAIN = Domain((400.0, 400.0, 400.0))


def test_a_sphere_by_radius_settles_to_that_radius():
    state = place([Placement("melanoma", "sphere", radius=80.0)], P, DOMAIN, seed=1)
    away = np.linalg.norm(state["cell.position"] - 200.0, axis=1)
    # 90 % of the cells of a uniform ball lie within 0.9^(1/3) of its radius
    assert np.quantile(away, 0.9) / 0.9 ** (1 / 3) == pytest.approx(80.0, rel=0.05)
    assert state["cell.contacts"].mean() > 8


def test_a_sphere_by_count_holds_that_many():
    state = place([Placement("melanoma", "sphere", count=137)], P, DOMAIN, seed=1)
    assert state.n_cells == 137


def test_settled_cells_are_calm():
    state = place([Placement("melanoma", "sphere", count=300)], P, DOMAIN, seed=2)
    speed = np.linalg.norm(state["cell.velocity"], axis=1)
    assert np.quantile(speed, 0.99) < P["mechanics.calm_speed"]


def test_one_seed_gives_one_state_and_another_seed_another():
    spec = [Placement("melanoma", "sphere", count=100)]
    assert place(spec, P, DOMAIN, seed=4).hash() == place(spec, P, DOMAIN, seed=4).hash()
    assert place(spec, P, DOMAIN, seed=4).hash() != place(spec, P, DOMAIN, seed=5).hash()


def test_two_types_are_numbered_by_first_use():
    spec = [
        Placement("t_cell", "box", count=30, centre=(80.0, 80.0, 80.0), size=(120.0, 120.0, 120.0)),
        Placement("melanoma", "sphere", count=20, centre=(280.0, 280.0, 280.0)),
    ]
    state = place(spec, P, DOMAIN, seed=1)
    assert cell_types(spec) == ("t_cell", "melanoma")
    assert state["cell.type"].tolist() == [0] * 30 + [1] * 20
    assert state["cell.id"].tolist() == list(range(50))


def test_a_grid_is_regular_and_inside():
    state = place([Placement("melanoma", "grid", count=27, size=(300.0, 300.0, 300.0))], P, DOMAIN, seed=1)
    first = state["cell.position"].reshape(3, 3, 3, 3)
    np.testing.assert_allclose(np.diff(first, axis=2)[..., 0], 100.0)
    assert DOMAIN.contains(state["cell.position"]).all()


def test_points_are_kept():
    state = place([Placement("melanoma", "points", points=((50.0, 60.0, 70.0),))], P, DOMAIN, seed=1)
    np.testing.assert_array_equal(state["cell.position"], [[50.0, 60.0, 70.0]])


@pytest.mark.parametrize("count", [1, 200])
def test_every_array_has_the_shape_and_type_of_its_port(count):
    state = place([Placement("melanoma", "box", count=count)], P, DOMAIN, seed=1)
    for name in state:
        if name.startswith("cell."):
            assert state[name].shape == ((count, 3) if "3" in port(name).shape else (count,))
            assert np.all(np.isfinite(state[name]))
    np.testing.assert_allclose(np.linalg.norm(state["cell.polarity"], axis=1), 1.0)


@pytest.mark.parametrize(
    ("placement", "match"),
    [
        (Placement("melanoma", "spere", count=3), "unknown shape `spere`"),
        (Placement("melanoma", "sphere"), "without a number of cells"),
        (Placement("melanoma", "points", points=((500.0, 1.0, 1.0),)), "outside the domain"),
        (Placement("melanoma", "sphere", radius=300.0), "outside the domain"),
    ],
)
def test_what_cannot_be_placed_is_told(placement, match):
    with pytest.raises(ScenarioError, match=match):
        place([placement], P, DOMAIN, seed=1)


def test_numbers_of_cells_follow_volume():
    assert cells_in(4 / 3 * np.pi * 84.0**3, P, "melanoma") == pytest.approx(1150, rel=0.01)
    assert rest_distance(P, "t_cell") < rest_distance(P, "melanoma")
