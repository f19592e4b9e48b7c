"""Cells and voxels over time as VTK XML files, with a collection (.pvd) that ParaView opens as one film.

PolyData (.vtp) holds the cells of a frame as points with their numbers, ImageData (.vti) the voxels of a time. Arrays
are stored inline, compressed with zlib, so nothing but the standard library is needed.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from amoeboid.formats.movie import Array, Label, Movie, Volume, Volumes

_KINDS = {
    "float32": "Float32",
    "float64": "Float64",
    "int64": "Int64",
    "int32": "Int32",
    "uint8": "UInt8",
    "int16": "Int16",
}
_HEAD = (
    '<?xml version="1.0"?>\n<VTKFile type="{}" version="1.0" byte_order="LittleEndian" header_type="UInt64" '
    'compressor="vtkZLibDataCompressor">\n'
)
# VTK keeps a symmetric tensor as XX YY ZZ XY YZ XZ, ports as xx yy zz xy xz yz
_TENSOR_ORDER, _TENSOR_NAMES = (0, 1, 2, 3, 5, 4), ("XX", "YY", "ZZ", "XY", "YZ", "XZ")


@dataclass(frozen=True)
class _Column:
    """One array of a file: a row per point or voxel."""

    name: str
    value: Array
    components: tuple[str, ...] = ()


def write_vtk_cells(movie: Movie, folder: str | Path) -> Path:
    """Write one PolyData file per frame, and the collection ``cells.pvd`` that binds them to their times.

    Points are the centres of the cells that are there, in um as in the run; columns are ``id``, ``type``,
    ``radius [um]`` and each recorded number with its unit in its name, from the latest sample at or before the frame
    (``sampled at [s]`` in the field data says when that was).

    Parameters
    ----------
    movie : Movie
    folder : path
        A folder that exists.

    Returns
    -------
    collection : Path

    Raises
    ------
    OSError
        When a file cannot be written.
    """
    place = Path(folder)
    digits = max(4, len(str(movie.n_frames)))
    entries = []
    for k in range(movie.n_frames):
        name = f"cells_{k:0{digits}d}.vtp"
        place.joinpath(name).write_text(_poly_data(movie, k), "utf-8")
        entries.append((float(movie.time[k]), name))
    return _collection(place / "cells.pvd", entries)


def write_vtk_volumes(volumes: Volumes, folder: str | Path) -> Path:
    """Write one ImageData file per time, and the collection ``volumes.pvd``.

    Numbers belong to voxels (VTK's cells), so the image has one point more than voxels along each axis. Vectors have
    three components, symmetric tensors six in VTK's order.

    Parameters
    ----------
    volumes : Volumes
    folder : path
        A folder that exists.

    Returns
    -------
    collection : Path

    Raises
    ------
    OSError
        When a file cannot be written.
    """
    place = Path(folder)
    entries = []
    for k, (time, frame) in enumerate(zip(volumes.time, volumes.frames, strict=True)):
        name = f"volumes_{k:04d}.vti"
        place.joinpath(name).write_text(_image_data(volumes, time, frame), "utf-8")
        entries.append((time, name))
    return _collection(place / "volumes.pvd", entries)


def _poly_data(movie: Movie, k: int) -> str:
    there = np.flatnonzero(movie.is_present[k])
    n = len(there)
    sample = int(movie.sample_of_frame[k]) if len(movie.sample_time) else 0
    columns = [
        _Column("id", movie.identity[there].astype(np.int64)),
        _Column("type", movie.kind[there].astype(np.int64)),
        _Column("radius [um]", movie.radius_at(k)[there].astype(np.float64)),
        *(_Column(one.label, np.asarray(one.value[sample])[there].astype(np.float32)) for one in movie.scalars),
    ]
    sampled = float(movie.sample_time[sample]) if len(movie.sample_time) else float("nan")
    facts = _facts(movie.label, float(movie.time[k]), sampled, movie.types)
    points = _array(_Column("centre [um]", movie.position[k, there].astype(np.float64), ("x", "y", "z")))
    verts = _array(_Column("connectivity", np.arange(n, dtype=np.int64)))
    verts += _array(_Column("offsets", np.arange(1, n + 1, dtype=np.int64)))
    return (
        _HEAD.format("PolyData")
        + f'<PolyData>\n{facts}<Piece NumberOfPoints="{n}" NumberOfVerts="{n}" NumberOfLines="0" NumberOfStrips="0" '
        + f'NumberOfPolys="0">\n<PointData Scalars="type">\n{_arrays(columns)}</PointData>\n<CellData/>\n'
        + f"<Points>\n{points}</Points>\n<Verts>\n{verts}</Verts>\n</Piece>\n</PolyData>\n</VTKFile>\n"
    )


def _image_data(volumes: Volumes, time: float, frame: Sequence[Volume]) -> str:
    n_z, n_y, n_x = volumes.shape
    extent = f'"0 {n_x} 0 {n_y} 0 {n_z}"'
    edge = f"{volumes.spacing:.17g}"
    first = next((one for one in frame if not one.components), frame[0])
    return (
        _HEAD.format("ImageData")
        + f'<ImageData WholeExtent={extent} Origin="0 0 0" Spacing="{edge} {edge} {edge}">\n'
        + _facts(volumes.label, time)
        + f"<Piece Extent={extent}>\n<PointData/>\n<CellData Scalars={quoteattr(_named(first))}>\n"
        + _arrays(_voxel_column(one) for one in frame)
        + "</CellData>\n</Piece>\n</ImageData>\n</VTKFile>\n"
    )


def _named(volume: Volume) -> str:
    return volume.name if volume.unit == "1" else f"{volume.name} [{volume.unit}]"


def _voxel_column(volume: Volume) -> _Column:
    # C order with x fastest is VTK's own order of voxels
    value = np.asarray(volume.value)
    value = value.astype(np.float32 if value.dtype.kind == "f" else np.int64)
    if not volume.components:
        return _Column(_named(volume), value.reshape(-1))
    flat = value.reshape(-1, value.shape[-1])
    if value.shape[-1] == len(_TENSOR_ORDER):
        return _Column(_named(volume), flat[:, _TENSOR_ORDER], _TENSOR_NAMES)
    return _Column(_named(volume), flat, volume.components)


def _facts(label: Label, time: float, sampled: float = float("nan"), types: Sequence[str] = ()) -> str:
    """Give what the file says of itself as field data; ``TimeValue`` is the name that VTK's readers know."""
    columns = _array(_Column("TimeValue", np.array([time])), tuples=1)
    if np.isfinite(sampled):
        columns += _array(_Column("sampled at [s]", np.array([sampled])), tuples=1)
    texts = {key: [str(value)] for key, value in label.as_dict().items() if key != "references"}
    texts |= {"time unit": ["s"], "length unit": ["um"]}
    texts |= {"types": list(types)} if types else {}
    texts |= {"references": list(label.references)} if label.references else {}
    return f"<FieldData>\n{columns}{''.join(_strings(key, value) for key, value in texts.items())}</FieldData>\n"


def _arrays(columns: Iterable[_Column]) -> str:
    return "".join(_array(column) for column in columns)


def _array(column: _Column, tuples: int | None = None) -> str:
    kind = _KINDS[column.value.dtype.name]
    words = f'<DataArray type="{kind}" Name={quoteattr(column.name)} format="binary"'
    if tuples is not None:
        words += f' NumberOfTuples="{tuples}"'
    if column.components:
        words += f' NumberOfComponents="{len(column.components)}"'
        names = enumerate(column.components)
        words += "".join(f" ComponentName{k}={quoteattr(name)}" for k, name in names)
    return f"{words}>{_encoded(column.value)}</DataArray>\n"


def _encoded(value: Array) -> str:
    data = np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<")).tobytes()
    packed = zlib.compress(data, 6) if data else b""
    # number of blocks, size of a block, size of the last block when it is not full, sizes when packed
    head = np.array([1, len(data), 0, len(packed)] if data else [0, 0, 0], dtype="<u8")
    return base64.b64encode(head.tobytes()).decode() + base64.b64encode(packed).decode()


def _strings(name: str, texts: Sequence[str]) -> str:
    # VTK's text form of strings: the code of each byte, a 0 after each string
    codes = " ".join(str(byte) for text in texts for byte in (*text.encode(), 0))
    return (
        f'<DataArray type="String" Name={quoteattr(name)} NumberOfTuples="{len(texts)}" format="ascii">'
        f"{escape(codes)}</DataArray>\n"
    )


def _collection(path: Path, entries: Sequence[tuple[float, str]]) -> Path:
    rows = "".join(
        f'<DataSet timestep="{time:.17g}" group="" part="0" file={quoteattr(name)}/>\n' for time, name in entries
    )
    head = '<?xml version="1.0"?>\n<VTKFile type="Collection" version="1.0" byte_order="LittleEndian">\n'
    path.write_text(f"{head}<!-- timestep in s -->\n<Collection>\n{rows}</Collection>\n</VTKFile>\n", "utf-8")
    return path
