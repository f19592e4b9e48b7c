"""The pore law read from the tracks of arms that are rigid lattices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import NumericsError
from amoeboid.formats import Tracks
from amoeboid.measures import PoreLaw, pore_law_fit, track_speed
from amoeboid.report.material import Material

_MINUTE = 60.0
FEWEST = 4
"""Lattices of one cell type from which a line is drawn."""


@dataclass(frozen=True)
class Lattices:
    """Arms of one cell type in rigid lattices, and the line through them.

    Parameters
    ----------
    cell_type : str
    area : (n,) [um^2]
    speed, error : (n,) [um/min]
        Mean over the tracks of the first replicate, and its standard error.
    n_tracks : int
        In each lattice.
    law : PoreLaw or None
        None where no line can be drawn.
    """

    cell_type: str
    area: NDArray[np.float64]
    speed: NDArray[np.float64]
    error: NDArray[np.float64]
    n_tracks: int
    law: PoreLaw | None


def lattices(material: Material) -> tuple[Lattices, ...]:
    """Give the lattices of each cell type; none unless a type has `FEWEST` of them."""
    arms: dict[str, list[str]] = {}
    for arm in material.scenario.arms:
        if material.matrix(arm.name).kind == "rigid":
            arms.setdefault(material.cell_types(arm.name)[0], []).append(arm.name)
    return tuple(_of(material, kind, names) for kind, names in arms.items() if len(names) >= FEWEST)


def _of(material: Material, cell_type: str, names: list[str]) -> Lattices:
    area = np.array([material.matrix(name).pore_area or 0.0 for name in names])
    speeds = [_speeds(material, name) for name in names]
    order = np.argsort(area, kind="stable")
    mean = np.array([values.mean() for values in speeds])[order]
    error = np.array([values.std(ddof=1) / np.sqrt(values.size) for values in speeds])[order]
    try:
        law = pore_law_fit(area[order], mean)
    except NumericsError:
        law = None
    return Lattices(cell_type, area[order], mean, error, int(speeds[0].size), law)


def _speeds(material: Material, arm: str) -> NDArray[np.float64]:
    frames = material.frames(arm)
    return track_speed(Tracks.of_frames(frames.time, frames.position)) * _MINUTE
