"""The numbers of the catalogue against the spheroids that were held back, along the radius and cell by cell."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from cells import begin_of, simulated
from data import FOLDER, measured
from fit import BATH, DAY, EDGE, FITTED_ON

from amoeboid.evidence import Parameters, catalogue
from amoeboid.inference import ball, grow

CORE = 0.1  # share of the radius from which there is a core
CELLS = {5000: 8.0, 1250: 12.0}  # days that are simulated cell by cell


def along_the_radius(line: str, count: int):
    """Give rows of day, outer, inhibited and necrotic radius by the model along the radius."""
    first, begin = begin_of(line, count)
    days = np.arange(first, 24.01, 0.25)
    numbers = ball(Parameters(catalogue()), f"melanoma_wm{line}", BATH, EDGE)
    course = grow(numbers, begin, days * DAY)
    return np.stack([days, course.outer_radius, course.inhibited_radius, course.necrotic_radius], axis=1)


def radius_errors(rows, seen):
    """Give relative errors of the outer radius on the days after the first that were measured and simulated."""
    days = (seen.day > rows[0, 0]) & (seen.day <= rows[-1, 0] + 1e-9)
    return np.interp(seen.day[days], rows[:, 0], rows[:, 1]) / seen.radius[days] - 1.0


def onset(day, radius, share):
    """Give day and radius at which the necrotic share of the radius last passes `CORE` upwards."""
    last = int(np.flatnonzero(share < CORE)[-1])
    part = (CORE - share[last]) / (share[last + 1] - share[last])
    return tuple(float(x[last] + part * (x[last + 1] - x[last])) for x in (day, radius))


def onset_errors(rows, seen):
    """Give relative errors of the day and the radius of onset."""
    ours = onset(rows[:, 0], rows[:, 1], rows[:, 3] / rows[:, 1])
    theirs = onset(seen.picture_day, np.interp(seen.picture_day, seen.day, seen.radius), seen.necrotic)
    print(f"onset ours day {ours[0]:.2f}, {ours[1]:.0f} um; measured day {theirs[0]:.2f}, {theirs[1]:.0f} um")
    return tuple(one / other - 1.0 for one, other in zip(ours, theirs, strict=True))


def share_error(rows, seen, column, measured_share):
    days = seen.picture_day > rows[0, 0]
    share = np.interp(seen.picture_day[days], rows[:, 0], rows[:, column] / rows[:, 1])
    return float(np.median(np.abs(share - measured_share[days])))


def other_line() -> dict[str, float]:
    """Give what the second line, fitted the same way, makes of what was held back."""
    found = {}
    for count in CELLS:
        rows, seen = along_the_radius("793b", count), measured("793b", count)
        found[f"other_held_{count}"] = float(np.median(abs(radius_errors(rows, seen))))
        if count == 5000:
            found["other_onset_day_5000"], found["other_onset_radius_5000"] = onset_errors(rows, seen)
    return found


def measure() -> dict[str, float]:
    if not FOLDER.is_dir():
        return {}
    line = "983b"
    model = {count: along_the_radius(line, count) for count in (*FITTED_ON, *CELLS)}
    seen = {count: measured(line, count) for count in model}
    found = {"fitted": float(np.median(np.concatenate([abs(radius_errors(model[n], seen[n])) for n in FITTED_ON])))}
    for count in CELLS:
        found[f"held_{count}"] = float(np.median(abs(radius_errors(model[count], seen[count]))))
    found["onset_day_5000"], found["onset_radius_5000"] = onset_errors(model[5000], seen[5000])
    found["inhibited_5000"] = share_error(model[5000], seen[5000], 2, seen[5000].inhibited)
    found["necrotic_5000"] = share_error(model[5000], seen[5000], 3, seen[5000].necrotic)
    cells = {count: simulated(line, count, days) for count, days in CELLS.items()}
    for count, rows in cells.items():
        found[f"cells_{count}"] = float(np.median(abs(radius_errors(rows, seen[count]))))
    found["cells_onset_day_5000"], found["cells_onset_radius_5000"] = onset_errors(cells[5000], seen[5000])
    along = np.interp(cells[5000][:, 0], model[5000][:, 0], model[5000][:, 1])
    found["cells_and_model"] = float(np.median(abs(cells[5000][:, 1] / along - 1.0)))
    return found | other_line()
