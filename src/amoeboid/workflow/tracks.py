"""Measured tracks: read, measured like simulated ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from amoeboid import formats, measures
from amoeboid.errors import NumericsError
from amoeboid.formats import Tracks

Row = tuple[str, ...]
_MINUTE = 60.0


def track_rows(
    path: str | Path,
    *,
    length_unit: str | None = None,
    time_unit: str | None = None,
    frame_interval: str | None = None,
    group: str | None = None,
) -> tuple[Row, list[Row]]:
    """Give what a motility laboratory reports of a file of tracks, a column per group of the file.

    Raises
    ------
    FormatError
        When the file is no table of tracks, or a unit is missing.
    """
    columns = {"group": group} if group else {}
    found = formats.read_tracks(
        path,
        length_unit=length_unit or "",
        time_unit=time_unit or "",
        frame_interval=frame_interval or "",
        columns=columns,
    )
    names = found.groups
    parts = [found.select(name) for name in names] if len(names) > 1 else [found]
    heads = [str(name) for name in names] if len(names) > 1 else ["all"]
    summaries = [_summary(part) for part in parts]
    rows = [(label, *(summary[label] for summary in summaries)) for label in summaries[0]]
    return ("measure", *heads), rows


def _summary(tracks: Tracks) -> dict[str, str]:
    step = measures.speeds(tracks) * _MINUTE
    lags = [k for k in (1, 2, 5, 10) if k < tracks.frame.max() + 1]
    msd = measures.mean_squared_displacement(tracks, lags)
    rows = {
        "tracks": str(tracks.n_tracks),
        "positions": str(len(tracks.time)),
        "frame interval [s]": f"{tracks.interval:g}",
        "step speed, median [um/min]": f"{np.median(step):.3g}",
        "step speed, mean [um/min]": f"{np.mean(step):.3g}",
        "track speed, mean over tracks [um/min]": f"{np.nanmean(measures.track_speed(tracks)) * _MINUTE:.3g}",
        "straightness, mean over tracks": f"{np.nanmean(measures.straightness(tracks)):.3g}",
    }
    for k, lag in enumerate(lags):
        minutes = lag * tracks.interval / _MINUTE
        rows[f"MSD at {minutes:g} min [um^2]"] = f"{msd.pooled[k]:.4g} ({msd.low[k]:.4g} to {msd.high[k]:.4g})"
    try:
        rows["persistence [min]"] = f"{measures.persistence(tracks) / _MINUTE:.3g}"
    except NumericsError:
        rows["persistence [min]"] = "not resolved"
    return rows
