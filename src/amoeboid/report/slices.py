"""A section through the tissue of each arm: which plane, which cells it cuts, and the matrix in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.analysis import interface_of
from amoeboid.plots import Slice
from amoeboid.report.material import Material
from amoeboid.store import Frames
from amoeboid.tissue.cells import PHASES

Array = NDArray[Any]

_IN_PLANE, _ACROSS = 0.05, 0.95
"""Cosines between a vessel and the normal of the plane below and above which it is drawn."""

_ROUND = 48
"""Corners of the outline of a vessel."""


@dataclass(frozen=True)
class Sections:
    """Slices of the arms, the names of their classes, and words for the caption: plane, classes, ground and walls."""

    slices: tuple[Slice, ...]
    names: tuple[str, ...]
    axes: tuple[str, str]
    where: str
    by: str
    walls: str


@dataclass(frozen=True)
class Plane:
    """A plane across one axis of the domain; ``right`` and ``up`` are the other axes as it is drawn."""

    across: int
    place: float
    right: int
    up: int


def slices_of(material: Material) -> Sections | None:
    """Cut the tissue of every arm at its last frame; nothing where no cell was recorded."""
    plane = plane_of(material)
    arms = material.readings.arms
    types = tuple(dict.fromkeys(kind for arm in arms for kind in material.cell_types(arm)))
    # which type a cell is says most; where there is but one, the phase of its life
    by_phase = len(types) < 2 and all("phase" in material.frames(arm).scalars for arm in arms)
    names = PHASES if by_phase else tuple(kind.replace("_", " ") for kind in types)
    densities = {arm: _cut(_density(material, arm), plane, material.scenario.tissue.voxel) for arm in arms}
    most = max((float(one.max(initial=0.0)) for one in densities.values()), default=0.0) or 1.0
    slices = tuple(_slice(material, arm, plane, (types, by_phase, densities[arm] / most)) for arm in arms)
    if not any(len(one.radius) for one in slices):
        return None
    tissue = material.scenario.tissue
    walls = ""
    if any(one.density.any() for one in slices):
        walls = ". Grey is the matrix where it is densest, white where there is none, blue what cells have opened"
    walls += "; dashed: membranes and faces of the gel" if any(one.lines for one in slices) else ""
    walls += "; rose: vessels" if any(one.vessels for one in slices) else ""
    axes = ("xyz"[plane.right], "xyz"[plane.up])
    where = f"{'xyz'[plane.across]} = {plane.place:.4g} µm of {tissue.size[plane.across]:.4g}"
    return Sections(slices, names, axes, where, "phase" if by_phase else "type", walls)


def plane_of(material: Material) -> Plane:
    """Choose the plane: along the way into a gel with one face, along vessels, else through the middle across z."""
    tissue = material.scenario.tissue
    face = interface_of(material.scenario)
    if face is not None:
        across = 1 if face.axis != 1 else 0
        right = next(axis for axis in range(3) if axis not in (across, face.axis))
        return Plane(across, 0.5 * tissue.size[across], right, face.axis)
    if tissue.membranes:
        up = "xyz".index(tissue.membranes[0].axis)
        across = 1 if up != 1 else 0
        return Plane(across, 0.5 * tissue.size[across], next(a for a in range(3) if a not in (across, up)), up)
    place = 0.5 * (tissue.vessels[0].start[2] + tissue.vessels[0].end[2]) if tissue.vessels else 0.5 * tissue.size[2]
    return Plane(2, place, 0, 1)


def _density(material: Material, arm: str) -> Array:
    return _volume(material, arm, "collagen")


def _volume(material: Material, arm: str, name: str) -> Array:
    """Give what a matrix holds at the end: as recorded, else as the final state has it; zero where it has nothing."""
    frames = material.frames(arm)
    if name in frames.volumes and len(frames.volumes[name]):
        return np.asarray(frames.volumes[name][-1], dtype=np.float64)
    state = material.members[arm, ""].state()
    key = f"matrix.{name}"
    return np.asarray(state[key], dtype=np.float64) if key in state else np.zeros(material.scenario.tissue.shape)


def _cut(volume: Array, plane: Plane, voxel: float) -> Array:
    """Give the voxels in a plane, rows upwards and columns to the right; arrays are indexed z, y, x."""
    axis = 2 - plane.across
    row = min(int(plane.place / voxel), volume.shape[axis] - 1)
    flat = np.take(volume, row, axis=axis)
    kept = [2 - k for k in range(3) if 2 - k != plane.across]  # axes that are left, in the order of the array
    return np.asarray(flat if kept == [plane.up, plane.right] else flat.T)


def _slice(material: Material, arm: str, plane: Plane, look: tuple[tuple[str, ...], bool, Array]) -> Slice:
    types, by_phase, density = look
    frames, tissue = material.frames(arm), material.scenario.tissue
    place, radius, cell = cut_cells(frames, plane)
    if by_phase:
        kind = np.asarray(frames.scalars["phase"][-1], dtype=np.int64)[cell]
    else:
        mine = np.array([types.index(name) for name in material.cell_types(arm)], dtype=np.int64)
        kind = mine[np.asarray(frames.initial["type"], dtype=np.int64)[cell]]
    opened = _cut(_volume(material, arm, "track"), plane, tissue.voxel)
    lines, vessels = _walls(material, arm, plane), tuple(_vessels(material, plane))
    size = (tissue.size[plane.right], tissue.size[plane.up])
    return Slice(arm, size, place, radius, np.maximum(kind, 0), density, opened, lines, vessels)


def cut_cells(frames: Frames, plane: Plane) -> tuple[Array, Array, Array]:
    """Give where cells are cut at the last frame (n, 2), the radii of the cuts, and which cells these are."""
    last = np.asarray(frames.position[-1], dtype=np.float64)
    radius = np.asarray(frames.initial["radius"], dtype=np.float64)
    if "current_radius" in frames.scalars:
        now = np.asarray(frames.scalars["current_radius"][-1], dtype=np.float64)
        radius = np.where(np.isfinite(now), now, radius)
    off = np.abs(last[:, plane.across] - plane.place)
    cell = np.flatnonzero(np.isfinite(off) & (off < radius))
    return last[cell][:, [plane.right, plane.up]], np.sqrt(radius[cell] ** 2 - off[cell] ** 2), cell


def _walls(material: Material, arm: str, plane: Plane) -> tuple[Array, ...]:
    """Give membranes and the face of the gel as the plane cuts them."""
    tissue, size = material.scenario.tissue, material.scenario.tissue.size
    lines: list[Array] = []
    for membrane in tissue.membranes:
        lines += _line("xyz".index(membrane.axis), membrane.position, plane, size)
    face = interface_of(material.scenario)
    if face is not None and material.matrix(arm).kind != "none":
        lines += _line(face.axis, face.position, plane, size)
    return tuple(lines)


def _vessels(material: Material, plane: Plane) -> Iterator[Array]:
    """Give the outlines of the vessels that lie in the plane or go straight through it; oblique ones are left out."""
    flat = [plane.right, plane.up]
    for vessel in material.scenario.tissue.vessels:
        start, end = np.asarray(vessel.start), np.asarray(vessel.end)
        along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-12)
        off = abs(start[plane.across] - plane.place)
        angle = np.linspace(0.0, 2.0 * np.pi, _ROUND, endpoint=False)
        if abs(along[plane.across]) < _IN_PLANE and off < vessel.radius:
            # a capsule: half a circle around each end, turned towards where the vessel goes
            heading = np.arctan2(along[plane.up], along[plane.right])
            ring = heading - 0.5 * np.pi + angle
            centre = np.where((angle < np.pi)[:, None], end[flat], start[flat])
            half = np.sqrt(vessel.radius**2 - off**2)
            yield centre + half * np.stack([np.cos(ring), np.sin(ring)], axis=1)
        elif abs(along[plane.across]) > _ACROSS and min(start[plane.across], end[plane.across]) < plane.place:
            yield start[flat] + vessel.radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _line(axis: int, place: float, plane: Plane, size: tuple[float, float, float]) -> list[Array]:
    if axis == plane.up:
        return [np.array([[0.0, place], [size[plane.right], place]])]
    return [np.array([[place, 0.0], [place, size[plane.up]]])] if axis == plane.right else []
