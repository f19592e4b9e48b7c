"""The convex hull of a tumour, and how far beyond it a point lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import ConvexHull, QhullError

from amoeboid.errors import Fault, NumericsError
from amoeboid.kernels.hull import beyond
from amoeboid.kernels.threads import run_chunks

Floats = NDArray[np.float64]


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
        return cls(
            hull.equations[:, :3].copy(), hull.equations[:, 3].copy(), np.ascontiguousarray(places[hull.simplices])
        )

    def distance(self, points: ArrayLike) -> Floats:
        """Give the distance beyond the hull [um], exact outside and inside; negative inside.

        Parameters
        ----------
        points : (n, 3) [um]

        Returns
        -------
        distance : (n,) [um]
        """
        places = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, 3)
        result = np.empty(places.shape[0])
        run_chunks(beyond, places.shape[0], places, self.normal, self.offset, self.corner, result)
        return result
