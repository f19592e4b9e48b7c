"""A sample of the posterior: an ensemble of chains that move along the differences of each other.

Half of the chains propose along differences of pairs in the other half (ter Braak 2006, in the two halves of Foreman-
Mackey and others 2013), so that the proposals follow the shape of the posterior, and one batch of the simulator weighs
all of them at once. How far to trust it is said by rank-normalised split R-hat and the bulk effective sample size
(Vehtari and others 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from amoeboid.inference.multistart import Target
from amoeboid.inference.problem import Floats
from amoeboid.seeds import Stream

MIXED = 1.05
"""R-hat above which chains do not tell the same story."""

_JUMP = 10
_SNUG = 1e-5
_HALVINGS = 20


@dataclass(frozen=True)
class Posterior:
    """Draws (n_chains, n_draws, n_parameters) on the scales, their objective (n_chains, n_draws), and diagnostics.

    ``r_hat`` and ``effective`` (n_parameters,) are the split R-hat and the effective number of draws.
    """

    draws: Floats
    value: Floats
    accepted: float
    r_hat: Floats
    effective: Floats

    def interval(self, share: float = 0.95) -> tuple[Floats, Floats]:
        """Give the central interval of each parameter that holds a share of the draws."""
        flat = self.draws.reshape(-1, self.draws.shape[2])
        ends = np.quantile(flat, [(1.0 - share) / 2.0, (1.0 + share) / 2.0], axis=0)
        return ends[0], ends[1]


@dataclass(frozen=True)
class Sampling:
    """How to sample: chains (even; at least twice the parameters is good), steps kept, steps left out first, seed."""

    n_chains: int = 0
    n_draws: int = 1000
    n_warm: int = 500
    seed: int = 1


def sample(target: Target, start: Floats, spread: Floats, how: Sampling) -> Posterior:
    """Sample the posterior under a uniform prior on the scales within the bounds, times the priors of the target.

    Parameters
    ----------
    target : Target
        Its objective is the negative log posterior.
    start : (n_parameters,) array
        The optimum.
    spread : (n_parameters, n_parameters) array
        Covariance with which the chains begin around it.
    how : Sampling
        Length and seed.

    Returns
    -------
    posterior : Posterior
    """
    n_parameters = start.size
    n_chains = 2 * ((how.n_chains or max(2 * n_parameters + 2, 16)) // 2)
    random = np.random.default_rng((int(Stream.FIT), 3, how.seed))
    chains = _begin(target, start, spread, (n_chains, random))
    value = target.values(chains)
    draws = np.empty((n_chains, how.n_draws, n_parameters))
    values = np.empty((n_chains, how.n_draws))
    n_accepted = 0
    halves = np.split(np.arange(n_chains), 2)
    for step in range(how.n_warm + how.n_draws):
        for k, half in enumerate(halves):
            moved = _proposed(chains, (half, halves[1 - k]), step, random)
            n_accepted += _accept(target, (chains, value), (half, moved), random)
        if step >= how.n_warm:
            draws[:, step - how.n_warm], values[:, step - how.n_warm] = chains, value
    n_proposed = n_chains * (how.n_warm + how.n_draws)
    return Posterior(draws, values, n_accepted / max(n_proposed, 1), r_hat(draws), effective(draws))


def _begin(target: Target, start: Floats, spread: Floats, many: tuple[int, np.random.Generator]) -> Floats:
    """Scatter the chains around the optimum, each drawn closer until it lies where the posterior has its mass."""
    n_chains, random = many
    lower, upper = target.bounds
    widths, axes = np.linalg.eigh(0.5 * (spread + spread.T))
    root = axes * np.sqrt(np.clip(widths, 0.0, np.square((upper - lower).max() / 6.0)))
    away = random.standard_normal((n_chains, start.size)) @ root.T
    highest = target.value(start) + float(
        special.gammaincinv(0.5 * start.size, 0.999)
    )  # half a quantile of chi-squared
    far = np.arange(n_chains)
    for _ in range(_HALVINGS):
        chains = np.clip(start + away, lower, upper)
        far = far[~(target.values(chains[far]) <= highest)]
        if not far.size:
            break
        away[far] *= 0.5
    return np.asarray(np.clip(start + away, lower, upper))


def _proposed(chains: Floats, halves: tuple[np.ndarray, np.ndarray], step: int, random: np.random.Generator) -> Floats:
    """Move one half along differences of pairs of the other; each tenth step by a whole one, to change modes."""
    half, other = halves
    first = random.integers(other.size, size=half.size)
    second = (first + random.integers(1, other.size, size=half.size)) % other.size
    length = 1.0 if step % _JUMP == 0 else 2.38 / np.sqrt(2.0 * chains.shape[1])
    noise = _SNUG * random.standard_normal((half.size, chains.shape[1]))
    scale = length * (1.0 + 0.1 * random.standard_normal((half.size, 1)))
    return np.asarray(chains[half] + scale * (chains[other[first]] - chains[other[second]]) + noise)


def _accept(
    target: Target, state: tuple[Floats, Floats], move: tuple[np.ndarray, Floats], random: np.random.Generator
) -> int:
    """Take proposals with the probability of Metropolis; what lies out of bounds is never taken."""
    (chains, value), (half, moved) = state, move
    lower, upper = target.bounds
    inside = ((moved >= lower) & (moved <= upper)).all(axis=1)
    new = np.full(half.size, np.inf)
    if inside.any():
        new[inside] = target.values(moved[inside])
    with np.errstate(invalid="ignore"):
        taken = np.log(random.random(half.size)) < value[half] - new
    chains[half[taken]], value[half[taken]] = moved[taken], new[taken]
    return int(taken.sum())


def _split_ranks(draws: Floats) -> Floats:
    """Cut chains in two and put ranks in normal scores, (2 n_chains, n_draws // 2, n_parameters)."""
    half = draws.shape[1] // 2
    split = np.concatenate([draws[:, :half], draws[:, half : 2 * half]])
    from scipy import stats  # takes half a second to load

    ranks = stats.rankdata(split.reshape(-1, split.shape[2]), axis=0)
    scores = special.ndtri((ranks - 0.375) / (ranks.shape[0] + 0.25))
    return np.asarray(scores.reshape(split.shape))


def r_hat(draws: Floats) -> Floats:
    """Give rank-normalised split R-hat of draws (n_chains, n_draws, n_parameters).

    Examples
    --------
    >>> float(r_hat(np.random.default_rng(1).normal(size=(4, 500, 1)))[0]) < 1.01
    True
    """
    scores = _split_ranks(draws)
    n = scores.shape[1]
    within = scores.var(axis=1, ddof=1).mean(axis=0)
    between = scores.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(all="ignore"):
        return np.asarray(np.sqrt(((n - 1) / n * within + between) / within))


def effective(draws: Floats) -> Floats:
    """Give the bulk effective number of draws of each parameter, with Geyer's initial monotone sequence."""
    scores = _split_ranks(draws)
    n_chains, n, n_parameters = scores.shape
    found = np.empty(n_parameters)
    for k in range(n_parameters):
        x = scores[:, :, k]
        centred = x - x.mean(axis=1, keepdims=True)
        power = np.abs(np.fft.rfft(centred, 2 * n, axis=1)) ** 2
        covariance = np.fft.irfft(power, axis=1)[:, :n].real / n
        within = covariance[:, 0].mean() * n / (n - 1)
        total = within * (n - 1) / n + x.mean(axis=1).var(ddof=1)
        found[k] = _effective(1.0 - (within - covariance.mean(axis=0)) / total, n_chains * n) if total > 0.0 else 0.0
    return found


def _effective(rho: Floats, n_draws: int) -> float:
    pairs = rho[: 2 * (rho.size // 2)].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs <= 0.0)
    kept = pairs[: negative[0]] if negative.size else pairs
    time = -1.0 + 2.0 * np.minimum.accumulate(kept).sum() if kept.size else 1.0
    return float(n_draws / max(time, 1.0 / np.log10(n_draws)))
