"""Contractility takes cells to follow the drug at once: how far that is from cells followed through its swings."""

import numpy as np
import pytest

from amoeboid import pharmacology, signalling
from amoeboid.evidence import Parameters, catalogue
from amoeboid.process import State, shipped_link
from amoeboid.trials.contractility import Tumour, contractility, mean_drive

P = Parameters(catalogue())
N_CELLS, STEP, HALF_A_DAY = 60, 300.0, 43_200.0
OSM = 0.1


def followed(left, n_intervals):
    """Give the mean drive at every moment of the last interval, of cells that are integrated through all of them."""
    cytokine = P["signalling.autocrine"] + OSM
    cells = signalling.Signalling(signalling.network(), P)
    state = State()
    state.put("cell.id", np.arange(N_CELLS))
    state.put("cell.radius", np.full(N_CELLS, signalling.typical_radius(P)))
    state.put("cell.cytokine", np.full(N_CELLS, cytokine))
    for name in left:
        state.put(f"target.{name}", np.ones(N_CELLS))
    cells.initial(state, 1, {"cell.cytokine": cytokine})
    time, drive = 0.0, np.empty(left["JAK1"].size)
    for _ in range(n_intervals):
        for k in range(drive.size):
            for name, rest in left.items():
                state[f"target.{name}"][:] = rest[k]
            cells.advance(state, time, STEP)
            time += STEP
            drive[k] = state["cell.drive"].mean()
    return drive


@pytest.mark.parametrize("dose", [15.0, 25.0])
def test_cells_that_follow_at_once_are_close_to_cells_that_take_their_time(dose):
    times = np.arange(0.5, HALF_A_DAY / STEP) * STEP
    drawn = pharmacology.population("ruxolitinib", pharmacology.draw_people(40, seed=1), 1)
    total = pharmacology.steady_profile(drawn, dose, HALF_A_DAY, times).mean(axis=0)
    left = pharmacology.targets_left({"ruxolitinib": pharmacology.free_fraction("ruxolitinib", "plasma") * total})
    at_once = mean_drive({f"target.{name}": rest for name, rest in left.items()}, Tumour(osm=OSM), P, (N_CELLS, 1))
    slowly = followed(left, 2)
    # SOCS3 lags, so that cells come back a little more than they would at rest: a hundredth of drive, a tenth of entry
    assert slowly.mean() == pytest.approx(at_once.mean(), abs=0.015)
    reference = contractility(Tumour(osm=OSM), n_cells=N_CELLS).untreated
    lagging, immediate = (shipped_link().relative(one, reference)[0].mean() for one in (slowly, at_once))
    assert lagging == pytest.approx(immediate, rel=0.10)
    assert lagging > immediate, "what is taken to happen at once is on the side of the drug"
