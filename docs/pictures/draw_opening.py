"""Draw opening.png: sections through dense collagen after 12 h, with and without an MMP inhibitor.

`python docs/pictures/draw_opening.py`; takes a minute.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import pyplot

from amoeboid import scenario, simulation
from amoeboid.process import State

HOURS = 12
ARMS = ("resting", "resting + Y-27632", "resting + GM6001")
VOXEL = 10.0
LIMIT = 15.0


def finished(arm: str) -> State:
    """Carry out one member of a small `dense-matrix` with fine voxels."""
    document = scenario.load("dense-matrix")
    group = document.tissue.cells[0].model_copy(update={"count": 64})
    changes = {"cells": (group,), "size": (260.0, 260.0, 260.0), "voxel": VOXEL}
    small = document.model_copy(update={"tissue": document.tissue.model_copy(update=changes)})
    built = simulation.build(small, next(one for one in scenario.members(small) if one.arm.name == arm))
    simulation.advance(built, 3600.0 * HOURS)
    return built.state


def main() -> None:
    """Draw the middle of the gel, summed over 60 um, and the cells in it."""
    figure, axes = pyplot.subplots(1, len(ARMS), figsize=(9.6, 3.6), sharey=True, layout="constrained")
    for axis, arm in zip(axes, ARMS, strict=True):
        state = finished(arm)
        track, position = state["matrix.track"], state["cell.position"]
        layers = slice(track.shape[0] // 2 - 3, track.shape[0] // 2 + 3)
        edge = track.shape[0] * VOXEL
        picture = axis.imshow(
            100.0 * track[layers].mean(axis=0),
            origin="lower",
            extent=(0, edge, 0, edge),
            cmap="YlOrBr",
            vmin=0,
            vmax=15,
        )
        near = np.abs(position[:, 2] - 0.5 * edge) < 30.0
        for x, y in position[near, :2]:
            axis.add_patch(pyplot.Circle((x, y), 8.4, facecolor="none", edgecolor="black", linewidth=0.9))
        axis.set(title=arm, xlabel="x [um]")
    axes[0].set_ylabel("y [um]")
    figure.colorbar(picture, ax=axes, label="opened [%]")
    figure.savefig(Path(__file__).with_name("opening.png"), dpi=150)


if __name__ == "__main__":
    main()
