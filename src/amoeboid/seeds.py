"""The register of random streams, and set-up draws keyed by (seed, stream, individual, tick, draw).

Every random number is a pure function of its key: Philox4x32-10 (Salmon et al. 2011, SC'11,
doi:10.1145/2063384.2063405) with counter (individual, tick, stream, block) and key (low, high half of the
seed). So a draw does not depend on threads, on resuming, on the other arms, or on the order of calls.
Inside kernels the same function is `amoeboid.kernels.random`.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

TICK = 60.0
"""Length [s] of the fixed tick that keys draws in time, whatever the step of a process."""


class Stream(IntEnum):
    """Uses of random numbers; two uses never share a stream, and a number is never given anew."""

    PLACEMENT = 1
    INDIVIDUAL_SIGNALLING = 2
    INDIVIDUAL_MOTILITY = 3
    INITIAL_POLARITY = 4
    POLARITY = 5
    PORE = 6
    LOCALISATION = 7
    BOOTSTRAP = 8
    FIT = 9
    REPLICATE = 10
    REACTION = 11
    PATHWAY_SPREAD = 12
    EVENT = 13
    DIVISION = 14
    DEATH = 15
    CROSSING = 16
    CYCLE = 17
    SECRETION = 18
    REMODELLING = 19
    DISEASE = 20
    COLONY_COUNT = 21
    COLONY = 22
    WAKING = 23
    FOUNDER = 24
    DEATH_OF_PATIENT = 25
    IMAGING = 26
    BLOOD_COUNT = 27
    PATIENT = 30
    ACCRUAL = 31
    DROPOUT = 32
    ALLOCATION = 33
    VISIT = 34
    PHARMACOKINETICS = 35
    MARROW = 36
    LINK = 37
    TRIAL = 38


def philox(individual: ArrayLike, tick: ArrayLike, stream: int, block: int, seed: int) -> NDArray[np.uint32]:
    """Draw four 32-bit words per individual with Philox4x32-10.

    Parameters
    ----------
    individual, tick : array_like of int
        Broadcast together.
    stream, block, seed : int
        Stream of the register, block of four draws within one tick, 64-bit seed.

    Returns
    -------
    words : (..., 4) uint32
    """
    shape = np.broadcast_shapes(np.shape(individual), np.shape(tick))
    mask = np.uint64(0xFFFFFFFF)
    counter = [
        np.broadcast_to(np.asarray(x).astype(np.uint64) & mask, shape) for x in (individual, tick, stream, block)
    ]
    low, high = seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF
    shift = np.uint64(32)
    for _ in range(10):
        first = counter[0] * np.uint64(0xD2511F53)
        second = counter[2] * np.uint64(0xCD9E8D57)
        counter = [
            (second >> shift) ^ counter[1] ^ np.uint64(low),
            second & mask,
            (first >> shift) ^ counter[3] ^ np.uint64(high),
            first & mask,
        ]
        low = (low + 0x9E3779B9) & 0xFFFFFFFF
        high = (high + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(counter, axis=-1).astype(np.uint32)


def uniform(individual: ArrayLike, tick: ArrayLike, stream: int, seed: int, n: int = 1) -> NDArray[np.float64]:
    """Draw numbers uniform on the open interval (0, 1), shape (..., n).

    Examples
    --------
    >>> float(uniform(3, 0, Stream.PLACEMENT, seed=1)[0]) == float(uniform(3, 0, Stream.PLACEMENT, seed=1)[0])
    True
    """
    blocks = [philox(individual, tick, stream, block, seed) for block in range((n + 3) // 4)]
    words = np.concatenate(blocks, axis=-1)[..., :n]
    return (words.astype(np.float64) + 0.5) * 2.0**-32


def normal(individual: ArrayLike, tick: ArrayLike, stream: int, seed: int, n: int = 1) -> NDArray[np.float64]:
    """Draw standard normal numbers by Box-Muller, shape (..., n)."""
    u = uniform(individual, tick, stream, seed, 2 * ((n + 1) // 2))
    radius = np.sqrt(-2.0 * np.log(u[..., 0::2]))
    angle = 2.0 * np.pi * u[..., 1::2]
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return pairs.reshape(*pairs.shape[:-2], -1)[..., :n]
