"""How cells move: speed, straightness, persistence, mean squared displacement; with gaps, unequal lengths.

Two pools are kept apart. *Pooled* takes every pair of positions alike, so long tracks count more;
*by track* averages within a track first, so short tracks with few pairs count as much as long ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from amoeboid.errors import Fault, NumericsError
from amoeboid.formats import Tracks
from amoeboid.measures.bootstrap import over_tracks

Floats = NDArray[np.float64]
N_RESAMPLES = 400


@dataclass(frozen=True)
class Displacements:
    """Differences of position over one lag.

    Parameters
    ----------
    track : (n,) int64
        Ordinal of the track.
    start, end : (n,) int64
        Rows of the table.
    vector : (n, 3) float64 [um]
    duration : float [s]
    """

    track: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    vector: Floats
    duration: float

    @property
    def length(self) -> Floats:
        """Length of each displacement [um]."""
        return np.asarray(np.linalg.norm(self.vector, axis=1))


@dataclass(frozen=True)
class Msd:
    """Mean squared displacement by lag.

    Parameters
    ----------
    lag : (n_lags,) [s]
    pooled, low, high : (n_lags,) [um^2]
        Over all pairs of positions, with the 95 % interval from resampling tracks; NaN where there is none.
    by_track : (n_tracks, n_lags) [um^2]
        Each track's own; NaN where the track is too short.
    n_pairs : (n_lags,) int64
    """

    lag: Floats
    pooled: Floats
    low: Floats
    high: Floats
    by_track: Floats
    n_pairs: NDArray[np.int64]

    @property
    def track_mean(self) -> Floats:
        """Mean over the tracks that reach the lag, each counted once [um^2]."""
        return _mean_of_present(self.by_track)


@dataclass(frozen=True)
class WalkFit:
    """A persistent random walk fitted to displacements: speed [um/s], persistence [s], noise [um]."""

    speed: float
    persistence: float
    noise: float


def displacements(tracks: Tracks, n_frames: int = 1) -> Displacements:
    """Pair positions of one track that lie a number of frames apart; a gap gives no pair.

    Parameters
    ----------
    tracks : Tracks
    n_frames : int
        Lag in frames, at least 1.

    Examples
    --------
    >>> tracks = Tracks.of_frames([0.0, 60.0, 120.0], [[[0, 0, 0]], [[1, 0, 0]], [[3, 0, 0]]])
    >>> displacements(tracks, 2).length.tolist()
    [3.0]
    """
    frame, ordinal = tracks.frame, tracks.ordinal
    span = int(frame.max()) + n_frames + 1
    key = ordinal * span + frame
    found = np.minimum(np.searchsorted(key, key + n_frames), key.size - 1)
    start = np.flatnonzero(key[found] == key + n_frames)
    end = found[start]
    vector = tracks.position[end] - tracks.position[start]
    return Displacements(ordinal[start], start, end, vector, n_frames * tracks.interval)


def speeds(tracks: Tracks, n_frames: int = 1) -> Floats:
    """Give the speed of every step [um/s]: displacement over lag, so it holds localisation error.

    Raises
    ------
    NumericsError
        When no track has two positions that far apart.
    """
    steps = displacements(tracks, n_frames)
    _need(steps.track.size, "speed", f"two positions {n_frames} frames apart")
    return steps.length / steps.duration


def track_speed(tracks: Tracks) -> Floats:
    """Give each track's mean step speed, (n_tracks,) [um/s]; NaN for a track without a step."""
    steps = displacements(tracks)
    total = np.bincount(steps.track, steps.length, tracks.n_tracks)
    count = np.bincount(steps.track, minlength=tracks.n_tracks)
    return _ratio(total, count * steps.duration)


def straightness(tracks: Tracks) -> Floats:
    """Give end-to-end distance over path length, (n_tracks,) from 0 to 1; NaN for a track that did not move.

    Long tracks have lower values by length alone: compare tracks of like duration.

    Examples
    --------
    >>> tracks = Tracks.of_frames([0.0, 60.0, 120.0], [[[0, 0, 0]], [[1, 0, 0]], [[3, 0, 0]]])
    >>> straightness(tracks).tolist()
    [1.0]
    """
    first = np.flatnonzero(np.diff(tracks.ordinal, prepend=-1))
    last = np.append(first[1:], tracks.n_rows) - 1
    ends = np.linalg.norm(tracks.position[last] - tracks.position[first], axis=1)
    step = np.linalg.norm(np.diff(tracks.position, axis=0), axis=1)
    inside = np.diff(tracks.ordinal) == 0
    path = np.bincount(tracks.ordinal[:-1][inside], step[inside], tracks.n_tracks)
    return _ratio(ends, path)


