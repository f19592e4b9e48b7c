"""Small scenes of cells in collagen, for the tests of mechanics and motility."""

import numpy as np

from amoeboid.evidence import Parameters, catalogue
from amoeboid.kernels import motion
from amoeboid.process import State
from amoeboid.tissue.cells import laws
from amoeboid.tissue.geometry import Domain, Grid


def law(hypotheses=None):
    return laws.law(Parameters(catalogue()), hypotheses)


def scene(n, *, seed, collagen=2.0, rigid=False, spacing=14.0):
    """Give cells, positions, gel and space of a crowded box whose matrix varies from place to place."""
    rng = np.random.default_rng(seed)
    edge = 20.0 * np.ceil(spacing * n ** (1 / 3) / 20.0)
    grid = Grid.over(Domain((edge, edge, edge)), 20.0)
    position = rng.uniform(0.0, edge, (n, 3))
    polarity = rng.normal(size=(n, 3))
    polarity /= np.linalg.norm(polarity, axis=1)[:, None]
    cells = motion.Cells(
        np.arange(n),
        np.arange(n),  # each its own type
        rng.uniform(7.5, 9.5, n),
        rng.uniform(0.2, 1.6, n),
        rng.uniform(0.0, 1.0, n),
        polarity,
        rng.lognormal(0.0, 0.4, n),
        rng.normal(size=n),
        np.full(n, 70.0),
        np.sqrt(rng.uniform(0.1, 0.3, n)),
        np.zeros(n),
    )
    gel = motion.Gel(
        collagen * rng.uniform(0.0, 1.0, grid.shape) * (rng.uniform(size=grid.shape) > 0.2),
        rng.uniform(0.05, 0.4, grid.shape),
        rng.uniform(3.0, 90.0, grid.shape),
        rng.uniform(0.0, 0.5, grid.shape),
    )
    return cells, position, gel, laws.space(Domain(grid.size), grid, "rigid" if rigid else "collagen")


def tissue_state(n, *, seed, edge=400.0, collagen=0.0, position=None, tension=0.515, drive=0.225):
    """Give a state of cells apart from signalling, in a uniform matrix, with its domain and grid."""
    rng = np.random.default_rng(seed)
    domain = Domain((edge, edge, edge))
    grid = Grid.over(domain, 20.0)
    where = rng.uniform(0.2 * edge, 0.8 * edge, (n, 3)) if position is None else np.asarray(position, float)
    polarity = rng.normal(size=(n, 3))
    polarity /= np.linalg.norm(polarity, axis=1)[:, None]
    zeros = np.zeros(n)
    state = State(
        {
            "cell.id": np.arange(n),
            "cell.type": zeros,
            "cell.position": where.copy(),
            "cell.radius": np.full(n, 8.4),
            "cell.tension": np.full(n, tension),
            "cell.drive": np.full(n, drive),
            "cell.polarity": polarity,
            "cell.persistence": np.full(n, 1800.0),
            "cell.vigour": np.ones(n),
            "cell.aspect": np.ones(n),
            "cell.pore": zeros,
            "cell.velocity": np.zeros((n, 3)),
            "cell.drive_force": zeros.copy(),
            "cell.traction": zeros.copy(),
            "cell.passage": zeros.copy(),
            "cell.contacts": zeros,
            "cell.crowding": np.zeros((n, 3)),
            "matrix.collagen": np.full(grid.shape, collagen),
            "matrix.stiffness": np.full(grid.shape, 0.14),
            "matrix.pore_area": np.full(grid.shape, 5.2),
            "matrix.track": np.zeros(grid.shape),
            "matrix.orientation": np.broadcast_to([1 / 3, 1 / 3, 1 / 3, 0, 0, 0], (*grid.shape, 6)).copy(),
        }
    )
    return state, domain, grid
