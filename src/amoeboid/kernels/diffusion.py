"""One step of diffusion, loss and supply on a voxel grid: implicit directional sweeps over the residual.

Douglas form (Douglas 1962, Numer. Math. 4:41), for u' = D lap(u) - r u + s with r per voxel:

    (1 + theta dt r)(1 - theta dt L_x)(1 - theta dt L_y)(1 - theta dt L_z) d = dt (L u - r u + s)
    u := u + d

Whatever the step, u is steady exactly where the right-hand side is zero: splitting adds no error to the
steady state. A face is a wall (no flux) or a bath: its concentration holds *on the face*, half a voxel from
the outermost centre, with the flux 2 D (bath - u) / h. x-lines are swept sixteen at a time through a
transposed buffer, y and z with x innermost, so all inner loops vectorise. Each voxel is written by one loop,
and sums are kept per plane: bytes do not depend on threads. The NumPy twin is
`amoeboid.kernels.reference.diffusion`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import kernel, scalar
from amoeboid.kernels.threads import run_chunks

Floats = NDArray[np.float64]
Table = tuple[Floats, Floats]

LANES = 16
GRAIN_VOXELS = 16384  # least voxels in a chunk: below it one thread is quicker than two
WALL, BATH = 0.0, 2.0  # conductance of a face in units of D / h

Faces = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Scheme:
    """What a step needs beside the fields: made once by `scheme`, used for many steps.

    Attributes
    ----------
    number : float
        Diffusion number D dt / h^2.
    dt : float
        [s].
    theta : float
        Weight of the new time level, 1/2 to 1.
    faces : tuple of 6 float
        `WALL` or `BATH` for low z, high z, low y, high y, low x, high x.
    tables : tuple of 3 pairs
        Thomas factors along z, y, x.
    """

    number: float
    dt: float
    theta: float
    faces: Faces
    tables: tuple[Table, Table, Table]


def scheme(shape: Sequence[int], number: float, dt: float, theta: float, faces: Faces) -> Scheme:
    """Prepare steps of one length on a grid of `shape` (n_z, n_y, n_x)."""
    tables = tuple(_table(n, theta * number, faces[2 * axis], faces[2 * axis + 1]) for axis, n in enumerate(shape))
    return Scheme(number, dt, theta, faces, (tables[0], tables[1], tables[2]))


def _table(n: int, a: float, low: float, high: float) -> Table:
    """Eliminate 1 - a L_axis once: the factors of the forward and of the backward pass."""
    inverse, back = np.empty(n), np.empty(n)
    for i in range(n):
        links = (low if i == 0 else 1.0) + (high if i == n - 1 else 1.0)
        pivot = 1.0 + a * links - (a * back[i - 1] if i else 0.0)
        inverse[i], back[i] = 1.0 / pivot, a / pivot
    return inverse, back


@scalar
def fill_residual(
    u: Floats, s: Floats, r: Floats, at: tuple[int, int], step: tuple[float, float, float, float],
    out: Floats, faces: Faces, sums: Floats,
) -> None:  # fmt: skip
    """Write dt (L u - r u + s) / (1 + theta dt r) of row `at` = (k, j) into `out`; tally it by column.

    ``sums`` (3, n_x): loss, net residual, largest residual so far.
    """
    k, j = at
    a, dt, theta, bath = step
    n_z, n_y, n_x = u.shape
    v, below, above = u[k, j], u[max(k - 1, 0), j], u[min(k + 1, n_z - 1), j]
    front, behind = u[k, max(j - 1, 0)], u[k, min(j + 1, n_y - 1)]
    # a neighbour beyond a face is the voxel itself, so it adds nothing; the bath adds its own term
    open_share = 0.0
    if k == 0:
        open_share += faces[0]
    if k == n_z - 1:
        open_share += faces[1]
    if j == 0:
        open_share += faces[2]
    if j == n_y - 1:
        open_share += faces[3]
    for x in range(n_x):
        out[x] = below[x] + above[x] + front[x] + behind[x] - 4.0 * v[x] + open_share * (bath - v[x])
    for x in range(1, n_x):
        out[x] += v[x - 1] - v[x]
    for x in range(n_x - 1):
        out[x] += v[x + 1] - v[x]
    out[0] += faces[4] * (bath - v[0])
    out[n_x - 1] += faces[5] * (bath - v[n_x - 1])
    source, rate = s[k, j], r[k, j]
    lost, net, most = sums[0], sums[1], sums[2]
    for x in range(n_x):
        change = a * out[x] + dt * (source[x] - rate[x] * v[x])
        net[x] += change
        most[x] = max(most[x], abs(change))
        out[x] = change / (1.0 + theta * dt * rate[x])
        lost[x] += rate[x] * (v[x] + theta * out[x])


@scalar
def sweep_x(rows: Floats, lanes: int, a: float, table: Table, buffer: Floats) -> None:
    """Solve 1 - a L_x along up to sixteen rows (n_rows, n_x) at once, in place."""
    inverse, back = table
    n_x = inverse.size
    for lane in range(lanes):
        for x in range(n_x):
            buffer[x, lane] = rows[lane, x]
    for lane in range(LANES):
        buffer[0, lane] *= inverse[0]
    for x in range(1, n_x):
        for lane in range(LANES):
            buffer[x, lane] = (buffer[x, lane] + a * buffer[x - 1, lane]) * inverse[x]
    for x in range(n_x - 2, -1, -1):
        for lane in range(LANES):
            buffer[x, lane] += back[x] * buffer[x + 1, lane]
    for lane in range(lanes):
        for x in range(n_x):
            rows[lane, x] = buffer[x, lane]


@scalar
def sweep_rows(rows: Floats, a: float, table: Table) -> None:
    """Solve 1 - a L along the first axis of (n, n_x), in place."""
    inverse, back = table
    n, n_x = rows.shape
    for x in range(n_x):
        rows[0, x] *= inverse[0]
    for i in range(1, n):
        row, before = rows[i], rows[i - 1]
        for x in range(n_x):
            row[x] = (row[x] + a * before[x]) * inverse[i]
    for i in range(n - 2, -1, -1):
        row, after = rows[i], rows[i + 1]
        for x in range(n_x):
            row[x] += back[i] * after[x]


@kernel
def sweep_planes(
    low: int, high: int, u: Floats, s: Floats, r: Floats, step: tuple[float, float, float, float],
    faces: Faces, along_y: Table, along_x: Table, change: Floats, tally: Floats,
) -> None:  # fmt: skip
    """Fill planes low to high of `change` with the residual after its x- and y-sweeps.

    ``tally`` (n_z, 5): loss, inflow through x-faces, through y-faces, net residual, largest residual.
    """
    n_y, n_x = u.shape[1], u.shape[2]
    a, _, theta, bath = step
    buffer = np.zeros((n_x, LANES))
    sums = np.empty((3, n_x))
    for k in range(low, high):
        sums[:] = 0.0
        for j in range(n_y):
            fill_residual(u, s, r, (k, j), step, change[k, j], faces, sums)
        for j in range(0, n_y, LANES):
            sweep_x(change[k, j : j + LANES], min(LANES, n_y - j), theta * a, along_x, buffer)
        through_x, through_y = 0.0, 0.0
        for j in range(n_y):
            v, d = u[k, j], change[k, j]
            through_x += faces[4] * (bath - v[0] - theta * d[0])
            through_x += faces[5] * (bath - v[n_x - 1] - theta * d[n_x - 1])
        sweep_rows(change[k], theta * a, along_y)
        for x in range(n_x):
            through_y += faces[2] * (bath - u[k, 0, x] - theta * change[k, 0, x])
            through_y += faces[3] * (bath - u[k, n_y - 1, x] - theta * change[k, n_y - 1, x])
        tally[k, 0] = sums[0].sum()
        tally[k, 1] = through_x
        tally[k, 2] = through_y
        tally[k, 3] = sums[1].sum()
        tally[k, 4] = sums[2].max()


@kernel
def sweep_columns(
    low: int, high: int, u: Floats, step: tuple[float, float, float, float], faces: Faces, along_z: Table,
    change: Floats, tally: Floats,
) -> None:  # fmt: skip
    """Sweep rows low to high of all planes along z and add the change to `u`; ``tally`` (n_y,): inflow."""
    n_z, n_x = u.shape[0], u.shape[2]
    a, _, theta, bath = step
    for j in range(low, high):
        sweep_rows(change[:, j], theta * a, along_z)
        through = 0.0
        for x in range(n_x):
            through += faces[0] * (bath - u[0, j, x] - theta * change[0, j, x])
            through += faces[1] * (bath - u[n_z - 1, j, x] - theta * change[n_z - 1, j, x])
        tally[j] = through
        for k in range(n_z):
            v, d = u[k, j], change[k, j]
            for x in range(n_x):
                v[x] += d[x]


@dataclass(frozen=True)
class Ledger:
    """What one step moved, summed over voxels [concentration unit x voxels].

    The total of the field grows by ``supplied + inflow - lost``, to rounding.
    """

    supplied: float
    inflow: float
    lost: float


class Stepper:
    """Steps one field in place; holds work space and nothing that a resume would need."""

    def __init__(self, shape: Sequence[int]) -> None:
        n_z, n_y, n_x = (int(n) for n in shape)
        self._shape = (n_z, n_y, n_x)
        self._change = np.empty(self._shape)
        self._planes = np.empty((n_z, 5))
        self._rows = np.empty(n_y)

    def prepare(self, u: Floats, s: Floats, r: Floats, how: Scheme, bath: float) -> tuple[float, float]:
        """Compute the change up to its z-sweep, and leave `u`.

        Returns
        -------
        largest, mean : float
            dt times the residual L u - r u + s: largest of a voxel, and absolute mean over all.
        """
        step = (how.number, how.dt, how.theta, bath)
        n_z, n_y, n_x = self._shape
        run_chunks(
            sweep_planes, n_z, u, s, r, step, how.faces, how.tables[1], how.tables[2], self._change,
            self._planes, grain=max(1, GRAIN_VOXELS // (n_y * n_x)),
        )  # fmt: skip
        return float(self._planes[:, 4].max()), abs(float(self._planes[:, 3].sum())) / u.size

    def finish(self, u: Floats, s: Floats, how: Scheme, bath: float) -> Ledger:
        """Sweep what `prepare` left along z, add it to `u`, and tell what moved."""
        step = (how.number, how.dt, how.theta, bath)
        n_z, n_y, n_x = self._shape
        run_chunks(
            sweep_columns, n_y, u, step, how.faces, how.tables[0], self._change, self._rows,
            grain=max(1, GRAIN_VOXELS // (n_z * n_x)),
        )  # fmt: skip
        inflow = how.number * float(self._planes[:, 1].sum() + self._planes[:, 2].sum() + self._rows.sum())
        return Ledger(how.dt * float(s.sum()), inflow, how.dt * float(self._planes[:, 0].sum()))

    def step(self, u: Floats, s: Floats, r: Floats, how: Scheme, bath: float) -> Ledger:
        """Move `u` one step on, in place.

        Parameters
        ----------
        u, s, r : (n_z, n_y, n_x) arrays
            Concentration [nM], supply [nM/s], rate of loss [1/s].
        how : Scheme
        bath : float
            Concentration on bath faces [nM].

        Returns
        -------
        moved : Ledger
        """
        self.prepare(u, s, r, how, bath)
        return self.finish(u, s, how, bath)
