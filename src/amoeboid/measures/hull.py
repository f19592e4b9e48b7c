"""The convex hull of a tumour, and how far beyond it a point lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import ConvexHull, QhullError

from amoeboid.errors import Fault, NumericsError

Floats = NDArray[np.float64]
_CHUNK = 1024


@dataclass(frozen=True)
class Hull:
    """Convex hull of points in space.

    Parameters
    ----------
    normal : (n_faces, 3), offset : (n_faces,)
        A point is inside when ``normal @ point + offset <= 0`` for every face.
    corner : (n_faces, 3, 3) [um]
        Corners of the triangles.
    """

    normal: Floats
    offset: Floats
    corner: Floats

    @classmethod
    def of(cls, points: ArrayLike) -> Hull:
        """Wrap points in their convex hull.

        Parameters
        ----------
        points : (n, 3) [um]

        Raises
        ------
        NumericsError
            When there are fewer than four points or all lie in a plane.

        Examples
        --------
        >>> corners = [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]
        >>> float(Hull.of(corners).distance([[3.0, 0.5, 0.5]])[0])
        2.0
        """
        places = np.asarray(points, dtype=np.float64)
        try:
            hull = ConvexHull(places)
        except (QhullError, ValueError, IndexError) as cause:
            what = f"{places.shape[0] if places.ndim else 0} points span no volume"
            do = "place more cells, not all in one plane"
            raise NumericsError(Fault("hull", what, "four points not in a plane", "", do, "AMB-N42")) from cause
        return cls(hull.equations[:, :3].copy(), hull.equations[:, 3].copy(), places[hull.simplices])

    def distance(self, points: ArrayLike) -> Floats:
        """Give the distance beyond the hull [um], exact outside and inside; negative inside.

        Parameters
        ----------
        points : (n, 3) [um]

        Returns
        -------
        distance : (n,) [um]
        """
        places = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        result = np.empty(places.shape[0])
        for start in range(0, places.shape[0], _CHUNK):
            part = places[start : start + _CHUNK]
            result[start : start + _CHUNK] = (part @ self.normal.T + self.offset).max(axis=1)
        outside = np.flatnonzero(result > 0.0)
        for start in range(0, outside.size, _CHUNK):
            rows = outside[start : start + _CHUNK]
            result[rows] = self._to_surface(places[rows])
        return result

    def _to_surface(self, places: Floats) -> Floats:
        """Give the distance of outside points to the surface, over the faces that each of them sees.

        The nearest point of a convex body lies on a face that is seen, so no other face is looked at.
        """
        height = places @ self.normal.T + self.offset
        point, face = np.nonzero(height > 0.0)
        distance = self._to_faces(places[point], face, height[point, face])
        first = np.searchsorted(point, np.arange(places.shape[0]))
        return np.asarray(np.minimum.reduceat(distance, first))

    def _to_faces(self, places: Floats, face: NDArray[np.intp], height: Floats) -> Floats:
        """Give the distance of each point to its triangle: to the plane, or to an edge if the foot misses."""
        one, two, three = (self.corner[face, number] for number in range(3))
        first, second = two - one, three - one
        along = places - one
        d11, d12, d22 = _dot(first, first), _dot(first, second), _dot(second, second)
        # the edges lie in the plane, so the height drops out of these products
        p1, p2 = _dot(along, first), _dot(along, second)
        area = np.maximum(d11 * d22 - d12 * d12, np.finfo(np.float64).tiny)
        u, v = (d22 * p1 - d12 * p2) / area, (d11 * p2 - d12 * p1) / area
        result = np.where((u >= 0.0) & (v >= 0.0) & (u + v <= 1.0), height, np.inf)
        beside = np.flatnonzero(np.isinf(result))
        edges = ((one, two), (two, three), (three, one))
        near = [_to_segment(places[beside], start[beside], end[beside]) for start, end in edges]
        result[beside] = np.minimum(np.minimum(near[0], near[1]), near[2])
        return result


def _dot(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", one, other))


def _to_segment(places: Floats, start: Floats, end: Floats) -> Floats:
    edge, along = end - start, places - start
    share = np.clip(_dot(along, edge) / np.maximum(_dot(edge, edge), np.finfo(np.float64).tiny), 0.0, 1.0)
    rest = along - share[:, None] * edge
    return np.asarray(np.sqrt(_dot(rest, rest)))
