"""The numbers of two melanoma lines against the measured spheroids that were kept back from their fit."""

import csv
from pathlib import Path

import numpy as np
import pytest

from amoeboid.evidence import Parameters, catalogue
from amoeboid.inference import ball, grow

DATA = Path(__file__).parents[3] / "shared" / "data" / "spheroids-browning2022" / "IncucyteData.csv"
DAY = 86400.0


def daily_means(line, count):
    """Give days and mean outer radii of spheroids of a line begun with a number of cells, where five were measured."""
    with DATA.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if (row["CellLine"], row["InitialCondition"]) == (line, count)]
    by_day = {}
    for row in rows:
        if row["R"] not in ("", "NA", "NaN") and float(row["R"]) > 0.0 and float(row["Day"]).is_integer():
            by_day.setdefault(float(row["Day"]), []).append(float(row["R"]))
    days = sorted(day for day, radii in by_day.items() if len(radii) >= 5)
    return np.array(days), np.array([np.mean(by_day[day]) for day in days])


@pytest.mark.skipif(not DATA.is_file(), reason="no ../shared/data/spheroids-browning2022")
@pytest.mark.parametrize(
    ("line", "count", "first"), [("983b", "5000", 4.0), ("983b", "1250", 5.0), ("793b", "5000", 7.0)]
)
def test_outer_radii_that_were_kept_back_are_met_within_a_tenth(line, count, first):
    days, radius = daily_means(line, count)
    begin = float(np.interp(first, days, radius))
    later = days > first
    numbers = ball(Parameters(catalogue()), f"melanoma_wm{line}", 2e5, 1600.0)
    ours = grow(numbers, begin, np.concatenate([[first], days[later]]) * DAY).outer_radius[1:]
    error = np.abs(ours / radius[later] - 1.0)
    assert later.sum() >= 14
    assert np.median(error) < 0.1
    # a ball that did not grow would be wrong by far more, so the floor can be missed
    assert np.median(np.abs(begin / radius[later] - 1.0)) > 0.2
