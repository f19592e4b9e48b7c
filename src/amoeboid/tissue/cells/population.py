"""Placing cells: where they start, what each one is, and the rest in which they settle before time begins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid import seeds
from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters
from amoeboid.kernels.reference import contact
from amoeboid.process import State
from amoeboid.seeds import Stream
from amoeboid.tissue.cells import laws
from amoeboid.tissue.cells.mechanics import Mechanics
from amoeboid.tissue.geometry import Domain, Grid

Floats = NDArray[np.float64]

SHAPES = ("sphere", "box", "grid", "points")
"""Ways of placing: a compact ball, a filled box, a regular grid, given points."""

CALM_SHARE = 0.99
"""Share of the cells that must be calm for a tissue to count as settled; a few may still find their place."""

_FCC = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]])


@dataclass(frozen=True)
class Placement:
    """Where cells of one type start.

    Parameters
    ----------
    type : str
        Id of the cell type.
    shape : str
        ``sphere`` (compact; ``count``, or as many as fill ``radius``), ``box`` (spread over ``size``; ``count``, or as
        many as fill it), ``grid`` (``count`` cells on a cubic grid over ``size``), ``points``.
    count : int, optional
    radius : float, optional
        Of the sphere [um].
    centre, size : tuple of 3 float, optional
        [um]; centre and size of the domain when absent.
    points : sequence of 3-tuples
        Centres [um].
    """

    type: str
    shape: str
    count: int | None = None
    radius: float | None = None
    centre: tuple[float, float, float] | None = None
    size: tuple[float, float, float] | None = None
    points: tuple[tuple[float, float, float], ...] = ()


def place(placements: Sequence[Placement], parameters: Parameters, domain: Domain, *, seed: int) -> State:
    """Place cells, give each its own numbers, and let them settle without active force.

    Ids count from 0 in the order of the placements, and in spatial order within one. Cells are settled at the
    resting tension until the 99th percentile of the speeds is below ``mechanics.calm_speed``.

    Parameters
    ----------
    placements : sequence of Placement
        Cell types are numbered in order of first use, see `cell_types`.
    parameters : Parameters
    domain : Domain
    seed : int
        Of the member.

    Returns
    -------
    state : State
        All ports of cells but those that signalling and fields write.

    Raises
    ------
    ScenarioError
        When a shape is unknown or incomplete, or a cell would lie outside the domain.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> four = Placement("melanoma", "grid", count=4, size=(100.0, 100.0, 100.0))
    >>> place([four], Parameters(catalogue()), Domain((100.0, 100.0, 100.0)), seed=1).n_cells
    4
    """
    types = cell_types(placements)
    centres, kinds, first = [], [], 0
    for placement in placements:
        sites = _sites(placement, parameters, domain, (first, seed))
        centres.append(sites)
        kinds.append(np.full(len(sites), types.index(placement.type)))
        first += len(sites)
    position = np.concatenate(centres) if centres else np.empty((0, 3))
    outside = np.flatnonzero(~domain.contains(position))
    if outside.size:
        where = ", ".join(f"{x:.1f}" for x in position[outside[0]])
        raise ScenarioError(
            Fault("tissue.cells", f"{outside.size} cells would lie outside the domain, the first at {where} um",
                  f"centres within {domain.size} um", "", "enlarge `tissue.size`, or place fewer cells", "AMB-S91")
        )  # fmt: skip
    kind = np.concatenate(kinds) if kinds else np.empty(0, np.int64)
    state = _individuals(position, kind, parameters, types, seed)
    settle(state, parameters, domain, types)
    return state


def cell_types(placements: Sequence[Placement]) -> tuple[str, ...]:
    """Give the cell types in order of first use: what ``cell.type`` counts."""
    return tuple(dict.fromkeys(placement.type for placement in placements))


def rest_distance(parameters: Parameters, cell_type: str) -> float:
    """Give the distance [um] of two cells of a type at rest in contact, 2 R - (F_adhesion / k)^(2/3).

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> 14.0 < rest_distance(Parameters(catalogue()), "melanoma") < 15.0
    True
    """
    radius = parameters[f"cell.{cell_type}.radius"]
    adhesion = float(laws.by_type(parameters, [cell_type], "adhesion", laws.ADHESION)[0])
    tension = 2.0 * parameters["motility.tension_reference"]
    pull = math.pi * adhesion * radius * float(contact.sine_of_contact(adhesion, tension))
    stiffness = laws.hertz_stiffness(parameters) * math.sqrt(0.5 * radius)
    return float(2.0 * radius - (pull / stiffness) ** (2.0 / 3.0))


def cells_in(volume: float, parameters: Parameters, cell_type: str) -> int:
    """Give how many cells of a type fill a volume [um^3] once settled."""
    cell = 4.0 / 3.0 * math.pi * parameters[f"cell.{cell_type}.radius"] ** 3
    return max(1, round(parameters["mechanics.aggregate_share"] * volume / cell))


def settle(state: State, parameters: Parameters, domain: Domain, types: Sequence[str]) -> int:
    """Let cells settle under contact forces alone at resting tension; give the number of steps taken."""
    calm, most = parameters["mechanics.calm_speed"], round(parameters["mechanics.relaxation_steps"])
    grid = Grid((1, 1, 1), max(domain.size))
    n = state.n_cells
    scene = State({name: state[name] for name in state})
    scene.put("cell.vigour", np.zeros(n))
    scene.put("cell.tension", np.full(n, parameters["motility.tension_reference"]))
    scene.put("cell.drive", np.full(n, parameters["motility.drive_reference"]))
    for name in ("matrix.collagen", "matrix.stiffness", "matrix.pore_area", "matrix.track"):
        scene.put(name, np.zeros(grid.shape))
    process = Mechanics(parameters, domain, grid, types, matrix="none")
    for taken in range(most if n else 0):
        process.advance(scene, 0.0, process.interval)
        if np.quantile(np.linalg.norm(scene["cell.velocity"], axis=1), CALM_SHARE) < calm:
            return taken + 1
    return most if n else 0


def _individuals(
    position: Floats, kind: NDArray[np.int64], parameters: Parameters, types: Sequence[str], seed: int
) -> State:
    n = len(position)
    ids = np.arange(n)
    own = seeds.normal(ids, 0, Stream.INDIVIDUAL_MOTILITY, seed, 3)
    way = seeds.normal(ids, 0, Stream.INITIAL_POLARITY, seed, 3)
    state = State({"cell.id": ids, "cell.type": kind, "cell.position": position})
    for draw, quantity, otherwise in _DRAWN:
        median, spread = _of_types(parameters, types, quantity, otherwise)
        state.put(f"cell.{quantity}", median[kind] * np.exp(spread[kind] * own[:, draw]))
    state.put("cell.polarity", way / np.linalg.norm(way, axis=1, keepdims=True))
    state.put("cell.aspect", np.ones(n))
    state.put("cell.pore", np.zeros(n))
    state.put("cell.pore_age", np.ones(n))
    state.put("cell.passage", np.ones(n))
    for name in ("cell.drive_force", "cell.traction", "cell.contacts", "cell.pressure"):
        state.put(name, np.zeros(n))
    for name in ("cell.velocity", "cell.crowding"):
        state.put(name, np.zeros((n, 3)))
    return state


_DRAWN = ((2, "radius", ""), (0, "vigour", "motility.vigour"), (1, "persistence", "motility.persistence"))
"""What each cell has of its own: the draw, the quantity of its type, and the record of types that have none."""


def _of_types(parameters: Parameters, types: Sequence[str], quantity: str, otherwise: str) -> tuple[Floats, Floats]:
    """Give the median of each type and its log-normal spread over cells."""
    ids = [f"cell.{name}.{quantity}" for name in types]
    spreads = [parameters.value(id if id in parameters else otherwise).spread or 0.0 for id in ids]
    return laws.by_type(parameters, types, quantity, otherwise), np.array(spreads)


def _sites(placement: Placement, parameters: Parameters, domain: Domain, key: tuple[int, int]) -> Floats:
    """Give the centres of one placement in spatial order."""
    if placement.shape not in SHAPES:
        raise _incomplete(
            f"unknown shape `{placement.shape}`", ", ".join(SHAPES), nearest_name(placement.shape, SHAPES)
        )
    if placement.shape == "points":
        return np.asarray(placement.points, dtype=np.float64).reshape(-1, 3)
    centre = np.asarray(placement.centre or domain.centre)
    size = np.asarray(placement.size or domain.size)
    if placement.shape == "grid":
        return _grid(n_cells_of(placement, parameters, domain), centre, size)
    distance = rest_distance(parameters, placement.type)
    count = n_cells_of(placement, parameters, domain)
    if placement.shape == "sphere":
        reach = distance * ((3.0 * count / (4.0 * math.pi * math.sqrt(2.0))) ** (1.0 / 3.0) + 2.0)
        sites = _lattice(distance, np.full(3, reach), parameters["mechanics.jitter"], key)
        nearest = np.argsort(np.einsum("ij,ij->i", sites, sites), kind="stable")[:count]
        return _in_order(sites[nearest] + centre, distance)
    spacing = (math.sqrt(2.0) * float(np.prod(size)) / count) ** (1.0 / 3.0)
    sites = _lattice(spacing, 0.5 * size + spacing, parameters["mechanics.jitter"], key)
    deepest = np.argsort(np.max(np.abs(sites) / (0.5 * size), axis=1), kind="stable")[:count]
    held = np.clip(sites[deepest], -0.5 * size, 0.5 * size)
    return _in_order(held + centre, spacing)


def n_cells_of(placement: Placement, parameters: Parameters, domain: Domain) -> int:
    """Give how many cells a placement makes: as many as it says, else its points, else what fills its shape.

    Raises
    ------
    ScenarioError
        When neither a number nor a shape that can be filled is given.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> n_cells_of(Placement("melanoma", "grid", count=4), Parameters(catalogue()), Domain((9.0, 9.0, 9.0)))
    4
    """
    count = placement.count
    if placement.shape == "points":
        count = len(placement.points)
    elif count is None and placement.shape == "sphere" and placement.radius is not None:
        count = cells_in(4.0 / 3.0 * math.pi * placement.radius**3, parameters, placement.type)
    elif count is None and placement.shape == "box":
        count = cells_in(float(np.prod(placement.size or domain.size)), parameters, placement.type)
    if count is None or count < 0:
        raise _incomplete(
            f"shape `{placement.shape}` without a number of cells", "`count`, or `radius` for a sphere", ""
        )
    return count


def _incomplete(what: str, expected: str, nearest: str) -> ScenarioError:
    return ScenarioError(Fault("tissue.cells.place", what, expected, nearest, "complete the placement", "AMB-S92"))


def _grid(count: int, centre: Floats, size: Floats) -> Floats:
    """Give points of a cubic grid over a box, each in the middle of a cell of the grid, x fastest."""
    edge = (float(np.prod(size)) / max(count, 1)) ** (1.0 / 3.0)
    n = np.maximum(1, np.floor(size / edge + 1e-9)).astype(np.int64)
    while np.prod(n) < count:
        n[np.argmax(size / n)] += 1
    z, y, x = np.meshgrid(*(np.arange(n[axis]) for axis in (2, 1, 0)), indexing="ij")
    places = np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1)[:count]
    return np.asarray((places + 0.5) / n * size - 0.5 * size + centre)


def _lattice(distance: float, half: Floats, jitter: float, key: tuple[int, int]) -> Floats:
    """Give jittered sites of a face-centred lattice, nearest neighbours at a distance, around the origin."""
    edge = distance * math.sqrt(2.0)
    n = np.ceil(half / edge).astype(np.int64)
    z, y, x = np.meshgrid(*(np.arange(-n[axis], n[axis] + 1) for axis in (2, 1, 0)), indexing="ij")
    corners = np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1)
    sites = ((corners[:, None, :] + _FCC) * edge).reshape(-1, 3)
    first, seed = key
    noise = seeds.normal(np.arange(len(sites)), first, Stream.PLACEMENT, seed, 3)
    return np.asarray(sites + jitter * distance * noise)


def _in_order(points: Floats, distance: float) -> Floats:
    """Sort points by blocks of two cells, so that ids near in number are near in space."""
    block = np.floor((points - points.min(axis=0, initial=0.0)) / (2.0 * distance)).astype(np.int64)
    return points[np.lexsort((block[:, 0], block[:, 1], block[:, 2]))]
