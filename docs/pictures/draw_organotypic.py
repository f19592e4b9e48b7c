"""Draw sections through the gel of the organotypic assay at its end: cells, and how open the gel is.

python docs/pictures/draw_organotypic.py [FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from amoeboid import scenario, simulation

ARMS = ("with fibroblasts", "carcinoma alone", "no ROCK in fibroblasts", "no ROCK in carcinoma cells")
PAGE = Path(__file__).parent / "organotypic.png"
SLAB = 40.0  # um; thickness of the section
COLOURS = {"squamous_carcinoma": "#c8402f", "fibroblast": "#2c6fbb"}


def section(axes: plt.Axes, document: scenario.Scenario, member: scenario.Member) -> None:
    """Draw one arm: openness of the gel averaged over the slab, and the cells in it as circles."""
    built = simulation.build(document, member)
    simulation.advance(built, document.duration)
    state, size, voxel = built.state, document.tissue.size, document.tissue.voxel
    middle = 0.5 * size[1]
    rows = slice(round((middle - 0.5 * SLAB) / voxel), round((middle + 0.5 * SLAB) / voxel))
    opened = np.where(state["matrix.collagen"] > 0.0, state["matrix.track"], 1.0)[:, rows].mean(axis=1)
    extent = (0.0, size[0], 0.0, size[2])
    axes.imshow(opened, origin="lower", extent=extent, cmap="Greys_r", vmin=-0.3, vmax=1.0, interpolation="nearest")
    types = document.types_of(member.arm)
    for (x, y, z), radius, kind in zip(state["cell.position"], state["cell.radius"], state["cell.type"], strict=True):
        away = abs(y - middle)
        if away < 0.5 * SLAB:
            axes.add_patch(plt.Circle((x, z), radius, color=COLOURS[types[kind]], alpha=0.75, lw=0))
    axes.axhline(200.0 - 40.0, color="black", lw=0.6, ls=":")
    axes.set(xlim=(0.0, size[0]), ylim=(0.0, size[2]), aspect="equal", title=member.arm.name, xlabel="x [µm]")


def main(path: Path) -> None:
    """Draw four arms with one seed."""
    document = scenario.load("organotypic").model_copy(update={"replicates": 1})
    chosen = {member.arm.name: member for member in scenario.members(document)}
    figure, panels = plt.subplots(1, len(ARMS), figsize=(13.0, 4.0), sharey=True, layout="constrained")
    for axes, name in zip(panels, ARMS, strict=True):
        section(axes, document, chosen[name])
    panels[0].set_ylabel("z [µm]")
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE)
