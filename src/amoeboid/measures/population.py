"""What is read from a population of cells at one time: shape, folds, invasion."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from amoeboid.measures.intervals import Estimate, wilson


def fraction_rounded(aspect: ArrayLike, threshold: float) -> Estimate:
    """Estimate the share of cells whose long over short axis is below a threshold, with Wilson's interval.

    Examples
    --------
    >>> fraction_rounded([1.1, 1.2, 2.5, 3.0], 1.5).value
    0.5
    """
    ratio = np.asarray(aspect, dtype=np.float64)
    return wilson(int((ratio < threshold).sum()), int(ratio.size))


def fold_change(value: ArrayLike, reference: ArrayLike) -> float:
    """Give the ratio of two means; NaN where the reference is 0.

    Examples
    --------
    >>> fold_change([2.0, 4.0], [1.0, 1.0])
    3.0
    """
    base = float(np.asarray(reference, dtype=np.float64).mean())
    return float(np.asarray(value, dtype=np.float64).mean()) / base if base != 0.0 else float("nan")


def invasion_distance(beyond: ArrayLike, quantile: float) -> float:
    """Give a quantile of the distance beyond the initial hull [um], 0 when it lies inside.

    Parameters
    ----------
    beyond : (n_cells,) [um]
        From `Hull.distance`.
    quantile : float
        Such as 0.95.
    """
    return max(float(np.quantile(np.asarray(beyond, dtype=np.float64), quantile)), 0.0)


def contact_angle(tension: ArrayLike, adhesion: float) -> float:
    """Give the mean contact angle between like cells [rad]: 0 detached, pi/2 fully spread on each other.

    Parameters
    ----------
    tension : (n_cells,) [nN/um]
        Cortical tension away from contacts.
    adhesion : float [nN/um]
        Work of adhesion.
    """
    # cos(theta) = 1 - w / (2 gamma)   [Young-Dupré, two like cells]
    gamma = np.asarray(tension, dtype=np.float64)
    cosine = np.clip(1.0 - adhesion / (2.0 * np.maximum(gamma, np.finfo(np.float64).tiny)), 0.0, 1.0)
    return float(np.arccos(cosine).mean())
