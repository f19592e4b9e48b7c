"""The pore in front of a cell, wider than it was, and the channel that stays: what cutting and pulling share.

Both act at the leading pole, x + R p, where the mechanics step samples the matrix. The pore there has the area
A = A0 exp(sigma z), with the median A0 of the voxel and the score z of ``cell.pore``. Opening raises z, so the same
law of passage holds; the next pore is drawn anew after ``matrix.pore_spacing``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters
from amoeboid.kernels.fibres import COMPONENTS
from amoeboid.process import State
from amoeboid.tissue.geometry import Grid

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Front:
    """What lies in front of each cell, by row.

    Attributes
    ----------
    pole : (n, 3) array [um]
    median : (n,) array [um^2]
        Median pore area there.
    area : (n,) array [um^2]
        Area of the pore that the cell is at.
    collagen : (n,) array [mg/ml]
        Density there; 0 where there is nothing to open.
    """

    pole: Floats
    median: Floats
    area: Floats
    collagen: Floats


@dataclass(frozen=True)
class ChannelLaw:
    """How deep and how varied pores are, and how many fibres lie along a channel.

    Attributes
    ----------
    sigma : float
        Spread of the logarithm of pore area, above 0.
    depth : float
        Path from one pore to the next [um].
    alignment : float
        Volume of fibres along a channel over its volume.
    """

    sigma: float
    depth: float
    alignment: float


def channel_law(parameters: Parameters) -> ChannelLaw:
    """Give the numbers of channels.

    Raises
    ------
    ScenarioError
        When all pores are alike: then a cell cannot have a wider one in front than others.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> channel_law(Parameters(catalogue())).depth
    5.0
    """
    sigma = parameters["matrix.pore_spread"]
    if not sigma > 0.0:
        raise ScenarioError(
            Fault("parameters.matrix.pore_spread", f"spread of pores `{sigma:g}` where cells open pores",
                  "a spread above 0", "0.8", "set `matrix.pore_spread` above 0, or let nothing open the matrix",
                  "AMB-S420")
        )  # fmt: skip
    return ChannelLaw(sigma, parameters["matrix.pore_spacing"], parameters["tracks.alignment"])


def front(state: State, grid: Grid, law: ChannelLaw) -> Front:
    """Sample what lies at the leading pole of every cell."""
    pole = state["cell.position"] + state["cell.radius"][:, None] * state["cell.polarity"]
    median = grid.sample(state["matrix.pore_area"], pole)
    return Front(
        pole, median, median * np.exp(law.sigma * state["cell.pore"]), grid.sample(state["matrix.collagen"], pole)
    )


def widen(state: State, ahead: Front, grown: Floats, law: ChannelLaw) -> None:
    """Make the pores in front of cells wider by an area [um^2], and note what share of them is own work."""
    wider = grown > 0.0
    area = ahead.area[wider] + grown[wider]
    found = (1.0 - state["cell.opened"][wider]) * ahead.area[wider]
    state["cell.pore"][wider] = np.log(area / ahead.median[wider]) / law.sigma
    state["cell.opened"][wider] = 1.0 - found / area


def nothing_opened(state: State) -> None:
    """Put ``cell.opened`` where it is not yet."""
    if "cell.opened" not in state:
        state.put("cell.opened", np.zeros(state.n_cells))


def shares(state: State, grid: Grid, ahead: Front, volume: Floats) -> Floats:
    """Give the share of each voxel that volumes [um^3] in front of cells fill, summed in order of id; may exceed 1."""
    return grid.spread(volume, ahead.pole, state["cell.id"]) / grid.voxel_volume


def keep_open(state: State, share: Floats) -> None:
    """Add channels to ``matrix.track``: they fall at random, so of what was closed a part 1 - exp(-share) opens."""
    track, collagen = state["matrix.track"].reshape(-1), state["matrix.collagen"].reshape(-1)
    at = np.flatnonzero((share.reshape(-1) > 0.0) & (collagen > 0.0))
    track[at] += (1.0 - track[at]) * -np.expm1(-share.reshape(-1)[at])


def align(state: State, grid: Grid, ahead: Front, volume: Floats, law: ChannelLaw) -> None:
    """Let fibres lie along the channels: T <- (T + sum q p p) / (1 + sum q); the trace stays 1.

    q is the volume of fibres along a channel over that of the voxel.
    """
    along = state["cell.polarity"]
    fibres = law.alignment * volume
    more = shares(state, grid, ahead, fibres).reshape(-1)
    at = np.flatnonzero(more)
    total = 1.0 + more[at]
    orientation = state["matrix.orientation"].reshape(-1, len(COMPONENTS))
    for part, (a, b) in enumerate(COMPONENTS):
        laid = shares(state, grid, ahead, fibres * along[:, a] * along[:, b]).reshape(-1)[at]
        orientation[at, part] = (orientation[at, part] + laid) / total
