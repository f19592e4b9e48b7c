"""Cells over time as a Simularium trajectory: JSON, trajectory information version 3, one sphere per cell.

The layout is that of the format page of the Simularium viewer; the reader of its makers checks it in the tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from amoeboid.formats.movie import Array, CellScalar, Movie

_INFO_VERSION, _SPATIAL_VERSION, _PLOT_VERSION = 3, 1, 1
_VIS_DEFAULT = 1000.0  # the viewer's word for "draw the geometry of the type"
_N_VALUES = 11  # of one cell: visualisation, id, type, x y z, rotation x y z, radius, number of points that follow
_COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
_DIGITS = 4  # of a position: 0.1 nm, below what float32 of a run holds


def write_simularium(movie: Movie, path: str | Path) -> None:
    """Write cells over time so that the Simularium viewer and its library read them.

    The box of that format has its middle at the origin, so positions are those of the run less half the size of the
    domain; the description says so. Cells that are not there are left out of a frame. Means over the cells are added
    as plots.

    Parameters
    ----------
    movie : Movie
    path : path
        New file, by custom ending in ``.simularium``.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    record = {
        "trajectoryInfo": _information(movie),
        "spatialData": {
            "version": _SPATIAL_VERSION,
            "msgType": 1,
            "bundleStart": 0,
            "bundleSize": movie.n_frames,
            "bundleData": [],
        },
        "plotData": {"version": _PLOT_VERSION, "data": list(_plots(movie))},
    }
    # frames are written one by one: a run of many cells does not fit into memory as Python numbers
    head, tail = json.dumps(record, allow_nan=False).split('"bundleData": []')
    with Path(path).open("w", encoding="utf-8") as file:
        file.write(head + '"bundleData": [')
        for k in range(movie.n_frames):
            file.write(("," if k else "") + json.dumps(_frame(movie, k), allow_nan=False))
        file.write("]" + tail)


def _information(movie: Movie) -> dict[str, Any]:
    step = float(movie.time[1] - movie.time[0]) if movie.n_frames > 1 else 0.0
    far = 1.6 * max(movie.size)
    place = movie.label
    about = f"{place.text} Positions are relative to the middle of the box; add half its size for those of the run."
    return {
        "version": _INFO_VERSION,
        "trajectoryTitle": f"{place.title}: {place.member}",
        "timeUnits": {"magnitude": 1.0, "name": "s"},
        "timeStepSize": step,
        "totalSteps": movie.n_frames,
        "spatialUnits": {"magnitude": 1.0, "name": "um"},
        "size": dict(zip("xyz", (float(length) for length in movie.size), strict=True)),
        "cameraDefault": {
            "position": {"x": 0.0, "y": 0.0, "z": far},
            "lookAtPosition": {"x": 0.0, "y": 0.0, "z": 0.0},
            "upVector": {"x": 0.0, "y": 1.0, "z": 0.0},
            "fovDegrees": 50.0,
        },
        "typeMapping": {
            str(k): {"name": name, "geometry": {"displayType": "SPHERE", "color": _COLOURS[k % len(_COLOURS)]}}
            for k, name in enumerate(movie.types)
        },
        "modelInfo": {
            "title": place.title,
            "version": place.software,
            "description": " ".join((about, *_cited(place.references))),
        },
    }


def _cited(references: tuple[str, ...]) -> Iterator[str]:
    if references:
        yield "References:"
    yield from (f"[{k}] {text}" for k, text in enumerate(references, 1))


def _frame(movie: Movie, k: int) -> dict[str, Any]:
    there = np.flatnonzero(movie.is_present[k])
    rows = np.zeros((len(there), _N_VALUES))
    rows[:, 0] = _VIS_DEFAULT
    rows[:, 1] = movie.identity[there]
    rows[:, 2] = movie.kind[there]
    rows[:, 3:6] = np.round(movie.position[k, there].astype(np.float64) - 0.5 * np.asarray(movie.size), _DIGITS)
    rows[:, 9] = movie.radius_at(k)[there]
    return {"frameNumber": k, "time": float(movie.time[k]), "data": rows.ravel().tolist()}


def _plots(movie: Movie) -> Iterator[dict[str, Any]]:
    """Give the mean of each scalar over time, as the viewer's own scatter plots."""
    for scalar in movie.scalars:
        mean = _means(scalar)
        known = np.isfinite(mean)
        if known.any():
            yield {
                "data": [
                    {
                        "mode": "lines",
                        "name": scalar.name,
                        "type": "scatter",
                        "x": np.asarray(movie.sample_time, dtype=float)[known].tolist(),
                        "y": mean[known].tolist(),
                    }
                ],
                "layout": {
                    "title": f"mean {scalar.name} over cells",
                    "xaxis": {"title": "time [s]"},
                    "yaxis": {"title": scalar.label},
                },
            }


def _means(scalar: CellScalar) -> Array:
    values = np.asarray(scalar.value, dtype=np.float64)
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0))
