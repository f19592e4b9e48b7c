"""Time per voxel and step of diffusion, and per point of sampling; run by `make bench`."""

import numpy as np
import pytest

from amoeboid.kernels import diffusion, pores, sampling, threads


def tell(benchmark, name, n):
    """Note the least time per item [ns]; nothing is timed under ``--benchmark-disable``."""
    if benchmark.stats is not None:
        benchmark.extra_info[name] = benchmark.stats["min"] / n * 1e9


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("n", [30, 128])
def test_bench_diffusion_step(benchmark, n, n_threads):
    draw = np.random.default_rng(0)
    u, s = draw.random((n, n, n)), np.zeros((n, n, n))
    r = draw.random(u.shape) * 0.01
    how = diffusion.scheme(u.shape, 1.0, 4.0, 1.0, (diffusion.BATH,) * 6)
    stepper = diffusion.Stepper(u.shape)
    before = threads.threads()
    threads.set_threads(n_threads)
    try:
        benchmark.pedantic(stepper.step, (u, s, r, how, 1.0), rounds=20, warmup_rounds=2)
    finally:
        threads.set_threads(before)
    tell(benchmark, "ns_per_voxel_step", u.size)


def test_bench_sampling(benchmark):
    draw = np.random.default_rng(0)
    field, points, value = draw.random((30, 30, 30)), draw.uniform(0, 600, (100_000, 3)), np.empty(100_000)
    benchmark.pedantic(sampling.sample, (0, 100_000, field, points, 0.05, value), rounds=20, warmup_rounds=2)
    tell(benchmark, "ns_per_point", 100_000)


def test_bench_spreading(benchmark):
    draw = np.random.default_rng(0)
    out, points, amount = np.zeros((30, 30, 30)), draw.uniform(0, 600, (100_000, 3)), np.ones(100_000)
    benchmark.pedantic(sampling.deposit, (points, amount, 0.05, out), rounds=20, warmup_rounds=2)
    tell(benchmark, "ns_per_point", 100_000)


def test_bench_pores_scalar_from_python(benchmark):
    """One call from Python, mostly the call itself; inside the mechanics step it is inlined."""
    benchmark(pores.passage, 5.1, 0.8, 1.2, 1.6, 8.4, 0.13, 1.0, 70.0, 0.1, 0.5, rigid=False)
