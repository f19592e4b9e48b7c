"""Runs carried out: finished members skipped, stops, failures, deaths of workers, other code."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from amoeboid.errors import ExecutionError, StoreError
from amoeboid.execution import Means, resume, run
from amoeboid.store import Run, locked

sys.path.insert(0, str(Path(__file__).parents[1] / "fakes"))

import fake_simulation as fake  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def _fixed_identity():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("amoeboid.store.layout.code_hash", lambda package: "code")
        patch.setattr("amoeboid.store.layout.numbers_hash", lambda: "numbers")
        yield


SCENARIO = fake.FakeScenario()
SERIAL = Means(processes=1, engine=fake.ENGINE)


def _hashes(done: Run) -> dict[str, str]:
    return {member.id: member.state_hash for member in done.members()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run(SCENARIO, folder=tmp_path_factory.mktemp("whole"), means=SERIAL)


def test_every_member_is_carried_out_and_kept(whole):
    assert whole.is_finished
    assert list(_hashes(whole)) == ["osm/r0", "osm/r1", "none/r0", "none/r1"]
    assert len(set(_hashes(whole).values())) == 4
    assert whole.verify() == []
    assert sorted(whole.provenance["parameters"]) == ["cell.arrest_fraction"]
    assert not (whole.path / "lock").exists()


def test_what_is_finished_is_not_done_again(whole):
    def never(scenario, member):
        raise AssertionError("a finished member was built again")

    again = run(SCENARIO, folder=whole.path.parent, means=Means(processes=1, engine=replace(fake.ENGINE, build=never)))
    assert _hashes(again) == _hashes(whole)


def test_two_processes_give_the_bytes_of_one(whole, tmp_path):
    other = run(SCENARIO, folder=tmp_path, means=Means(processes=2, engine=fake.ENGINE))
    assert _tree(other.path / "state.zarr") == _tree(whole.path / "state.zarr")


def test_a_stop_keeps_every_running_member_and_resume_completes_the_run(whole, tmp_path, capsys):
    asked = []

    def stop_after(n):
        def stop():
            asked.append(1)
            return len(asked) > n

        return stop

    partial = run(SCENARIO, folder=tmp_path, means=Means(processes=1, engine=fake.ENGINE, stop=stop_after(80)))
    assert not partial.is_finished
    assert [member.status for member in partial.members()] == ["finished", "stopped", "waiting", "waiting"]
    assert 0.0 < partial.members()[1].reached < 3600.0
    assert f"amoeboid resume {partial.path}" in capsys.readouterr().err
    done = resume(partial.path, means=SERIAL)
    assert done.is_finished
    assert _hashes(done) == _hashes(whole)
    for mine, theirs in zip(done.members(), whole.members(), strict=True):
        for name in ("position", "time", "cell_time", "tension"):
            assert _tree(mine.folder / name) == _tree(theirs.folder / name)


def test_a_stop_reaches_the_worker_processes(whole, tmp_path):
    slow = replace(SCENARIO, pause=0.01)
    began = time.monotonic()
    partial = run(
        slow,
        folder=tmp_path,
        means=Means(processes=2, engine=fake.ENGINE, stop=lambda: time.monotonic() > began + 0.9),
    )
    assert {member.status for member in partial.members()} <= {"finished", "stopped", "waiting"}
    assert not partial.is_finished
    done = resume(partial.path, means=Means(processes=2, engine=fake.ENGINE))
    assert _hashes(done) == _hashes(whole)


@pytest.mark.parametrize("n_processes", [1, 2])
def test_ctrl_c_leaves_a_resumable_run(whole, tmp_path, n_processes):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import fake_simulation as fake\n"
        "from amoeboid.execution import Means, run; fake.fix_identity()\n"
        "slow = fake.FakeScenario(pause=0.01)\n"
        "def told(member, time, duration):\n    time > 0 and print('going', flush=True)\n"
        "done = run(slow, folder=sys.argv[2], means=Means(int(sys.argv[3]), progress=told, engine=fake.ENGINE))\n"
        "print('over', done.is_finished, done.path, flush=True)\n"
    )
    words = [sys.executable, "-c", program, str(Path(fake.__file__).parent), str(tmp_path), str(n_processes)]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert child.stdout.readline() == "going\n"
    os.killpg(child.pid, signal.SIGINT)  # as a terminal does: the whole group
    out, err = child.communicate(timeout=30)
    assert child.returncode == 0, err
    assert "over False" in out
    assert "amoeboid resume" in err
    assert "Traceback" not in err
    assert _hashes(resume(next(tmp_path.iterdir()), means=SERIAL)) == _hashes(whole)


def test_the_handler_of_ctrl_c_is_put_back(whole):
    before = signal.getsignal(signal.SIGINT)
    run(SCENARIO, folder=whole.path.parent, means=SERIAL)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_run_in_another_thread_works_without_signals(tmp_path):
    done = []
    small = replace(SCENARIO, arms=("osm",), replicates=1)
    thread = threading.Thread(target=lambda: done.append(run(small, folder=tmp_path, means=SERIAL)))
    thread.start()
    thread.join()
    assert done[0].is_finished


@pytest.mark.parametrize("n_processes", [1, 2])
def test_a_failure_costs_one_member_and_is_told_with_its_place(tmp_path, n_processes):
    failing = replace(SCENARIO, fails="osm/r1")
    with pytest.raises(ExecutionError, match=r"1 of 4 members failed[\s\S]*cell 3") as caught:
        run(failing, folder=tmp_path, means=Means(processes=n_processes, engine=fake.ENGINE))
    assert [fault.code for fault in caught.value.faults] == ["AMB-X26", "AMB-N99"]
    assert caught.value.faults[1].where.startswith("osm/r1, process `fake`, time 1500 s")
    made = Run(next(tmp_path.iterdir()))
    assert [member.status for member in made.members()] == ["finished", "failed", "finished", "finished"]
    assert made.member("osm/r1").reached == 1200.0  # the last checkpoint before the failure at 1500 s


def test_a_killed_worker_costs_one_member_since_its_last_checkpoint(whole, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    mortal = replace(SCENARIO, dies="osm/r1 tick 2", scratch=str(scratch))
    reports = []
    done = run(
        mortal,
        folder=tmp_path / "runs",
        means=Means(processes=2, engine=fake.ENGINE, progress=lambda *report: reports.append(report)),
    )
    assert (scratch / "deaths").read_text() == "xx"
    assert _hashes(done) == _hashes(whole)


def test_a_member_over_which_workers_die_again_and_again_is_given_up(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    mortal = replace(SCENARIO, dies="osm/r1 build 99", scratch=str(scratch))
    with pytest.raises(ExecutionError, match=r"osm/r1: .*ended 3 times \(signal 9\)[\s\S]*AMB-X24"):
        run(mortal, folder=tmp_path / "runs", means=Means(processes=2, engine=fake.ENGINE))
    made = Run(next((tmp_path / "runs").iterdir()))
    assert [member.status for member in made.members()] == ["finished", "waiting", "finished", "finished"]


def test_when_the_caller_is_killed_no_worker_lives_on(tmp_path):
    """Not even one that is in the midst of a long step, and so neither reports nor asks."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import fake_simulation as fake\n"
        "from amoeboid.execution import Means, run; fake.fix_identity()\n"
        "run(fake.FakeScenario(pause=60.0), folder=sys.argv[2], means=Means(2, engine=fake.ENGINE))\n"
    )
    words = [sys.executable, "-c", program, str(Path(fake.__file__).parent), str(tmp_path)]
    child = subprocess.Popen(words, start_new_session=True)
    deadline = time.monotonic() + 20.0
    while len(list(tmp_path.rglob("r*/zarr.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(_group(child.pid)) == 3
    child.kill()
    child.wait()
    deadline = time.monotonic() + 10.0
    while _group(child.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _group(child.pid) == []


def test_a_full_disk_ends_the_run_with_our_error_and_loses_nothing(whole, tmp_path, monkeypatch):
    flush, count = os.fsync, []

    def fill_up(descriptor):
        count.append(1)
        if len(count) > 60:
            raise OSError(errno.ENOSPC, "No space left on device")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", fill_up)
    with pytest.raises(StoreError, match=r"no room left[\s\S]*free for this write[\s\S]*AMB-R04"):
        run(SCENARIO, folder=tmp_path, means=SERIAL)
    monkeypatch.undo()
    path = next(tmp_path.iterdir())
    assert sum(member.reached for member in Run(path).members()) > 0.0
    assert not [place for place in path.rglob(".tmp-*")]
    assert _hashes(resume(path, means=SERIAL)) == _hashes(whole)


def test_a_disk_without_room_is_refused_before_the_start(tmp_path):
    greedy = replace(fake.ENGINE, disk_bytes=lambda scenario: 10**16)
    with pytest.raises(StoreError, match="AMB-R12"):
        run(SCENARIO, folder=tmp_path / "runs", means=Means(processes=1, engine=greedy))
    assert not (tmp_path / "runs").exists()


def test_a_run_that_another_process_holds_is_refused(whole):
    with locked(whole.path):
        with pytest.raises(StoreError, match="AMB-R06"):
            resume(whole.path, means=SERIAL)
        with pytest.raises(StoreError, match="AMB-R06"):
            run(SCENARIO, folder=whole.path.parent, means=SERIAL)


def test_a_run_of_other_numbers_is_not_completed_unless_asked(tmp_path, monkeypatch):
    asked = iter([False] * 30 + [True] * 100)
    partial = run(SCENARIO, folder=tmp_path, means=Means(processes=1, engine=fake.ENGINE, stop=lambda: next(asked)))
    monkeypatch.setattr("amoeboid.store.layout.numbers_hash", lambda: "others")
    with pytest.raises(StoreError, match=r"another numbers of amoeboid[\s\S]*AMB-R09"):
        resume(partial.path, means=SERIAL)
    assert resume(partial.path, code="any", means=SERIAL).is_finished
    assert run(SCENARIO, folder=tmp_path, means=SERIAL).path != partial.path


def test_a_run_may_be_moved_to_another_place_and_resumed(whole, tmp_path):
    asked = iter([False] * 30 + [True] * 100)
    partial = run(SCENARIO, folder=tmp_path, means=Means(processes=1, engine=fake.ENGINE, stop=lambda: next(asked)))
    moved = shutil.move(partial.path, tmp_path / "elsewhere")
    assert _hashes(resume(moved, means=SERIAL)) == _hashes(whole)


def _tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _group(leader: int) -> list[int]:
    """Give the living processes of a process group."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            try:
                fields = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == leader and fields[0] != "Z":
                found.append(int(place.name))
    return found


def test_what_is_written_is_what_is_run(tmp_path):
    """A document that loses a digit on its way to the disk must lose it for the first process too."""
    seen = []

    def build(scenario, member):
        seen.append(scenario.n_cells)
        return fake.build(scenario, member)

    lossy = replace(
        fake.ENGINE, build=build, load=lambda text, where, files: replace(fake.load(text, where), n_cells=6)
    )
    small = replace(SCENARIO, arms=("osm",), replicates=1)
    run(small, folder=tmp_path, means=Means(processes=1, engine=lossy))
    assert seen == [6]
