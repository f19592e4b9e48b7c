"""The fit of motility to measured tracks: speed, persistence, their spread over cells, and the noise.

The walks of `amoeboid.inference.walk` are sampled like the recording and matched to its step-speed quantiles,
mean squared displacements and correlations of speed. Intervals come from resampling tracks and walks, carried
through the linear response of the fit at its optimum. They hold neither the misfit of the model, nor the difference
between tumours, nor the selection of cells that could be tracked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from amoeboid.errors import Fault, NumericsError
from amoeboid.evidence import Override
from amoeboid.formats import Tracks
from amoeboid.inference.summary import MSD_LAGS, QUANTILES, Summary, dense_statistics, tolerances
from amoeboid.inference.walk import Recording, WalkParameters, simulate_walks
from amoeboid.measures import Estimate, outward_bias, outward_speed, over_tracks, walk_fit

Floats = NDArray[np.float64]
NAMES = ("speed", "speed_spread", "persistence", "persistence_spread", "noise_xy", "noise_z", "z_scale")
N_CELLS = 2500
N_FRAMES = 24
N_RESAMPLES = 200


@dataclass(frozen=True)
class MotilityFit:
    """Walk parameters that fit a recording, with 95 % intervals over its tracks.

    Parameters
    ----------
    parameters : WalkParameters
    estimates : dict of str to Estimate
        Each parameter in internal units with its interval. Over 12 recordings of 1,500 tracks with known
        parameters the intervals held speed, its spread, persistence and noise 10 to 12 times, the z scale
        9 times, and the spread of persistence, which tracks of this length hardly fix, 8 times.
    misfit : float
        Root mean square of the residuals over their tolerances; 1 is a fit within 3 to 5 %.
    interval : float [s]
        Time between frames of the recording.
    bias : Estimate or None
        Mean cosine of steps against the outward direction, where a centre was given.
    drift : Estimate or None
        Mean velocity away from the centre [um/s].
    """

    parameters: WalkParameters
    estimates: dict[str, Estimate]
    misfit: float
    interval: float
    bias: Estimate | None = None
    drift: Estimate | None = None

    def overrides(self, reference_speed: float, reason: str) -> dict[str, Override]:
        """Give what the fit puts in the place of values of the tissue model.

        Spreads over cells are not numbers that a scenario can override; they are in `estimates`.

        Parameters
        ----------
        reference_speed : float [um/s]
            Free speed of a cell of vigour 1 in the condition that was recorded.
        reason : str
            Why and from which recording; kept in the provenance of the run.
        """
        vigour = self.parameters.speed / reference_speed
        return {
            "motility.persistence": Override(self.parameters.persistence, "s", reason),
            "motility.vigour": Override(vigour, "dimensionless", reason),
        }


def fit_motility(tracks: Tracks, centre: ArrayLike | None = None, seed: int = 0, n_cells: int = N_CELLS) -> MotilityFit:
    """Fit walks with cells of unlike speed, and localisation noise, to measured tracks.

    Valid for cells that keep one mode of motion through their track; tracks may be short and have gaps. The
    persistence of cells that turn within one or two frames is not resolved, nor one far longer than tracks.

    Parameters
    ----------
    tracks : Tracks
        In one group; motion in three axes.
    centre : (3,) [um], optional
        Centre of the tumour, against which the outward bias is measured.
    seed : int
        Keys the simulated walks and the resampling.
    n_cells : int
        Walks that are simulated; the fit's own error falls with its root.

    Raises
    ------
    NumericsError
        When there are too few steps, or the recording is flat.
    """
    _check(tracks)
    summary = Summary.of(tracks)
    _check_complete(summary)
    target = summary.statistics()
    recording = Recording(n_cells, N_FRAMES, tracks.interval, seed)

    start, low, high = _start(target, tracks.interval)

    def residual(move: Floats) -> Floats:
        walks = simulate_walks(WalkParameters(*np.exp(start + move - 1.0)), recording)
        return np.asarray((dense_statistics(walks) - target) / tolerances())

    # all unknowns begin at 1, so that the relative step of the difference quotient is one of the logarithms;
    # below some 0.01 it would follow single walks from quantile to quantile
    ends = (low - start + 1.0, high - start + 1.0)
    fit = optimize.least_squares(residual, np.ones(len(NAMES)), bounds=ends, diff_step=0.04, max_nfev=40)
    values = np.exp(start + fit.x - 1.0)
    parameters = WalkParameters(*(float(number) for number in values))
    walks = Tracks.of_frames(np.arange(N_FRAMES) * tracks.interval, simulate_walks(parameters, recording))
    draws = _resampled(summary, Summary.of(walks), fit, seed)
    limits = np.exp(np.clip(start - 1.0 + np.quantile(draws, [0.025, 0.975], axis=0), low, high))
    estimates = {
        name: Estimate(float(values[row]), float(limits[0, row]), float(limits[1, row]), tracks.n_tracks)
        for row, name in enumerate(NAMES)
    }
    bias = None if centre is None else outward_bias(tracks, centre, seed=seed)[0].cosine
    drift = None if centre is None else outward_speed(tracks, centre, seed=seed)
    misfit = float(np.sqrt(np.mean(fit.fun**2)))
    return MotilityFit(parameters, estimates, misfit, tracks.interval, bias, drift)


def _start(target: Floats, interval: float) -> tuple[Floats, Floats, Floats]:
    """Begin from the closed form that fits the mean squared displacement, with usual spreads."""
    n = len(QUANTILES)
    msd = np.exp(target[n : n + 2 * len(MSD_LAGS)]).reshape(-1, 2)
    rough = walk_fit(interval * np.array(MSD_LAGS), msd.sum(axis=1))
    step = float(np.exp(target[QUANTILES.index(0.5)]))
    noise = max(rough.noise, 0.05 * step)
    speed = max(rough.speed * 0.8, 0.1 * step / interval)
    start = np.log([speed, 0.5, rough.persistence, 0.4, noise, noise, 1.0])
    low = np.log([0.01 * step / interval, 0.02, 0.1 * interval, 0.02, 1e-3 * step, 1e-3 * step, 0.5])
    high = np.log([10.0 * step / interval, 2.0, 200.0 * interval, 2.5, 2.0 * step, 2.0 * step, 2.0])
    inside = 1e-3 * (high - low)
    return np.clip(start, low + inside, high - inside), low, high


def _resampled(summary: Summary, walks: Summary, fit: optimize.OptimizeResult, seed: int) -> Floats:
    """Move the optimum by its linear response to resamples of the tracks, and of the walks held against them."""
    change = _changes(summary, seed) - _changes(walks, seed + 1)
    response = np.linalg.pinv(fit.jac, rcond=1e-6)
    return np.asarray(fit.x + change @ response.T)


def _changes(summary: Summary, seed: int) -> Floats:
    weights = over_tracks(summary.total.shape[0], N_RESAMPLES, seed)
    centre = summary.statistics()
    return np.stack([(summary.statistics(weight) - centre) / tolerances() for weight in weights])


def _check(tracks: Tracks) -> None:
    if len(tracks.axes) < 3:
        what = "the recording is flat, and the fit supposes motion in three axes"
        raise NumericsError(Fault("fit of motility", what, "x, y and z", "", "use `walk_fit` on its MSD", "AMB-N43"))


def _check_complete(summary: Summary) -> None:
    if not summary.is_complete:
        what = "tracks are too short or cells do not move"
        do = "record at least 12 frames of some cells"
        raise NumericsError(Fault("fit of motility", what, "steps and pairs at each lag", "", do, "AMB-N47"))
