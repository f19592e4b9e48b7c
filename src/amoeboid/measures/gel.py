"""How far a floating gel has contracted, as seen from above."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def gel_area(collagen: ArrayLike) -> float:
    """Give the area of a gel seen along z, in voxel faces: that of the even rectangle with the same spread of mass.

    A = 12 sqrt(det C), with C the covariance of the collagen over x and y. It is exact for an even rectangle along the
    axes that fills whole voxels, scales with the gel whatever its shape, and needs no threshold. Rims that are denser
    than the middle make it larger, dense middles smaller.

    Parameters
    ----------
    collagen : (n_z, n_y, n_x) array_like
        Density, in any unit.

    Returns
    -------
    area : float
        0 without collagen.

    Examples
    --------
    >>> gel = np.zeros((3, 10, 10))
    >>> gel[1, 2:8, 3:8] = 2.0
    >>> round(gel_area(gel), 9)
    30.0
    """
    mass = np.asarray(collagen, dtype=np.float64).sum(axis=0)
    total = mass.sum()
    if not total > 0.0:
        return 0.0
    y, x = (np.arange(n, dtype=np.float64) for n in mass.shape)
    across, along = mass.sum(axis=0) / total, mass.sum(axis=1) / total
    x, y = x - np.sum(across * x), y - np.sum(along * y)
    # a voxel is itself an even square of edge 1, of variance 1/12
    xx, yy = np.sum(across * x * x) + 1.0 / 12.0, np.sum(along * y * y) + 1.0 / 12.0
    xy = np.sum(mass / total * y[:, None] * x)
    return float(12.0 * np.sqrt(max(xx * yy - xy * xy, 0.0)))


def gel_contraction(collagen: ArrayLike) -> Floats:
    """Give the share of its first area that a gel has lost, 1 - A / A_0, for each of its recorded states.

    Parameters
    ----------
    collagen : (n_samples, n_z, n_y, n_x) array_like

    Returns
    -------
    contraction : (n_samples,) array
        Not-a-number without collagen at the first.

    Examples
    --------
    >>> gel = np.zeros((2, 1, 8, 8))
    >>> gel[0, 0, 1:7, 1:7], gel[1, 0, 2:6, 1:7] = 1.0, 1.5
    >>> [round(float(value), 3) for value in gel_contraction(gel)]
    [0.0, 0.333]
    """
    areas = np.array([gel_area(one) for one in np.asarray(collagen)])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1.0 - areas / areas[0]) if areas.size else areas


def is_floating(collagen: ArrayLike) -> bool:
    """Tell whether a gel touches none of the four upright faces of its box, so that it can draw in freely."""
    mass = np.asarray(collagen, dtype=np.float64).sum(axis=0)
    rim = mass[0].sum() + mass[-1].sum() + mass[:, 0].sum() + mass[:, -1].sum()
    return bool(rim == 0.0 and mass.sum() > 0.0)
