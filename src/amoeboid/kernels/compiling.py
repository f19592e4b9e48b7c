"""How kernels are compiled: the same options everywhere, so that bytes repeat.

Of fast mathematics only contraction (fused multiply-add) is allowed: reordering sums would let the result
depend on how a loop was cut. Numba's disk cache watches the file of a kernel only, while kernels inline functions of
other files; so the cache lies in a folder named by the hash of all kernels, and none can be out of date.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from numba import config, njit

from amoeboid.kernels.objects import cache_folder, sources

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a range kernel: no lock held, cached on disk, division as in IEEE 754."""
    compiled: Callable[P, R] = _cached(njit(nogil=True, error_model="numpy", fastmath={"contract"})(function))
    return compiled


def scalar(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a scalar function that kernels inline."""
    options = {"error_model": "numpy", "fastmath": {"contract"}, "forceinline": True}
    compiled: Callable[P, R] = _cached(njit(nogil=True, **options)(function))
    return compiled


@cache
def _folder() -> str:
    asked = Path(config.CACHE_DIR) if config.CACHE_DIR else cache_folder()
    return str(asked / f"numba-{sources()[:16]}")


def _cached(compiled: Any) -> Any:
    """Keep what is compiled on disk; a plain function, with compilation switched off, stays as it is."""
    if hasattr(compiled, "enable_caching"):
        folder, before = _folder(), config.CACHE_DIR
        config.CACHE_DIR = folder  # numba asks for it only now, and functions of others keep theirs
        try:
            compiled.enable_caching()
        finally:
            config.CACHE_DIR = before
    return compiled
