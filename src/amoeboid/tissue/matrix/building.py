"""The matrix at time 0: voxel fields of density, stiffness, pores, fibres and tracks around a tumour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters
from amoeboid.process import State
from amoeboid.tissue.geometry import Grid, Shape, share_inside
from amoeboid.tissue.matrix import laws

COLLAGEN, RIGID, NONE = "collagen", "rigid", "none"
KINDS = (COLLAGEN, RIGID, NONE)


@dataclass(frozen=True)
class Material:
    """What surrounds the cells.

    Parameters
    ----------
    kind : str
        ``"collagen"``: pores are spread log-normally and give way; ``"rigid"``: all pores have one area and
        do not give way; ``"none"``: liquid.
    collagen : float
        Density [mg/ml]. A rigid lattice of density 0 closes the way as a gel does.
    pore_area : float, optional
        Median pore area [um^2]; needed for ``"rigid"``, else from the density.

    Raises
    ------
    ScenarioError
        When the kind is unknown, a number is negative or not finite, or one that is needed is missing.
    """

    kind: str
    collagen: float = 0.0
    pore_area: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise _fault(
                "kind", f"unknown kind of matrix `{self.kind}`", " | ".join(KINDS), nearest_name(self.kind, KINDS)
            )
        if not math.isfinite(self.collagen) or self.collagen < 0.0:
            raise _fault("collagen", f"density `{self.collagen} mg/ml`", "a density from 0 mg/ml")
        if self.kind == COLLAGEN and self.collagen == 0.0:
            raise _fault("collagen", "a gel of density 0", "a density above 0 mg/ml, or the kind `none`", "`none`")
        if self.kind == RIGID and self.pore_area is None:
            raise _fault("pore_area", "a rigid lattice without a pore area", 'an area such as `"20 um^2"`')
        if self.pore_area is not None and not (math.isfinite(self.pore_area) and self.pore_area > 0.0):
            raise _fault("pore_area", f"pore area `{self.pore_area} um^2`", "an area above 0 um^2")


def _fault(key: str, what: str, expected: str, nearest: str = "") -> ScenarioError:
    where = f"tissue.matrix.{key}"
    return ScenarioError(Fault(where, what, expected, nearest, f"correct `{key}`", "AMB-S74"))


def build(state: State, grid: Grid, material: Material, parameters: Parameters, hollow: Sequence[Shape] = ()) -> None:
    """Write all ``matrix.*`` ports.

    A voxel that lies partly in a hollow shape holds its share of collagen and of stiffness; the pores are those
    of the gel. Inside the initial tumour there is neither.

    Parameters
    ----------
    state : State
    grid : Grid
    material : Material
    parameters : Parameters
    hollow : sequence of Shape
        Where there is no matrix: the initial tumour.
    """
    density, modulus, area = _numbers(material, parameters)
    share = 1.0 - share_inside(grid, hollow)
    state.put("matrix.collagen", density * share)
    state.put("matrix.stiffness", modulus * share)
    state.put("matrix.pore_area", np.full(grid.shape, area))
    orientation = np.zeros((*grid.shape, 6))
    orientation[..., :3] = 1.0 / 3.0  # isotropic, trace 1
    state.put("matrix.orientation", orientation)
    state.put("matrix.track", np.zeros(grid.shape))


def confine(state: State, grid: Grid, region: Shape) -> None:
    """Keep the gel in a region: outside it there is liquid, and a voxel on the border holds its share."""
    share = share_inside(grid, [region])
    state.put("matrix.collagen", state["matrix.collagen"] * share)
    state.put("matrix.stiffness", state["matrix.stiffness"] * share)


def _numbers(material: Material, parameters: Parameters) -> tuple[float, float, float]:
    """Give density [mg/ml], modulus [kPa] and median pore area [um^2]."""
    if material.kind == NONE:
        return 0.0, 0.0, 0.0
    density = material.collagen
    if material.kind == RIGID and density == 0.0:
        density = parameters["matrix.gel_density"]
    # cells feel a rigid lattice of collagen as collagen; only its pores do not give way
    area = laws.pore_area(density, parameters) if material.pore_area is None else material.pore_area
    return density, laws.stiffness(density, parameters), area