def mean_squared_displacement(tracks: Tracks, lags: Sequence[int], seed: int = 0) -> Msd:
    """Measure the mean squared displacement, per track and pooled.

    Parameters
    ----------
    tracks : Tracks
    lags : sequence of int
        Lags in frames.
    seed : int
        Keys the resampling of tracks for the interval.

    Examples
    --------
    >>> tracks = Tracks.of_frames([0.0, 60.0, 120.0], [[[0, 0, 0]], [[1, 0, 0]], [[2, 0, 0]]])
    >>> mean_squared_displacement(tracks, [1, 2]).pooled.tolist()
    [1.0, 4.0]
    """
    total = np.zeros((tracks.n_tracks, len(lags)))
    count = np.zeros((tracks.n_tracks, len(lags)))
    for number, lag in enumerate(lags):
        pairs = displacements(tracks, lag)
        total[:, number] = np.bincount(pairs.track, (pairs.vector**2).sum(axis=1), tracks.n_tracks)
        count[:, number] = np.bincount(pairs.track, minlength=tracks.n_tracks)
    low, high = _track_interval(total, count, seed)
    pooled = _ratio(total.sum(axis=0), count.sum(axis=0))
    lag_time = np.asarray(lags, dtype=np.float64) * tracks.interval
    return Msd(lag_time, pooled, low, high, _ratio(total, count), count.sum(axis=0).astype(np.int64))


def velocity_autocorrelation(tracks: Tracks, lags: Sequence[int]) -> Floats:
    """Measure the mean product of two steps a lag apart, summed over axes, (n_lags,) [um^2/s^2].

    Steps at lag 0 and 1 share a position, so localisation noise of variance s^2 adds 2 s^2 at lag 0 and
    takes s^2 away at lag 1, per axis and divided by the squared interval; from lag 2 on it is free of noise.

    Parameters
    ----------
    tracks : Tracks
    lags : sequence of int
        Lags in frames, from 0.
    """
    steps = displacements(tracks)
    velocity = np.full((tracks.n_rows, 3), np.nan)
    velocity[steps.start] = steps.vector / steps.duration
    result = np.full(len(lags), np.nan)
    for number, lag in enumerate(lags):
        if lag == 0:
            product = (velocity[steps.start] ** 2).sum(axis=1)
        else:
            pairs = displacements(tracks, lag)
            product = (velocity[pairs.start] * velocity[pairs.end]).sum(axis=1)
        product = product[np.isfinite(product)]
        result[number] = product.mean() if product.size else np.nan
    return result


def persistence(tracks: Tracks, longest: int = 10) -> float:
    """Fit the persistence time [s] to the velocity autocorrelation from lag 2 on, where noise has left it.

    The autocorrelation of the steps of a persistent random walk falls as exp(-lag / persistence). Cells of
    unlike speed or persistence make it fall more slowly at long lags; the time is then an average.

    Parameters
    ----------
    tracks : Tracks
    longest : int
        Last lag in frames.

    Raises
    ------
    NumericsError
        When fewer than two lags can be measured, or the fall is too fast, too slow or absent, so that the fit ends
        at a bound of its search.
    """
    lags = np.arange(2, longest + 1)
    measured = velocity_autocorrelation(tracks, [int(lag) for lag in lags])
    weight = np.array([displacements(tracks, int(lag) + 1).track.size for lag in lags], dtype=np.float64)
    usable = np.isfinite(measured) & (weight > 0)
    _need(int(usable.sum()) - 1, "persistence", "tracks of at least five frames")
    time, measured, weight = lags[usable] * tracks.interval, measured[usable], weight[usable]
    _need(int((weight * measured**2).sum() > 0.0), "persistence", "cells that move")

    def misfit(log_time: float) -> float:
        shape = np.exp(-time / np.exp(log_time))
        height = max(float((weight * shape * measured).sum() / (weight * shape * shape).sum()), 0.0)
        return float((weight * (measured - height * shape) ** 2).sum() / (weight * measured**2).sum())

    ends = (np.log(0.1 * tracks.interval), np.log(100.0 * longest * tracks.interval))
    grid = np.linspace(*ends, 60)
    best = int(np.argmin([misfit(point) for point in grid]))
    is_inside = 0 < best < grid.size - 1
    _need(int(is_inside), "persistence", f"a time from {np.exp(ends[0]):.3g} to {np.exp(ends[1]):.3g} s")
    around = (grid[best - 1], grid[best + 1])
    return float(np.exp(optimize.minimize_scalar(misfit, bounds=around, method="bounded").x))


