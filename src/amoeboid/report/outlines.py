"""Lines that the view draws beside the cells: the domain, the tumour at the start, gel, membranes and vessels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid import measures
from amoeboid.errors import NumericsError
from amoeboid.report.material import Material

Array = NDArray[Any]

_ROUND = 24
"""Corners of a circle."""

_ALONG, _MESH = 8, 8
"""Lines along a vessel, and meshes across a membrane."""

_FLAT = 1.0 - 1e-9
"""Cosine between the normals of two triangles above which they lie in one plane."""

_MOST_EDGES = 400
"""Edges of a hull beyond which only some are drawn."""


def outlines(material: Material, arm: str) -> list[dict[str, Any]]:
    """Give the outlines of an arm: ``kind``, and ``lines`` as x y z of both ends of each piece, flat [um]."""
    tissue, matrix = material.scenario.tissue, material.matrix(arm)
    size = np.asarray(tissue.size, dtype=float)
    found: list[tuple[str, Array]] = [("domain", box(0.5 * size, size))]
    if matrix.place is not None:
        centre = np.asarray(matrix.place.centre or 0.5 * size, dtype=float)
        found.append(("gel", box(centre, np.asarray(matrix.place.size, dtype=float))))
    else:
        found.append(("start", hull_edges(_first_places(material, arm))))
    for membrane in tissue.membranes:
        found.append(("membrane", sheet(size, "xyz".index(membrane.axis), membrane.position)))
    for vessel in tissue.vessels:
        found.append(("vessel", capsule(np.array([vessel.start, vessel.end], dtype=float), vessel.radius)))
    return [{"kind": kind, "lines": np.round(lines, 1).ravel().tolist()} for kind, lines in found if lines.size]


def _first_places(material: Material, arm: str) -> Array:
    first = np.asarray(material.frames(arm).position[0], dtype=float)
    return np.asarray(first[np.isfinite(first).all(axis=1)])


def box(centre: Array, size: Array) -> Array:
    """Give the twelve edges of a box, (12, 2, 3).

    Examples
    --------
    >>> box(np.zeros(3), np.ones(3)).shape
    (12, 2, 3)
    """
    corners = np.array([[i, j, k] for i in (-0.5, 0.5) for j in (-0.5, 0.5) for k in (-0.5, 0.5)])
    pairs = [(a, b) for a in range(8) for b in range(a + 1, 8) if np.count_nonzero(corners[a] != corners[b]) == 1]
    return np.asarray(centre + size * corners[np.array(pairs)])


def hull_edges(places: Array) -> Array:
    """Give the edges of the convex hull of points, (n, 2, 3); none where they span no volume.

    An edge between two triangles of one plane is none of the hull's.
    """
    try:
        hull = measures.Hull.of(places)
    except NumericsError:
        return np.zeros((0, 2, 3))
    sides = np.concatenate([hull.corner[:, [k, (k + 1) % 3]] for k in range(3)])
    ordered = np.where(_is_after(sides[:, 0], sides[:, 1])[:, None, None], sides[:, ::-1], sides).reshape(-1, 6)
    order = np.lexsort(ordered.T)
    normal = np.tile(hull.normal, (3, 1))[order]
    # each edge belongs to two triangles, which now follow one another
    first, second = normal[0::2], normal[1::2]
    bent = np.einsum("ij,ij->i", first, second) < _FLAT
    unique = ordered[order][0::2][bent].reshape(-1, 2, 3)
    return np.asarray(unique[:: max(1, -(-len(unique) // _MOST_EDGES))])


def _is_after(one: Array, other: Array) -> Array:
    """Compare points by x, then y, then z."""
    differs = one != other
    axis = differs.argmax(axis=1)
    rows = np.arange(len(one))
    return np.asarray(one[rows, axis] > other[rows, axis])


def sheet(size: Array, axis: int, position: float) -> Array:
    """Give a sheet across the domain as a mesh of lines, (n, 2, 3)."""
    across = [k for k in range(3) if k != axis]
    lines = []
    for along, other in (across, across[::-1]):
        for share in np.linspace(0.0, 1.0, _MESH + 1):
            ends = np.zeros((2, 3))
            ends[:, axis] = position
            ends[:, other] = share * size[other]
            ends[1, along] = size[along]
            lines.append(ends)
    return np.array(lines)


def capsule(ends: Array, radius: float) -> Array:
    """Give a vessel between two points as lines along it, rings around it, and arcs over its ends, (n, 2, 3)."""
    start, end = ends
    axis = (end - start) / max(float(np.linalg.norm(end - start)), 1e-12)
    first = np.cross(axis, np.eye(3)[int(np.abs(axis).argmin())])
    first /= np.linalg.norm(first)
    second = np.cross(axis, first)
    angle = np.linspace(0.0, 2.0 * np.pi, _ROUND + 1)
    ring = radius * (np.cos(angle)[:, None] * first + np.sin(angle)[:, None] * second)
    lines = [np.stack([start + spoke, end + spoke]) for spoke in ring[: -1 : _ROUND // _ALONG]]
    n_rings = max(2, min(12, int(np.linalg.norm(end - start) / (4.0 * radius)) + 1))
    for share in np.linspace(0.0, 1.0, n_rings):
        around = start + share * (end - start) + ring
        lines += list(np.stack([around[:-1], around[1:]], axis=1))
    for side in (first, second):
        arc = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * axis
        half = radius * arc[: _ROUND // 2 + 1]
        lines += list(np.stack([(end + half)[:-1], (end + half)[1:]], axis=1))
        lines += list(np.stack([(start - half)[:-1], (start - half)[1:]], axis=1))
    return np.array(lines)
