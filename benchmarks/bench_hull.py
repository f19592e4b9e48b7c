"""Time per point beyond a hull, as the measure of escape asks for it: 2,000 cells, each frame."""

import numpy as np

from amoeboid.measures import Hull


def test_bench_hull(benchmark):
    rng = np.random.default_rng(1)
    start = rng.normal(size=(2000, 3))
    start *= 100.0 * rng.random((2000, 1)) ** (1 / 3) / np.linalg.norm(start, axis=1)[:, None]
    hull = Hull.of(start)
    hull.distance(1.5 * start)
    benchmark(hull.distance, 1.5 * start)
    benchmark.extra_info["ns per point"] = 1e9 * benchmark.stats["min"] / 2000
