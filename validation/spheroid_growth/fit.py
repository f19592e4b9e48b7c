"""Fit the numbers of growth of a line to half of its spheroids, by the model along the radius.

python validation/spheroid_growth/fit.py 983b
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

sys.path.insert(0, str(Path(__file__).parent))
from data import measured

from amoeboid.evidence import Parameters, catalogue
from amoeboid.inference import Ball, ball, grow

DAY = 86400.0
BATH, EDGE = 2e5, 1600.0  # 0.2 mM, um: those of the scenario
FIRST_DAY = {"983b": 4.0, "793b": 7.0}
SMALL_DAY = 5.0  # spheroids of 1,250 cells are a tenth of their cells' volume at first; counted from then on
FITTED_ON = (2500, 10000)
RADIUS_ERROR, SHARE_ERROR = 0.03, 0.08  # weights: relative, and of shares of the radius
FREE = ("cycle_time", "respiration", "oxygen_full", "oxygen_arrest", "hypoxic_death", "necrotic_loss")


def start(line: str) -> Ball:
    return ball(Parameters(catalogue()), "melanoma", BATH, EDGE)


def course(numbers: Ball, line: str, count: int, first: float | None = None):
    """Grow from the measured radius of the first day; give days, and radii on them."""
    seen = measured(line, count)
    first = FIRST_DAY[line] if first is None else first
    begin = float(np.interp(first, seen.day, seen.radius))
    days = np.unique(np.concatenate([[first], seen.day, seen.picture_day, np.arange(first, 25.0, 0.5)]))
    days = days[days >= first]
    return days, grow(numbers, begin, days * DAY), seen


def misfit(numbers: Ball, line: str, count: int) -> np.ndarray:
    days, ours, seen = course(numbers, line, count)
    later = seen.day > days[0]
    radius = np.interp(seen.day[later], days, ours.outer_radius)
    rows = [np.log(radius / seen.radius[later]) / RADIUS_ERROR]
    later = seen.picture_day > days[0]
    for part, share in ((ours.inhibited_radius, seen.inhibited), (ours.necrotic_radius, seen.necrotic)):
        rows.append((np.interp(seen.picture_day[later], days, part / ours.outer_radius) - share[later]) / SHARE_ERROR)
    return np.concatenate(rows)


def unpack(numbers: Ball, x: np.ndarray) -> Ball:
    """Take logarithms of the free numbers; the oxygen of arrest as its odds within that of full speed."""
    values = dict(zip(FREE, np.exp(x), strict=True))
    values["oxygen_arrest"] = values["oxygen_full"] * values["oxygen_arrest"] / (1.0 + values["oxygen_arrest"])
    return replace(numbers, **values)


def fit(line: str, counts=FITTED_ON):
    numbers = start(line)
    guess = np.log([30.0 * 3600.0, 1.3e4, 1.5e5, 0.25, 1.0 / DAY, 0.3 / DAY])

    def off(x):
        return np.concatenate([misfit(unpack(numbers, x), line, count) for count in counts])

    low = np.log([10.0 * 3600.0, 2e3, 1e4, 0.01, 0.1 / DAY, 0.05 / DAY])
    high = np.log([200.0 * 3600.0, 1e5, 6e5, 20.0, 6.0 / DAY, 3.0 / DAY])
    return least_squares(off, guess, bounds=(low, high), diff_step=0.02, x_scale=0.3, max_nfev=40), numbers


def main(line: str) -> None:
    found, numbers = fit(line)
    best = unpack(numbers, found.x)
    print("misfit", 2.0 * found.cost, "of", len(found.fun), "rows")
    covariance = np.linalg.pinv(found.jac.T @ found.jac) * 2.0 * found.cost / (len(found.fun) - len(found.x))
    for name, x, error in zip(FREE, found.x, np.sqrt(np.diag(covariance)), strict=True):
        print(f"{name:15s} {getattr(best, name):.5g}   relative standard error {error:.2f}  (x {x:.3f})")
    print(best)


if __name__ == "__main__":
    main(sys.argv[1])
