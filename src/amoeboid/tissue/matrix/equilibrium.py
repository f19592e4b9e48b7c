"""Balance of forces on the voxel grid: how far the corners of voxels move under the pull of cells.

    least over u of   sum_voxels V [ W(e0 + B u) + A : B u + 1/2 B u : C B u ] + hourglass springs

W is the energy of the gel, e0 the elastic strain that it keeps, A the active stress of cells, C what liquid and tissue
without collagen resist. Newton with a line search; inside it conjugate gradients, preconditioned by a sine transform of
the Laplacian where all faces are held, by the diagonal else. Inner products are summed by plane in a fixed order,
because those of BLAS depend on the number of threads. Small strain per solve; displacements build up over solves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from amoeboid.errors import Fault, NumericsError
from amoeboid.kernels import elasticity
from amoeboid.kernels.threads import run_chunks
from amoeboid.tissue.matrix.constitution import FibreLaw, Response, respond

Floats = NDArray[np.float64]

FACES = ("x-", "x+", "y-", "y+", "z-", "z+")
TOLERANCE = 1e-2
"""Force out of balance over the force of the cells at which a solve ends; what is left is balanced by the next one."""

_INNER = 0.3  # reduction of the residual by conjugate gradients within one Newton step
_MOST_NEWTON, _MOST_INNER, _MOST_HALVINGS = 30, 400, 12
_ARMIJO = 1e-4  # share of the promised fall of energy that a step must bring (Nocedal and Wright 2006, 3.1)
_FORGIVEN = 10.0  # times the tolerance that may be left after the last step
_CORNERS = 8.0  # of a voxel, among which its stiffness is shared


@dataclass(frozen=True)
class Load:
    """What is given to a solve, by voxel.

    Attributes
    ----------
    strain, orientation : (n_z, n_y, n_x, 6) arrays
        Elastic strain kept, fibre tensor.
    moduli : (n_z, n_y, n_x, 3) array
        Of the gel [kPa], from `constitution.gel_moduli`.
    other : (n_z, n_y, n_x, 2) array
        lambda and mu of what is not gel [kPa].
    active : (n_z, n_y, n_x, 6) array
        Stress of the cells, tension positive [kPa].
    edge : float
        Of a voxel [um].
    held : tuple of str
        Faces of the box that cannot move.
    """

    strain: Floats
    orientation: Floats
    moduli: Floats
    other: Floats
    active: Floats
    edge: float
    held: tuple[str, ...] = FACES


@dataclass(frozen=True)
class Balance:
    """What a solve gives: motion of corners [um], strain of voxels, the gel's answer, and how it went.

    ``work`` [nN um] is what the active stress did, ``newton`` and ``inner`` are counts of steps, ``residual`` the force
    out of balance over that of the cells.
    """

    motion: Floats
    strain: Floats
    response: Response
    work: float
    newton: int
    inner: int
    residual: float


def dot(a: Floats, b: Floats) -> float:
    """Sum products plane by plane, in an order that depends on the shape alone."""
    planes = np.empty(a.shape[0])
    run_chunks(elasticity.products, a.shape[0], a, b, planes, grain=1)
    return float(np.add.reduce(planes))


def free_corners(shape: tuple[int, int, int], held: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which corners of a grid of voxels may move."""
    free = np.ones(tuple(n + 1 for n in shape), dtype=bool)
    for face in held:
        axis = 2 - "xyz".index(face[0])
        free[(slice(None),) * axis + (0 if face[1] == "-" else -1,)] = False
    return free


def solve(load: Load, law: FibreLaw, tolerance: float = TOLERANCE) -> Balance:
    """Find the motion that balances the forces.

    Parameters
    ----------
    load : Load
    law : FibreLaw
    tolerance : float
        Force out of balance over the force of the cells.

    Returns
    -------
    balance : Balance

    Raises
    ------
    NumericsError
        When a number of the load is not finite, or no balance is found.
    """
    _check(load)
    task = _Task(load, law)
    motion = np.zeros((*task.free.shape, 3))
    scale = max(task.norm(task.collect(load.active)), task.norm(task.collect(respond_of(load, law).stress)))
    if scale == 0.0:
        return task.balance(motion, (0, 0), 0.0)
    inner, left = 0, math.inf
    for newton in range(_MOST_NEWTON):
        energy, response, unbalanced = task.state_at(motion)
        left = task.norm(unbalanced) / scale
        if left <= tolerance:
            return task.balance(motion, (newton, inner), left)
        step, steps = task.direction(response.tangent, unbalanced, min(_INNER, 0.5 * tolerance / left))
        inner += steps
        motion = _search(task, motion, step, (energy, dot(unbalanced, step)))
    if left <= _FORGIVEN * tolerance:
        return task.balance(motion, (_MOST_NEWTON, inner), left)
    raise NumericsError(
        Fault("matrix mechanics", f"no balance of forces after {_MOST_NEWTON} steps, `{left:.2g}` of the force is left",
              f"at most {tolerance:g}", "", "shorten `matrix.interval`, or raise `matrix.ground_share`", "AMB-N400")
    )  # fmt: skip


