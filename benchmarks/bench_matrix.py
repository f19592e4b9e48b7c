"""Time of the matrix: law, forces, a balance from rest and a whole advance; pulling per cell. Run by `make bench`.

The scene is a gel with pulling cells, 1 in 125 voxels, that floats in liquid a thousand times softer.
"""

import functools

import numpy as np
import pytest

from amoeboid.evidence import Parameters, catalogue
from amoeboid.kernels import elasticity, fibres, pulling, threads
from amoeboid.process import State
from amoeboid.tissue import contacts, matrix
from amoeboid.tissue.geometry import Box, Domain, Grid
from amoeboid.tissue.matrix import constitution as laws
from amoeboid.tissue.matrix import equilibrium

P = Parameters(catalogue())
GEL = matrix.Material("collagen", 2.0)
STIFFNESS, RESPONSE = elasticity.stiffen, fibres.respond


@functools.cache
def scene(n):
    """Give a floating gel of n voxels a side with fibroblasts at rest in it."""
    edge = 20.0 * n
    domain = Domain((edge, edge, edge))
    grid = Grid.over(domain, 20.0)
    rng = np.random.default_rng(1)
    n_cells = n**3 // 125
    polarity = rng.normal(size=(n_cells, 3))
    cells = {
        "id": np.arange(n_cells),
        "type": np.zeros(n_cells, dtype=np.int64),
        "position": rng.uniform(0.25 * edge, 0.75 * edge, (n_cells, 3)),
        "polarity": polarity / np.linalg.norm(polarity, axis=1)[:, None],
        "radius": np.full(n_cells, P["cell.fibroblast.radius"]),
        "tension": np.full(n_cells, 1.0),
        "drive": np.full(n_cells, 0.5),
        "contacts": np.zeros(n_cells, dtype=np.int64),
        "aspect": np.full(n_cells, 2.0),
    }
    state = State({f"cell.{name}": array for name, array in cells.items()})
    matrix.build(state, grid, GEL, P)
    matrix.confine(state, grid, Box(domain.centre, (0.6 * edge,) * 3))
    pull = contacts.Pulling(P, domain, grid, ("fibroblast",))
    pull.initial(state)
    moving = contacts.MatrixMechanics(P, grid, GEL)
    moving.initial(state)
    for step in range(3):
        moving.advance(state, step * moving.interval, moving.interval)
    return state, pull, moving


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("n", [30, 60])
def test_bench_matrix_advance(benchmark, n, n_threads):
    state, _, moving = scene(n)
    before = threads.threads()
    threads.set_threads(n_threads)

    def fresh():
        return (state.copy(), 0.0, moving.interval), {}

    try:
        benchmark.pedantic(moving.advance, setup=fresh, rounds=3)
    finally:
        threads.set_threads(before)
    benchmark.extra_info |= {"newton": moving.ledger.newton, "gradients": moving.ledger.inner}
    if benchmark.stats is not None:
        benchmark.extra_info["us_per_voxel"] = benchmark.stats["min"] / n**3 * 1e6


@pytest.mark.parametrize("n", [30])
def test_bench_matrix_linear_solve(benchmark, n):
    """One linear balance to 1e-4 at a contrast of 1000: the figure by which the solver was chosen."""
    state, _, moving = scene(n)
    shape = (n, n, n)
    modulus = matrix.modulus_at(state["matrix.collagen"], moving.rest) + moving.law.liquid
    first, second = laws.lame(modulus, moving.law.poisson)
    moduli = np.stack([first, second, np.zeros(shape)], axis=-1)
    active = contacts.active_stress(state, moving.grid)
    zero, even = np.zeros((*shape, 6)), state["matrix.orientation"]
    load = equilibrium.Load(zero, even, moduli, np.zeros((*shape, 2)), active, 20.0)
    found = benchmark.pedantic(equilibrium.solve, (load, moving.law, 1e-4), rounds=3, warmup_rounds=1)
    benchmark.extra_info["gradients"] = found.inner


def test_bench_pulling(benchmark):
    state, pull, _ = scene(60)
    assert pulling.pull is not None
    benchmark.pedantic(pull.advance, (state, 0.0, 60.0), rounds=20, warmup_rounds=2)
    if benchmark.stats is not None:
        benchmark.extra_info["ns_per_cell"] = benchmark.stats["min"] / state.n_cells * 1e9
