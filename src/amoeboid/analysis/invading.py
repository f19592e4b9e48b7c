"""How cells invade the gel of an assay that has one flat face: rows of measures from recorded frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid import measures
from amoeboid.analysis.member import MeasureRow, Recorded
from amoeboid.evidence import Parameters, catalogue
from amoeboid.scenario import Arm, Scenario

Floats = NDArray[np.float64]

TUMOUR, STROMA = "tumour", "stroma"
"""Kinds of the catalogue: whose invasion is measured, and who may have walked before."""

_WHOLE = 1e-6  # um; a gel that ends nearer to a face of the domain fills it
_LOOKED_AT = 0.25  # of the reach; how densely paths are looked at, an error of 3 % of the reach across it
_CHANCE_POINTS = 12
"""Points along each direction of the plane at which it is asked how near a path is by chance."""


@dataclass(frozen=True)
class InvasionAssay:
    """Through which plane cells invade, which type indices are tumour or stroma in each arm, and the conventions.

    Parameters
    ----------
    interface : Interface
    size : tuple of 3 float
        Of the domain [um].
    kinds : mapping of str to tuple of str
        Kind of every type index, by name of the arm.
    invaded_depth : float [um]
        From this depth a cell has invaded.
    contact_factor : float
        Times the sum of radii.
    quantile : float
        For the depth of invasion.
    """

    interface: measures.Interface
    size: tuple[float, float, float]
    kinds: Mapping[str, tuple[str, ...]]
    invaded_depth: float
    contact_factor: float
    quantile: float

    @property
    def plane_area(self) -> float:
        """Area of the interface [um^2]."""
        return float(np.prod([self.size[axis] for axis in range(3) if axis != self.interface.axis]))

    @classmethod
    def of(cls, document: Scenario, parameters: Parameters) -> InvasionAssay | None:
        """Read the assay from a scenario; none where its gel has not exactly one face inside the domain."""
        plane = interface_of(document)
        if plane is None:
            return None
        return cls(
            plane,
            document.tissue.size,
            {arm.name: _kinds(document, arm) for arm in document.arms},
            parameters["assay.invaded_depth"],
            parameters["assay.contact_factor"],
            parameters["assay.invasion_quantile"],
        )


def interface_of(document: Scenario) -> measures.Interface | None:
    """Give the one face of the gel that lies inside the domain, seen from outside the gel; none where not just one.

    Examples
    --------
    >>> from amoeboid import scenario
    >>> interface_of(scenario.load("melanoma-escape")) is None
    True
    """
    place, size = document.tissue.matrix.place, document.tissue.size
    if place is None:
        return None
    centre = place.centre or tuple(0.5 * length for length in size)
    faces = []
    for axis in range(3):
        low, high = centre[axis] - 0.5 * place.size[axis], centre[axis] + 0.5 * place.size[axis]
        if low > _WHOLE:
            faces.append(measures.Interface(axis, low, 1.0))
        if high < size[axis] - _WHOLE:
            faces.append(measures.Interface(axis, high, -1.0))
    return faces[0] if len(faces) == 1 else None


def _kinds(document: Scenario, arm: Arm) -> tuple[str, ...]:
    """Give the kind of each type index of an arm."""
    known = catalogue().cell_types
    return tuple(known[name].kind if name in known else TUMOUR for name in document.types_of(arm))


def invasion_rows(frames: Recorded, arm: str, assay: InvasionAssay) -> Iterator[MeasureRow]:
    """Give the rows of invasion of one member, at every frame.

    Groups, company and leaders are those of the tumour cells that have invaded: without any there is no such row.
    """
    kind = np.array([*assay.kinds[arm], ""])[np.asarray(frames.initial["type"], dtype=np.int64)]
    radius = np.asarray(frames.initial["radius"], dtype=np.float64)
    position = np.asarray(frames.position, dtype=np.float64)
    tumour, stroma = kind == TUMOUR, kind == STROMA
    if not tumour.any():
        return
    limits = (assay.invaded_depth, assay.contact_factor)
    for frame, time in enumerate(np.asarray(frames.time, dtype=np.float64)):
        places = position[frame, tumour]
        depth = assay.interface.depth(places)
        reach = measures.invasion_depth(depth, assay.quantile)
        share = measures.fraction_invaded(depth, assay.invaded_depth)
        yield MeasureRow("invasion_depth", float(time), reach, "um")
        yield MeasureRow("fraction_invaded", float(time), share.value, "1")
        found = measures.strands(places, radius[tumour], depth, limits)
        if found.cell.size:
            yield MeasureRow("invading_group_size", float(time), found.mean_group, "1")
            yield MeasureRow("fraction_invading_together", float(time), found.together.value, "1")
            width = radius[tumour][found.cell]
            alone = measures.together_by_chance(depth[found.cell], width, assay.plane_area, assay.contact_factor)
            yield MeasureRow("fraction_together_by_chance", float(time), alone, "1")
        if found.cell.size and stroma.any():
            width = assay.contact_factor * (radius[tumour].mean() + radius[stroma].mean())
            for name, led in _leaders(places[found.tip], position[: frame + 1, stroma], float(width), assay):
                yield MeasureRow(name, float(time), led, "1")


def _leaders(tip: Floats, path: Floats, width: float, assay: InvasionAssay) -> Iterator[tuple[str, float]]:
    """Give the share of tips where a leader is or was, and of points anywhere else in the plane as deep as they."""
    spacing = _LOOKED_AT * width
    yield "fraction_led_by_fibroblast", float(measures.near_path(tip, path, width, spacing).mean())
    anywhere = _anywhere(tip, assay)
    yield "fraction_led_by_chance", float(measures.near_path(anywhere, path, width, spacing).mean())


def _anywhere(tip: Floats, assay: InvasionAssay) -> Floats:
    """Give points evenly over the plane at the depth of each tip."""
    across = [axis for axis in range(3) if axis != assay.interface.axis]
    share = (np.arange(_CHANCE_POINTS) + 0.5) / _CHANCE_POINTS
    first, second = np.meshgrid(*(share * assay.size[axis] for axis in across), indexing="ij")
    points = np.repeat(tip, first.size, axis=0)
    points[:, across[0]] = np.tile(first.ravel(), len(tip))
    points[:, across[1]] = np.tile(second.ravel(), len(tip))
    return points