def respond_of(load: Load, law: FibreLaw) -> Response:
    """Give what the gel of a load answers before anything moves."""
    return respond(load.strain, load.orientation, load.moduli, law)


def _check(load: Load) -> None:
    for name in ("strain", "orientation", "moduli", "other", "active"):
        array = getattr(load, name)
        if not np.isfinite(array).all():
            voxel = np.argwhere(~np.isfinite(array))[0][:3]
            raise NumericsError(
                Fault(f"matrix mechanics, voxel {tuple(int(n) for n in voxel)}", f"`{name}` is not finite",
                      "finite stiffness, strain and pull everywhere", "",
                      "look at `matrix.collagen` and at `matrix.stiffness_*` there; a stiffness has an upper end",
                      "AMB-N401")
            )  # fmt: skip


def _search(task: _Task, motion: Floats, step: Floats, at: tuple[float, float]) -> Floats:
    """Go along a step as far as the potential falls."""
    energy, slope = at
    share = 1.0
    for _ in range(_MOST_HALVINGS):
        there = motion + share * step
        if task.state_at(there)[0] <= energy + _ARMIJO * share * slope + abs(energy) * 1e-12:
            return there
        share *= 0.5
    return motion + share * step


class _Task:
    """One solve: the arrays that do not change in it, and its operators."""

    def __init__(self, load: Load, law: FibreLaw) -> None:
        self.load, self.law = load, law
        self.shape = load.active.shape[:3]
        self.free = free_corners(self.shape, load.held)
        self.volume = load.edge**3
        self._other = _isotropic(load.other)
        # fibres may buckle in one step and pull in the next; springs that follow them would have no energy
        self._hold = load.other[..., 1] + load.moduli[..., 1]
        self._forces = np.empty((*self.shape, elasticity.N_FORCES))
        self._kept: tuple[Floats, tuple[float, Response, Floats]] | None = None

    def norm(self, forces: Floats) -> float:
        """Give the root of the sum of squares of forces [nN]."""
        return math.sqrt(dot(forces, forces))

    def collect(self, parts: Floats) -> Floats:
        """Sum stresses of voxels [kPa] to forces of corners [nN]."""
        out = np.empty((*self.free.shape, 3))
        run_chunks(elasticity.gather, out.shape[0], parts, self.load.edge, self.free, out, grain=1)
        return out

    def strain_of(self, motion: Floats) -> Floats:
        """Give the mean strain of each voxel under a motion of its corners [um]."""
        strain = np.empty((*self.shape, 6))
        run_chunks(elasticity.strains, self.shape[0], motion, self.load.edge, strain, grain=1)
        return strain

    def state_at(self, motion: Floats) -> tuple[float, Response, Floats]:
        """Give potential [nN um], answer of the gel, and unbalanced forces [nN] at a motion."""
        if self._kept is not None and self._kept[0] is motion:
            return self._kept[1]
        load = self.load
        added = self.strain_of(motion)
        response = respond(load.strain + added, load.orientation, load.moduli, self.law)
        run_chunks(
            elasticity.stiffen, self.shape[0], motion, self._other, self._hold, load.edge, self._forces, grain=1
        )  # fmt: skip
        passive = self.collect(self._forces)
        self._forces[..., :6] += response.stress + load.active
        unbalanced = self.collect(self._forces)
        potential = self.volume * (total(response.energy) + _contract(load.active, added))
        potential += 0.5 * dot(passive, motion)
        self._kept = (motion, (potential, response, unbalanced))
        return self._kept[1]

    def direction(self, tangent: Floats, unbalanced: Floats, reduction: float) -> tuple[Floats, int]:
        """Solve tangent . step = - unbalanced by preconditioned conjugate gradients."""
        whole = tangent + self._other
        precondition = _preconditioner(_shear(whole), self.load.edge, self.free, self.load.held)

        def apply(u: Floats) -> Floats:
            run_chunks(elasticity.stiffen, self.shape[0], u, whole, self._hold, self.load.edge, self._forces, grain=1)
            return self.collect(self._forces)

        return _gradients(apply, precondition, -unbalanced, reduction)

    def balance(self, motion: Floats, steps: tuple[int, int], left: float) -> Balance:
        """Give what a solve that ends at a motion hands out: counts of steps, share of the force that is left."""
        _, response, _ = self.state_at(motion)
        added = self.strain_of(motion)
        work = -self.volume * _contract(self.load.active, added)
        return Balance(motion, self.load.strain + added, response, work, steps[0], steps[1], left)


