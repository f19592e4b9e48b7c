"""The flux into vessels from recorded members: who counts, how long they were at risk, and what is estimated."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from amoeboid.analysis import crossing_rows, crossings_of
from amoeboid.measures import Crossings, compound_rate, escape_flux, poisson_rate

HOUR = 3600.0
GONE = [np.nan] * 3
HERE = [1.0, 2.0, 3.0]


@dataclass
class Film:
    time: np.ndarray
    position: np.ndarray
    initial: dict
    flux: dict
    cell_time: np.ndarray = None
    scalars: dict = field(default_factory=dict)


def film():
    """Five cells over three hours: 10 and 12 enter together after 90 min, 14 is born, 16 dies, 18 stays."""
    there = {10: "110", 12: "110", 14: "0111"[:3], 16: "100", 18: "111"}
    position = np.array([[HERE if there[cell][k] == "1" else GONE for cell in there] for k in range(3)])
    return Film(
        HOUR * np.arange(3),
        position,
        {"id": np.array(list(there)), "type": np.array([0, 1, 0, 0, 0]), "radius": np.full(5, 8.0)},
        {
            "flux_time": np.array([1.5 * HOUR]),
            "flux_vessel": np.array([0]),
            "flux_size": np.array([2]),
            "flux_first": np.array([0]),
            "flux_cell": np.array([10, 12]),
            "flux_type": np.array([0, 1]),
            "flux_tension": np.array([1.2, 0.9]),
        },
    )


def test_cells_are_at_risk_from_when_they_came_to_when_they_left():
    found = crossings_of(film())
    # 1.5 h and 1.5 h until they entered, 1 h since birth, 0 h until last seen, 2 h
    assert found.at_risk == pytest.approx(6.0 * HOUR)
    assert found.size.tolist() == [2]
    assert found.states["tension"].tolist() == [1.2, 0.9]


def test_only_tumour_cells_count_where_there_are_any():
    found = crossings_of(film(), ("melanoma", "fibroblast"))
    assert found.at_risk == pytest.approx(4.5 * HOUR)
    assert found.size.tolist() == [1]
    assert found.states["tension"].tolist() == [1.2]
    # where there is no tumour cell, all count
    assert crossings_of(film(), ("fibroblast", "macrophage")).size.tolist() == [2]


def test_a_group_without_a_cell_that_counts_is_left_out():
    assert crossings_of(film(), ("fibroblast", "fibroblast")).size.tolist() == [2]
    recorded = film()
    recorded.flux["flux_type"] = np.array([1, 1])
    found = crossings_of(recorded, ("melanoma", "fibroblast"))
    assert found.time.size == found.size.size == 0


def test_rows_tell_the_share_at_every_frame_and_the_rate_at_the_last():
    rows = list(crossing_rows(film()))
    shares = [(row.time, row.value) for row in rows if row.name == "fraction_intravasated"]
    # the fifth cell is born in the second frame
    assert shares == [(0.0, 0.0), (HOUR, 0.0), (2.0 * HOUR, 0.4)]
    last = {row.name: row.value for row in rows if row.time == 2.0 * HOUR}
    assert last["intravasation_rate_per_day"] == pytest.approx(2.0 / (6.0 / 24.0))
    assert last["intravasation_cluster_share"] == 1.0


def test_without_a_vessel_there_is_no_row_and_without_a_crossing_no_share_of_clusters():
    recorded = film()
    recorded.flux = {name: array[:0] for name, array in recorded.flux.items()}
    rows = list(crossing_rows(recorded))
    assert {row.name for row in rows} == {"fraction_intravasated", "intravasation_rate_per_day"}
    assert all(row.value == 0.0 for row in rows)
    recorded.flux = {}
    assert list(crossing_rows(recorded)) == []
    assert crossings_of(recorded) is None


def test_a_cell_that_lived_between_two_frames_counts_as_entered():
    recorded = film()
    recorded.flux["flux_cell"] = np.array([10, 99])
    found = crossings_of(recorded)
    assert found.size.tolist() == [2]
    assert found.at_risk == pytest.approx((1.5 + 1.0 + 1.0 + 0.0 + 2.0) * HOUR)


@pytest.mark.parametrize("n", [0, 1, 7, 300])
def test_groups_of_one_have_the_exact_poisson_interval(n):
    ours, exact = compound_rate(np.ones(n, int), 2.0), poisson_rate(n, 2.0)
    assert (ours.value, ours.n) == (exact.value, exact.n)
    assert (ours.low, ours.high) == pytest.approx((exact.low, exact.high))


def test_groups_of_one_size_scale_the_interval_of_their_number():
    ours, one = compound_rate([5] * 8, 1.0), poisson_rate(8, 1.0)
    assert (ours.value, ours.low, ours.high) == pytest.approx((5 * one.value, 5 * one.low, 5 * one.high))


def test_the_flux_of_replicates_is_pooled():
    first = Crossings(np.array([60.0]), np.array([3]), 86400.0, {"tension": np.array([1.0, 1.2, 1.4])})
    second = Crossings(np.array([60.0, 90.0]), np.array([1, 1]), 3 * 86400.0, {"tension": np.array([0.8, 1.0])})
    flux = escape_flux([first, second])
    assert flux.cells.value == pytest.approx(5 / 4)
    assert flux.groups.value == pytest.approx(3 / 4)
    assert flux.sizes == {1: 2, 3: 1}
    assert flux.cluster_share.value == pytest.approx(1 / 3)
    assert flux.cells_in_clusters.value == pytest.approx(3 / 5)
    assert flux.states["tension"].value == pytest.approx(1.08)
    assert flux.states["tension"].n == 5


def test_a_flux_of_nothing_is_told_with_its_upper_limit():
    flux = escape_flux(Crossings(np.empty(0), np.empty(0, int), 86400.0 * 10))
    assert flux.cells.value == 0.0
    assert flux.cells.high == pytest.approx(0.3689, abs=1e-4)
    assert np.isnan(flux.cluster_share.value)
    assert flux.sizes == {}
