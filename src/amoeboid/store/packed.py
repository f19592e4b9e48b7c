"""Many arrays in one: a zarr v3 array of bytes whose attributes say what lies where, and the hash of it all.

A checkpoint has some fifty arrays. As fifty zarr arrays it would be over a hundred files to flush, many times an
hour; packed it is two. The whole remains a valid zarr array, and the hash covers the description and the bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.store.durable import canonical, make_whole, write_flushed

Array = NDArray[Any]


@dataclass(frozen=True)
class Packed:
    """Arrays by name, the facts kept beside them, and the SHA-256 of both."""

    facts: dict[str, Any]
    arrays: dict[str, Array]
    digest: str


class DamagedError(Exception):
    """A packed folder is not what was written; the reader decides what that means."""


def write_packed(folder: Path, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    """Write arrays and facts as one folder, whole or not at all, and give the SHA-256.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    contents, offset = [], 0
    for name in sorted(arrays):
        array = arrays[name]
        contents.append({"name": name, "dtype": array.dtype.str, "shape": list(array.shape), "offset": offset})
        offset += array.nbytes
    payload = b"".join(np.ascontiguousarray(arrays[str(entry["name"])]).tobytes() for entry in contents)
    described = {"facts": dict(facts), "contents": contents}
    digest = _digest(described, payload)
    document = _metadata(len(payload), {**described, "digest": digest})

    def fill(temporary: Path) -> None:
        (temporary / "c").mkdir()
        write_flushed(temporary / "c" / "0", payload)
        write_flushed(temporary / "zarr.json", json.dumps(document, indent=1).encode())

    make_whole(folder, fill, len(payload))
    return digest


def read_facts(folder: Path) -> dict[str, Any]:
    """Read only the facts, without proof that they are whole."""
    return dict(_attributes(folder)["facts"])


def read_packed(folder: Path) -> Packed:
    """Read arrays and facts, and check every byte.

    Raises
    ------
    DamagedError
        When anything is missing or is not what was written.
    """
    attributes = _attributes(folder)
    try:
        payload = (folder / "c" / "0").read_bytes()
        described = {"facts": attributes["facts"], "contents": attributes["contents"]}
        if _digest(described, payload) != attributes["digest"]:
            raise DamagedError(f"`{folder.name}` does not match its checksum")
        arrays = {str(entry["name"]): _unpack(entry, payload) for entry in attributes["contents"]}
    except (OSError, KeyError, TypeError, ValueError) as cause:
        raise DamagedError(f"`{folder.name}` cannot be read: {cause}") from cause
    return Packed(dict(attributes["facts"]), arrays, str(attributes["digest"]))


def _attributes(folder: Path) -> dict[str, Any]:
    try:
        attributes: dict[str, Any] = json.loads((folder / "zarr.json").read_bytes())["attributes"]
        if not isinstance(attributes["facts"], dict):
            raise TypeError("facts are no table")
    except (OSError, KeyError, TypeError, ValueError) as cause:
        raise DamagedError(f"`{folder.name}` cannot be read: {cause}") from cause
    return attributes


def _digest(described: Mapping[str, Any], payload: bytes) -> str:
    digest = hashlib.sha256(canonical(described))
    digest.update(payload)
    return digest.hexdigest()


def _unpack(entry: Mapping[str, Any], payload: bytes) -> Array:
    shape = tuple(int(n) for n in entry["shape"])
    dtype = np.dtype(entry["dtype"])
    count = int(np.prod(shape, dtype=np.int64))
    if count == 0:
        return np.empty(shape, dtype)
    return np.frombuffer(payload, dtype, count, int(entry["offset"])).reshape(shape).copy()


def _metadata(size: int, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [size],
        "data_type": "uint8",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [max(1, size)]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": 0,
        "codecs": [{"name": "bytes"}],
        "dimension_names": ["byte"],
        "attributes": dict(attributes),
    }
