"""Tasks come out with the same bytes on every executor, with workers killed meanwhile, interrupted and gone on with."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from amoeboid.errors import ExecutionError
from amoeboid.execution import Means, executor, run
from amoeboid.execution.dask_cluster import Dask
from amoeboid.execution.stored_members import queues
from amoeboid.store import Study, Task

sys.path.insert(0, str(Path(__file__).parents[1] / "fakes"))

import fake_simulation  # noqa: E402
import fake_tasks as fake  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def _fixed_identity():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("amoeboid.store.layout.code_hash", lambda package: "code")
        patch.setattr("amoeboid.store.layout.numbers_hash", lambda: "numbers")
        patch.setenv("PYTHONPATH", str(Path(fake.__file__).parent))  # jobs must find our tasks
        yield


def _serial(folder: Path, tasks: list[Task]) -> dict[str, bytes]:
    executor("serial", same_code=False).run(tasks, folder)
    return fake.results(folder)


def _wait_for(holds, seconds: float = 60.0):
    until = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)
    return found


def _under_way(study: Study) -> list[tuple[str, int]]:
    """Tasks begun and not ended, with the number of the process at each."""
    found = []
    for key in study.unfinished():
        bearers = study.claims.bearers(key)
        if bearers and not bearers[-1]["end"] and "pid" in bearers[-1]:
            found.append((key, bearers[-1]["pid"]))
    return found


def _opened(folder: Path) -> Study:
    _wait_for(lambda: (folder / "study.json").exists())
    return Study(folder)


def _kill_one(folder: Path, killed: list, after: int) -> None:
    """Kill a worker in the middle of a task, once some are finished."""
    study = _opened(folder)
    _wait_for(lambda: len(study.tasks) - len(study.unfinished()) >= after)
    key, pid = _wait_for(lambda: _under_way(study))[0]
    os.kill(pid, signal.SIGKILL)
    killed.append(key)


def _with_one_killed(on, tasks: list[Task], folder: Path) -> tuple[Study, str]:
    killed: list[str] = []
    killer = threading.Thread(target=_kill_one, args=(folder, killed, 5))
    killer.start()
    study = on.run(tasks, folder)
    killer.join()
    return study, killed[0]


@pytest.fixture(scope="module")
def dask_client(tmp_path_factory):
    import distributed

    with (
        distributed.LocalCluster(
            n_workers=4,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            worker_dashboard_address=None,
            local_directory=str(tmp_path_factory.mktemp("dask")),
            silence_logs=50,  # that a worker was killed is what we did
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_a_dask_worker_killed_costs_one_task_and_no_byte(tmp_path, dask_client):
    tasks = fake.walks(24, pause=0.3)  # long beside the time from look to kill
    expected = _serial(tmp_path / "serial", fake.walks(24))
    on = replace(executor("dask", same_code=False), attempt=Dask(client=dask_client))
    study, victim = _with_one_killed(on, tasks, tmp_path / "dask")
    assert study.is_finished  # no run lost
    assert fake.results(tmp_path / "dask") == expected  # same bytes
    # none done twice: each was begun once but for the one whose worker was killed, which was begun twice
    assert study.claims.starts() == {key: 1 + (key == victim) for key in study.tasks}
    ends = [bearer["end"] for bearer in study.claims.bearers(victim)]
    assert ends == ["", "finished"]


@pytest.mark.slow
def test_members_of_a_run_on_dask_with_one_killed_are_the_same_bytes(tmp_path, dask_client):
    scenario = fake_simulation.FakeScenario(replicates=3, pause=0.005)
    engine = fake_simulation.ENGINE
    alone = run(scenario, folder=tmp_path / "alone", means=Means(processes=1, engine=engine)).path
    on = replace(executor("dask", same_code=False), attempt=Dask(client=dask_client))
    killed: list[str] = []

    def kill() -> None:
        place = _wait_for(lambda: list((tmp_path / "dask").glob("*/queue/members-*/study.json")))[0].parent
        reached = place.parents[1] / "state.zarr"
        _wait_for(lambda: list(reached.glob("*/*/checkpoint-*")))
        _kill_one(place, killed, 0)

    killer = threading.Thread(target=kill)
    killer.start()
    done = run(scenario, folder=tmp_path / "dask", means=Means(engine=engine, on=on))
    killer.join()
    assert done.is_finished
    assert done.verify() == []
    (queue,) = queues(done)
    assert queue.claims.starts() == {key: 1 + (key == killed[0]) for key in queue.tasks}
    assert _tree(done.path) == _tree(alone)


def _tree(path: Path) -> dict[str, bytes]:
    folder = path / "state.zarr"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("local", {"workers": 3}),
        ("slurm", {"cluster": "local", "workers": 2}),
        # submitit leaves the log of its own debugging open
        pytest.param(
            "slurm",
            {"cluster": "debug", "workers": 2},
            marks=pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
        ),
    ],
)
def test_every_executor_gives_the_same_bytes_and_begins_each_task_once(tmp_path, name, options):
    tasks = fake.walks(12)
    expected = _serial(tmp_path / "serial", tasks)
    study = executor(name, same_code=False, **options).run(tasks, tmp_path / "other")
    assert fake.results(tmp_path / "other") == expected
    assert set(study.claims.starts().values()) == {1}


def test_a_local_worker_killed_costs_one_task(tmp_path):
    tasks = fake.walks(20, pause=0.05)
    expected = _serial(tmp_path / "serial", fake.walks(20))
    study, victim = _with_one_killed(executor("local", workers=3, same_code=False), tasks, tmp_path / "local")
    assert fake.results(tmp_path / "local") == expected
    assert study.claims.starts() == {key: 1 + (key == victim) for key in study.tasks}


@pytest.mark.slow
def test_a_job_killed_leaves_its_share_to_the_others(tmp_path):
    tasks = fake.walks(20, pause=0.05)
    expected = _serial(tmp_path / "serial", fake.walks(20))
    on = executor("slurm", cluster="local", workers=3, same_code=False)
    study, victim = _with_one_killed(on, tasks, tmp_path / "jobs")
    assert fake.results(tmp_path / "jobs") == expected
    assert study.claims.starts() == {key: 1 + (key == victim) for key in study.tasks}


def test_a_task_that_kills_its_workers_is_given_up_and_the_rest_is_finished(tmp_path):
    cured = tmp_path / "cured"
    tasks = [Task("deadly", "fake_tasks:kills_until", {"mark": str(cured), "seed": 1}), *fake.walks(4)]
    with pytest.raises(ExecutionError, match="3 workers died over it") as told:
        executor("local", workers=2, same_code=False).run(tasks, tmp_path / "s")
    assert [fault.code for fault in told.value.faults] == ["AMB-X698", "AMB-X695"]
    study = Study(tmp_path / "s")
    assert study.unfinished() == ["deadly"]
    assert {key: study.claims.starts()[key] for key in study.tasks} == {
        "deadly": 4,
        **{f"walk-{i}": 1 for i in range(4)},
    }
    cured.touch()  # those who died before are forgiven when the study is taken up again
    assert executor("serial", same_code=False).run(tasks, tmp_path / "s").is_finished


def test_executors_may_be_changed_in_the_middle(tmp_path):
    tasks = fake.walks(12)
    n_asked = iter(range(100))
    stopped = executor("serial", same_code=False).run(tasks, tmp_path / "s", stop=lambda: next(n_asked) > 8)
    left = len(stopped.unfinished())
    assert 0 < left < 12
    study = executor("local", workers=2, same_code=False).run(tasks, tmp_path / "s")
    assert study.is_finished
    assert set(study.claims.starts().values()) == {1}


def _caller(folder: Path, name: str, n: int, pause: float) -> subprocess.Popen:
    words = [sys.executable, fake.__file__, str(folder), name, str(n), str(pause)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(fake.__file__).parent), *sys.path])}
    return subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("name", ["serial", "local"])
def test_ctrl_c_leaves_a_study_that_goes_on(tmp_path, name):
    folder = tmp_path / "s"
    child = _caller(folder, name, 30, 0.05)
    study = _opened(folder)
    _wait_for(lambda: len(study.unfinished()) < 27)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 0
    assert "goes on from" in said
    assert 0 < len(study.unfinished()) < 27
    assert _under_way(study) == []  # what was under way was let end
    executor("serial", same_code=False).run(fake.walks(30, pause=0.05), folder)
    assert set(study.claims.starts().values()) == {1}
    assert fake.results(folder) == _serial(tmp_path / "serial", fake.walks(30))


@pytest.mark.slow
def test_a_caller_killed_costs_the_tasks_under_way(tmp_path):
    folder = tmp_path / "s"
    child = _caller(folder, "local", 30, 0.05)
    study = _opened(folder)
    _wait_for(lambda: len(study.unfinished()) < 27)
    child.kill()
    child.communicate()
    _wait_for(lambda: not any(study.claims.is_held(key) for key in study.unfinished()))
    lost = {key for key, _ in _under_way(study)}
    executor("serial", same_code=False).run(fake.walks(30, pause=0.05), folder)
    assert len(lost) <= 2
    assert study.claims.starts() == {key: 1 + (key in lost) for key in study.tasks}
    assert fake.results(folder) == _serial(tmp_path / "serial", fake.walks(30))


@pytest.mark.slow
def test_two_callers_at_one_study_share_it(tmp_path):
    folder = tmp_path / "s"
    callers = [_caller(folder, "local", 20, 0.03) for _ in range(2)]
    for caller in callers:
        _, said = caller.communicate(timeout=120)
        assert caller.returncode == 0, said
    study = Study(folder)
    assert study.is_finished
    assert set(study.claims.starts().values()) == {1}
    assert fake.results(folder) == _serial(tmp_path / "serial", fake.walks(20))


def test_a_task_with_files_of_its_own_goes_on_from_them(tmp_path):
    tasks = [Task("count", "fake_tasks:counts_to", {"n": 60, "pause": 0.02})]
    began = time.monotonic()
    on = executor("serial", same_code=False)
    stopped = on.run(tasks, tmp_path / "s", stop=lambda: time.monotonic() - began > 0.5)
    reached = int((tmp_path / "s" / "count").read_text())
    assert not stopped.is_finished
    assert 0 < reached < 60
    study = on.run(tasks, tmp_path / "s")
    assert study.result("count")["count"].tolist() == [60]
    assert [bearer["end"] for bearer in study.claims.bearers("count")] == ["stopped", "finished"]


def test_workers_that_begin_nothing_are_not_asked_for_ever(tmp_path):
    on = replace(executor("serial", same_code=False), attempt=lambda order: None)
    with pytest.raises(ExecutionError, match="began none of 3 tasks") as told:
        on.run(fake.walks(3), tmp_path / "s")
    assert [fault.code for fault in told.value.faults] == ["AMB-X699"]


def test_a_scheduler_that_does_not_answer_is_told(tmp_path):
    with pytest.raises(ExecutionError, match="nothing answers") as told:
        executor("dask", scheduler="tcp://127.0.0.1:9", timeout=0.5, same_code=False).run(fake.walks(1), tmp_path / "s")
    assert [fault.code for fault in told.value.faults] == ["AMB-X697"]


def test_slurm_where_there_is_none_is_told(tmp_path):
    if any((Path(place) / "sbatch").exists() for place in os.environ["PATH"].split(os.pathsep)):
        pytest.skip("this machine has SLURM")
    with pytest.raises(ExecutionError, match="submitit refuses") as told:
        executor("slurm", same_code=False).run(fake.walks(1), tmp_path / "s")
    assert [fault.code for fault in told.value.faults] == ["AMB-X697"]


def test_a_scheduler_is_found_by_its_address(tmp_path, dask_client):
    address = dask_client.scheduler_info()["address"]
    study = executor("dask", scheduler=address, same_code=False).run(fake.walks(6), tmp_path / "dask")
    assert set(study.claims.starts().values()) == {1}
    assert fake.results(tmp_path / "dask") == _serial(tmp_path / "serial", fake.walks(6))


def test_a_dask_study_that_is_stopped_goes_on(tmp_path, dask_client):
    tasks = fake.walks(40, pause=0.05)
    on = replace(executor("dask", same_code=False), attempt=Dask(client=dask_client))
    done: list[str] = []
    stopped = on.run(tasks, tmp_path / "s", told=lambda key, x, of: done.append(key) if x else None,
                     stop=lambda: len(done) > 5)  # fmt: skip
    assert 5 < 40 - len(stopped.unfinished()) < 40
    assert _under_way(stopped) == []
    assert on.run(tasks, tmp_path / "s").is_finished
    assert set(stopped.claims.starts().values()) == {1}


@pytest.mark.slow
def test_a_run_of_tissue_gives_the_same_bytes_as_tasks(tmp_path):
    from amoeboid import scenario

    document = scenario.load("quick-look").model_copy(update={"duration": 1800.0})
    alone = run(document, folder=tmp_path / "alone", means=Means(processes=1))
    on = executor("local", workers=2, same_code=False)
    tasks = run(document, folder=tmp_path / "tasks", means=Means(on=on))
    assert tasks.is_finished
    assert _tree(tasks.path) == _tree(alone.path)
    assert set(queues(tasks)[0].claims.starts().values()) == {1}


@pytest.mark.slow
def test_a_trial_gives_the_same_numbers_on_a_cluster_as_here(tmp_path, dask_client):
    import numpy as np

    from amoeboid import scenario, trials

    document = scenario.load_trial("neoadjuvant-melanoma")
    design = document.trial.model_copy(update={"population": 300, "patients": 100})
    document = document.model_copy(update={"trial": design, "replicates": 20})
    here = trials.simulate(document)
    on = replace(executor("dask", same_code=False), attempt=Dask(client=dask_client))
    there = trials.simulate(document, executor=on, folder=tmp_path)
    for key, one in here.results.items():
        arrays = {name: value for name, value in vars(one).items() if isinstance(value, np.ndarray)}
        assert len(arrays) > 5
        for name, value in arrays.items():
            np.testing.assert_array_equal(value, getattr(there.results[key], name))  # NaN equals NaN here
    for key, contrast in here.contrasts.items():
        for name in ("hazard_ratio", "net", "spared", "harmed", "days_gained"):
            assert getattr(contrast, name) == getattr(there.contrasts[key], name)
