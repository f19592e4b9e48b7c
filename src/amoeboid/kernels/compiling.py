"""How kernels are compiled: the same options everywhere, so that bytes repeat.

Of fast mathematics only contraction (fused multiply-add) is allowed: reordering sums would let the result
depend on how a loop was cut. Numba's disk cache watches the file of a kernel only, so a kernel that inlines a
scalar function of another module is compiled anew when its own file is touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a range kernel: no lock held, cached on disk, division as in IEEE 754."""
    compiled: Any = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})(function)
    return compiled  # type: ignore[no-any-return]


def scalar(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a scalar function that kernels inline."""
    compiled: Any = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"}, forceinline=True)(function)
    return compiled  # type: ignore[no-any-return]
