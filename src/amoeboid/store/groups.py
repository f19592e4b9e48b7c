"""The zarr group of a member: its signed attributes, and its arrays once they are final."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.store.columns import DIMENSIONS, UNITS
from amoeboid.store.durable import (
    TEMPORARY,
    file_digest,
    flush_folder,
    flush_tree,
    is_intact,
    remove,
    signed,
    told,
    write_whole,
)
from amoeboid.store.layout import damaged
from amoeboid.store.processes import writer

Array = NDArray[Any]

_CHUNK_BYTES = 4_000_000
"""Aim for the size of one chunk before compression."""


def make_groups(root: Path, folder: Path) -> None:
    """Make the groups from the root of the state down to a member's folder, where they are missing."""
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for place in (folder, *folder.parents):
        if not (place / "zarr.json").exists():
            write_whole(place / "zarr.json", _document({}))
        if place == root:
            break


def write_attributes(folder: Path, attributes: Mapping[str, Any]) -> None:
    """Write the signed attributes of a group."""
    write_whole(folder / "zarr.json", _document(signed(attributes)))


def _document(attributes: Mapping[str, Any]) -> bytes:
    document = {"zarr_format": 3, "node_type": "group", "attributes": dict(attributes)}
    return json.dumps(document, indent=1).encode() + b"\n"


def read_attributes(folder: Path) -> dict[str, Any]:
    """Read the attributes of a member's group; empty when the member has not begun.

    Raises
    ------
    StoreError
        When they are not what was written.
    """
    try:
        document = json.loads((folder / "zarr.json").read_bytes())
        attributes = document["attributes"]
        plain = document["zarr_format"] == 3 and document["node_type"] == "group"
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise damaged(folder, f"its group cannot be read ({cause})") from cause
    if not plain or not isinstance(attributes, dict) or (attributes and not is_intact(attributes)):
        raise damaged(folder, "its attributes do not match their checksum")
    return attributes


def write_arrays(folder: Path, arrays: Mapping[str, Array]) -> dict[str, str]:
    """Write final arrays into a member's group and give the SHA-256 of every file.

    Each array comes whole under its name; until the attributes say ``finished`` none of them counts.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    temporary = folder / f"{TEMPORARY}final-{writer()}"
    with told(folder, sum(array.nbytes for array in arrays.values())):
        try:
            remove(temporary)
            _write_zarr(temporary, arrays)
            flush_tree(temporary)
            files = {
                path.relative_to(temporary).as_posix(): file_digest(path)
                for name in sorted(arrays)
                for path in sorted((temporary / name).rglob("*"))
                if path.is_file()
            }
            for name in sorted(arrays):
                remove(folder / name)
                os.rename(temporary / name, folder / name)
        finally:
            remove(temporary)
        flush_folder(folder)
    return files


def _write_zarr(folder: Path, arrays: Mapping[str, Array]) -> None:
    import zarr
    from zarr.codecs import Crc32cCodec, ZstdCodec

    group = zarr.create_group(folder, zarr_format=3)
    for name, array in arrays.items():
        row = max(1, array.nbytes // max(1, array.shape[0]))
        rows = min(max(1, _CHUNK_BYTES // row), max(1, array.shape[0]))
        target = group.create_array(
            name,
            shape=array.shape,
            dtype=array.dtype,
            chunks=(rows, *(max(1, n) for n in array.shape[1:])),
            compressors=[ZstdCodec(level=3), Crc32cCodec()],
            dimension_names=DIMENSIONS[name],
            attributes={"units": UNITS[name]},
            config={"write_empty_chunks": True},  # so that a lost chunk cannot pass for zeros
        )
        target[...] = array


def read_arrays(folder: Path, files: Mapping[str, str]) -> dict[str, Array]:
    """Read final arrays after checking every file against its SHA-256.

    Raises
    ------
    StoreError
        When a file is missing or is not what was written.
    """
    import zarr

    for name, digest in files.items():
        try:
            whole = file_digest(folder / name) == digest
        except OSError as cause:
            raise damaged(folder / name, f"cannot be read ({cause.strerror})") from cause
        if not whole:
            raise damaged(folder / name, "it does not match its checksum")
    names = sorted({name.split("/", 1)[0] for name in files})
    return {name: np.asarray(zarr.open_array(folder / name, mode="r")[...]) for name in names}
