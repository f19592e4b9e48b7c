"""NumPy twin of `amoeboid.kernels.sampling`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sample(field: Floats, points: Floats, inverse_spacing: float) -> Floats:
    """Sample a (n_z, n_y, n_x) field at (n, 3) points x, y, z [um from the grid's corner], trilinear.

    Examples
    --------
    >>> field = np.arange(4.0).reshape(1, 1, 4)
    >>> sample(field, np.array([[20.0, 5.0, 5.0]]), 0.1).tolist()
    [1.5]
    """
    axes = []
    for column, n in zip((2, 1, 0), field.shape, strict=True):
        place = np.clip(points[:, column] * inverse_spacing - 0.5, 0.0, n - 1.0)
        lower = place.astype(np.int64)
        axes.append((lower, np.minimum(lower + 1, n - 1), place - lower))
    total = np.zeros(len(points))
    for corner in range(8):
        index, weight = [], np.ones(len(points))
        for bit, (lower, upper, fraction) in enumerate(axes):
            high = bool(corner >> bit & 1)
            index.append(upper if high else lower)
            weight = weight * (fraction if high else 1.0 - fraction)
        total += weight * field[tuple(index)]
    return total
