"""The convex hull of a tumour, and how far beyond it a point lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import ConvexHull, QhullError

from amoeboid.errors import Fault, NumericsError

Floats = NDArray[np.float64]
_CHUNK = 4096


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
            raise NumericsError(
                Fault("hull", what, "four points not in a plane", "", do, "AMB-N42")
            ) from cause
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
        for start in range(0, outside.size, 256):
            rows = outside[start : start + 256]
            result[rows] = self._to_surface(places[rows])
        return result

    def _to_surface(self, places: Floats) -> Floats:
        """Give the least distance to any triangle: to its plane if the foot is inside it, else to an edge."""
        one, two, three = (self.corner[:, number] for number in range(3))
        nearest = np.minimum(_to_segment(places, one, two), _to_segment(places, two, three))
        nearest = np.minimum(nearest, _to_segment(places, three, one))
        height = places @ self.normal.T + self.offset
        foot = places[:, None, :] - height[:, :, None] * self.normal
        first, second = two - one, three - one
        along = foot - one
        d11, d12, d22 = (_dot(a, b) for a, b in ((first, first), (first, second), (second, second)))
        p1, p2 = _dot(along, first), _dot(along, second)
        area = np.maximum(d11 * d22 - d12 * d12, np.finfo(np.float64).tiny)
        u, v = (d22 * p1 - d12 * p2) / area, (d11 * p2 - d12 * p1) / area
        over = (u >= 0.0) & (v >= 0.0) & (u + v <= 1.0)
        return np.asarray(np.where(over, np.minimum(np.abs(height), nearest), nearest).min(axis=1))


def _dot(one: Floats, other: Floats) -> Floats:
    return np.asarray((one * other).sum(axis=-1))


def _to_segment(places: Floats, one: Floats, other: Floats) -> Floats:
    edge = other - one
    along = places[:, None, :] - one
    share = np.clip(_dot(along, edge) / np.maximum(_dot(edge, edge), np.finfo(np.float64).tiny), 0.0, 1.0)
    return np.asarray(np.linalg.norm(along - share[:, :, None] * edge, axis=-1))
