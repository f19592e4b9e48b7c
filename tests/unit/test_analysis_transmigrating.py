"""Who came through a membrane: wholly behind it, counted from where each cell began."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from amoeboid import scenario
from amoeboid.analysis import Conventions
from amoeboid.analysis.transmigrating import Chamber, transmigration_rows
from amoeboid.evidence import Parameters, catalogue

PARAMETERS = Parameters(catalogue())
CLEAR = 5.0 + np.sqrt(70.0 / np.pi)


@dataclass
class Film:
    time: np.ndarray
    position: np.ndarray
    initial: dict
    flux: dict = field(default_factory=dict)
    cell_time: np.ndarray = None
    scalars: dict = field(default_factory=dict)


def film(heights):
    """Give cells whose heights over a sheet at 100 um are rows by frame; NaN where a cell is not."""
    heights = np.asarray(heights, dtype=float)
    position = np.zeros((*heights.shape, 3))
    position[..., 2] = 100.0 + heights
    position[np.isnan(heights)] = np.nan
    n = heights.shape[1]
    return Film(3600.0 * np.arange(len(heights)), position, {"id": np.arange(n), "type": np.zeros(n, dtype=int)})


def shares(heights):
    chamber = Chamber.of(scenario.load("transwell"), PARAMETERS)
    rows = list(transmigration_rows(film(heights), "OSM", chamber))
    assert {row.name for row in rows} == {"fraction_transmigrated"}
    return [row.value for row in rows]


def test_a_cell_counts_once_its_nucleus_is_out_of_the_sheet_and_no_earlier():
    inside = -CLEAR + 0.01
    assert shares([[20.0, 20.0], [inside, 0.0], [-CLEAR - 0.01, inside]]) == [0.0, 0.0, 0.5]


def test_cells_that_began_below_count_when_they_come_up():
    assert shares([[-20.0, -20.0, 30.0], [20.0, -40.0, 30.0]]) == [0.0, pytest.approx(1 / 3)]


def test_cells_that_are_not_there_do_not_count_and_the_born_begin_where_they_are_born():
    nan = np.nan
    assert shares([[20.0, nan, 30.0], [-20.0, -30.0, nan], [-20.0, 30.0, nan]]) == [0.0, 0.5, 1.0]


def test_there_is_a_chamber_where_there_is_a_membrane_and_nowhere_else():
    assert Conventions.of(scenario.load("melanoma-escape"), PARAMETERS).chamber is None
    chamber = Conventions.of(scenario.load("transwell"), PARAMETERS).chamber
    assert chamber is not None
    assert chamber.sheets == ((2, 100.0),)
    assert chamber.clear["OSM"] == (pytest.approx(CLEAR),)
