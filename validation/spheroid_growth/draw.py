"""Draw the spheroids: measured, by the model along the radius, and cell by cell where that was simulated.

python validation/spheroid_growth/draw.py docs/pictures/spheroid-growth.png
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from cells import HERE
from data import measured
from fit import FITTED_ON
from measure import along_the_radius

from amoeboid.plots import SpheroidPanel, plot_spheroids

LINE = "983b"
COUNTS = (1250, 2500, 5000, 10000)


def parts(rows):
    return {part: (rows[:, 0], rows[:, k]) for k, part in enumerate(("outer", "arrested", "necrotic"), 1)}


def panel(count: int) -> SpheroidPanel:
    seen = measured(LINE, count)
    lines = {"along the radius": parts(along_the_radius(LINE, count))}
    file = HERE / f"{LINE}-{count}-1.txt"
    if file.exists():
        lines["cell by cell"] = parts(np.loadtxt(file, ndmin=2))
    marks = {"outline over time": {"outer": (seen.day, seen.radius)}}
    if len(seen.picture_day):
        inside = {"arrested": seen.inhibited, "necrotic": seen.necrotic}
        marks["sections"] = {part: (seen.picture_day, share * seen.picture_radius) for part, share in inside.items()}
        marks["sections"]["outer"] = (seen.picture_day, seen.picture_radius)
    role = "fitted" if count in FITTED_ON else "held back"
    return SpheroidPanel(f"{count:,} cells, {role}", lines, marks, seen.spread)


if __name__ == "__main__":
    figure = plot_spheroids([panel(count) for count in COUNTS], "WM983b; data: Browning et al. 2022, CC BY 4.0")
    figure.savefig(sys.argv[1], dpi=130)