def walk_msd(lag: ArrayLike, speed: float, persistence_time: float) -> Floats:
    """Give the mean squared displacement of a persistent random walk [um^2].

    Parameters
    ----------
    lag : array_like [s]
    speed : float [um/s]
        Root mean square speed.
    persistence_time : float [s]

    Sources
    -------
    Fürth 1920, Z Phys 2:244.

    Examples
    --------
    >>> round(float(walk_msd(1e6, 1.0, 1.0)) / 1e6, 3)
    2.0
    """
    time = np.asarray(lag, dtype=np.float64)
    # MSD(t) = 2 S^2 P (t - P (1 - exp(-t/P)))   [Fürth 1920]
    return np.asarray(
        2.0 * speed**2 * persistence_time * (time + persistence_time * np.expm1(-time / persistence_time))
    )


def walk_fit(lag: ArrayLike, msd: ArrayLike, n_axes: int = 3) -> WalkFit:
    """Fit speed, persistence and localisation noise to a mean squared displacement, in its logarithm.

    Parameters
    ----------
    lag : (n_lags,) [s]
    msd : (n_lags,) [um^2]
        Positive; at least three lags.
    n_axes : int
        Axes that the displacement has: noise adds 2 n_axes noise^2.

    Raises
    ------
    NumericsError
        When fewer than three lags are given or one is not positive.
    """
    time, target = np.asarray(lag, dtype=np.float64), np.asarray(msd, dtype=np.float64)
    _need(int(time.size >= 3 and bool(np.all(target > 0.0))), "fit of a walk", "three lags with positive MSD")

    def residual(parameters: Floats) -> Floats:
        speed, tau, noise = np.exp(parameters)
        return np.asarray(np.log(walk_msd(time, speed, tau) + 2.0 * n_axes * noise**2) - np.log(target))

    speed = np.sqrt(target[0]) / time[0]
    starts = [
        np.log([speed, tau, np.sqrt(target[0]) * 0.2]) for tau in (time[0], np.sqrt(time[0] * time[-1]), time[-1])
    ]
    low = np.log([1e-3 * speed, 0.05 * time[0], 1e-4 * np.sqrt(target[0])])
    high = np.log([1e2 * speed, 1e2 * time[-1], np.sqrt(target.max())])
    fits = [optimize.least_squares(residual, start, bounds=(low, high)) for start in starts]
    best = np.exp(min(fits, key=lambda fit: float(fit.cost)).x)
    return WalkFit(float(best[0]), float(best[1]), float(best[2]))


def _ratio(total: NDArray[Any], count: NDArray[Any]) -> Floats:
    filled = np.full(np.shape(total), np.nan)
    return np.asarray(np.divide(total, count, out=filled, where=np.asarray(count) > 0), dtype=np.float64)


def _mean_of_present(values: Floats) -> Floats:
    present = np.isfinite(values)
    return _ratio(np.where(present, values, 0.0).sum(axis=0), present.sum(axis=0))


def _track_interval(total: Floats, count: Floats, seed: int) -> tuple[Floats, Floats]:
    weight = over_tracks(total.shape[0], N_RESAMPLES, seed)
    draws = _ratio(weight @ total, weight @ count)
    empty = ~np.isfinite(draws).all(axis=0)
    low, high = np.quantile(np.where(empty, 0.0, draws), [0.025, 0.975], axis=0)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def _need(enough: int, measure: str, what: str) -> None:
    if enough < 1:
        raise NumericsError(
            Fault(measure, "the tracks do not tell it", what, "", "record longer or more often", "AMB-N41")
        )
