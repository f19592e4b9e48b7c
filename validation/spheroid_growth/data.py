"""What was measured: outer radius by day, and structure by day, of one line and initial number of cells."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "spheroids-browning2022"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """Means over spheroids of the outer radius [um] by day, medians of radius and shares of it by day."""

    day: Floats
    radius: Floats
    spread: Floats
    picture_day: Floats
    picture_radius: Floats
    inhibited: Floats
    necrotic: Floats


def _rows(name: str, line: str, count: int) -> list[list[float]]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    own = [row[2:] for row in rows if row[0] == line and row[1] == str(count)]
    return [[float(text) if text not in ("", "NA") else np.nan for text in row] for row in own]


def measured(line: str, count: int) -> Measured:
    """Read what was measured of a line, `983b` or `793b`, from an initial number of cells on."""
    grown = np.array(_rows("IncucyteData.csv", line, count))
    grown = grown[np.isfinite(grown[:, 1]) & (grown[:, 1] > 0.0)]
    days = np.array([day for day in np.unique(grown[:, 0]) if abs(day - round(day)) < 0.01])
    alike = [grown[grown[:, 0] == day, 1] for day in days]
    enough = np.array([len(radii) >= 5 for radii in alike])
    mean, spread = (np.array([f(radii) for radii in alike])[enough] for f in (np.mean, np.std))
    pictures = np.array(_rows("ConfocalData.csv", line, count))
    if not len(pictures):
        return Measured(days[enough], mean, spread, *(np.empty(0) for _ in range(4)))
    at = np.unique(pictures[:, 0])
    middle = np.array([np.nanmedian(pictures[pictures[:, 0] == day], axis=0) for day in at])
    return Measured(days[enough], mean, spread, at, middle[:, 1], middle[:, 2], middle[:, 3])
