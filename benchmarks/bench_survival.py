"""Time per trial of the statistics of many trials, and of designs; run by `make bench`."""

import numpy as np
import pytest

from amoeboid.measures.sequential import boundaries
from amoeboid.measures.survival import (
    cox,
    hazard_ratio_many,
    kaplan_meier,
    log_rank_many,
    paired_hazard_ratio,
    restricted_mean_many,
    turnbull,
)


def trials(n_trials=1000, n=500):
    draw = np.random.default_rng(0)
    event, censored = draw.exponential(500.0, (n_trials, n)), draw.uniform(300.0, 1500.0, (n_trials, n))
    treated = np.broadcast_to(np.arange(n) % 2 == 1, event.shape)
    return np.minimum(event, censored), event <= censored, treated


def tell(benchmark, name, n):
    """Note the least time per item [us]; nothing is timed under ``--benchmark-disable``."""
    if benchmark.stats is not None:
        benchmark.extra_info[name] = benchmark.stats["min"] / n * 1e6


@pytest.mark.parametrize("test", [log_rank_many, hazard_ratio_many], ids=["log_rank", "cox"])
def test_bench_many_trials(benchmark, test):
    data = trials()
    benchmark.pedantic(test, data, rounds=5, warmup_rounds=1)
    tell(benchmark, "us_per_trial_of_500", 1000)


def test_bench_restricted_means(benchmark):
    time, event, _ = trials()
    benchmark.pedantic(restricted_mean_many, (time, event, 700.0), rounds=5, warmup_rounds=1)
    tell(benchmark, "us_per_trial_of_500", 1000)


def test_bench_paired_truth(benchmark):
    draw = np.random.default_rng(1)
    fate = draw.exponential(900.0, 20_000)
    arms = [(np.minimum(days, 2000.0), days < 2000.0) for days in (fate, fate * draw.lognormal(0.05, 0.2, fate.size))]
    benchmark.pedantic(paired_hazard_ratio, tuple(arms), rounds=5, warmup_rounds=1)
    tell(benchmark, "us_per_patient", fate.size)


def test_bench_one_trial(benchmark):
    time, event, treated = trials(1)
    benchmark(lambda: (kaplan_meier(time[0], event[0]), cox(time[0], event[0], treated[0])))
    tell(benchmark, "us_per_curve_and_fit_of_500", 1)


def test_bench_boundaries(benchmark):
    benchmark(boundaries, np.arange(1, 11) / 10)
    tell(benchmark, "us_per_design_of_10_looks", 1)


def test_bench_visits(benchmark):
    draw = np.random.default_rng(2)
    time = draw.exponential(900.0, 5000)
    low = np.floor(time / 91.0) * 91.0
    high = np.where(low > 1500.0, np.inf, low + 91.0)
    benchmark.pedantic(turnbull, (low, high), rounds=5, warmup_rounds=1)
    tell(benchmark, "us_per_patient", time.size)
