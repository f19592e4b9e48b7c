"""Whole writes, checksums, the lock, and what is said when the disk refuses."""

import errno
import json
import os
import subprocess
import sys

import pytest

from amoeboid.errors import StoreError
from amoeboid.store import locked, require_space
from amoeboid.store.durable import is_intact, make_whole, signed, write_whole
from amoeboid.store.lock import LOCK


def _refuse(number):
    def fsync(descriptor):
        raise OSError(number, os.strerror(number))

    return fsync


def test_a_write_replaces_the_old_file_in_one_step(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_full_disk_leaves_the_old_file_and_names_path_and_space(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    write_whole(path, b"old")
    monkeypatch.setattr(os, "fsync", _refuse(errno.ENOSPC))
    with pytest.raises(StoreError, match=r"no room left[\s\S]*5 bytes free[\s\S]*AMB-R04") as caught:
        write_whole(path, b"newer")
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.EACCES])
def test_any_other_refusal_of_the_disk_is_our_error_too(tmp_path, monkeypatch, number):
    monkeypatch.setattr(os, "fsync", _refuse(number))
    with pytest.raises(StoreError, match="AMB-R05"):
        write_whole(tmp_path / "a.json", b"x")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_filled_never_gets_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", _refuse(errno.ENOSPC))
    with pytest.raises(StoreError):
        make_whole(tmp_path / "block", lambda folder: (folder / "x").write_bytes(b"1") and None, 1)
    assert not list(tmp_path.iterdir())


def test_a_run_that_will_not_fit_is_refused_before_it_starts(tmp_path):
    with pytest.raises(StoreError, match=r"needs about 1000\.0 TB[\s\S]*AMB-R12"):
        require_space(tmp_path / "not" / "yet", 10**15)
    require_space(tmp_path, 1)


def test_a_signed_record_shows_any_change():
    record = signed({"a": 1, "b": [0.1, "x"]})
    assert is_intact(json.loads(json.dumps(record)))
    assert not is_intact({**record, "a": 2})
    assert not is_intact({"a": 1})


def test_a_lock_that_is_held_refuses_the_second_comer(tmp_path):
    with locked(tmp_path), pytest.raises(StoreError, match="AMB-R06"), locked(tmp_path):
        pass
    assert not (tmp_path / LOCK).exists()
    with locked(tmp_path):
        pass


def test_a_lock_of_another_living_process_is_refused(tmp_path):
    program = "import sys, time; from pathlib import Path; from amoeboid.store import locked\n"
    program += "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match=f"process {child.pid} .*"), locked(tmp_path):
            pass
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    with locked(tmp_path):  # and when it is dead, its lock is no hindrance
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()


def test_a_lock_of_a_dead_process_or_of_a_number_used_anew_is_taken_over(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    host = os.uname().nodename
    for holder in ({"host": host, "pid": child.pid}, {"host": host, "pid": 1, "began": "another time"}):
        (tmp_path / LOCK).write_text(json.dumps(holder))
        with locked(tmp_path):
            assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()


def test_a_lock_of_a_living_process_counts_even_without_the_systems_hold(tmp_path):
    (tmp_path / LOCK).write_text(json.dumps({"host": os.uname().nodename, "pid": os.getppid()}))
    with pytest.raises(StoreError, match="AMB-R06"), locked(tmp_path):
        pass


def test_a_lock_of_another_machine_is_refused_because_we_cannot_know(tmp_path):
    (tmp_path / LOCK).write_text(json.dumps({"host": "elsewhere", "pid": 1}))
    with pytest.raises(StoreError, match=r"elsewhere[\s\S]*AMB-R07"), locked(tmp_path):
        pass


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_a_torn_lock_is_taken_over(tmp_path, text):
    (tmp_path / LOCK).write_text(text)
    with locked(tmp_path):
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()
