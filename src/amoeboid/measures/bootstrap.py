"""Resampling by track: steps of one cell are not independent, so whole tracks are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.seeds import Stream, uniform


def over_tracks(n_tracks: int, n_resamples: int, seed: int = 0) -> NDArray[np.float64]:
    """Draw how often each track occurs in each resample.

    A statistic that is a ratio of sums over tracks is then resampled by one matrix product.

    Parameters
    ----------
    n_tracks, n_resamples, seed : int

    Returns
    -------
    weight : (n_resamples, n_tracks) float64
        Whole numbers; each row sums to n_tracks.

    Examples
    --------
    >>> float(over_tracks(5, 3).sum())
    15.0
    """
    words = -(-n_tracks // 4)
    draws = uniform(np.arange(words), np.arange(n_resamples)[:, None], Stream.BOOTSTRAP, seed, 4)
    pick = (draws.reshape(n_resamples, -1)[:, :n_tracks] * n_tracks).astype(np.int64)
    flat = pick + n_tracks * np.arange(n_resamples)[:, None]
    counts = np.bincount(flat.ravel(), minlength=n_tracks * n_resamples)
    return counts.reshape(n_resamples, n_tracks).astype(np.float64)
