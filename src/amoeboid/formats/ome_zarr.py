"""Voxels over time as OME-Zarr 0.5: a multiscale image with physical scale and units, one channel per quantity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from amoeboid.formats.movie import Array, Volume, Volumes

VERSION = "0.5"
_LEAST = 8
"""A level is not halved when an axis would get fewer voxels than this."""
_MOST_LEVELS = 5
_COLOURS = ("56B4E9", "E69F00", "009E73", "CC79A7", "D55E00", "0072B2", "F0E442", "FFFFFF")


def write_ome_zarr(volumes: Volumes, folder: str | Path) -> None:
    """Write quantities on voxels as an OME-Zarr image that napari and Fiji open in place.

    Axes are t, c, z, y, x; vectors and tensors become one channel per component. The scale is the edge of a voxel, the
    translation half an edge, since the first voxel has its corner at the origin of the run. Each further level halves
    z, y and x by means of 2 x 2 x 2 voxels. Times are those of the run; where they are not evenly spaced the scale of
    t is their mean step, and the exact times stand in the attributes.

    Parameters
    ----------
    volumes : Volumes
    folder : path
        Folder of the new store; must not exist.

    Raises
    ------
    OSError
        When the store cannot be written.
    """
    import zarr

    channels = list(_channels(volumes.frames[0]))
    values = np.stack([np.stack([value for _, _, value in _channels(frame)]) for frame in volumes.frames])
    levels = list(_levels(values.astype(np.float32)))
    group = zarr.create_group(str(folder), zarr_format=3)
    group.attrs["ome"] = {
        "version": VERSION,
        "multiscales": [_multiscale(volumes, len(levels))],
        "omero": {"channels": [_channel(k, *one) for k, one in enumerate(channels)], "rdefs": {"model": "color"}},
    }
    group.attrs["amoeboid"] = {
        **volumes.label.as_dict(),
        "time [s]": [float(time) for time in volumes.time],
        "channels": [{"name": name, "unit": volume.unit, "meaning": volume.meaning} for name, volume, _ in channels],
    }
    for k, level in enumerate(levels):
        target = group.create_array(
            str(k),
            shape=level.shape,
            dtype="float32",
            chunks=(1, 1, *(min(n, 128) for n in level.shape[2:])),
            dimension_names=("t", "c", "z", "y", "x"),
        )
        target[...] = level


def _channels(frame: Sequence[Volume]) -> Iterator[tuple[str, Volume, Array]]:
    for volume in frame:
        if not volume.components:
            yield volume.name, volume, np.asarray(volume.value)
        else:
            for k, name in enumerate(volume.components):
                yield f"{volume.name} {name}", volume, np.asarray(volume.value)[..., k]


def _levels(values: Array) -> Iterator[Array]:
    yield values
    for _ in range(_MOST_LEVELS - 1):
        if min(values.shape[2:]) < 2 * _LEAST or any(n % 2 for n in values.shape[2:]):
            return  # an odd number of voxels has no halves, and a translation could not say where they are
        n_t, n_c, n_z, n_y, n_x = values.shape
        blocks = values.reshape(n_t, n_c, n_z // 2, 2, n_y // 2, 2, n_x // 2, 2)
        values = blocks.mean(axis=(3, 5, 7), dtype=np.float64).astype(np.float32)
        yield values


def _multiscale(volumes: Volumes, n_levels: int) -> dict[str, Any]:
    time = volumes.time
    step = (time[-1] - time[0]) / (len(time) - 1) if len(time) > 1 else 1.0
    units = {"z": "micrometer", "y": "micrometer", "x": "micrometer"}
    return {
        "name": f"{volumes.label.title}: {volumes.label.member}",
        "axes": [
            {"name": "t", "type": "time", "unit": "second"},
            {"name": "c", "type": "channel"},
            *({"name": name, "type": "space", "unit": unit} for name, unit in units.items()),
        ],
        "datasets": [_dataset(k, volumes.spacing * 2**k, (step, float(time[0]))) for k in range(n_levels)],
        "type": "mean",
    }


def _dataset(k: int, edge: float, clock: tuple[float, float]) -> dict[str, Any]:
    step, start = clock
    return {
        "path": str(k),
        "coordinateTransformations": [
            {"type": "scale", "scale": [step, 1.0, edge, edge, edge]},
            {"type": "translation", "translation": [start, 0.0, 0.5 * edge, 0.5 * edge, 0.5 * edge]},
        ],
    }


def _channel(k: int, name: str, volume: Volume, value: Array) -> dict[str, Any]:
    known = value[np.isfinite(value)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    unit = "" if volume.unit == "1" else f" [{volume.unit}]"
    high = high if high > low else low + 1.0
    return {
        "label": f"{name}{unit}",
        "color": _COLOURS[k % len(_COLOURS)],
        "active": k == 0,
        "window": {"min": low, "max": high, "start": low, "end": high},
    }
