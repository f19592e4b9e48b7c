"""How hard cells pull: kernel against twin, and the forces that were measured."""

import numpy as np
import pytest
from mechanics_scene import law, scene, tissue_state

from amoeboid.evidence import Parameters, catalogue
from amoeboid.kernels import pulling
from amoeboid.kernels.reference import pulling as twin
from amoeboid.tissue.contacts import Pulling

P = Parameters(catalogue())


def test_pull_and_held_modulus_equal_their_twin():
    cells, position, gel, space = scene(500, seed=3)
    touching = np.random.default_rng(4).integers(0, 12, 500)
    share = np.linspace(0.0, 1.0, 500)
    who = pulling.Pullers(position, cells.polarity, cells.radius, cells.tension, cells.drive, touching, share)
    pull, modulus = np.zeros(500), np.zeros(500)
    pulling.pull(0, 500, who, gel, space, law(), (pull, modulus))
    wanted = twin.pull(who, gel, space, law())
    np.testing.assert_allclose(pull, wanted[0], rtol=1e-12)
    np.testing.assert_allclose(modulus, wanted[1], rtol=1e-12)
    assert pull.max() > 10.0


def pulled(tension, *, collagen=2.0, kind="fibroblast", drive=0.225):
    state, domain, grid = tissue_state(20, seed=1, collagen=collagen, tension=tension, drive=drive)
    state["cell.radius"][:] = P[f"cell.{kind}.radius"]
    Pulling(P, domain, grid, (kind,)).initial(state)
    return state


@pytest.mark.parametrize("tension", [0.515, 0.8, 1.2])
def test_a_fibroblast_in_collagen_pulls_as_hard_as_measured_ones(tension):
    # 30 to 116 nN per cell (observed.force.fibroblast); 0.1 to 5 kPa in three dimensions (observed.stress.traction_3d)
    pull = pulled(tension)["cell.pull"]
    assert pull.min() >= 30.0
    assert pull.max() <= 116.0
    stress = pull / P["tracks.pole_area"]
    assert stress.min() >= 0.1
    assert stress.max() <= 5.0


def test_nothing_is_pulled_where_nothing_is_and_a_slack_cell_pulls_not():
    liquid = pulled(1.2, collagen=0.0)
    assert np.all(liquid["cell.pull"] == 0.0)
    assert np.all(liquid["cell.stiffness"] == 0.0)
    assert np.all(pulled(0.0)["cell.pull"] == 0.0)
