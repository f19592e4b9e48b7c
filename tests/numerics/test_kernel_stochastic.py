"""Reactions one by one: the kernel against its plain twin, and the same bytes however the work is cut."""

import numpy as np
import pytest

from amoeboid import seeds
from amoeboid.kernels import stochastic, threads
from amoeboid.kernels.reference import stochastic as twin
from amoeboid.signalling.expression import Graph
from amoeboid.signalling.jumps import Jumps

RATES = np.array([4.0, 0.1, 0.02, 0.3])
SEED = 20260711


def immigration_dimerisation() -> Jumps:
    """Give 0 -> A, A -> 0, 2 A -> B, B -> 2 A with propensities k0, k1 A, k2 A (A - 1) / 2, k3 B."""
    graph = Graph()
    a, b, *k = (graph.symbol(name) for name in ("A", "B", "k0", "k1", "k2", "k3"))
    pairs = graph.multiply(graph.constant(0.5), graph.multiply(a, graph.add(a, graph.constant(-1.0))))
    laws = (k[0], graph.multiply(k[1], a), graph.multiply(k[2], pairs), graph.multiply(k[3], b))
    changes = ({0: 1.0}, {0: -1.0}, {0: -2.0, 1: 1.0}, {0: 2.0, 1: -1.0})
    names = ("making", "loss", "pairing", "parting")
    return Jumps(graph, ("A", "B"), (), ("k0", "k1", "k2", "k3"), names, laws, changes)


def fresh(n_cells: int, n_states: int, first: int = 0) -> tuple[np.ndarray, ...]:
    clock = np.zeros((3, n_cells))
    clock[2] = -1.0
    return (
        np.zeros((n_states, n_cells)),
        clock,
        np.zeros((2, n_cells), np.int64),
        np.zeros((0, n_cells), np.uint8),
        np.full(n_cells, np.inf),
        np.full(n_cells, stochastic.RUNNING),
        np.arange(first, first + n_cells),
        np.zeros((0, n_cells)),
        RATES,
    )


def run(jumps: Jumps, cells: tuple[np.ndarray, ...], times: np.ndarray) -> np.ndarray:
    out = np.full((cells[0].shape[0], times.size, cells[0].shape[1]), np.nan)
    key = (int(seeds.Stream.REACTION), SEED, 1_000_000)
    kept = np.arange(cells[0].shape[0])
    threads.run_chunks(
        stochastic.exact, cells[0].shape[1], jumps.code, jumps.tables, cells, (times, kept, out), key, grain=16
    )
    return out


def test_the_reaction_kernel_equals_its_plain_twin() -> None:
    jumps, times = immigration_dimerisation(), np.linspace(0.0, 30.0, 7)
    found = run(jumps, fresh(5, 2), times)
    changes = np.array([[1.0, -1.0, -2.0, 2.0], [0.0, 0.0, 1.0, -1.0]])

    def laws(x: np.ndarray) -> list[float]:
        return [RATES[0], RATES[1] * x[0], RATES[2] * (0.5 * (x[0] * (x[0] - 1.0))), RATES[3] * x[1]]

    for cell in range(5):
        expected = twin.exact(laws, changes, np.zeros(2), times, (cell, int(seeds.Stream.REACTION), SEED))
        np.testing.assert_array_equal(found[:, :, cell], expected)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_reactions_do_not_depend_on_threads_or_on_how_cells_are_split(n_threads: int) -> None:
    jumps, times = immigration_dimerisation(), np.linspace(0.0, 20.0, 5)
    before = threads.threads()
    threads.set_threads(n_threads)
    try:
        whole = run(jumps, fresh(100, 2), times)
        parts = [run(jumps, fresh(n, 2, first), times) for first, n in ((0, 33), (33, 1), (34, 66))]
    finally:
        threads.set_threads(before)
    assert whole.tobytes() == np.concatenate(parts, axis=2).tobytes()
    assert whole[0].std() > 0.0


def test_reactions_do_not_depend_on_when_one_looks_or_stops() -> None:
    jumps = immigration_dimerisation()
    seldom, often = fresh(20, 2), fresh(20, 2)
    last = run(jumps, seldom, np.array([40.0]))[:, -1]
    for end in np.linspace(0.5, 40.0, 80):
        often[2][1], often[5][:] = 0, stochastic.RUNNING
        shown = run(jumps, often, np.array([end]))[:, -1]
    assert shown.tobytes() == last.tobytes()
    for one, other in zip(seldom[:3], often[:3], strict=True):
        assert one.tobytes() == other.tobytes()


def test_the_logarithm_of_the_kernel_is_right_to_the_last_digits() -> None:
    u = np.concatenate([np.linspace(1e-9, 1.0 - 1e-9, 2001), 2.0 ** -np.arange(1, 54), 1.0 - 2.0 ** -np.arange(1, 53)])
    found = np.array([stochastic.logarithm(x) for x in u])
    np.testing.assert_allclose(found, np.log(u), rtol=1e-15)


def test_draws_of_the_kernel_are_those_of_the_register() -> None:
    key = (int(seeds.Stream.REACTION), SEED)
    waits, picks = np.empty(6), np.empty(6)
    first = 2**32 - 3  # the low half of the number runs over
    stochastic.fill(7, first, key, 6, waits, picks)
    expected = np.array([twin.draw(first + k, 7, *key) for k in range(6)])
    np.testing.assert_allclose(waits, expected[:, 0], rtol=1e-15)
    np.testing.assert_array_equal(picks, expected[:, 1])
