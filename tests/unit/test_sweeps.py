"""One document at every combination of values: which documents, and what is refused before anything is run."""

import tomllib

import numpy as np
import pytest

from amoeboid import scenario
from amoeboid.errors import ScenarioError
from amoeboid.execution import executor, points, sweep

TEXT = """
seed = 1
[trial]
cancer = "melanoma"
[[arms]]
name = "control"
[[arms]]
name = "drug"
drugs = [{ name = "ruxolitinib", dose = "15 mg" }]
[parameters."body.wake_rate"]
value = "1 1/day"
reason = "what if"
"""


def test_points_are_all_combinations_the_last_axis_fastest():
    found = points(TEXT, {"seed": [1, 2, 3], "arms[1].drugs[0].dose": ["5 mg", "25 mg"]})
    assert [point.key for point in found] == [f"point-{i}" for i in range(6)]
    documents = [tomllib.loads(point.text) for point in found]
    assert [(one["seed"], one["arms"][1]["drugs"][0]["dose"]) for one in documents] == [
        (seed, dose) for seed in (1, 2, 3) for dose in ("5 mg", "25 mg")
    ]
    assert all(one["trial"] == {"cancer": "melanoma"} for one in documents)


def test_ids_of_values_keep_their_points():
    changed = {"value": "2 1/day", "reason": "a sweep"}
    (point,) = points("seed = 1", {"parameters.body.wake_rate": [changed]})
    assert tomllib.loads(point.text)["parameters"] == {"body.wake_rate": changed}
    (point,) = points(TEXT, {"parameters.body.wake_rate": [changed]})
    assert tomllib.loads(point.text)["parameters"]["body.wake_rate"] == changed


@pytest.mark.parametrize(
    "place", ["arms[7].name", "tissue.matrix.collagen", "seed.x", "arms.name", "arms[0", "", "a..b", "trial[0]"]
)
def test_places_that_a_document_does_not_have_are_refused(place):
    with pytest.raises(ScenarioError) as told:
        points(TEXT, {place: [1]})
    assert [fault.code for fault in told.value.faults] == ["AMB-S690"]


def test_empty_axes_and_too_many_points_are_told_together():
    with pytest.raises(ScenarioError) as told:
        points(TEXT, {"seed": [], "name": []})
    assert len(told.value.faults) == 2
    many = list(range(1000))
    with pytest.raises(ScenarioError, match="more than 100000 points"):
        points(TEXT, {"seed": many, "replicates": many})


def test_a_point_that_cannot_be_simulated_is_told_before_anything_runs(tmp_path):
    text = scenario.to_toml(scenario.load("quick-look"))
    with pytest.raises(ScenarioError, match=r"sweep, seed = -1"):
        sweep(text, {"seed": [1, -1]}, folder=tmp_path, on=executor("serial", same_code=False))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_sweep_runs_each_point_once_and_gives_its_measures(tmp_path):
    text = scenario.to_toml(scenario.load("quick-look").model_copy(update={"duration": 1800.0}))
    on = executor("local", workers=2, same_code=False)
    study, found = sweep(text, {"seed": [1, 2]}, folder=tmp_path, on=on)
    tables = [study.result(point.key) for point in found]
    assert all(set(table) >= {"run", "member", "name", "time_s", "value", "unit"} for table in tables)
    assert all(np.isfinite(table["time_s"]).all() for table in tables)
    assert tables[0]["run"][0] != tables[1]["run"][0]
    assert all((study.path / "runs" / table["run"][0] / "manifest.json").exists() for table in tables)
    again, _ = sweep(text, {"seed": [1, 2]}, folder=tmp_path, on=on)
    assert again.path == study.path
    assert set(again.claims.starts().values()) == {1}
