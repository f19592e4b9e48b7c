"""Philox4x32-10 inside kernels: the words of `amoeboid.seeds.philox`, bit by bit.

Source: Salmon et al. 2011, SC'11, doi:10.1145/2063384.2063405. Counter (individual, tick, stream, block),
key the two halves of the seed. Words and uniforms equal those of `amoeboid.seeds`; normals agree to
rounding, because mathematics libraries differ in the last digit of a logarithm.
"""

from __future__ import annotations

import math

import numpy as np

from amoeboid.kernels.compiling import kernel, scalar

_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_FIRST = np.uint64(0xD2511F53)
_SECOND = np.uint64(0xCD9E8D57)
_WEYL_LOW = np.uint64(0x9E3779B9)
_WEYL_HIGH = np.uint64(0xBB67AE85)
_STEP = 2.0**-32
_TURN = 2.0 * math.pi

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]
Four = tuple[float, float, float, float]


@scalar
def philox(individual: int, tick: int, stream: int, block: int, seed: int) -> Words:
    """Draw four 32-bit words, each held in a uint64."""
    a = np.uint64(individual) & _MASK
    b = np.uint64(tick) & _MASK
    c = np.uint64(stream) & _MASK
    d = np.uint64(block) & _MASK
    low = np.uint64(seed) & _MASK
    high = np.uint64(seed) >> _SHIFT
    for _ in range(10):
        first = a * _FIRST
        second = c * _SECOND
        a = (second >> _SHIFT) ^ b ^ low
        b = second & _MASK
        c = (first >> _SHIFT) ^ d ^ high
        d = first & _MASK
        low = (low + _WEYL_LOW) & _MASK
        high = (high + _WEYL_HIGH) & _MASK
    return a, b, c, d


@scalar
def uniforms(individual: int, tick: int, stream: int, block: int, seed: int) -> Four:
    """Draw four numbers uniform on the open interval (0, 1)."""
    a, b, c, d = philox(individual, tick, stream, block, seed)
    return (
        (np.float64(a) + 0.5) * _STEP,
        (np.float64(b) + 0.5) * _STEP,
        (np.float64(c) + 0.5) * _STEP,
        (np.float64(d) + 0.5) * _STEP,
    )


@scalar
def normals(individual: int, tick: int, stream: int, block: int, seed: int) -> Four:
    """Draw four standard normal numbers by Box-Muller."""
    a, b, c, d = uniforms(individual, tick, stream, block, seed)
    first = math.sqrt(-2.0 * math.log(a))
    second = math.sqrt(-2.0 * math.log(c))
    return (
        first * math.cos(_TURN * b),
        first * math.sin(_TURN * b),
        second * math.cos(_TURN * d),
        second * math.sin(_TURN * d),
    )


@kernel
def fill_words(low: int, high: int, individual: np.ndarray, key: tuple[int, int, int, int], out: np.ndarray) -> None:
    """Fill ``out`` (n, 4) uint32 with the words of ``individual``; ``key`` is tick, stream, block, seed."""
    for i in range(low, high):
        a, b, c, d = philox(individual[i], key[0], key[1], key[2], key[3])
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = a, b, c, d


@kernel
def fill_normals(low: int, high: int, individual: np.ndarray, key: tuple[int, int, int, int], out: np.ndarray) -> None:
    """Fill ``out`` (n, 4) with normals of ``individual`` (n,); ``key`` is tick, stream, block, seed."""
    for i in range(low, high):
        a, b, c, d = normals(individual[i], key[0], key[1], key[2], key[3])
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = a, b, c, d
