"""Twin of `amoeboid.kernels.neighbours`: the neighbour list by a tree search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]


def pairs(position: Floats, radius: Floats, margin: float) -> NDArray[np.int64]:
    """Give all ordered pairs (m, 2) of rows nearer than the sum of radii plus ``margin``, sorted.

    Parameters
    ----------
    position : (n, 3) array [um]
    radius : (n,) array [um]
    margin : float
        [um].
    """
    tree = cKDTree(position)
    found = tree.query_pairs(2.0 * float(radius.max()) + margin, output_type="ndarray").astype(np.int64)
    both = np.concatenate([found, found[:, ::-1]])
    gap = np.linalg.norm(position[both[:, 0]] - position[both[:, 1]], axis=1)
    near = both[gap < radius[both[:, 0]] + radius[both[:, 1]] + margin]
    result: NDArray[np.int64] = near[np.lexsort((near[:, 1], near[:, 0]))]
    return result
