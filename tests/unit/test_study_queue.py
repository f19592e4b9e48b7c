"""The folder of a study is the queue: one claim per task, the dead give way, the finished is never done again."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from amoeboid.errors import AmoeboidError, ExecutionError, StoreError
from amoeboid.execution import executor
from amoeboid.execution.tasks import attend, attend_in, work_off
from amoeboid.store import STUDY, Claims, Study, Task, study_folder
from amoeboid.store.durable import signed
from amoeboid.store.processes import itself

sys.path.insert(0, str(Path(__file__).parents[1] / "fakes"))

import fake_tasks as fake  # noqa: E402

SERIAL = executor("serial", same_code=False)


def _codes(error: AmoeboidError) -> list[str]:
    return [fault.code for fault in error.faults]


def _claimed(folder: Path, key: str, **changed) -> Path:
    """Write the claim of somebody else."""
    path = folder / f"{key}.1"
    path.write_text(json.dumps({**itself(), "token": "theirs", **changed}))
    return path


def _dead_process() -> dict:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    record = {"pid": child.pid, "began": ""}
    child.communicate()
    return record


def test_a_finished_study_begins_nothing_again(tmp_path):
    tasks = fake.walks(4)
    first = SERIAL.run(tasks, tmp_path / "s")
    before = fake.results(tmp_path / "s")
    again = SERIAL.run(tasks, tmp_path / "s")
    assert again.is_finished
    assert again.claims.starts() == dict.fromkeys(first.tasks, 1)
    assert fake.results(tmp_path / "s") == before
    assert again.result("walk-2")["place"].tolist() == fake.walk(2, 50)["place"].tolist()
    assert again.result("walk-2")["name"].tolist() == ["walk 2"]


def test_of_many_who_want_a_task_one_gets_it(tmp_path):
    for attempt in range(20):
        folder, ready, got = tmp_path / str(attempt), threading.Barrier(8), []

        def want(folder=folder, ready=ready, got=got):
            claims = Claims(folder)
            ready.wait()
            got.append(claims.take("a"))

        threads = [threading.Thread(target=want) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(claim is not None for claim in got) == 1


def test_of_many_who_see_a_dead_bearer_one_takes_over(tmp_path):
    claims = Claims(tmp_path)
    _claimed(tmp_path, "a", **_dead_process())
    taken = [Claims(tmp_path).take("a") for _ in range(4)]
    assert [claim is not None for claim in taken] == [True, False, False, False]
    assert taken[0].number == 2
    assert claims.starts() == {"a": 2}


def test_a_living_bearer_keeps_its_task(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        _claimed(tmp_path, "a", pid=child.pid, began="")
        assert Claims(tmp_path, lease=0.0).take("a") is None
    finally:
        child.communicate()
    assert Claims(tmp_path).take("a").number == 2


def test_a_number_of_a_process_used_anew_is_not_its_first_bearer(tmp_path):
    _claimed(tmp_path, "a", pid=os.getppid(), began="1")
    assert Claims(tmp_path).take("a") is not None


def test_what_this_process_gave_up_is_free(tmp_path):
    _claimed(tmp_path, "a")  # our own number, but a claim that no thread of ours holds
    assert Claims(tmp_path).take("a") is not None


@pytest.fixture
def clock(monkeypatch):
    """The steady clock by which leases are measured, moved by hand so that a loaded machine cannot fail a test."""
    now = [1000.0]
    monkeypatch.setattr("amoeboid.store.claims.time.monotonic", lambda: now[0])
    return now


def test_a_silent_bearer_on_another_machine_gives_way_after_a_lease(tmp_path, clock):
    path = _claimed(tmp_path, "a", machine="elsewhere")
    claims = Claims(tmp_path, lease=180.0)
    assert claims.take("a") is None
    clock[0] += 179.0
    os.utime(path, (5.0, 5.0))  # a sign of life, by whatever clock
    assert claims.take("a") is None
    clock[0] += 179.0
    assert claims.take("a") is None
    clock[0] += 2.0
    assert claims.take("a").number == 2


def test_clocks_of_machines_need_not_agree(tmp_path):
    path = _claimed(tmp_path, "a", machine="elsewhere")
    for clock in (0.0, 4.0e9):  # its machine believes to live in 1970, or in 2096
        os.utime(path, (clock, clock))
        assert Claims(tmp_path, lease=0.2).is_held("a")


def test_a_bearer_that_beats_gives_signs_and_no_more_when_it_ends(tmp_path):
    claim = Claims(tmp_path).take("a")
    os.utime(claim.path, (5.0, 5.0))
    with claim.beating(0.02):
        until = time.monotonic() + 10.0
        while claim.path.stat().st_mtime == 5.0 and time.monotonic() < until:
            time.sleep(0.01)
    assert claim.path.stat().st_mtime != 5.0
    os.utime(claim.path, (5.0, 5.0))
    time.sleep(0.1)
    assert claim.path.stat().st_mtime == 5.0


def test_who_was_taken_over_keeps_nothing(tmp_path):
    study = Study.made(tmp_path / "s", fake.walks(1))
    claim = study.claims.take("walk-0")
    claim.path.with_name("walk-0.2").write_text("{}")
    study.keep(claim, {"place": [0.0]})
    assert not study.has_result("walk-0")


def test_an_end_frees_a_task_at_once(tmp_path):
    claims = Claims(tmp_path)
    claims.take("a").end("stopped")
    assert not claims.is_held("a")
    assert [bearer["end"] for bearer in claims.bearers("a")] == ["stopped"]
    assert claims.deaths("a") == 0


def test_failures_are_told_together_and_the_rest_is_finished(tmp_path):
    mark = tmp_path / "cured"
    bad = [Task(f"bad-{i}", "fake_tasks:fails_until", {"mark": str(mark), "seed": i}) for i in (1, 2)]
    broken = Task("broken", "fake_tasks:breaks", {"seed": 7})
    with pytest.raises(ExecutionError) as told:
        SERIAL.run([*bad, broken, *fake.walks(2)], tmp_path / "s")
    assert _codes(told.value) == ["AMB-X698", "AMB-N99", "AMB-N99", "AMB-X694"]
    assert "ZeroDivisionError: of 7" in str(told.value)
    assert "3 of 5 tasks failed, 2 are finished" in str(told.value)


def test_what_failed_is_tried_anew_and_nothing_else(tmp_path):
    mark = tmp_path / "cured"
    tasks = [Task("bad", "fake_tasks:fails_until", {"mark": str(mark), "seed": 1}), *fake.walks(2)]
    with pytest.raises(ExecutionError):
        SERIAL.run(tasks, tmp_path / "s")
    mark.touch()
    study = SERIAL.run(tasks, tmp_path / "s")
    assert study.is_finished
    assert study.faults() == {}
    assert study.claims.starts() == {"bad": 2, "walk-0": 1, "walk-1": 1}


@pytest.mark.parametrize(
    ("function", "code"),
    [
        ("os:system", "AMB-X692"),
        ("fake_tasks:unmarked", "AMB-X692"),
        ("fake_tasks:wlak", "AMB-X692"),
        ("no_such_module:f", "AMB-X692"),
        ("fake_tasks", "AMB-X692"),
        ("fake_tasks:gives_no_table", "AMB-X691"),
    ],
)
def test_only_marked_functions_that_give_tables_are_called(tmp_path, monkeypatch, function, code):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExecutionError) as told:
        SERIAL.run([Task("a", function, {"seed": 1})], tmp_path / "s")
    assert _codes(told.value) == ["AMB-X698", code]
    assert not (tmp_path / "unmarked").exists()
    assert "`walk`" in str(told.value) or function != "fake_tasks:wlak"


def test_bad_tasks_are_told_all_at_once(tmp_path):
    bad = [
        Task("../x", "m:f"),
        Task("a", "m:f", {"x": float("nan")}),
        Task("a", "m:f"),
        Task("b", "m:f", {"x": {1: 2}}),
        Task("c.end", "m:f"),
    ]
    with pytest.raises(ExecutionError) as told:
        Study.made(tmp_path / "s", bad)
    assert [fault.where for fault in told.value.faults] == ["tasks[0]", "tasks[1]", "tasks[2]", "tasks[3]", "tasks[4]"]
    assert not (tmp_path / "s").exists()


def _torn(path: Path) -> None:
    data = (path / STUDY).read_bytes()
    (path / STUDY).write_bytes(data[: len(data) // 2])


def _changed(path: Path) -> None:
    (path / STUDY).write_text((path / STUDY).read_text().replace("fake_tasks:walk", "fake_tasks:kills", 1))


def _newer(path: Path) -> None:
    record = json.loads((path / STUDY).read_text())
    (path / STUDY).write_text(json.dumps(signed({**record, "format": 99})))


def _foreign(path: Path) -> None:
    (path / STUDY).write_text('{"name": "somebody else\'s"}')


def _gone(path: Path) -> None:
    (path / STUDY).unlink()


def _unreadable(path: Path) -> None:
    (path / STUDY).unlink()
    (path / STUDY).mkdir()


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (_torn, "AMB-R03"),
        (_changed, "AMB-R03"),
        (_newer, "AMB-R692"),
        (_foreign, "AMB-R693"),
        (_gone, "AMB-R693"),
        (_unreadable, "AMB-R03"),
    ],
)
def test_a_folder_that_is_no_whole_study_is_refused(tmp_path, harm, code):
    path = Study.made(tmp_path / "s", fake.walks(2)).path
    harm(path)
    with pytest.raises(StoreError) as told:
        Study(path)
    assert _codes(told.value) == [code]
    assert all((fault.where and fault.what and fault.expected and fault.do) for fault in told.value.faults)


def test_a_study_is_not_begun_among_files_of_others(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(StoreError, match=r"thesis\.tex") as told:
        SERIAL.run(fake.walks(1), tmp_path)
    assert _codes(told.value) == ["AMB-R694"]


def test_other_tasks_in_the_folder_of_a_study_are_refused(tmp_path):
    SERIAL.run(fake.walks(1), tmp_path / "s")
    with pytest.raises(StoreError) as told:
        SERIAL.run(fake.walks(2), tmp_path / "s")
    assert _codes(told.value) == ["AMB-R695"]
    assert study_folder(tmp_path, "s", fake.walks(1)) != study_folder(tmp_path, "s", fake.walks(2))


def test_a_damaged_result_is_refused_and_can_be_had_anew(tmp_path):
    study = SERIAL.run(fake.walks(2), tmp_path / "s")
    before = fake.results(tmp_path / "s")
    payload = next((tmp_path / "s" / "results" / "walk-1").rglob("c/0"))
    payload.write_bytes(payload.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError) as told:
        study.result("walk-1")
    assert _codes(told.value) == ["AMB-R03"]
    study.drop("walk-1")
    with pytest.raises(StoreError) as told:
        study.result("walk-1")
    assert _codes(told.value) == ["AMB-R691"]
    SERIAL.run(fake.walks(2), tmp_path / "s")
    assert fake.results(tmp_path / "s") == before


def test_a_task_that_is_none_is_named_with_the_nearest(tmp_path):
    with pytest.raises(StoreError, match="`walk-0`") as told:
        Study.made(tmp_path / "s", fake.walks(1)).task("wlak-0")
    assert _codes(told.value) == ["AMB-R690"]


def test_a_worker_with_another_program_refuses(tmp_path):
    study = Study.made(tmp_path / "s", fake.walks(1))
    record = json.loads((study.path / STUDY).read_text())
    record["program"]["version"] = "0.0.1"
    (study.path / STUDY).write_text(json.dumps(signed(record)))
    with pytest.raises(ExecutionError, match="another version") as told:
        attend(str(study.path), "walk-0")
    assert _codes(told.value) == ["AMB-X693"]
    assert attend(str(study.path), "walk-0", same_code=False) == "finished"


def test_what_somebody_else_works_on_is_left_to_him(tmp_path):
    study = Study.made(tmp_path / "s", fake.walks(1))
    study.claims.take("walk-0")
    assert attend_in(study, study.task("walk-0")) == "held"
    assert study.claims.starts() == {"walk-0": 1}


def test_a_stop_is_kept_until_the_study_is_taken_up(tmp_path):
    study = Study.made(tmp_path / "s", fake.walks(2))
    study.ask_to_stop()
    assert attend_in(study, study.task("walk-0")) == "stopped"
    assert SERIAL.run(fake.walks(2), tmp_path / "s").is_finished


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("serail", {}, "AMB-X696"),
        ("local", {"wrokers": 2}, "AMB-X697"),
        ("serial", {"workers": 2}, "AMB-X697"),
        ("dask", {"port": 1}, "AMB-X697"),
        ("slurm", {"hours": 1}, "AMB-X697"),
    ],
)
def test_executors_that_do_not_exist_or_cannot_do_that_are_refused(name, options, code):
    with pytest.raises(ExecutionError) as told:
        executor(name, **options)
    assert _codes(told.value) == [code]


@pytest.mark.parametrize(
    ("name", "package", "extra"), [("dask", "distributed", "cluster"), ("slurm", "submitit", "slurm")]
)
def test_an_extra_that_is_not_installed_is_named(tmp_path, monkeypatch, name, package, extra):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ExecutionError, match=rf"amoeboid\[{extra}\]") as told:
        executor(name, same_code=False).run(fake.walks(1), tmp_path / "s")
    assert _codes(told.value) == ["AMB-X697"]
    assert SERIAL.run(fake.walks(1), tmp_path / "s").is_finished


def test_a_helper_works_off_what_is_free(tmp_path):
    study = Study.made(tmp_path / "s", fake.walks(5))
    study.claims.take("walk-1")
    assert work_off(study.path, (1, 2), same_code=False) == ["walk-2", "walk-3", "walk-4", "walk-0"]
    assert study.unfinished() == ["walk-1"]


def test_the_lease_is_that_with_which_a_study_was_begun(tmp_path):
    Study.made(tmp_path / "s", fake.walks(1), lease=7.0)
    assert Study.made(tmp_path / "s", fake.walks(1), lease=9.0).claims.lease == 7.0


def test_a_killed_child_that_nobody_has_looked_at_is_dead(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    _claimed(tmp_path, "a", pid=child.pid, began="")
    assert Claims(tmp_path).is_held("a")
    child.kill()
    until = time.monotonic() + 10.0
    while Claims(tmp_path).is_held("a") and time.monotonic() < until:
        time.sleep(0.01)
    assert child.returncode is None  # it still has its number: a zombie
    assert not Claims(tmp_path).is_held("a")
    child.communicate()


def test_what_a_killed_writer_left_half_is_removed_at_the_end(tmp_path):
    study = Study.made(tmp_path / "s", fake.walks(2))
    half = study.path / "results" / ".tmp-walk-1-77-77-deadbeef" / "c"
    half.mkdir(parents=True)
    (half / "0").write_bytes(b"half")
    assert SERIAL.run(fake.walks(2), study.path).is_finished
    assert not list(study.path.rglob(".tmp-*"))
