"""The preset `breast` against the curve that it was calibrated on: summary points, so without the patients."""

import csv
from pathlib import Path

import numpy as np
import pytest

from amoeboid import body

DATA = Path(__file__).parents[3] / "shared" / "data" / "body" / "transbig_dmfs_km.csv"
YEARS = (1.0, 2.0, 3.0, 5.0, 10.0, 15.0)
SIZES = (20.4, 0.36)  # median [mm] and spread of the logarithm in the cohort


def foretold(cancer, years):
    node, weight = body.normal_nodes()
    cells = body.cells_of(SIZES[0] * np.exp(SIZES[1] * node), cancer.density)
    law = body.relapse_law(cancer)
    days = 365.25 * np.asarray(years)[:, None]
    return body.population_relapse_free(law, cancer.decay, cancer.seeding, cells, days) @ weight


@pytest.mark.skipif(not DATA.is_file(), reason="no ../shared/data/body")
def test_preset_lies_in_the_intervals_of_the_untreated_cohort():
    with DATA.open(encoding="utf-8") as file:
        rows = {float(row["years"]): row for row in csv.DictReader(file)}
    share = foretold(body.cancer("breast"), YEARS)
    for year, x in zip(YEARS, share, strict=True):
        assert float(rows[year]["lower95"]) < x < float(rows[year]["upper95"])
    later = foretold(body.cancer("breast"), sorted(rows)[2:])
    observed = [float(rows[year]["dmfs"]) for year in sorted(rows)[2:]]
    assert np.sqrt(np.mean((later - observed) ** 2)) < 0.02


def test_preset_agrees_with_the_registry_on_doubling():
    # coumans-2013: 1.7 +- 0.9 months at 12 mm
    cancer = body.cancer("breast")
    days = body.doubling_time(body.cells_of(12.0, cancer.density), cancer.decay[0], cancer.capacity)
    assert 0.8 < float(days) / (365.25 / 12.0) < 2.6
