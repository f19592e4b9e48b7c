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
from amoeboid.kernels import sampling
from amoeboid.kernels.threads import run_chunks

Floats = NDArray[np.float64]

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

    def sample(self, field: Floats, points: Floats) -> Floats:
        """Give the trilinear value of a (n_z, n_y, n_x) field at each of (n, 3) points.

        Examples
        --------
        >>> grid = Grid((1, 1, 4), 10.0)
        >>> grid.sample(np.arange(4.0).reshape(1, 1, 4), np.array([[20.0, 5.0, 5.0]])).tolist()
        [1.5]
        """
        place = np.ascontiguousarray(points - np.asarray(self.origin))
        value = np.empty(len(place))
        run_chunks(sampling.sample, len(place), field, place, 1.0 / self.spacing, value)
        return value

    def spread(self, amount: Floats, points: Floats, order: NDArray[np.int64]) -> Floats:
        """Sum an amount of each point over the voxels around it, with the weights of `sample`.

        Sums run in ascending `order`, such as ids of cells, so they repeat to the byte however cells are stored.

        Returns
        -------
        total : (n_z, n_y, n_x) array
        """
        place = points - np.asarray(self.origin)
        if not bool(np.all(order[1:] > order[:-1])):
            rank = np.argsort(order, kind="stable")
            place, amount = place[rank], amount[rank]
        total = np.zeros(self.shape)
        sampling.deposit(np.ascontiguousarray(place), amount, 1.0 / self.spacing, total)
        return total
