"""The chance that an arrested cell leaves the vessel before it is lost, over contractility: a race of two clocks.

An arrested cell leaves with the hazard of the law by which cells enter, at a rate of its own, and is lost with another:

    P(leaves) = E[h / (h + l)],  h = k_exit (phi + (1 - phi) s / (s + s_half)),  l = ln 2 / T

with s the pressure of a cell beyond that of blebbing, T the half-life of arrested cells and E the mean over the cells
of a tissue run, so that their spread counts. Levels of the same mean differ in spread, so a Hill law goes through them
by least squares, P(c) = P_0 + P_1 H(c) / H(1). **That leaving needs contraction is put in, not found**, as it is for
entering; the floor phi is that of entering. k_exit and T are the records ``link.exit_rate`` and ``link.arrested_half``;
both are drawn log-uniformly from their ranges, since nothing tells more. In a reading that lets any cell through a
wall, s / (s + s_half) is 1 for all, and the chance does not hang on contraction.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from amoeboid import seeds
from amoeboid.evidence import Parameters
from amoeboid.inference.escape_curve import rise
from amoeboid.process import LinkLevel

Floats = NDArray[np.float64]

_FLAT = 1e-6  # rise of a chance that is none
_LOWEST, _HIGHEST = np.log([0.5, 0.02]), np.log([20.0, 5.0])  # of power and half: a fit may not leave what is a curve


def exit_curves(
    levels: Sequence[LinkLevel], knots: Floats, floor: Floats, *, rest: float, parameters: Parameters, seed: int = 1
) -> Floats:
    """Give draws of the chance to leave over contractility.

    Parameters
    ----------
    levels : sequence of LinkLevel
        With the push of their cells.
    knots : (n_knots,) array
        Contractility from 0 to 1.
    floor : (n_draws,) array
        Share of entries left without contraction, one for each draw.
    rest : float
        Push of a cell that does not contract, from `escape_counts.push_at_rest`.
    parameters : Parameters
        Records ``link.exit_rate`` and ``link.arrested_half``.
    seed : int
        Draws are keyed by it and their number.

    Returns
    -------
    chance : (n_draws, n_knots) float64
        Above 0, below 1, and never falling with contractility.
    """
    drive = np.array([float(np.average(one.contractility, weights=one.cell_days)) for one in levels])
    rate = _log_uniform(parameters, "link.exit_rate", floor.size, seed, 0)
    loss = np.log(2.0) / _log_uniform(parameters, "link.arrested_half", floor.size, seed, 1)
    pushes = np.array([one.push for one in levels])[np.argsort(drive)]
    # (n_draws, n_levels, n_quantiles): the mean over cells of each draw and level
    chance = np.mean(_won(rate[:, None, None], loss[:, None, None], _left(floor[:, None, None], pushes)), axis=2)
    ends = np.column_stack([_won(rate, loss, _left(floor, np.array(rest))), _won(rate, loss, np.ones(1))])
    return np.array([_hill_through(np.sort(drive), *row, knots) for row in zip(chance, ends, strict=True)])


def _left(floor: Floats, push: Floats) -> Floats:
    return np.asarray(floor + (1.0 - floor) * push)


def _won(rate: Floats, loss: Floats, push: Floats) -> Floats:
    return np.asarray(rate * push / (rate * push + loss))


def chance_by(hours: float, push: Floats, numbers: tuple[float, float]) -> float:
    """Give the share of arrested cells that have left by a time [h]: E[h / (h + l) (1 - exp(-(h + l) t))].

    Parameters
    ----------
    hours : float
    push : (n,) array
        s / (s + s_half) of the cells.
    numbers : (float, float)
        Rate at full push [1/h] and half-life of arrested cells [h].
    """
    rate, half = numbers
    hazard, loss = rate * push, np.log(2.0) / half
    return float(np.mean(hazard / (hazard + loss) * -np.expm1(-(hazard + loss) * hours)))


def _hill_through(drive: Floats, chance: Floats, ends: Floats, knots: Floats) -> Floats:
    """Lay a Hill law through the levels of a draw, from its first end at 0 to what may not pass the second."""
    none, most = (float(end) for end in ends)
    if most - none < _FLAT:
        return np.full(knots.size, most)
    begin = [np.clip(float(chance.max()) - none, 0.01 * (most - none), 0.99 * (most - none)), np.log(3.0), np.log(0.4)]
    found = optimize.least_squares(
        lambda x: none + x[0] * rise(drive, x[1], x[2]) - chance, begin,
        bounds=([0.0, *_LOWEST], [most - none, *_HIGHEST]),
    )  # fmt: skip
    top, power, half = found.x
    return np.maximum.accumulate(none + top * rise(knots, power, half))


def _log_uniform(parameters: Parameters, id: str, n: int, seed: int, column: int) -> Floats:
    """Draw from the range of a record, uniformly in its logarithm, in internal units."""
    record = parameters.value(id)
    low, high = (np.log(record.to_internal(float(end or 0.0))) for end in (record.low, record.high))
    u = seeds.uniform(np.arange(n), 0, seeds.Stream.LINK, seed, 2)[:, column]
    return np.asarray(np.exp(low + (high - low) * u))
