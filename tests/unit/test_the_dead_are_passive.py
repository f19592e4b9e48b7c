"""Dead cells neither pull, cut, make, take up, nor move by themselves."""

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.tissue.cells.cycle import NECROTIC


def tissue(dead):
    """Give a tissue of 60 fibroblasts with every process that reads cells, all or none of them dead."""
    short = scenario.load("quick-look")
    group = short.tissue.cells[0].model_copy(update={"type": "fibroblast", "count": 60})
    matrix = short.tissue.matrix.model_copy(update={"deforms": True})
    switches = {"growth": True, "proteolysis": True, "secretion": True, "oxygen": 2e5}
    changed = short.tissue.model_copy(update={"cells": (group,), "matrix": matrix, **switches})
    doc = short.model_copy(update={"tissue": changed})
    built = simulation.build(doc, scenario.members(doc)[0])
    if dead:
        built.state["cell.phase"][:] = NECROTIC
        built.state["cell.vigour"][:] = 0.0
    simulation.advance(built, 600.0)
    return built.state


@pytest.mark.parametrize("dead", [False, True])
def test_only_the_living_pull_cut_respire_and_make_cytokines(dead):
    state = tissue(dead)
    assert bool(state["cell.pull"].any()) is not dead
    assert bool(state["matrix.cut"].any()) is not dead
    assert bool(state["field.LIF"].any()) is not dead
    assert bool((state["field.oxygen"] < 0.999 * 2e5).any()) is not dead
    assert bool(state["cell.drive_force"].any()) is not dead
    assert np.isfinite(state["cell.position"]).all()
