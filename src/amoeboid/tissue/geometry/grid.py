"""The domain and the grid of cubic voxels that covers it.

Points are x, y, z [um] from the corner of the domain; voxel arrays are indexed z, y, x. Voxel (k, j, i) has
its centre at origin + spacing (i + 1/2, j + 1/2, k + 1/2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, ScenarioError

_WHOLE = 1e-6  # relative departure from a whole number of voxels that is still rounding


@dataclass(frozen=True)
class Domain:
    """The box in which a tissue lives, with one corner at the origin.

    Parameters
    ----------
    size : tuple of 3 float
        Lengths along x, y, z [um].

    Raises
    ------
    ScenarioError
        When a length is not finite and positive.

    Examples
    --------
    >>> Domain((600.0, 600.0, 300.0)).centre
    (300.0, 300.0, 150.0)
    """

    size: tuple[float, float, float]

    def __post_init__(self) -> None:
        if len(self.size) != 3 or not all(math.isfinite(length) and length > 0.0 for length in self.size):
            raise ScenarioError(
                Fault("tissue.size", f"`{self.size}` is not the size of a box",
                      "three lengths above 0 um", "", "give three positive lengths", "AMB-S71")
            )  # fmt: skip

    @property
    def centre(self) -> tuple[float, float, float]:
        """Middle of the box, x, y, z [um]."""
        x, y, z = self.size
        return (0.5 * x, 0.5 * y, 0.5 * z)

    @property
    def volume(self) -> float:
        """Volume [um^3]."""
        return math.prod(self.size)

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Tell which of (n, 3) points lie in the closed box."""
        at = np.asarray(points, dtype=np.float64)
        inside: NDArray[np.bool_] = np.all((at >= 0.0) & (at <= np.asarray(self.size)), axis=-1)
        return inside


@dataclass(frozen=True)
class Grid:
    """Cubic voxels over a box.

    Parameters
    ----------
    shape : tuple of 3 int
        Voxels along z, y, x.
    spacing : float
        Edge of a voxel [um].
    origin : tuple of 3 float
        Corner of voxel (0, 0, 0), x, y, z [um].

    Raises
    ------
    ScenarioError
        When a count is below 1 or the edge is not finite and positive.

    Examples
    --------
    >>> Grid((2, 3, 4), 20.0).n_voxels
    24
    """

    shape: tuple[int, int, int]
    spacing: float
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        if min(self.shape) < 1 or not math.isfinite(self.spacing) or self.spacing <= 0.0:
            raise ScenarioError(
                Fault("tissue.voxel", f"no grid has the shape {self.shape} and voxels of `{self.spacing} um`",
                      "at least one voxel along each axis, and an edge above 0 um", "",
                      "correct `tissue.size` or `tissue.voxel`", "AMB-S72")
            )  # fmt: skip

    @classmethod
    def over(cls, domain: Domain, spacing: float) -> Grid:
        """Cover a domain with voxels of a given edge [um].

        Raises
        ------
        ScenarioError
            When the domain is not a whole number of voxels long along each axis.

        Examples
        --------
        >>> Grid.over(Domain((600.0, 600.0, 300.0)), 20.0).shape
        (15, 30, 30)
        """
        if not math.isfinite(spacing) or spacing <= 0.0:
            return cls((1, 1, 1), spacing)
        counts = [max(1, round(length / spacing)) for length in domain.size]
        for axis, length, count in zip("xyz", domain.size, counts, strict=True):
            if abs(count * spacing - length) > _WHOLE * length:
                raise ScenarioError(
                    Fault(f"tissue.size, {axis}",
                          f"`{length:g} um` is not a whole number of `{spacing:g} um` voxels",
                          f"a multiple of {spacing:g} um", f"`{count * spacing:g} um`",
                          "change the size or `tissue.voxel`", "AMB-S73")
                )  # fmt: skip
        return cls((counts[2], counts[1], counts[0]), spacing)

    @property
    def n_voxels(self) -> int:
        """Number of voxels."""
        return math.prod(self.shape)

    @property
    def voxel_volume(self) -> float:
        """Volume of one voxel [um^3]."""
        return self.spacing**3

    @property
    def size(self) -> tuple[float, float, float]:
        """Lengths along x, y, z [um]."""
        n_z, n_y, n_x = self.shape
        return (n_x * self.spacing, n_y * self.spacing, n_z * self.spacing)

    def centres(self, axis: str) -> NDArray[np.float64]:
        """Give the coordinates of voxel centres along ``"x"``, ``"y"`` or ``"z"`` [um]."""
        which = "xyz".index(axis)
        steps = np.arange(self.shape[2 - which], dtype=np.float64) + 0.5
        return np.asarray(self.origin[which] + steps * self.spacing, dtype=np.float64)

    def voxel_of(self, points: ArrayLike) -> NDArray[np.int64]:
        """Give the flat index of the voxel around each of (n, 3) points; points outside go to the nearest.

        Examples
        --------
        >>> Grid((2, 3, 4), 20.0).voxel_of([[30.0, 50.0, 10.0]]).tolist()
        [9]
        """
        at = (np.asarray(points, dtype=np.float64) - np.asarray(self.origin)) / self.spacing
        n_z, n_y, n_x = self.shape
        # hold before the cast: a float beyond int64 has no defined integer
        i, j, k = (np.clip(at[..., a], 0, n - 1).astype(np.int64) for a, n in enumerate((n_x, n_y, n_z)))
        flat: NDArray[np.int64] = (k * n_y + j) * n_x + i
        return flat

    def sum_by_voxel(self, points: ArrayLike, amount: ArrayLike, order: ArrayLike) -> NDArray[np.float64]:
        """Sum an amount of each point into its voxel, always in ascending `order`, so to the same bytes.

        Parameters
        ----------
        points : (n, 3) array [um]
        amount : (n,) array
        order : (n,) array of int
            Such as cell ids.

        Returns
        -------
        total : (n_z, n_y, n_x) array
        """
        keys = np.asarray(order)
        at, weight = np.asarray(points, dtype=np.float64), np.asarray(amount, dtype=np.float64)
        if keys.size and not bool(np.all(keys[1:] > keys[:-1])):
            rank = np.argsort(keys, kind="stable")
            at, weight = at[rank], weight[rank]
        # bincount walks its input once, in order, on one thread: a sum with a fixed order
        total = np.bincount(self.voxel_of(at), weights=weight, minlength=self.n_voxels)
        return total.astype(np.float64, copy=False).reshape(self.shape)
