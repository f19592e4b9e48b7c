"""A run killed at any moment loses at most one checkpoint interval, and resumes to the very same bytes."""

import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from amoeboid.execution import Means, resume, run
from amoeboid.store import Run

sys.path.insert(0, str(Path(__file__).parents[1] / "fakes"))

import fake_simulation as fake  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def _fixed_identity():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("amoeboid.store.layout.code_hash", lambda package: "code")
        patch.setattr("amoeboid.store.layout.numbers_hash", lambda: "numbers")
        yield


SCENARIO = fake.FakeScenario(arms=("osm",), duration=2400.0)
SLOW = replace(SCENARIO, pause=0.01)
SERIAL = Means(processes=1, engine=fake.ENGINE)
CHILD = Path(fake.__file__).with_name("killed_run.py")


def _child(folder: Path, scenario: fake.FakeScenario, at_flush: int) -> subprocess.Popen:
    words = [sys.executable, str(CHILD), str(folder), fake.dump(scenario), str(at_flush)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def _tree(path: Path) -> dict[str, bytes]:
    folder = path / "state.zarr"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _whole(folder: Path, scenario: fake.FakeScenario) -> dict[str, bytes]:
    return _tree(run(scenario, folder=folder, means=SERIAL).path)


def _completed(folder: Path, scenario: fake.FakeScenario) -> Path:
    """Complete a killed run as its user would: `resume`, or `run` when not even its folder was whole."""
    found = [path for path in folder.iterdir() if (path / "manifest.json").exists()] if folder.exists() else []
    done = resume(found[0], means=SERIAL) if found else run(scenario, folder=folder, means=SERIAL)
    assert done.is_finished
    assert done.verify() == []
    assert not list(done.path.rglob(".tmp-*"))
    return done.path


def check_kills_at_random_times(tmp_path: Path, n: int, seed: int) -> None:
    expected = _whole(tmp_path / "whole", SLOW)
    draw = random.Random(seed)
    for i in range(n):
        folder = tmp_path / f"killed-{i}"
        child = _child(folder, SLOW, 0)
        assert child.stdout.readline() == "ready\n"
        time.sleep(draw.uniform(0.0, 1.2))
        child.kill()
        child.communicate()
        assert _tree(_completed(folder, SLOW)) == expected


def check_kills_inside_writes(tmp_path: Path, n: int, seed: int) -> None:
    expected = _whole(tmp_path / "whole", SCENARIO)
    child = _child(tmp_path / "counted", SCENARIO, 0)
    n_flushes = int(child.communicate()[0].split()[-1])
    for i, at_flush in enumerate(sorted(random.Random(seed).sample(range(1, n_flushes + 1), n))):
        folder = tmp_path / f"killed-{i}"
        child = _child(folder, SCENARIO, at_flush)
        child.communicate()
        assert child.returncode == -signal.SIGKILL
        assert _tree(_completed(folder, SCENARIO)) == expected, f"flush {at_flush} of {n_flushes}"


def test_a_run_killed_at_random_times_resumes_to_the_same_bytes(tmp_path):
    check_kills_at_random_times(tmp_path, 5, seed=1)


def test_a_run_killed_inside_its_writes_resumes_to_the_same_bytes(tmp_path):
    check_kills_inside_writes(tmp_path, 5, seed=2)


@pytest.mark.slow
def test_a_run_killed_at_200_random_times_resumes_to_the_same_bytes(tmp_path):
    check_kills_at_random_times(tmp_path, 200, seed=3)


@pytest.mark.slow
def test_a_run_killed_inside_50_of_its_writes_resumes_to_the_same_bytes(tmp_path):
    check_kills_inside_writes(tmp_path, 50, seed=4)


def test_a_run_killed_again_and_again_still_ends_with_the_same_bytes(tmp_path):
    expected = _whole(tmp_path / "whole", SCENARIO)
    folder = tmp_path / "killed"
    for at_flush in (40, 31, 23):
        child = _child(folder, SCENARIO, at_flush)
        child.communicate()
        assert child.returncode == -signal.SIGKILL
    assert _tree(_completed(folder, SCENARIO)) == expected


def test_at_most_one_checkpoint_interval_is_done_twice(tmp_path):
    child = _child(tmp_path, SCENARIO, 60)
    child.communicate()
    path = next(tmp_path.iterdir())
    reached = {member.id: member.reached for member in Run(path).members()}
    begun = [member for member, time in reached.items() if time > 0.0]
    assert begun
    log = []

    def build(scenario, member):
        simulation = fake.build(scenario, member)
        restore = simulation.restore

        def noted(time, state):
            log.append((member.id, time))
            restore(time, state)

        simulation.restore = noted
        return simulation

    resume(path, means=Means(processes=1, engine=replace(fake.ENGINE, build=build)))
    assert dict(log) == {member: reached[member] for member in begun if reached[member] < SCENARIO.duration}


def test_a_scenario_of_the_fake_survives_its_own_text():
    assert fake.load(fake.dump(SLOW), "") == SLOW
    assert json.loads(fake.dump(SLOW))["pause"] == 0.01
