"""Fifty laboratories measure one hidden cell line with 7 % noise; each fits it, and follows profiles."""

import sys
from pathlib import Path

import numpy as np

from amoeboid.inference import Depth, Search, study

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "fakes"))

REPEATS = 50


def measure() -> dict[str, float]:
    from fake_laboratory import Laboratory, objective

    laboratory = Laboratory()
    held, identified = np.zeros((2, len(laboratory.names)), int)
    for seed in range(REPEATS):
        one = objective(laboratory.measure(100 + seed))
        found = study(one, Depth(Search(4, seed, 1, (one.nominal,))))
        held += [each.low <= x <= each.high for each, x in zip(found.profiles, laboratory.truth, strict=True)]
        identified += [told.is_identified for told in found.judgements]
    for name, n_held, n_identified in zip(laboratory.names, held, identified, strict=True):
        print(f"{name:24s} held {n_held} identified {n_identified} of {REPEATS}")
    sure = identified >= 0.8 * REPEATS
    never_sure = REPEATS - identified[laboratory.names.index("jak_activation")]
    return {"least": float(held.min()), "pooled": float(held[sure].mean() / REPEATS), "open": float(never_sure)}
