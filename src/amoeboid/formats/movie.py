"""What is written for viewers: cells as spheres over time, quantities on voxels, and what a file says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Label:
    """What every written file says of itself, so that it can be walked back to its run.

    Parameters
    ----------
    title, question : str
        Name and question of the scenario.
    run, member : str
        Folder of the run, which ends in its hash, and the member within it.
    software : str
        Program and version.
    notice : str
        What the file must not be used for.
    references : tuple of str
        Studies behind the numbers of the run, one line each.
    """

    title: str
    question: str
    run: str
    member: str
    software: str
    notice: str
    references: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All but the references as one paragraph."""
        return f"{self.question} Run {self.run}, member {self.member}, made with {self.software}. {self.notice}"

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain values, for attributes of a file."""
        return {
            "title": self.title,
            "question": self.question,
            "run": self.run,
            "member": self.member,
            "software": self.software,
            "notice": self.notice,
            "references": list(self.references),
        }


@dataclass(frozen=True)
class CellScalar:
    """One number of every cell over time: ``value`` (n_samples, n_cells), NaN where there is none."""

    name: str
    unit: str
    meaning: str
    value: Array

    @property
    def label(self) -> str:
        """Name with unit, as columns and axes carry it.

        Examples
        --------
        >>> CellScalar("tension", "nN/um", "", np.zeros((1, 1))).label
        'tension [nN/um]'
        """
        return self.name if self.unit == "1" else f"{self.name} [{self.unit}]"


@dataclass(frozen=True)
class Movie:
    """Cells of one member as spheres over time.

    Parameters
    ----------
    label : Label
    size : (3,) [um]
        Lengths of the domain along x, y, z; one corner is the origin.
    time : (n_frames,) [s]
    position : (n_frames, n_cells, 3) [um]
        Centres; NaN where a cell is not there, because it is not yet born, has died or has crossed into a vessel.
    identity, kind : (n_cells,) int64
        Number of the cell, and index into ``types``.
    radius : (n_samples, n_cells) or (1, n_cells) [um]
        At each sample where it changes, else once for all times.
    types : tuple of str
    sample_time : (n_samples,) [s]
    scalars : tuple of CellScalar
    """

    label: Label
    size: tuple[float, float, float]
    time: Array
    position: Array
    identity: Array
    kind: Array
    radius: Array
    types: tuple[str, ...]
    sample_time: Array
    scalars: tuple[CellScalar, ...] = ()

    @cached_property
    def is_present(self) -> NDArray[np.bool_]:
        """Whether a cell is there at a frame, (n_frames, n_cells)."""
        return np.asarray(np.isfinite(self.position).all(axis=2))

    @cached_property
    def sample_of_frame(self) -> NDArray[np.int64]:
        """Index of the latest sample at or before each frame; the first where there is none before."""
        # half a second of slack: both clocks are whole ticks, and tables may round
        found = np.searchsorted(np.asarray(self.sample_time) - 0.5, np.asarray(self.time), side="right") - 1
        return np.asarray(np.maximum(found, 0), dtype=np.int64)

    def radius_at(self, frame: int) -> Array:
        """Give the radius of every cell at a frame, (n_cells,) [um]."""
        row = int(self.sample_of_frame[frame]) if len(self.radius) > 1 else 0
        return np.asarray(self.radius[row])

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.time)

    @property
    def n_cells(self) -> int:
        """Number of cells that were ever there."""
        return len(self.identity)


@dataclass(frozen=True)
class Volume:
    """A quantity on cubic voxels.

    Parameters
    ----------
    name, unit, meaning : str
    value : (n_z, n_y, n_x) or (n_z, n_y, n_x, n_components)
    components : tuple of str
        Names of the last axis, such as ``x``, ``y``, ``z`` or ``xx``, ``yy``, ``zz``, ``xy``, ``xz``, ``yz``.
    """

    name: str
    unit: str
    meaning: str
    value: Array
    components: tuple[str, ...] = ()


@dataclass(frozen=True)
class Volumes:
    """Quantities on one grid of voxels with edges of ``spacing`` [um] at one or several times [s].

    ``frames`` has one tuple of volumes per time, the same names in the same order; the corner of the first voxel is
    the origin.
    """

    label: Label
    spacing: float
    time: tuple[float, ...]
    frames: tuple[tuple[Volume, ...], ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along z, y, x."""
        n_z, n_y, n_x = self.frames[0][0].value.shape[:3]
        return n_z, n_y, n_x
