"""Run folders: what is in them, and what is said about those that are not whole."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import zarr

from amoeboid.errors import NumericsError, StoreError
from amoeboid.process import State, ports
from amoeboid.store import (
    Cadence,
    Identity,
    MemberPlan,
    MemberWriter,
    Run,
    RunPlan,
    hashed,
    provenance,
    read_units,
    readings,
    working_on,
)
from amoeboid.store.generations import latest
from amoeboid.store.layout import code_hash, numbers_hash
from amoeboid.store.packed import DamagedError, read_packed, write_packed

sys.path.insert(0, str(Path(__file__).parents[1] / "fakes"))

import fake_simulation as fake  # noqa: E402

MEMBERS = (
    MemberPlan("osm/r0", "OSM", 0, 7, {}),
    MemberPlan("osm/r0/jak1_rock_link=slow", "OSM", 0, 7, {"jak1_rock_link": "slow"}),
)
PLAN = RunPlan("tiny", "name = 'tiny'\n", MEMBERS, Cadence(600.0, 60.0, 120.0, 180.0))


def _state(time: float, n: int = 5) -> State:
    position = np.outer(np.arange(n) + time, [1.0, 2.0, 3.0])
    arrays = {
        "cell.id": np.arange(n),
        "cell.type": np.zeros(n),
        "cell.radius": np.full(n, 8.4),
        "cell.position": position,
        "cell.velocity": np.full((n, 3), 2.0),
        "cell.tension": np.full(n, 0.2 + time),
        "cell.contacts": np.arange(n),
        "clock.tick": np.array([time // 60]),
        "mechanics.neighbours": np.empty(0, dtype=np.int32),
    }
    return State(arrays)


def _loop(writer: MemberWriter, first: float, last: float) -> None:
    for time in np.arange(first, last + 1.0, 60.0):
        state = _state(float(time))
        for recorder in writer.recorders:
            if time % recorder.every == 0.0:
                recorder.record(float(time), state)
        for sink in writer.sinks:
            if time and time % sink.every == 0.0:
                sink.checkpoint(float(time), state)


@pytest.fixture
def run(tmp_path):
    """A run whose first member is finished and whose second got as far as 420 s."""
    with working_on(tmp_path / "runs", PLAN) as run:
        first, second = run.members()
        for member, last in ((first, 600.0), (second, 420.0)):
            writer = MemberWriter(run, member)
            writer.note_readings(["cell.arrest_fraction"], {})
            writer.begin()
            _loop(writer, 0.0, last)
            if last == 600.0:
                writer.finish(last, _state(last))
    return Run(run.path)


def test_a_finished_member_gives_back_what_was_recorded(run):
    member = run.member("osm/r0")
    frames = member.frames()
    assert member.status == "finished"
    np.testing.assert_array_equal(frames.time, np.arange(0.0, 601.0, 60.0))
    np.testing.assert_array_equal(frames.cell_time, np.arange(0.0, 601.0, 120.0))
    np.testing.assert_array_equal(frames.position[3], _state(180.0)["cell.position"].astype(np.float32))
    np.testing.assert_allclose(frames.scalars["tension"][:, 0], 0.2 + frames.cell_time, rtol=1e-6)
    np.testing.assert_allclose(frames.scalars["speed"], np.sqrt(12.0), rtol=1e-6)
    assert frames.scalars["contacts"].dtype == np.int16
    assert set(frames.initial) == {"id", "type", "radius"}
    assert member.state().hash() == member.state_hash == _state(600.0).hash()


def test_an_unfinished_member_gives_what_it_has_up_to_its_last_checkpoint(run):
    member = run.members()[1]
    assert (member.status, member.reached, run.is_finished) == ("running", 360.0, False)
    np.testing.assert_array_equal(member.frames().time, np.arange(0.0, 361.0, 60.0))
    assert member.state().hash() == _state(360.0).hash()


def test_a_hypothesis_member_lies_within_its_base_member_and_harms_nothing(run):
    group = zarr.open_group(run.path / "state.zarr" / "osm" / "r0", mode="r")
    assert group.attrs["hypotheses"] == {}
    assert group["jak1_rock_link=slow"].attrs["hypotheses"] == {"jak1_rock_link": "slow"}


def test_arrays_carry_units_and_named_dimensions(run):
    group = zarr.open_group(run.path / "state.zarr", mode="r")["osm/r0"]
    assert group["position"].attrs["units"] == "um"
    assert group["position"].metadata.dimension_names == ("frame", "cell", "axis")
    assert group["speed"].attrs["units"] == "um/s"
    names = {"time", "position", "cell_time", "tension", "contacts", "speed", "id", "type", "radius"}
    assert names <= set(group.array_keys())
    assert {"checkpoint-000003"} == set(group.array_keys()) - names


def test_a_second_opening_adds_members_and_changes_nothing_else(run):
    more = (*MEMBERS, MemberPlan("none/r0", "none", 0, 7, {}))
    before = run.member("osm/r0").attributes
    with working_on(run.path.parent, RunPlan(PLAN.name, PLAN.text, more, PLAN.cadence)) as again:
        assert again.path == run.path
        assert [member.id for member in again.members()] == [plan.id for plan in more]
    assert run.member("osm/r0").attributes == before


def test_a_resumed_member_goes_on_where_its_last_checkpoint_was(run):
    member = run.members()[1]
    writer = MemberWriter(run, member)
    time, state = writer.restore()
    assert (time, state.hash()) == (360.0, _state(360.0).hash())
    _loop(writer, 360.0, 600.0)  # shows the restored state once more, which must do no harm
    writer.finish(600.0, _state(600.0))
    np.testing.assert_array_equal(member.frames().time, np.arange(0.0, 601.0, 60.0))
    np.testing.assert_array_equal(member.frames().position, run.member("osm/r0").frames().position)


def test_a_damaged_newest_checkpoint_gives_way_to_the_one_before(run):
    member = run.members()[1]
    chunk = member.folder / "checkpoint-000001" / "c" / "0"
    chunk.write_bytes(chunk.read_bytes()[:-1])
    time, state = MemberWriter(run, member).restore()
    assert (time, state.hash()) == (180.0, _state(180.0).hash())
    assert not (member.folder / "checkpoint-000001").exists()
    assert not (member.folder / "block-000001").exists()


@pytest.mark.parametrize("name", ["checkpoint-000001", "block-000001"])
@pytest.mark.parametrize("file", ["c/0", "zarr.json"])
def test_a_bit_flipped_in_the_newest_checkpoint_is_never_taken_for_the_state(run, name, file):
    """20 random bits each, seed fixed: the one before is taken, or the same state when the bit says nothing."""
    member = run.members()[1]
    path = member.folder / name / file
    whole, random = path.read_bytes(), np.random.default_rng(3)
    times = []
    for _ in range(20):
        bit = int(random.integers(8 * len(whole)))
        path.write_bytes(_flipped(whole, bit))
        checkpoint = latest(member.folder)
        assert checkpoint.state.hash() == _state(checkpoint.time).hash()
        times.append(checkpoint.time)
    path.write_bytes(whole)
    assert set(times) <= {180.0, 360.0}
    assert times.count(180.0) == 20 if file == "c/0" else times.count(180.0) >= 10


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


def test_what_a_member_says_of_itself_cannot_be_changed_unseen(run):
    path = run.member("osm/r0").folder / "zarr.json"
    whole = path.read_text()
    for old, new in (('"seed": 7', '"seed": 8'), ('"status": "finished"', '"status": "waiting"'), ('"OSM"', '"osm"')):
        assert old in whole
        path.write_text(whole.replace(old, new))
        with pytest.raises(StoreError, match="AMB-R03"):
            _ = run.member("osm/r0").status
    path.write_text(whole)


def test_leftovers_of_killed_writers_are_tidied_away_and_nothing_else(run, tmp_path, monkeypatch):
    member = run.members()[1]
    writer = MemberWriter(run, member)
    writer.restore()
    _loop(writer, 420.0, 600.0)
    with monkeypatch.context() as patch:  # as if killed between the last word and the broom
        patch.setattr("amoeboid.store.writer.drop_all_but_last", lambda folder: None)
        writer.finish(600.0, _state(600.0))
    (member.folder / ".tmp-block-000009-1").mkdir()
    (run.path / ".tmp-manifest.json-1").write_text("{")
    assert (member.folder / "block-000000").exists()
    before = member.frames()
    run.tidy()
    assert not list(run.path.rglob(".tmp-*"))
    assert not list(member.folder.glob("block-*"))
    assert len(list(member.folder.glob("checkpoint-*"))) == 1
    np.testing.assert_array_equal(member.frames().position, before.position)
    assert member.state().hash() == member.state_hash


def test_when_no_checkpoint_is_whole_the_way_out_is_told(run):
    member = run.members()[1]
    for name in ("checkpoint-000000", "checkpoint-000001"):
        (member.folder / name / "zarr.json").write_text("{}")
    with pytest.raises(StoreError, match=r"no checkpoint of this member is whole[\s\S]*do: .*AMB-R08"):
        MemberWriter(run, member).restore()
    assert len(run.verify()) == 0  # a member that still runs is not judged
    with pytest.raises(StoreError, match="AMB-R08"):
        member.frames()


def test_a_checkpoint_of_another_member_is_not_taken(run):
    first, second = run.members()
    shutil.rmtree(second.folder)
    second.folder.mkdir()
    writer = MemberWriter(run, second)
    foreign = first.folder / "checkpoint-000003"
    facts = read_packed(foreign)
    write_packed(second.folder / "checkpoint-000003", {**facts.facts, "blocks": []}, facts.arrays)
    with pytest.raises(StoreError, match="AMB-R15"):
        writer.restore()


def test_a_state_with_no_number_in_it_is_never_kept(run):
    writer = MemberWriter(run, run.members()[1])
    writer.restore()
    state = _state(480.0)
    state["cell.tension"][2] = np.nan
    with pytest.raises(NumericsError, match=r"time 480 s, `cell.tension`\[2\][\s\S]*`nan`"):
        writer.checkpoint(480.0, state)
    with pytest.raises(NumericsError):
        writer.record_sample(480.0, state)
    assert run.members()[1].reached == 360.0


def test_a_missing_folder_is_told_in_four_parts(tmp_path):
    with pytest.raises(StoreError, match=r"no such run folder\n  expected: .*\n  do: .*AMB-R01"):
        Run(tmp_path / "nowhere")


def test_a_foreign_folder_is_told_and_left_alone(tmp_path, run):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "thesis.doc").write_text("mine")
    with pytest.raises(StoreError, match="AMB-R02"):
        Run(tmp_path / "x")
    (tmp_path / "x" / "manifest.json").write_text('{"name": "some web app"}')
    with pytest.raises(StoreError, match="AMB-R02"):
        Run(tmp_path / "x")
    shutil.rmtree(run.path)
    run.path.mkdir()
    (run.path / "thesis.doc").write_text("mine")
    with pytest.raises(StoreError, match="AMB-R17"), working_on(run.path.parent, PLAN):
        pass
    assert (run.path / "thesis.doc").read_text() == "mine"


def test_the_name_of_a_run_changes_with_all_that_defines_it(tmp_path):
    (tmp_path / "kernels").mkdir()
    (tmp_path / "report").mkdir()
    (tmp_path / "units.py").write_text("a = 1")
    before = code_hash(tmp_path)
    (tmp_path / "report" / "page.py").write_text("b = 1")
    assert code_hash(tmp_path) == before  # a report changes no result
    (tmp_path / "kernels" / "contact.py").write_text("b = 1")
    assert code_hash(tmp_path) != before
    base = Identity("s", "v", "c", "n")
    others = [
        Identity("S", "v", "c", "n"),
        Identity("s", "V", "c", "n"),
        Identity("s", "v", "C", "n"),
        Identity("s", "v", "c", "N"),
    ]
    assert len({base.hash, *(other.hash for other in others)}) == 5
    assert [base.differences(other) for other in others] == [["scenario"], ["version"], ["code"], ["numbers"]]
    assert len(numbers_hash()) == 64


def test_what_a_killed_beginning_left_is_completed(tmp_path, run):
    (run.path / "manifest.json").unlink()
    (run.path / ".tmp-manifest.json-1").write_text("{")
    with working_on(run.path.parent, PLAN) as again:
        assert len(again.members()) == 2


def test_a_truncated_or_changed_manifest_is_told(run):
    path = run.path / "manifest.json"
    whole = path.read_text()
    for broken in (whole[: len(whole) // 2], whole.replace('"replicate": 0', '"replicate": 1', 1), ""):
        path.write_text(broken)
        with pytest.raises(StoreError, match="AMB-R03"):
            Run(run.path)
    path.write_text(whole.replace('"format": 1', '"format": 9'))
    with pytest.raises(StoreError, match="AMB-R13"):
        Run(run.path)


@pytest.mark.parametrize("name", ["state.zarr", "scenario.toml"])
def test_a_run_without_its_parts_is_told(run, name):
    path = run.path / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(StoreError, match="AMB-R03"):
        Run(run.path)


def test_a_changed_scenario_is_not_taken_for_the_one_that_ran(run):
    (run.path / "scenario.toml").write_text("name = 'other'\n")
    with pytest.raises(StoreError, match="AMB-R03"):
        _ = run.text


@pytest.mark.parametrize("name", ["../../etc", "a/../b", "", "/abs", "A", "a//b", ".tmp-x"])
def test_a_member_never_lies_outside_its_run(run, name):
    with pytest.raises(StoreError, match=r"AMB-R1[46]"):
        run.member(name)
    plan = RunPlan("evil", "x", (MemberPlan(name, "a", 0, 1, {}),), PLAN.cadence)
    with pytest.raises(StoreError, match="AMB-R14"), working_on(run.path.parent, plan) as evil:
        _ = evil.members()[0].folder


def test_a_table_comes_back_as_it_was_and_a_member_finds_its_rows(run):
    columns = {
        "member": ["osm/r0", "osm/r0", "none/r0"],
        "name": ["msd 'quoted' \"name\"", "speed", "speed"],
        "value": np.array([1.5, np.nan, -3.0]),
        "cell": np.array([1, 2, 3]),
    }
    run.write_table("measures", columns, {"value": "um"})
    again = Run(run.path)
    table = again.measures
    assert table["name"].tolist() == columns["name"]
    np.testing.assert_array_equal(table["value"], columns["value"])
    assert table["cell"].dtype.kind == "i"
    assert again.member("osm/r0").measures()["cell"].tolist() == [1, 2]
    assert read_units(run.path / "measures.parquet") == {"value": "um"}


def test_an_empty_table_keeps_its_columns(run):
    run.write_table("events", {"time": np.empty(0), "cell": np.empty(0, dtype=np.int64)})
    assert {name: len(column) for name, column in run.table("events").items()} == {"time": 0, "cell": 0}


def test_a_table_that_is_absent_or_damaged_is_told(run):
    with pytest.raises(StoreError, match="AMB-R11"):
        run.table("measures")
    run.write_table("measures", {"value": [1.0]})
    path = run.path / "measures.parquet"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(StoreError, match="AMB-R03"):
        run.table("measures")


def test_provenance_names_every_number_read_with_source_and_override(run, tmp_path):
    scenario = fake.FakeScenario()
    simulation = fake.build(scenario, MEMBERS[0])
    used, changed = readings(simulation.parameters)
    assert used == ("cell.arrest_fraction",)
    assert changed["cell.arrest_fraction"]["place"] == "a.toml, line 3"
    tracks = tmp_path / "tracks.csv"
    tracks.write_text("x")
    run.write_provenance(provenance(run, hashed(tracks), threads=2))
    record = Run(run.path).provenance
    assert record["parameters"]["cell.arrest_fraction"]["unit"] == "1"
    assert {"value", "unit", "sources", "status"} <= set(record["parameters"]["cell.arrest_fraction"])
    assert record["members"]["osm/r0"]["seed"] == 7
    assert record["inputs"][0]["file"] == "tracks.csv"
    assert len(record["inputs"][0]["sha256"]) == 64
    assert {"numpy", "python", "amoeboid"} <= set(record["versions"])


def test_a_folder_of_inputs_is_hashed_file_by_file_and_an_absent_one_is_told(tmp_path):
    (tmp_path / "tracks").mkdir()
    for name in ("b.csv", "a.csv"):
        (tmp_path / "tracks" / name).write_text(name)
    assert [record["file"] for record in hashed(tmp_path / "tracks")] == ["tracks/a.csv", "tracks/b.csv"]
    with pytest.raises(StoreError, match="AMB-R18"):
        hashed(tmp_path / "absent.csv")


def test_provenance_names_neither_user_nor_place(run):
    text = json.dumps(provenance(run))
    for secret in (str(Path.home()), str(run.path.parent), Path.home().name + "/", str(Path.cwd())):
        assert secret not in text


def test_a_packed_folder_is_a_plain_zarr_array(tmp_path):
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array([1, 2], dtype=np.int16), "none": np.empty((0, 3))}
    write_packed(tmp_path / "p", {"time": 0.1}, arrays)
    payload = zarr.open_array(tmp_path / "p", mode="r")[...]
    assert payload.size == 6 * 8 + 2 * 2
    packed = read_packed(tmp_path / "p")
    assert packed.facts == {"time": 0.1}
    for name, array in arrays.items():
        np.testing.assert_array_equal(packed.arrays[name], array)
        assert packed.arrays[name].dtype == array.dtype
        assert packed.arrays[name].flags.writeable
    with pytest.raises(DamagedError):
        read_packed(tmp_path / "absent")


def test_exporters_do_not_rename_runs_and_what_shapes_results_does(tmp_path):
    package = tmp_path / "amoeboid"
    for name in ("formats/vtk.py", "formats/tracks.py", "tissue/cells.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("one")
    for name in ("units.py", "seeds.py"):
        (package / name).write_text("one")
    before = code_hash(package)
    (package / "formats/vtk.py").write_text("two")
    assert code_hash(package) == before
    (package / "formats/tracks.py").write_text("two")
    assert code_hash(package) != before


def test_a_state_with_a_port_of_another_version_is_told_as_such(run, monkeypatch):
    known = dict(ports.PORTS)
    del known["cell.tension"]
    monkeypatch.setattr(ports, "PORTS", known)
    with pytest.raises(StoreError, match="of another version: unknown port `cell.tension`"):
        run.members()[0].state()
