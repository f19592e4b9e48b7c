"""Where cells turn to: angles between steps, and whether they move away from a centre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.formats import Tracks
from amoeboid.measures.bootstrap import over_tracks
from amoeboid.measures.intervals import Estimate
from amoeboid.measures.motility import displacements

Floats = NDArray[np.float64]
N_RESAMPLES = 400


@dataclass(frozen=True)
class Bias:
    """Mean cosine between steps and the outward direction, in one shell of distance [um] from the centre."""

    inner: float
    outer: float
    cosine: Estimate
    n_tracks: int


def turning_angles(tracks: Tracks) -> Floats:
    """Give the angle between each step and the next of its track [rad], 0 straight on to pi straight back.

    Localisation noise turns steps back: the mean angle of a resting cell is above pi/2.

    Examples
    --------
    >>> tracks = Tracks.of_frames([0.0, 60.0, 120.0], [[[0, 0, 0]], [[1, 0, 0]], [[1, 1, 0]]])
    >>> round(float(turning_angles(tracks)[0]), 4)
    1.5708
    """
    steps = displacements(tracks)
    vector = np.zeros((tracks.n_rows, 3))
    vector[steps.start] = steps.vector
    both = np.isin(steps.end, steps.start)
    one, other = steps.vector[both], vector[steps.end[both]]
    # the angle by its half tangent keeps its digits near 0 and pi, where the arc cosine loses them
    size_one = np.linalg.norm(one, axis=1, keepdims=True)
    size_other = np.linalg.norm(other, axis=1, keepdims=True)
    moved = (size_one * size_other).ravel() > 0.0
    first, second = (one * size_other)[moved], (other * size_one)[moved]
    return np.asarray(2.0 * np.arctan2(np.linalg.norm(first - second, axis=1), np.linalg.norm(first + second, axis=1)))


def outward_bias(tracks: Tracks, centre: ArrayLike, edges: Sequence[float] = (), seed: int = 0) -> list[Bias]:
    """Measure the mean cosine of steps against the outward direction, by distance from a centre.

    Above 0 cells move outwards. The outward direction is taken at the middle of the step: at its start,
    localisation noise would feign inward motion. Intervals are 95 %, from resampling whole tracks.

    Parameters
    ----------
    tracks : Tracks
    centre : (3,) [um]
    edges : sequence of float [um]
        Ends of the shells, rising; one shell over all distances when left out.
    seed : int
        Keys the resampling.

    Returns
    -------
    bias : list of Bias
        One per shell that holds a step.
    """
    cosine, distance, track = _radial(tracks, centre, normed=1)
    ends = np.asarray(edges or (0.0, np.inf), dtype=np.float64)
    result = []
    for inner, outer in zip(ends[:-1], ends[1:], strict=True):
        here = (distance >= inner) & (distance < outer)
        if here.any():
            estimate, n_tracks = _by_track(cosine[here], track[here], seed)
            result.append(Bias(float(inner), float(outer), estimate, n_tracks))
    return result


def outward_speed(tracks: Tracks, centre: ArrayLike, seed: int = 0) -> Estimate:
    """Measure the mean velocity away from a centre [um/s], with the 95 % interval by track."""
    velocity, _, track = _radial(tracks, centre, normed=0)
    return _by_track(velocity, track, seed)[0]


def _radial(tracks: Tracks, centre: ArrayLike, normed: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    steps = displacements(tracks)
    middle = tracks.position[steps.start] + 0.5 * steps.vector - np.asarray(centre, dtype=np.float64)
    distance = np.linalg.norm(middle, axis=1)
    length = steps.length
    moved = (length > 0.0) & (distance > 0.0)
    along = (middle * steps.vector).sum(axis=1)[moved] / distance[moved]
    along = along / length[moved] if normed else along / steps.duration
    return along, distance[moved], steps.track[moved]


def _by_track(values: Floats, track: NDArray[np.int64], seed: int) -> tuple[Estimate, int]:
    _, index = np.unique(track, return_inverse=True)
    total, count = np.bincount(index, values), np.bincount(index).astype(np.float64)
    weight = over_tracks(total.size, N_RESAMPLES, seed)
    low, high = np.quantile((weight @ total) / (weight @ count), [0.025, 0.975])
    return Estimate(float(values.mean()), float(low), float(high), int(values.size)), int(total.size)
