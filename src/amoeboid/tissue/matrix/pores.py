"""Which pores a cell meets, and the numbers of the law by which it passes them.

The law itself is a scalar that the mechanics kernel inlines, `amoeboid.kernels.pores.passage`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from amoeboid import seeds
from amoeboid.evidence import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PoreLaw:
    """The numbers of the pore law of one matrix, in the order of the arguments of `kernels.pores.passage`.

    Attributes
    ----------
    sigma : float
        Spread of the logarithm of pore area; 0 in a rigid lattice.
    arrest_fraction : float
        Part of the nuclear cross-section at which a cell stops.
    push : float
        Share of the cell's pressure that widens a pore.
    rigid : bool
        Whether pores cannot widen.
    gel : float
        Density from which collagen closes the whole way [mg/ml].
    """

    sigma: float
    arrest_fraction: float
    push: float
    rigid: bool
    gel: float


@dataclass(frozen=True)
class PoreSearch:
    """How a cell comes to its next pore.

    Attributes
    ----------
    directions : float
        Pores that it compares, of which it takes the widest.
    spacing : float
        Path to the next pore [um].
    time : float
        Time after which a cell that does not move tries others [s].
    """

    directions: float
    spacing: float
    time: float


def pore_law(parameters: Parameters, kind: str) -> PoreLaw:
    """Give the numbers of the pore law for a kind of matrix (``"collagen"``, ``"rigid"``, ``"none"``).

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> pore_law(Parameters(catalogue()), "rigid").sigma
    0.0
    """
    rigid = kind == "rigid"
    return PoreLaw(
        sigma=0.0 if rigid else parameters["matrix.pore_spread"],
        arrest_fraction=parameters["cell.arrest_fraction"],
        push=0.0 if rigid else parameters["matrix.push"],
        rigid=rigid,
        gel=parameters["matrix.gel_density"],
    )


def pore_search(parameters: Parameters) -> PoreSearch:
    """Give how cells look for pores."""
    return PoreSearch(
        parameters["matrix.directions"], parameters["matrix.pore_spacing"], parameters["matrix.search_time"]
    )


def widest(ids: NDArray[np.int64], tick: int, search: PoreSearch, seed: int) -> tuple[Floats, Floats]:
    """Draw the score of the widest of several pores, and a share of the way, for cells at a tick.

    The largest of n standard normals has the distribution function Phi(z)^n, so z = Phi^-1(u^(1/n)).

    Returns
    -------
    score : (n,) array
        Standard normal score of the chosen pore.
    share : (n,) array
        Uniform on (0, 1): used for a first `cell.pore_age`, so that cells do not renew in step.

    Examples
    --------
    >>> one, _ = widest(np.arange(4), 0, PoreSearch(1.0, 5.0, 600.0), seed=1)
    >>> six, _ = widest(np.arange(4), 0, PoreSearch(6.0, 5.0, 600.0), seed=1)
    >>> bool((six > one).all())
    True
    """
    u = seeds.uniform(ids, tick, seeds.Stream.PORE, seed, n=2)
    score: Floats = ndtri(u[:, 0] ** (1.0 / search.directions))
    return score, u[:, 1]
