"""Twin of `amoeboid.kernels.hull`: points times faces as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def beyond(points: Floats, normal: Floats, offset: Floats, corner: Floats) -> Floats:
    """Give the distance of points (n, 3) beyond a hull [um], negative inside."""
    height = points @ normal.T + offset
    result = height.max(axis=1)
    outside = np.flatnonzero(result > 0.0)
    point, face = np.nonzero(height[outside] > 0.0)
    distance = to_faces(points[outside[point]], corner[face], height[outside[point], face])
    for row in range(outside.size):
        result[outside[row]] = distance[point == row].min()
    return np.asarray(result)


def to_faces(places: Floats, corner: Floats, height: Floats) -> Floats:
    """Give the distance of each point to its triangle: to the plane, or to an edge if the foot misses."""
    one, two, three = corner[:, 0], corner[:, 1], corner[:, 2]
    first, second, along = two - one, three - one, places - one
    d11, d12, d22 = _dot(first, first), _dot(first, second), _dot(second, second)
    p1, p2 = _dot(along, first), _dot(along, second)
    area = np.maximum(d11 * d22 - d12 * d12, np.finfo(np.float64).tiny)
    u, v = (d22 * p1 - d12 * p2) / area, (d11 * p2 - d12 * p1) / area
    edges = [_to_segment(places, start, end) for start, end in ((one, two), (two, three), (three, one))]
    return np.asarray(np.where((u >= 0.0) & (v >= 0.0) & (u + v <= 1.0), height, np.minimum.reduce(edges)))


def _dot(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", one, other))


def _to_segment(places: Floats, start: Floats, end: Floats) -> Floats:
    edge, along = end - start, places - start
    share = np.clip(_dot(along, edge) / np.maximum(_dot(edge, edge), np.finfo(np.float64).tiny), 0.0, 1.0)
    rest = along - share[:, None] * edge
    return np.asarray(np.sqrt(_dot(rest, rest)))
