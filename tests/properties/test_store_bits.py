"""A flipped bit or a cut end anywhere in a run is told, or changes nothing that is shown."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from amoeboid.errors import StoreError
from amoeboid.execution import Means, run
from amoeboid.store import Run

sys.path.insert(0, str(Path(__file__).parents[1] / "fakes"))

import fake_simulation as fake  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def _fixed_identity():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("amoeboid.store.layout.code_hash", lambda package: "code")
        patch.setattr("amoeboid.store.layout.numbers_hash", lambda: "numbers")
        yield


SCENARIO = fake.FakeScenario(arms=("osm",), replicates=1)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    made = run(SCENARIO, folder=tmp_path_factory.mktemp("runs"), means=Means(processes=1, engine=fake.ENGINE))
    made.write_table("measures", {"member": ["osm/r0"], "value": [1.0]})
    return Run(made.path)


def _shown(path: Path) -> dict[str, bytes]:
    """All that a reader of the run can see."""
    opened = Run(path)
    seen = {"text": opened.text.encode(), "provenance": repr(opened.provenance).encode()}
    for member in opened.members():
        frames = member.frames()
        arrays = {"time": frames.time, "position": frames.position, **frames.scalars, **frames.initial}
        seen |= {f"{member.id} {name}": array.tobytes() for name, array in arrays.items()}
        seen[f"{member.id} state"] = member.state().hash().encode()
    return seen | {name: repr(column.tolist()).encode() for name, column in opened.measures.items()}


def _damaged(path: Path, file: Path, change) -> bool:
    """Say whether a change of one file is told; fail when it is shown as data."""
    whole = file.read_bytes()
    shown = _shown(path)
    file.write_bytes(change(whole))
    try:
        faults = Run(path).verify()
        assert faults or _shown(path) == shown, f"{file}: a change was shown as data"
    except StoreError:
        return True
    finally:
        file.write_bytes(whole)
    return bool(faults)


def test_a_bit_flipped_in_any_stored_chunk_is_told(finished, tmp_path):
    """Every chunk of final arrays and checkpoints, 3 random bits each: all must be told (seed fixed, no chance)."""
    path = tmp_path / "copy"
    shutil.copytree(finished.path, path)
    random = np.random.default_rng(1)
    chunks = [file for file in sorted(path.rglob("*")) if file.is_file() and "c" in file.parent.relative_to(path).parts]
    assert len(chunks) >= 10
    for file in chunks:
        for _ in range(3):
            bit = int(random.integers(8 * file.stat().st_size))
            assert _damaged(path, file, lambda data, bit=bit: _flipped(data, bit)), file


def test_a_bit_flipped_in_any_other_file_is_told_or_changes_nothing_shown(finished, tmp_path):
    path = tmp_path / "copy"
    shutil.copytree(finished.path, path)
    random = np.random.default_rng(2)
    files = [file for file in sorted(path.rglob("*")) if file.is_file()]
    told = 0
    for file in files:
        bit = int(random.integers(8 * file.stat().st_size))
        told += _damaged(path, file, lambda data, bit=bit: _flipped(data, bit))
    assert told >= 0.6 * len(files)


def test_a_cut_end_is_told_for_every_file(finished, tmp_path):
    path = tmp_path / "copy"
    shutil.copytree(finished.path, path)
    told = {
        file.relative_to(path).as_posix(): _damaged(path, file, lambda data: data[: len(data) // 2])
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }
    # the groups above the members hold nothing that is shown
    assert {name for name, is_told in told.items() if not is_told} <= {
        "state.zarr/zarr.json",
        "state.zarr/osm/zarr.json",
    }


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)
