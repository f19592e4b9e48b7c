"""Who came through a membrane, as in a chamber whose filter is looked at from below: rows of measures from frames."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from amoeboid.analysis.member import MeasureRow, Recorded
from amoeboid.evidence import Parameters
from amoeboid.scenario import Scenario


@dataclass(frozen=True)
class Chamber:
    """The membranes of a scenario, and how far behind one a nucleus is through.

    Parameters
    ----------
    sheets : tuple of (int, float)
        Axis, 0 to 2, and position [um] of each.
    clear : mapping of str to tuple of float
        By name of the arm, for each type in the order of its index: distance of the centre of a cell from the middle
        of the sheet at which its nucleus is out of it [um].
    """

    sheets: tuple[tuple[int, float], ...]
    clear: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, document: Scenario, parameters: Parameters) -> Chamber | None:
        """Read it from a scenario; none where there is no membrane."""
        placed = document.tissue.membranes
        if not placed:
            return None
        thickest = max(parameters[f"membrane.{one.kind}_thickness"] for one in placed)
        clear = {
            arm.name: tuple(
                0.5 * thickest + math.sqrt(parameters[f"cell.{name}.nucleus_area"] / math.pi)
                for name in document.types_of(arm)
            )
            for arm in document.arms
        }
        return cls(tuple(("xyz".index(one.axis), one.position) for one in placed), clear)


def transmigration_rows(frames: Recorded, arm: str, chamber: Chamber) -> Iterator[MeasureRow]:
    """Give the share of cells, of those that are there, that stand wholly behind a membrane they began before.

    A cell begins where it was first seen. With several membranes one of them is enough.
    """
    position = np.asarray(frames.position, dtype=np.float64)
    there = np.isfinite(position[:, :, 0])
    first = there.argmax(axis=0)
    kind = np.asarray(frames.initial["type"], dtype=np.int64)
    clear = np.asarray(chamber.clear[arm])[kind]
    through = np.zeros(there.shape, dtype=np.bool_)
    for axis, place in chamber.sheets:
        distance = position[:, :, axis] - place
        began = distance[first, np.arange(distance.shape[1])]
        with np.errstate(invalid="ignore"):
            through |= (distance * np.sign(began) < 0.0) & (np.abs(distance) >= clear)
    for frame, time in enumerate(np.asarray(frames.time, dtype=np.float64)):
        if there[frame].any():
            share = np.count_nonzero(through[frame]) / np.count_nonzero(there[frame])
            yield MeasureRow("fraction_transmigrated", float(time), share, "1")
