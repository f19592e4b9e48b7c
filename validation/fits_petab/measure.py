"""Published PEtab problems: nominal likelihoods, gradients against differences, 50 starts, profiles."""

import time
from pathlib import Path

import numpy as np

from amoeboid.inference import Search, multistart, optimise, petab_objective, profile

DATA = Path(__file__).parents[3] / "shared" / "data" / "petab-jakstat"
NAMES = {"boehm": "Boehm_JProteomeRes2014", "bachmann": "Bachmann_MSB2011", "raia": "Raia_CancerResearch2011"}


def objective(name: str, relative: float = 1e-8):
    return petab_objective(DATA / NAMES[name] / f"{NAMES[name]}.yaml", relative)


def deviation(name: str) -> float:
    """Give the largest relative deviation of the gradient at a point away from the optimum; every third parameter."""
    one = objective(name, 1e-9)
    lower, upper = one.bounds
    away = 0.3 * np.random.default_rng(3).standard_normal(lower.size)
    theta, width = np.clip(one.nominal + away, lower + 0.05, upper - 0.05), 1e-3
    gradient, worst = one.gradient(theta)[1], 0.0
    for k in range(0, theta.size, 3 if theta.size > 20 else 1):
        step = width * np.eye(theta.size)[k]
        a, b, c, d = (one.value(theta + n * step) for n in (-2, -1, 1, 2))
        found = (a - 8.0 * b + 8.0 * c - d) / (12.0 * width)
        worst = max(worst, abs(gradient[k] - found) / max(abs(found), 1.0))
    return worst


def measure() -> dict[str, float]:
    if not DATA.is_dir():
        return {}
    found = {name: objective(name).log_likelihood(objective(name).nominal) for name in ("boehm", "bachmann")}
    found["gradient"] = max(deviation(name) for name in NAMES)
    one, started = objective("boehm", 1e-7), time.perf_counter()
    ends = multistart(one, Search(50, seed=1, processes=2))
    found |= {"seconds": time.perf_counter() - started, "best": ends.best.value}
    print(f"{ends.n_same} of 50 starts at the best")
    best = optimise(one, ends.best.theta)
    profiles = [profile(one, best, k) for k in range(len(one.names))]
    for name, each in zip(one.names, profiles, strict=True):
        print(f"{name:22s} {each.low:8.3f} {each.high:8.3f}  {each.verdict}")
    inside = [each.low <= x <= each.high for each, x in zip(profiles, one.nominal, strict=True)]
    return found | {"inside": float(np.mean(inside))}
