"""Measures of members, folds over arms, and comparisons paired by replicate."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from amoeboid.analysis import (
    Chamber,
    Conventions,
    InvasionAssay,
    Thresholds,
    compare_arms,
    intermediates,
    measure_member,
    measure_run,
    values_at_end,
)
from amoeboid.errors import NumericsError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.measures import Interface
from amoeboid.scenario import MEASURES, OF_TYPE

THRESHOLDS = Thresholds(1.5, 2.0, 1.1, 0.95, 0.2)


@dataclass
class Frames:
    time: np.ndarray
    position: np.ndarray
    cell_time: np.ndarray
    scalars: dict
    initial: dict
    flux: dict = field(default_factory=dict)
    volumes: dict = field(default_factory=dict)


def recorded(pmlc2=0.2, escapes=1):
    """A cube of 27 touching cells, from which some leave along z in the second frame of three."""
    grid = np.array([[x, y, z] for x in (0, 10, 20) for y in (0, 10, 20) for z in (0, 10, 20)], dtype=float)
    position = np.stack([grid] * 3)
    position[1:, :escapes, 2] -= 100.0
    samples = np.ones((2, 27))
    scalars = {"pMLC2": pmlc2 * samples, "pSTAT3": 5.0 * samples, "tension": 0.4 * samples, "aspect": 2.0 * samples}
    initial = {"id": np.arange(100, 127), "type": np.zeros(27), "radius": np.full(27, 5.0)}
    return Frames(
        np.array([0.0, 900.0, 1800.0]), position.astype(np.float32), np.array([0.0, 1800.0]), scalars, initial
    )


def moving():
    """Many frames of cells that turn slowly, so that every measure can be told."""
    random = np.random.default_rng(1)
    velocity = np.zeros((31, 40, 3))
    for k in range(1, 31):
        velocity[k] = 0.8 * velocity[k - 1] + random.normal(size=(40, 3))
    position = np.cumsum(velocity, axis=0) + 30.0 * random.normal(size=(40, 3))
    samples = np.ones((2, 40))
    scalars = {name: 0.4 * samples for name in ("pMLC2", "pSTAT3", "tension", "aspect", "pull")}
    scalars |= {"phase": np.zeros((2, 40), np.int8), "current_radius": 5.0 * samples}
    initial = {"id": np.arange(40), "type": np.zeros(40), "radius": np.full(40, 5.0)}
    return Frames(180.0 * np.arange(31), position, np.array([0.0, 5400.0]), scalars, initial)


@dataclass
class Member:
    arm: str
    replicate: int
    frames_: Frames
    hypotheses: dict = field(default_factory=dict)

    @property
    def id(self):
        return f"{self.arm}/r{self.replicate}"

    def frames(self):
        return self.frames_


@pytest.fixture
def tables():
    members = [
        Member(arm, k, recorded(0.2 * factor + 0.01 * k, escapes))
        for arm, factor, escapes in (("OSM", 2.0, 4), ("none", 1.0, 1))
        for k in range(3)
    ]
    members.append(Member("OSM", 0, recorded(9.0, 9), {"jak1_rock_link": "slow"}))
    return measure_run(members, Conventions(THRESHOLDS, "none"))


def test_a_member_yields_its_measures_with_time_and_unit():
    rows, events = measure_member(recorded(), THRESHOLDS)
    last = {row.name: row for row in rows}
    assert last["fraction_escaped"].value == pytest.approx(1 / 27)
    assert last["fraction_escaped_single"].value == pytest.approx(1 / 27)
    assert last["fraction_rounded"].value == 0.0
    assert last["msd_15min"].value == pytest.approx(1e4 / 54)
    assert (last["msd_30min"].time, last["msd_30min"].unit) == (1800.0, "um^2")
    assert last["escape_rate_per_day"].value == pytest.approx(1 / ((26 * 1800 + 900) / 86400))
    assert last["contact_angle_mean"].value == pytest.approx(np.arccos(0.75))
    assert [(event.cell, event.time, event.kind) for event in events] == [(100, 900.0, "single")]


def test_cells_without_a_volume_have_motion_but_no_escape():
    frames = recorded()
    frames.position = frames.position[:, :3]
    frames.initial = {name: column[:3] for name, column in frames.initial.items()}
    names = {row.name for row in measure_member(frames, THRESHOLDS)[0]}
    assert "speed_mean" in names
    assert "fraction_escaped" not in names


def test_one_frame_without_scalars_yields_only_what_it_can():
    frames = recorded()
    frames.time, frames.position, frames.scalars = frames.time[:1], frames.position[:1], {}
    rows, events = measure_member(frames, THRESHOLDS)
    assert {row.name for row in rows} == {
        "invasion_distance",
        "fraction_escaped",
        "fraction_escaped_single",
        "fraction_escaped_cluster",
    }
    assert not events


def test_columns_are_of_one_length_and_folds_pair_replicates(tables):
    assert len({len(column) for column in tables.measures.values()}) == 1
    assert len({len(column) for column in tables.events.values()}) == 1
    fold = values_at_end(tables.measures, "pMLC2_fold")
    assert fold["none"] == {0: 1.0, 1: 1.0, 2: 1.0}
    assert fold["OSM"][2] == pytest.approx(0.42 / 0.22)


def test_arms_are_compared_replicate_by_replicate(tables):
    found = compare_arms(tables.measures, "pMLC2_mean", ("OSM", "none"))
    assert found.difference.value == pytest.approx(0.2)
    assert found.difference.n == 3
    assert (found.verdict("higher"), found.verdict("lower")) == ("supported", "contradicted")
    same = compare_arms(tables.measures, "pSTAT3_mean", ("OSM", "none"))
    assert same.verdict("different") == "undecided"
    assert compare_arms(tables.measures, "fraction_escaped", ("OSM", "none")).ratio == pytest.approx(4.0)


def test_hypotheses_are_kept_apart_from_defaults(tables):
    assert values_at_end(tables.measures, "pMLC2_mean", "jak1_rock_link=slow") == {"OSM": {0: 9.0}}
    assert values_at_end(tables.measures, "pMLC2_mean")["OSM"][0] == pytest.approx(0.4)


def test_the_chain_is_tabulated_in_order_with_intervals(tables):
    rows = intermediates(tables.measures, ["none", "OSM"])
    assert list(rows["OSM"])[0] == "pSTAT3_mean"
    assert list(rows["OSM"])[-1] == "fraction_escaped"
    assert rows["OSM"]["pMLC2_mean"].low < 0.41 < rows["OSM"]["pMLC2_mean"].high


def test_wrong_names_are_told_with_the_nearest(tables):
    with pytest.raises(NumericsError, match="pMLC2_mean"):
        compare_arms(tables.measures, "pMLC_mean", ("OSM", "none"))
    with pytest.raises(NumericsError, match="`OSM`"):
        compare_arms(tables.measures, "pMLC2_mean", ("OSN", "none"))


def test_thresholds_are_read_from_evidence():
    found = Thresholds.of(Parameters(catalogue()))
    assert (found.rounded_aspect, found.escape_reach) == (1.5, 2.0)


def test_a_comparison_may_ask_for_exactly_what_is_measured():
    frames = moving()
    frames.initial["type"] = np.arange(40) % 2
    plane = Interface(2, float(np.median(frames.position[0, :, 2])), 1.0)
    assay = InvasionAssay(plane, (200.0, 200.0, 200.0), {"none": ("tumour", "stroma")}, 5.0, 1.1, 0.95)
    one = {"time": [900.0], "size": [1], "first": [0], "vessel": [0], "cell": [3], "type": [1]}
    frames.flux = {f"flux_{name}": np.array(value) for name, value in one.items()}
    gel = np.zeros((2, 8, 8, 8))
    gel[:, 2:6, 2:6, 2:6] = 2.0  # a gel that floats
    frames.volumes = {"collagen": gel}
    chamber = Chamber(((2, plane.position),), {"none": (1.0, 1.0)})
    table = measure_run([Member("none", 0, frames)], Conventions(THRESHOLDS, "none", invasion=assay, chamber=chamber))
    assert set(table.measures["name"]) == set(MEASURES)


def test_with_several_types_each_has_its_own_means_and_with_one_none_is_told_apart():
    frames = moving()
    frames.initial["type"] = np.arange(40) % 2
    frames.scalars["pull"][:, 1::2] = 2.0
    frames.position[:, 1::2] *= 3.0  # so that the second type is three times as fast
    rows = measure_member(frames, THRESHOLDS, ("melanoma", "fibroblast"))[0]
    last = {row.name: row.value for row in rows}
    assert last["pull_mean"] == pytest.approx(1.2)
    assert (last["pull_mean of melanoma"], last["pull_mean of fibroblast"]) == (pytest.approx(0.4), 2.0)
    assert last["speed_mean of fibroblast"] == pytest.approx(3.0 * last["speed_mean of melanoma"], rel=0.3)
    assert {name.split(" of ")[0] for name in last if " of " in name} == set(OF_TYPE)
    assert not any(" of " in row.name for row in measure_member(frames, THRESHOLDS, ("melanoma",))[0])


def test_cells_at_rest_have_no_persistence_and_no_warning():
    still = moving()
    still.position[:] = still.position[0]
    names = {row.name for row in measure_member(still, THRESHOLDS)[0]}
    assert "persistence" not in names
    assert {"speed_mean", "fraction_escaped"} <= names
