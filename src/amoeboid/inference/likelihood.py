"""How likely measured values are under a model: normal or Laplace noise, on a linear or a logarithmic scale.

Each row has a simulated value y, a noise sigma and a measured value m. With T the transformation of the observable and
r = (T(m) - T(y)) / sigma, the negative logarithm of the density of m is

    normal   ln(sigma) + ln(2 pi) / 2 + r^2 / 2 - ln T'(m)
    Laplace  ln(2 sigma) + |r|                  - ln T'(m)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.inference.problem import LN10, Floats, Prior, scale_slope, to_scale

HALF_LOG_2_PI = 0.5 * float(np.log(2.0 * np.pi))


@dataclass(frozen=True)
class Noise:
    """Which noise each row has: ``scale`` (n_rows,) of str as in `problem.SCALES`, ``is_laplace`` (n_rows,) bool."""

    scale: NDArray[np.str_]
    is_laplace: NDArray[np.bool_]


def transformed(noise: Noise, value: Floats) -> Floats:
    """Put values (..., n_rows) on the scale of their rows; those that have no logarithm become NaN."""
    found = np.array(value, dtype=np.float64)
    for scale in ("log", "log10"):
        rows = noise.scale == scale
        found[..., rows] = to_scale(np.where(found[..., rows] > 0.0, found[..., rows], np.nan), scale)
    return found


def deviations(noise: Noise, measured: Floats, simulated: Floats, sigma: Floats) -> Floats:
    """Give r = (T(m) - T(y)) / sigma of every row, (..., n_rows)."""
    with np.errstate(all="ignore"):
        return (transformed(noise, measured) - transformed(noise, simulated)) / sigma


def constant(noise: Noise, measured: Floats) -> float:
    """Give the part of the negative log-likelihood that depends on neither model nor sigma."""
    total = float(np.where(noise.is_laplace, np.log(2.0), HALF_LOG_2_PI).sum())
    for scale, factor in (("log", 1.0), ("log10", LN10)):  # -ln T'(m) = ln m, or ln(m ln 10)
        total += float(np.log(measured[noise.scale == scale] * factor).sum())
    return total


def negative_log_likelihood(noise: Noise, measured: Floats, simulated: Floats, sigma: Floats) -> Floats:
    """Give the negative log-likelihood, (...), of simulated values and noise (..., n_rows); infinite when impossible.

    Examples
    --------
    >>> one = Noise(np.array(["lin"]), np.array([False]))
    >>> round(float(negative_log_likelihood(one, np.ones(1), np.ones(1), np.ones(1))), 4)
    0.9189
    """
    r = deviations(noise, measured, simulated, sigma)
    with np.errstate(all="ignore"):
        part = np.log(sigma) + np.where(noise.is_laplace, np.abs(r), 0.5 * r * r)
    part = np.where(np.isfinite(part) & (sigma > 0.0), part, np.inf)
    return np.asarray(part.sum(axis=-1) + constant(noise, measured))


def slopes(noise: Noise, measured: Floats, simulated: Floats, sigma: Floats) -> tuple[Floats, Floats, Floats]:
    """Give d(nll)/dy, d(nll)/dsigma and dr/dy of every row, (n_rows,) each."""
    r = deviations(noise, measured, simulated, sigma)
    by_value = np.ones_like(simulated)
    for scale in ("log", "log10"):
        rows = noise.scale == scale
        by_value[rows] = 1.0 / scale_slope(simulated[rows], scale)
    r_by_value = -by_value / sigma
    by_r = np.where(noise.is_laplace, np.sign(r), r)
    return by_r * r_by_value, (1.0 - by_r * r) / sigma, r_by_value


def negative_log_prior(prior: Prior, value: float, scaled: float) -> tuple[float, float, float]:
    """Give the negative log prior density with its first and second slope by the number it speaks of.

    That number is `scaled` where the prior is on the parameter's scale, else `value`.
    """
    x = scaled if prior.on_scale else value
    a, b = prior.first, prior.second
    if prior.kind == "uniform":
        inside = a <= x <= b
        return (float(np.log(b - a)), 0.0, 0.0) if inside else (float(np.inf), 0.0, 0.0)
    if prior.kind.startswith("log_"):
        if x <= 0.0:
            return float(np.inf), 0.0, 0.0
        density, slope, bend = _density(prior.kind.removeprefix("log_"), float(np.log(x)), a, b)
        return density + float(np.log(x)), (slope + 1.0) / x, (bend - slope - 1.0) / x**2
    return _density(prior.kind, x, a, b)


def _density(kind: str, x: float, location: float, width: float) -> tuple[float, float, float]:
    z = (x - location) / width
    if kind == "normal":
        return float(np.log(width)) + HALF_LOG_2_PI + 0.5 * z * z, z / width, 1.0 / width**2
    return float(np.log(2.0 * width)) + abs(z), float(np.sign(z)) / width, 0.0
