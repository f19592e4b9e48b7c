"""Writes that a crash cannot halve: temporary name, flush to the disk, rename, flush the folder."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from amoeboid.errors import AmoeboidError, Fault, StoreError
from amoeboid.store.processes import writer

TEMPORARY = ".tmp-"
"""Beginning of the name of everything that is not yet whole."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_CODE_NO_ROOM, _CODE_REFUSED = "AMB-R04", "AMB-R05"


def canonical(record: Mapping[str, Any]) -> bytes:
    """Give the one JSON text of a record: keys sorted, no spaces, floats exact, so that it can be hashed.

    Examples
    --------
    >>> canonical({"b": 1, "a": 0.5})
    b'{"a":0.5,"b":1}'
    """
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def signed(record: Mapping[str, Any]) -> dict[str, Any]:
    """Give a record with the SHA-256 of all the rest of it under ``digest``."""
    body = {key: value for key, value in record.items() if key != "digest"}
    return {**body, "digest": hashlib.sha256(canonical(body)).hexdigest()}


def is_intact(record: Mapping[str, Any]) -> bool:
    """Say whether a signed record is what was written."""
    return bool(record.get("digest") == signed(record)["digest"])


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def told(path: Path, needed: int = 0) -> Iterator[None]:
    """Turn a failure of the disk into our error, which names the path and the space needed.

    Raises
    ------
    StoreError
        When the body raises `OSError`.
    """
    try:
        yield
    except AmoeboidError:
        raise
    except OSError as cause:
        raise StoreError(_fault(path, needed, cause)) from cause


def _fault(path: Path, needed: int, cause: OSError) -> Fault:
    if cause.errno in _NO_ROOM:
        return Fault(
            str(path),
            f"no room left on the disk ({cause.strerror})",
            f"{readable_size(needed)} free for this write; what was kept before is untouched",
            "",
            "free some space, then `amoeboid resume` the run",
            _CODE_NO_ROOM,
        )
    return Fault(
        str(path),
        f"cannot be written: {cause.strerror or cause}",
        "a folder on which this user may create and rename files",
        "",
        "check the disk and the permissions, then `amoeboid resume` the run",
        _CODE_REFUSED,
    )


def is_disk_failure(error: AmoeboidError) -> bool:
    """Say whether the disk refused, which it will do for every other writer too."""
    return any(fault.code in (_CODE_NO_ROOM, _CODE_REFUSED) for fault in error.faults)


def readable_size(n_bytes: float) -> str:
    """Give a size in words.

    Examples
    --------
    >>> readable_size(3_200_000)
    '3.2 MB'
    """
    for unit in ("bytes", "kB", "MB", "GB"):
        if n_bytes < 1000.0:
            return f"{n_bytes:.0f} {unit}" if unit == "bytes" else f"{n_bytes:.1f} {unit}"
        n_bytes /= 1000.0
    return f"{n_bytes:.1f} TB"


def require_space(folder: Path, needed: int) -> None:
    """Refuse to start what will not fit on the disk of a folder.

    Raises
    ------
    StoreError
        When less than `needed` bytes are free.
    """
    with told(folder, needed):
        existing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
        free = shutil.disk_usage(existing).free
    if free < needed:
        raise StoreError(
            Fault(
                str(folder),
                f"the run needs about {readable_size(needed)} and {readable_size(free)} are free",
                "room for the whole run",
                "",
                "free some space, choose another `--folder`, or keep fewer frames (`output.frames_every`)",
                "AMB-R12",
            )
        )


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that its name always stands for a whole file, old or new.

    Raises
    ------
    StoreError
        When the disk refuses; the old file is then still there.
    """
    temporary = path.with_name(f"{TEMPORARY}{path.name}-{writer()}")
    with told(path, len(data)):
        try:
            write_flushed(temporary, data)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_folder(path.parent)


def write_flushed(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder (where the system can do that)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_tree(folder: Path) -> None:
    """Wait until the disk has every file and folder below a folder."""
    for place, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(Path(place) / name, os.O_RDWR)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        flush_folder(Path(place))


def make_whole(folder: Path, fill: Callable[[Path], None], needed: int) -> None:
    """Make a folder under a temporary name, fill and flush it, and only then give it its name.

    Raises
    ------
    StoreError
        When the disk refuses; nothing of the new folder is left then.
    """
    temporary = folder.with_name(f"{TEMPORARY}{folder.name}-{writer()}")
    with told(folder, needed):
        try:
            remove(temporary)
            temporary.mkdir(parents=True)
            fill(temporary)
            flush_tree(temporary)
            remove(folder)
            os.rename(temporary, folder)
        except BaseException:
            remove(temporary)
            raise
        flush_folder(folder.parent)


def remove(path: Path) -> None:
    """Remove a folder with all that is in it, if it is there; a half removed one loses its name first."""
    if not path.exists():
        return
    doomed = path
    if not path.name.startswith(TEMPORARY):
        doomed = path.with_name(f"{TEMPORARY}removed-{path.name}-{writer()}")
        shutil.rmtree(doomed, ignore_errors=True)
        os.rename(path, doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def remove_temporary(folder: Path) -> None:
    """Remove what killed writers left in a folder and below; the caller holds the lock or owns the folder."""
    for path in sorted(folder.rglob(f"{TEMPORARY}*")):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
