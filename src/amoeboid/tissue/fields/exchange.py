"""What cells make of a substance and what they take up, per voxel.

Both are spread with the weights of sampling, in ascending cell id. A cell makes secretion (1 + gain drive); it takes up
clearance u / (1 + u / saturation) at the concentration u of its voxels: linear far below saturation, and with
clearance = V / K and saturation = K the law of Michaelis and Menten with the largest rate V. Cells in an inert phase
do neither.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.process import State
from amoeboid.tissue.fields.substance import Substance
from amoeboid.tissue.geometry import Grid

Floats = NDArray[np.float64]


def ports(one: Substance) -> tuple[str, ...]:
    """Give the ports of cells that making and taking up read."""
    by_type = ("cell.type",) if one.secretion or isinstance(one.clearance, tuple) else ()
    driven = ("cell.drive",) if one.secretion and any(one.gain) else ()
    return ("cell.id", "cell.position", *by_type, *driven, *(("cell.phase",) if one.inert else ()))


def supply(one: Substance, grid: Grid, state: State) -> Floats | None:
    """Give what cells make of a substance per voxel and time [nM/s]; None where they make none."""
    if not any(one.secretion):
        return None
    amount = np.array(one.secretion)[state["cell.type"]]
    if any(one.gain):
        amount *= 1.0 + np.array(one.gain)[state["cell.type"]] * state["cell.drive"]
    amount[_inert(one, state)] = 0.0
    return grid.spread(amount / grid.voxel_volume, state["cell.position"], state["cell.id"])


def loss(one: Substance, grid: Grid, state: State, u: Floats) -> Floats:
    """Give the rate of loss per voxel [1/s] at concentrations `u`: decay, and what cells take up."""
    if one.clearance == 0.0:
        return np.full(grid.shape, one.decay)
    ids, position = state["cell.id"], state["cell.position"]
    if isinstance(one.clearance, tuple):
        share = np.array(one.clearance)[state["cell.type"]] / grid.voxel_volume
    else:
        share = np.full(len(ids), one.clearance / grid.voxel_volume)
    share[_inert(one, state)] = 0.0
    taken = grid.spread(share, position, ids)
    if np.isfinite(one.saturation):
        # a step may undershoot zero by rounding; less than nothing saturates nothing
        taken /= 1.0 + np.maximum(u, 0.0) / one.saturation
    return one.decay + taken


def _inert(one: Substance, state: State) -> NDArray[np.bool_]:
    if not one.inert:
        return np.zeros(state.n_cells, dtype=np.bool_)
    return np.isin(state["cell.phase"], one.inert)
