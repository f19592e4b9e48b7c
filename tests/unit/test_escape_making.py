"""A link is made from tissue runs: counted as the chip counts, kept once, refused where a design cannot give one."""

import numpy as np
import pytest

from amoeboid import analysis, scenario
from amoeboid.errors import ExecutionError, ScenarioError, StoreError
from amoeboid.execution import Means, run
from amoeboid.inference import LinkFitting, escape_levels, keep_link, link, link_of
from amoeboid.process import read_link

DAY = 86_400.0


def design(**changes):
    """Give the shipped design with three arms and thirty cells close to the vessel, for three hours."""
    document = scenario.load("escape-link")
    (cells,) = document.tissue.cells
    near = cells.place.model_copy(update={"centre": (160.0, 122.0, 80.0), "size": (300.0, 16.0, 140.0)})
    tissue = document.tissue.model_copy(update={"cells": (cells.model_copy(update={"count": 30, "place": near}),)})
    arms = tuple(arm for arm in document.arms if arm.name in ("JAK1 knock-out", "OSM 2 ng/ml", "OSM 10 ng/ml"))
    fast = {"vessel.crossing_rate": scenario.Setting(value=20.0, unit="1/h", reason="so that some enter soon")}
    small = {"tissue": tissue, "arms": arms, "duration": 10_800.0, "replicates": 2, "name": "small", "parameters": fast}
    return document.model_copy(update={**small, **changes})


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return run(design(), folder=tmp_path_factory.mktemp("runs"), means=Means(processes=1, threads=1))


def test_levels_rise_in_contractility_and_count_what_the_chip_counts(finished):
    levels = escape_levels(finished)
    assert [level.name for level in levels] == ["JAK1 knock-out", "OSM 2 ng/ml", "OSM 10 ng/ml"]
    for level in levels:
        members = [one for one in finished.members() if one.arm == level.name]
        seen = [analysis.crossings_of(one.frames()) for one in members]
        assert level.entries.tolist() == [one.time.size for one in seen]
        assert level.cells.tolist() == [one.size.sum() for one in seen]
        assert level.clusters.tolist() == [np.count_nonzero(one.size > 1) for one in seen]
        np.testing.assert_allclose(level.cell_days, [one.at_risk / DAY for one in seen], rtol=1e-12)
        assert np.all(np.diff(level.push) >= 0.0)
    assert sum(int(level.entries.sum()) for level in levels) > 0


def test_contractility_is_the_mean_drive_of_settled_cells(finished):
    level = escape_levels(finished)[-1]
    frames = next(one for one in finished.members() if one.arm == level.name).frames()
    settled = frames.scalars["drive"][frames.cell_time >= 7200.0]
    assert level.contractility[0] == pytest.approx(float(np.nanmean(settled)), rel=1e-6)
    assert level.contractility[0] > 0.7


def test_cells_that_are_not_of_the_tumour_are_not_asked(tmp_path):
    # fibroblasts without own cytokine under a JAK1 knock-out hardly contract: they would pull the mean down
    plain = design(replicates=1, duration=7200.0)
    (cells,) = plain.tissue.cells
    far = cells.place.model_copy(update={"centre": (160.0, 230.0, 80.0), "size": (300.0, 60.0, 140.0)})
    others = cells.model_copy(update={"type": "fibroblast", "count": 30, "place": far})
    (arm,) = (arm for arm in plain.arms if arm.name == "OSM 10 ng/ml")
    mixed = arm.model_copy(update={"knockouts_in": {"fibroblast": ("JAK1",)}})
    tissue = plain.tissue.model_copy(update={"cells": (cells, others)})
    seen = [
        escape_levels(run(plain.model_copy(update={"tissue": one, "arms": (which,)}), folder=tmp_path))[0]
        for one, which in ((plain.tissue, arm), (tissue, mixed))
    ]
    assert seen[1].contractility[0] == pytest.approx(seen[0].contractility[0], abs=0.05)


def test_a_link_is_kept_under_the_hash_of_what_it_holds(finished, tmp_path):
    record = link_of([finished], "small", LinkFitting(n_draws=10))
    place = keep_link(record, tmp_path)
    back = read_link(place)
    assert place.name == f"link-{back.digest[:12]}"
    assert back.link.n_draws == 11
    assert back.about["runs"][0]["run"] == finished.path.name
    assert set(back.about["runs"][0]["states"]) == {member.id for member in finished.members()}
    np.testing.assert_allclose(back.link.entry, record.link.entry, rtol=1e-5)
    assert keep_link(record, tmp_path) == place, "the same link again is the same folder"


def test_readings_share_out_the_draws_and_keep_their_levels(finished, tmp_path):
    other = run(design(name="other", seed=2, replicates=1), folder=tmp_path, means=Means(processes=1, threads=1))
    record = link_of([finished, other], "both", LinkFitting(n_draws=7))
    assert dict(record.readings) == {"small": 4, "other": 3}
    assert [level.reading for level in record.levels] == ["small"] * 3 + ["other"] * 3
    assert record.link.n_draws == 8
    alone = link_of([other], "other", LinkFitting(n_draws=3))
    np.testing.assert_array_equal(record.link.entry[record.rows_of("other")], alone.link.entry[1:])


def test_finished_runs_are_not_made_again(finished):
    told = []
    run(design(), folder=finished.path.parent, means=Means(processes=1, threads=1))
    place = link(
        design(), folder=finished.path.parent, means=Means(processes=1, progress=lambda *one: told.append(one)),
        how=LinkFitting(n_draws=5),
    )  # fmt: skip
    assert all(reached == duration for _, reached, duration in told)
    assert read_link(place).about["name"] == "small"


def test_a_stopped_design_gives_no_link(tmp_path):
    with pytest.raises(StoreError, match="AMB-R685"):
        link(design(), folder=tmp_path, means=Means(processes=1, threads=1, stop=lambda: True))


def test_an_unfinished_member_is_not_counted(tmp_path):
    stopped = run(design(), folder=tmp_path, means=Means(processes=1, threads=1, stop=lambda: True))
    with pytest.raises(ExecutionError, match="AMB-X680"):
        escape_levels(stopped)


def test_two_designs_of_one_name_are_refused(tmp_path):
    with pytest.raises(ScenarioError, match="AMB-S682"):
        link([design(), design(seed=2)], folder=tmp_path)
    with pytest.raises(ScenarioError, match="AMB-S682"):
        link([], folder=tmp_path)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (lambda one: {"tissue": one.tissue.model_copy(update={"vessels": ()})}, "AMB-S680"),
        (lambda one: {"arms": one.arms[:2]}, "AMB-S681"),
    ],
)
def test_designs_that_cannot_give_a_link_are_refused_before_they_run(tmp_path, changes, code):
    document = design()
    with pytest.raises(ScenarioError) as caught:
        link(document.model_copy(update=changes(document)), folder=tmp_path)
    assert [fault.code for fault in caught.value.faults] == [code]
    assert not list(tmp_path.iterdir())
