"""Simulated tracks against measured ones: step speeds, squared displacements, outward bias.

The same comparison serves walks and whole tissue runs. Simulated positions are first given the localisation
noise of the recording, since it is part of every measured step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from amoeboid.errors import Fault, NumericsError
from amoeboid.formats import Tracks
from amoeboid.inference.motility import MotilityFit
from amoeboid.inference.walk import Recording, simulate_walks
from amoeboid.measures import Estimate, mean_squared_displacement, outward_bias, speeds
from amoeboid.seeds import Stream, normal

LAGS = (900.0, 1800.0)
"""Lags [s] at which squared displacements are compared."""
MOST_FRAMES = 400


@dataclass(frozen=True)
class LagError:
    """Mean squared displacement [um^2] at one lag [s]: simulated, measured, and their relative difference."""

    lag: float
    simulated: float
    measured: Estimate

    @property
    def error(self) -> float:
        """Simulated over measured, less one."""
        return self.simulated / self.measured.value - 1.0


@dataclass(frozen=True)
class TrackComparison:
    """How far simulated tracks are from measured ones.

    Parameters
    ----------
    step_speed_ks : float
        Kolmogorov-Smirnov distance of the step-speed distributions, 0 to 1.
    msd : tuple of LagError
    median_speed : (float, float) [um/s]
        Simulated and measured.
    bias : (Estimate, Estimate) or None
        Mean cosine against the outward direction, simulated and measured.
    """

    step_speed_ks: float
    msd: tuple[LagError, ...]
    median_speed: tuple[float, float]
    bias: tuple[Estimate, Estimate] | None = None

    @property
    def has_same_sign(self) -> bool | None:
        """Whether both biases have one sign; None when there is none, or an interval holds 0."""
        if self.bias is None or any(one.low <= 0.0 <= one.high for one in self.bias):
            return None
        return self.bias[0].value * self.bias[1].value > 0.0


def as_recorded(tracks: Tracks, noise_xy: float, noise_z: float, seed: int = 0) -> Tracks:
    """Add localisation noise to simulated positions.

    Parameters
    ----------
    tracks : Tracks
    noise_xy, noise_z : float [um]
        Standard deviation per axis.
    seed : int
    """
    noise = normal(tracks.ordinal, tracks.frame, Stream.LOCALISATION, seed, 3)
    position = tracks.position + noise * np.array([noise_xy, noise_xy, noise_z])
    return Tracks(tracks.track, tracks.time, position, tracks.group)


def compare_tracks(
    simulated: Tracks, measured: Tracks, centres: tuple[ArrayLike, ArrayLike] | None = None
) -> TrackComparison:
    """Compare simulated with measured tracks that were sampled at the same interval.

    Parameters
    ----------
    simulated, measured : Tracks
    centres : pair of (3,) [um], optional
        Centre of the simulated and of the measured tumour.

    Raises
    ------
    NumericsError
        When the intervals differ by more than 1 %.
    """
    if abs(simulated.interval / measured.interval - 1.0) > 0.01:
        what = f"frames every {simulated.interval:g} s against frames every {measured.interval:g} s"
        do = f'set `frames_every = "{measured.interval:g} s"` in the scenario'
        raise NumericsError(Fault("comparison of tracks", what, "one interval", "", do, "AMB-N44"))
    one, other = speeds(simulated), speeds(measured)
    msd = tuple(_lag_error(simulated, measured, lag) for lag in LAGS)
    bias = None
    if centres is not None:
        bias = (outward_bias(simulated, centres[0])[0].cosine, outward_bias(measured, centres[1])[0].cosine)
    median = (float(np.median(one)), float(np.median(other)))
    return TrackComparison(float(stats.ks_2samp(one, other).statistic), msd, median, bias)


def predict_tracks(
    fit: MotilityFit, measured: Tracks, centre: ArrayLike | None = None, seed: int = 1
) -> TrackComparison:
    """Predict another recording from a fit, by simulated walks, and compare.

    The predicted bias is that of the recording which was fitted.

    Parameters
    ----------
    fit : MotilityFit
    measured : Tracks
        Tracks that the fit has not seen.
    centre : (3,) [um], optional
        Centre of the measured tumour.
    seed : int
        Keys the walks; another than that of the fit.
    """
    n_frames = min(int(np.ceil(max(LAGS) / measured.interval)) + 14, MOST_FRAMES)
    recording = Recording(3000, n_frames, measured.interval, seed)
    frames = np.arange(n_frames) * measured.interval
    walks = Tracks.of_frames(frames, simulate_walks(fit.parameters, recording))
    plain = compare_tracks(walks, measured)
    if centre is None or fit.bias is None:
        return plain
    bias = (fit.bias, outward_bias(measured, centre, seed=seed)[0].cosine)
    return TrackComparison(plain.step_speed_ks, plain.msd, plain.median_speed, bias)


def _lag_error(simulated: Tracks, measured: Tracks, lag: float) -> LagError:
    pair = [_msd(tracks, [max(1, round(lag / tracks.interval))]) for tracks in (simulated, measured)]
    return LagError(lag, pair[0].value, pair[1])


def _msd(tracks: Tracks, lags: Sequence[int]) -> Estimate:
    msd = mean_squared_displacement(tracks, lags)
    return Estimate(float(msd.pooled[0]), float(msd.low[0]), float(msd.high[0]), int(msd.n_pairs[0]))
