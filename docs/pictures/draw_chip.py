"""Draw chip.png from a finished run of `intravasation-chip`: `python docs/pictures/draw_chip.py RUN_FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection

from amoeboid import store
from amoeboid.plots.style import colours, house_style

SHOWN = ("OSM", "OSM + ruxolitinib")
SLAB = 25.0  # um to each side of the axis of the vessel
DPI = 150  # twice what a page shows, for screens of high resolution
TENSIONS = (0.2, 1.8)
ARROW = {"arrowstyle": "->", "color": "#A03020"}


def tissue(axes: Axes, run: store.Run, arm: str) -> EllipseCollection:
    """Draw the cells near the plane of the vessel at the end of the first replicate, coloured by tension."""
    vessel, size = run.scenario.tissue.vessels[0], run.scenario.tissue.size
    frames = next(one for one in run.members() if one.arm == arm).frames()
    position, tension = frames.position[-1].astype(float), frames.scalars["tension"][-1]
    shown = np.abs(position[:, 2] - vessel.start[2]) < SLAB
    axes.axhspan(vessel.start[1] - vessel.radius, vessel.start[1] + vessel.radius, color="#F4D6D2", lw=0)
    axes.annotate("", (190, vessel.start[1]), (120, vessel.start[1]), arrowprops=ARROW)
    width = 2.0 * frames.initial["radius"][shown]
    drawn = EllipseCollection(
        width, width, np.zeros(width.size), units="xy", offsets=position[shown, :2], transOffset=axes.transData,
        array=tension[shown], cmap="viridis", ec="white", lw=0.4,
    )  # fmt: skip
    drawn.set_clim(*TENSIONS)
    axes.add_collection(drawn)
    axes.set(
        xlim=(0, size[0]), ylim=(0, size[1]), aspect="equal", title=f"{arm}, 48 h", xlabel="x [µm]", ylabel="y [µm]"
    )
    return drawn


def crossings(axes: Axes, run: store.Run) -> None:
    """Draw how many cells had entered by which time, each replicate for itself."""
    for arm, colour in colours([arm.name for arm in run.scenario.arms]).items():
        for label, member in zip([arm, *[None] * 99], [one for one in run.members() if one.arm == arm], strict=False):
            flux = member.frames().flux
            hours = np.repeat(flux["flux_time"], flux["flux_size"]) / 3600.0
            axes.step(
                [0.0, *hours, 48.0], [*range(hours.size + 1), hours.size], where="post", color=colour, label=label
            )
    axes.set(xlim=(0, 48), xlabel="time [h]", ylabel="cells that entered, of 600", title="five replicates")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.legend(loc="upper left")


def main(folder: str) -> None:
    """Draw both tissues and the crossings side by side."""
    run = store.Run(folder)
    with house_style() as figure_of:
        figure = figure_of(figsize=(10.5, 3.5))
        left, middle, right = figure.subplots(1, 3)
        drawn = [tissue(axes, run, arm) for axes, arm in zip((left, middle), SHOWN, strict=True)]
        figure.colorbar(drawn[1], ax=middle, label="cortical tension γ [nN/µm]", shrink=0.8)
        crossings(right, run)
        figure.savefig(Path(__file__).with_name("chip.png"), dpi=DPI, metadata={"Software": ""})


if __name__ == "__main__":
    main(sys.argv[1])
