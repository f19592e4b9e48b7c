"""The numbers by which walks and recordings are compared: step quantiles, displacements, correlations.

Each is a mean over pairs or a quantile over steps, so that a resample of tracks is a set of weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.formats import Tracks
from amoeboid.measures import displacements

Floats = NDArray[np.float64]
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.97)
MSD_LAGS = (1, 2, 3, 5, 7, 10)
SPEED_LAGS = (1, 2, 4, 7, 10)


@dataclass(frozen=True)
class Summary:
    """Sums of a recording by track, from which the statistics of any resample follow.

    Parameters
    ----------
    step : (n_steps,) float64 [um]
        Lengths of steps, rising; `owner` (n_steps,) int64 has the ordinals of their tracks.
    total, count : (n_tracks, n_means) float64
        Sums and numbers of pairs by track: squared displacement across and along z at each lag, then the
        product of step lengths at each lag.
    """

    step: Floats
    owner: NDArray[np.int64]
    total: Floats
    count: Floats

    @classmethod
    def of(cls, tracks: Tracks) -> Summary:
        """Sum up a recording."""
        steps = displacements(tracks)
        order = np.argsort(steps.length, kind="stable")
        columns = [column for lag in MSD_LAGS for column in _squares(tracks, lag)]
        columns += [_product(tracks, lag) for lag in SPEED_LAGS]
        total = np.stack([column[0] for column in columns], axis=1)
        count = np.stack([column[1] for column in columns], axis=1)
        return cls(steps.length[order], steps.track[order], total, count)

    @property
    def is_complete(self) -> bool:
        """Whether every lag has pairs, and cells move."""
        return bool(self.step.size and self.step[self.step.size // 10] > 0.0 and self.total.sum(axis=0).min() > 0.0)

    def statistics(self, weight: Floats | None = None) -> Floats:
        """Give the statistics in logarithms, with each track counted by its weight.

        Parameters
        ----------
        weight : (n_tracks,) float64, optional

        Returns
        -------
        statistics : (n_statistics,) float64
            Log step quantiles [um]; log mean squared displacements across and along z [um^2]; log ratios of
            the mean product of step lengths to the square of their mean.
        """
        load = np.ones(self.total.shape[0]) if weight is None else weight
        mass = np.cumsum(load[self.owner])
        place = np.searchsorted(mass, np.array(QUANTILES) * mass[-1])
        mean = float((load[self.owner] * self.step).sum() / mass[-1])
        sums = np.maximum(load @ self.total, np.finfo(np.float64).tiny)
        means = sums / np.maximum(load @ self.count, 1.0)
        n_msd = 2 * len(MSD_LAGS)
        logs = [np.log(self.step[place]), np.log(means[:n_msd]), np.log(means[n_msd:] / mean**2)]
        return np.concatenate(logs)


def tolerances() -> Floats:
    """Give the deviation allowed to each statistic, as a share: quantiles 3 %, the means 5 %."""
    n_msd = 2 * len(MSD_LAGS)
    return np.repeat([0.03, 0.05, 0.05], [len(QUANTILES), n_msd, len(SPEED_LAGS)])


def dense_statistics(position: Floats) -> Floats:
    """Give the same statistics of walks that all fill every frame.

    Parameters
    ----------
    position : (n_frames, n_cells, 3) [um]
    """
    length = np.linalg.norm(np.diff(position, axis=0), axis=2)
    squares = []
    for lag in MSD_LAGS:
        square = (position[lag:] - position[:-lag]) ** 2
        squares += [square[:, :, :2].sum(axis=2).mean(), square[:, :, 2].mean()]
    products = [(length[lag:] * length[:-lag]).mean() / length.mean() ** 2 for lag in SPEED_LAGS]
    return np.concatenate([np.log(np.quantile(length, QUANTILES)), np.log(squares), np.log(products)])


def _squares(tracks: Tracks, lag: int) -> list[tuple[NDArray[Any], Floats]]:
    pairs = displacements(tracks, lag)
    count = np.bincount(pairs.track, minlength=tracks.n_tracks).astype(np.float64)
    square = pairs.vector**2
    across = np.bincount(pairs.track, square[:, :2].sum(axis=1), tracks.n_tracks)
    return [(across, count), (np.bincount(pairs.track, square[:, 2], tracks.n_tracks), count)]


def _product(tracks: Tracks, lag: int) -> tuple[NDArray[Any], Floats]:
    steps = displacements(tracks)
    length = np.full(tracks.n_rows, np.nan)
    length[steps.start] = steps.length
    pairs = displacements(tracks, lag)
    product = length[pairs.start] * length[pairs.end]
    there = np.isfinite(product)
    total = np.bincount(pairs.track[there], product[there], tracks.n_tracks)
    return total, np.bincount(pairs.track[there], minlength=tracks.n_tracks).astype(np.float64)
