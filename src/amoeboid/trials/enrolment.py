"""Who enters which trial, when, into which arm, and when he is lost: draws of many trials from one population."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.scenario import Trial, TrialScenario
from amoeboid.seeds import Stream, uniform

Days = NDArray[np.float64]
Rows = NDArray[np.int64]

LARGEST_BLOCK = 24
"""Places of one block of the allocation at most; weights that need more are drawn one by one."""


@dataclass(frozen=True)
class Enrolment:
    """Participants of many trials, in order of entry; one row per trial.

    Parameters
    ----------
    replicate : (n_trials,) int64
        Number of each trial.
    patient : (n_trials, n) int64
        Row in the population.
    arm : (n_trials, n) int64
        Number of the arm.
    entry : (n_trials, n) float64 [day]
        Day of randomisation since the trial began; rises along a row.
    dropout : (n_trials, n) float64 [day]
        Day since randomisation on which he is lost, if nothing happened before.
    """

    replicate: Rows
    patient: Rows
    arm: Rows
    entry: Days
    dropout: Days


def enrol(document: TrialScenario, replicates: range, population: int) -> Enrolment:
    """Draw the participants of some trials from a population of virtual patients.

    Each place of each trial takes a patient of the population at random, so a trial is a sample from the law of that
    population and the effect in it is the true one. All draws are keyed by (seed, trial, place): trials may be drawn
    in any order and any number.

    Parameters
    ----------
    document : TrialScenario
        Number of patients, accrual, dropout and weights are read.
    replicates : range
        Numbers of the trials.
    population : int
        Rows to draw from.

    Returns
    -------
    Enrolment
    """
    design, seed = document.trial, document.seed
    place = np.arange(design.patients)[None, :]
    number = np.arange(replicates.start, replicates.stop, replicates.step, dtype=np.int64)
    trial = number[:, None]
    chosen = uniform(place, trial, Stream.TRIAL, seed)[..., 0]
    lost = uniform(place, trial, Stream.DROPOUT, seed)[..., 0]
    return Enrolment(
        number,
        np.minimum((chosen * population).astype(np.int64), population - 1),
        allocation(tuple(arm.weight for arm in document.arms), design.patients, trial, seed),
        np.sort(_entry(design, uniform(place, trial, Stream.ACCRUAL, seed)[..., 0]), axis=1),
        # P(not lost by t) = exp(-rate t)
        -np.log(lost) / design.dropout if design.dropout > 0.0 else np.full(lost.shape, np.inf),
    )


def allocation(weights: tuple[float, ...], patients: int, trial: Rows, seed: int) -> Rows:
    """Give each place its arm: permuted blocks where weights are as small whole numbers, else one by one.

    Parameters
    ----------
    weights : tuple of float
        Shares of the arms, of any sum.
    patients : int
        Places in a trial.
    trial : (n_trials, 1) int64
        Numbers of the trials.
    seed : int
        Seed of the study.

    Returns
    -------
    arm : (n_trials, patients) int64

    Examples
    --------
    >>> arms = allocation((1.0, 1.0), 40, np.array([[0]]), seed=1)
    >>> int(arms.sum())
    20
    """
    draw = uniform(np.arange(patients)[None, :], trial, Stream.ALLOCATION, seed)[..., 0]
    block = _block(weights)
    if block is None:
        return np.searchsorted(np.cumsum(weights) / np.sum(weights), draw).astype(np.int64)
    n_blocks = -(-patients // block.size)
    # places that a last, unfinished block lacks are drawn as well, so that it is a true part of a whole one
    place = np.arange(n_blocks * block.size)[None, :]
    draw = uniform(place, trial, Stream.ALLOCATION, seed)[..., 0].reshape(len(trial), n_blocks, block.size)
    return block[np.argsort(draw, axis=2)].reshape(len(trial), -1)[:, :patients]


def _block(weights: tuple[float, ...]) -> Rows | None:
    """Give the arms of one block, each twice its whole weight, or None when weights are no small whole numbers."""
    shares = np.array(weights) / min(weights)
    for factor in (1, 2, 3):
        whole = np.rint(shares * factor)
        if np.allclose(shares * factor, whole, rtol=1e-9) and 2 * whole.sum() <= LARGEST_BLOCK:
            return np.repeat(np.arange(len(weights)), 2 * whole.astype(np.int64))
    return None


def _entry(design: Trial, draw: Days) -> Days:
    """Give the day of entry: accrual at a constant rate, or at one that rises from nothing in proportion to time."""
    # F(t) = t/T, or (t/T)^2
    return design.accrual * (draw if design.accrual_shape == "uniform" else np.sqrt(draw))


def data_cut(design: Trial) -> float:
    """Give the day since the trial began on which the data are cut: the last patient has been followed.

    Accrual is taken to last as long as planned, whenever the last patient came.
    """
    return math.fsum((design.accrual, design.follow_up))
