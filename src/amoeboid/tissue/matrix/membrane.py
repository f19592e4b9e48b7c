"""Membranes: flat sheets across the domain, thinner than any voxel, that a nucleus passes through a hole or not at all.

A sheet is a plane with a thickness. While the nucleus of a cell overlaps it, the way along its normal is longer: a
path dz outside counts as s dz inside, with s the share of free speed that the hole leaves (wolf-2013: linear in area
between a tenth of the nuclear cross-section and the whole). With s = 0 there is no way, however far a cell would go in
a step, because it is the path that is measured and not the place where it ends. A porous sheet has rigid pores of one
area; a basement membrane has none that count until it is cut or broken, then what is missing of a voxel's patch is
one hole. Range of validity: holes are met at once, since pores lie closer than cells are wide; a nucleus that is
inside may shift sideways.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters
from amoeboid.process import State
from amoeboid.tissue.geometry import Grid

Floats = NDArray[np.float64]

BASEMENT, POROUS = "basement", "porous"


@dataclass(frozen=True)
class Sheet:
    """A membrane across the domain.

    Parameters
    ----------
    kind : str
        ``"basement"`` or ``"porous"``.
    axis : int
        0, 1 or 2 for x, y, z: its normal.
    position : float
        Of its middle [um].
    thickness : float
        [um].
    pore_area : float
        Of its rigid pores [um^2]; 0 for a basement membrane.
    """

    kind: str
    axis: int
    position: float
    thickness: float
    pore_area: float = 0.0

    def layer(self, grid: Grid) -> int:
        """Give the index along its axis of the voxels that it lies in."""
        count = grid.shape[2 - self.axis]
        place = (self.position - grid.origin[self.axis]) / grid.spacing
        return min(max(math.floor(place), 0), count - 1)

    def voxels(self, grid: Grid) -> tuple[slice | int, ...]:
        """Give the index of its voxels in a (n_z, n_y, n_x) field."""
        return tuple(self.layer(grid) if axis == self.axis else slice(None) for axis in (2, 1, 0))

    def onto(self, grid: Grid, points: Floats) -> Floats:
        """Give points moved along the normal into the middle of the layer of voxels."""
        at = points.copy()
        at[:, self.axis] = grid.origin[self.axis] + (self.layer(grid) + 0.5) * grid.spacing
        return at


def sheet(kind: str, axis: str, position: float, pore_area: float | None, parameters: Parameters) -> Sheet:
    """Make a sheet with the thickness of its kind, record ``membrane.<kind>_thickness``.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> sheet("porous", "z", 100.0, 50.0, Parameters(catalogue())).axis
    2
    """
    thickness = parameters[f"membrane.{kind}_thickness"]
    return Sheet(kind, "xyz".index(axis), position, thickness, pore_area or 0.0)


def lay_sheets(state: State, grid: Grid, sheets: Sequence[Sheet]) -> None:
    """Write ``matrix.membrane`` and ``membrane.distance`` at time 0.

    Raises
    ------
    ScenarioError
        When two sheets of one axis lie in the same layer of voxels, so that their holes could not be told apart.
    """
    whole = np.zeros(grid.shape)
    taken: dict[tuple[int, int], int] = {}
    for index, one in enumerate(sheets):
        other = taken.setdefault((one.axis, one.layer(grid)), index)
        if other != index:
            raise _crowded(other, index, grid.spacing)
        whole[one.voxels(grid)] = 1.0
    state.put("matrix.membrane", whole)
    state.put("membrane.distance", sheet_distances(state["cell.position"], sheets))


def _crowded(one: int, other: int, spacing: float) -> ScenarioError:
    return ScenarioError(
        Fault(f"tissue.membranes[{other}].position",
              f"membranes {one + 1} and {other + 1} lie in one layer of voxels",
              f"at most one membrane of an axis in a layer, {spacing:g} um", "",
              "move one of them, or make voxels smaller", "AMB-S421")
    )  # fmt: skip


def sheet_distances(position: Floats, sheets: Sequence[Sheet]) -> Floats:
    """Give the distance of cells from each sheet along its axis [um], (n_membranes, n_cells); negative below it."""
    return np.array([position[:, one.axis] - one.position for one in sheets]).reshape(len(sheets), len(position))


def share_through(hole: Floats, nucleus: Floats, arrest_fraction: float) -> Floats:
    """Give the share of free speed that holes [um^2] leave nuclei of a cross-section [um^2].

    s = clip((A - a A_n) / (A_n - a A_n), 0, 1)

    Examples
    --------
    >>> share_through(np.array([7.0, 38.5, 90.0]), np.full(3, 70.0), 0.1).tolist()
    [0.0, 0.5, 1.0]
    """
    arrest = arrest_fraction * nucleus
    return np.asarray(np.clip((hole - arrest) / (nucleus - arrest), 0.0, 1.0))


def way_through(before: Floats, after: Floats, reach: Floats, share: Floats) -> Floats:
    """Give where cells are that would go from one distance to another, by how much of the way the sheet lets them.

    u(d) = d / s within the reach, sgn(d) (|d| - reach + reach / s) beyond; u moves on by ``after - before``.
    With s = 0 a cell outside stops at the reach, and one inside can only leave to the side where it is.

    Parameters
    ----------
    before, after : (n,) arrays [um]
        Distance from the sheet, before, and as it would be without the sheet.
    reach : (n,) array [um]
        Distance within which the nucleus overlaps the sheet.
    share : (n,) array, 0 to 1

    Examples
    --------
    >>> one = np.array([1.0])
    >>> way_through(np.array([8.0]), np.array([-900.0]), 5.0 * one, 0.0 * one).tolist()
    [5.0]
    >>> way_through(np.array([8.0]), np.array([3.0]), 5.0 * one, 0.5 * one).tolist()
    [4.0]
    """
    open_share = np.where(share > 0.0, share, 1.0)
    beyond = reach / open_share - reach
    start = np.where(np.abs(before) < reach, before / open_share, before + np.sign(before) * beyond)
    end = start + (after - before)
    through = np.where(np.abs(end) < reach / open_share, end * open_share, end - np.sign(end) * beyond)
    side = np.where(before < 0.0, -1.0, 1.0)
    nearest = np.minimum(np.abs(before), reach)
    held = side * np.maximum(side * after, nearest)
    near = (np.abs(before) < reach) | (np.abs(after) < reach) | (before * after < 0.0)
    return np.asarray(np.where(near, np.where(share > 0.0, through, held), after))