def _gradients(
    apply: Callable[[Floats], Floats], precondition: Callable[[Floats], Floats], force: Floats, reduction: float
) -> tuple[Floats, int]:
    """Conjugate gradients from 0 (Hestenes and Stiefel 1952); ends where the residual has shrunk enough."""
    step, rest = np.zeros_like(force), force.copy()
    end = reduction**2 * dot(rest, rest)
    across = precondition(rest)
    along, weight = across.copy(), dot(rest, across)
    for n_steps in range(1, _MOST_INNER + 1):
        image = apply(along)
        bent = dot(along, image)
        if bent <= 0.0:
            return step, n_steps
        length = weight / bent
        step += length * along
        rest -= length * image
        if dot(rest, rest) <= end:
            return step, n_steps
        across = precondition(rest)
        new = dot(rest, across)
        along *= new / weight
        along += across
        weight = new
    return step, _MOST_INNER


def _preconditioner(
    shear: Floats, edge: float, free: NDArray[np.bool_], held: tuple[str, ...]
) -> Callable[[Floats], Floats]:
    """Give an approximate inverse: D^-1/2 L^-1 D^-1/2 with L the Laplacian and D the modulus, or the diagonal."""
    at_corners = _to_corners(shear)
    if set(held) != set(FACES) or min(free.shape) < 4:
        diagonal = free / (_CORNERS * edge * at_corners)
        return lambda force: force * diagonal[..., None]
    inside = (slice(1, -1),) * 3
    root = 1.0 / np.sqrt(at_corners[inside] * edge)[..., None]
    parts = [4.0 * np.sin(0.5 * math.pi * np.arange(1, n - 1) / (n - 1)) ** 2 for n in free.shape]
    laplacian = (parts[0][:, None, None] + parts[1][:, None] + parts[2])[..., None]

    def invert(force: Floats) -> Floats:
        out = np.zeros_like(force)
        waves = fft.dstn(force[inside] * root, type=1, axes=(0, 1, 2), workers=1)
        waves /= laplacian
        out[inside] = fft.idstn(waves, type=1, axes=(0, 1, 2), workers=1) * root
        return out

    return invert


def _to_corners(values: Floats) -> Floats:
    """Give the mean over the voxels around each corner."""
    n_z, n_y, n_x = values.shape
    total, count = np.zeros((n_z + 1, n_y + 1, n_x + 1)), np.zeros((n_z + 1, n_y + 1, n_x + 1))
    for corner in range(8):
        k, j, i = corner >> 2, (corner >> 1) & 1, corner & 1
        part = (slice(k, k + n_z), slice(j, j + n_y), slice(i, i + n_x))
        total[part] += values
        count[part] += 1.0
    return np.asarray(total / count)


def _isotropic(moduli: Floats) -> Floats:
    """Give the tangent (..., 21) of lambda and mu (..., 2)."""
    first, second = moduli[..., 0], moduli[..., 1]
    tangent = np.zeros((*first.shape, 21))
    for place in (0, 6, 11):
        tangent[..., place] = first + 2.0 * second
    for place in (1, 2, 7):
        tangent[..., place] = first
    for place in (15, 18, 20):
        tangent[..., place] = second
    return tangent


def _shear(tangent: Floats) -> Floats:
    return np.asarray((tangent[..., 15] + tangent[..., 18] + tangent[..., 20]) / 3.0)


def total(values: Floats) -> float:
    """Sum values of voxels plane by plane, in an order that depends on the shape alone."""
    return float(np.add.reduce(np.add.reduce(values.reshape(values.shape[0], -1), axis=1)))


def _contract(stress: Floats, strain: Floats) -> float:
    """Sum stress : strain over voxels, shears counted twice."""
    product = stress * strain
    return total(product[..., :3].sum(axis=-1) + 2.0 * product[..., 3:].sum(axis=-1))
