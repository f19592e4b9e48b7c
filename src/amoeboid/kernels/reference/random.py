"""Twin of `amoeboid.kernels.random`: the set-up draws of `amoeboid.seeds`, which are plain NumPy already."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid import seeds

Key = tuple[int, int, int, int]


def fill_words(individual: NDArray[np.int64], key: Key, out: NDArray[np.uint32]) -> None:
    """Fill ``out`` (n, 4) with the words of ``individual`` (n,); ``key`` is tick, stream, block, seed."""
    tick, stream, block, seed = key
    out[...] = seeds.philox(individual, tick, stream, block, seed)


def fill_normals(individual: NDArray[np.int64], key: Key, out: NDArray[Any]) -> None:
    """Fill ``out`` (n, 4) with normals of ``individual`` (n,); ``key`` is tick, stream, block, seed."""
    tick, stream, block, seed = key
    words = seeds.philox(individual, tick, stream, block, seed)
    u = (words.astype(np.float64) + 0.5) * 2.0**-32
    radius = np.sqrt(-2.0 * np.log(u[:, 0::2]))
    angle = 2.0 * np.pi * u[:, 1::2]
    out[:, 0::2] = radius * np.cos(angle)
    out[:, 1::2] = radius * np.sin(angle)
