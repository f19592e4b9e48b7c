"""Below the pore limit a cell needs proteases, and force with them (wolf-2013); rigid lattices give way to neither.

All draws are keyed by fixed seeds, so each test gives one answer for good; bounds are far from what was seen, with
the margins noted, so that another seed would not turn them.
"""

import numpy as np
import pytest

from amoeboid import scenario, simulation
from amoeboid.scenario import Matrix, Setting

HOURS = 8


def walked(arm, **tissue):
    """Give the mean net way [um] of single cells of an arm of `dense-matrix`, and the final state."""
    document = scenario.load("dense-matrix")
    group = document.tissue.cells[0].model_copy(update={"count": 64})
    changes = {"cells": (group,), "size": (280.0, 280.0, 280.0), **tissue}
    small = document.model_copy(update={"tissue": document.tissue.model_copy(update=changes)})
    member = next(one for one in scenario.members(small) if one.arm.name == arm)
    built = simulation.build(small, member)
    begin = built.state["cell.position"].copy()
    simulation.advance(built, 3600.0 * HOURS)
    return float(np.linalg.norm(built.state["cell.position"] - begin, axis=1).mean()), built.state


@pytest.mark.slow
def test_cells_are_arrested_without_proteases_and_pass_with_them():
    with_proteases, state = walked("OSM")
    without, other = walked("OSM + GM6001")
    # seen: 16 um and 3 um; the mean of 64 cells has a standard error near 1.5 um
    assert without < 6.0
    assert with_proteases > 2.0 * without
    # GM6001 leaves less than 1 % of MMP
    assert other["matrix.cut"].sum() < 0.05 * state["matrix.cut"].sum()


@pytest.mark.slow
def test_cells_that_cut_but_have_no_force_do_not_move():
    document = scenario.load("dense-matrix")
    still = {
        f"motility.{name}": Setting(value=0.0, unit="um/min", reason="no force to move with")
        for name in ("speed_cortical", "speed_mesenchymal")
    }
    group = document.tissue.cells[0].model_copy(update={"count": 64})
    tissue = document.tissue.model_copy(update={"cells": (group,), "size": (280.0, 280.0, 280.0)})
    quiet = document.model_copy(update={"tissue": tissue, "parameters": still})
    built = simulation.build(quiet, next(iter(scenario.members(quiet))))
    begin = built.state["cell.position"].copy()
    simulation.advance(built, 3600.0 * 2)
    assert built.state["matrix.cut"].any()
    assert np.linalg.norm(built.state["cell.position"] - begin, axis=1).max() < 0.5


@pytest.mark.slow
def test_proteases_do_not_open_a_rigid_lattice_below_the_limit():
    way, state = walked("OSM", matrix=Matrix(kind="rigid", pore_area=6.0))
    assert way < 0.5
    assert "matrix.cut" not in state
