"""Measured tracks: read, measured like simulated ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
    columns: str | None = None,
) -> tuple[Row, list[Row]]:
    """Give what a motility laboratory reports of a file of tracks, a column per group of the file.

    Raises
    ------
    FormatError
        When the file is no table of tracks, or a unit is missing.
    """
    found = formats.read_tracks(
        path,
        length_unit=length_unit or "",
        time_unit=time_unit or "",
        frame_interval=frame_interval or "",
        columns=_roles(columns or "", group),
    )
    names = found.groups
    parts = [found.select(name) for name in names] if len(names) > 1 else [found]
    heads = [str(name) for name in names] if len(names) > 1 else ["all"]
    summaries = [_summary(part) for part in parts]
    labels = {label: None for summary in summaries for label in summary}
    last = next(iter(reversed(summaries[0])))
    ordered = [*(label for label in labels if label != last), last]  # what only some groups reach, before persistence
    rows = [(label, *(summary.get(label, "-") for summary in summaries)) for label in ordered]
    return ("measure", *heads), rows


def _roles(text: str, group: str | None) -> dict[str, str] | tuple[str, ...]:
    """Read ``track=cell,time=t``, or the roles in order of the columns for a file without a header."""
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if parts and not any("=" in part for part in parts):
        return parts
    pairs = {role.strip(): name.strip() for role, _, name in (part.partition("=") for part in parts)}
    return pairs | ({"group": group} if group else {})


def _mean(values: NDArray[np.float64]) -> str:
    told = values[np.isfinite(values)]
    return f"{told.mean():.3g}" if told.size else "-"


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
        "track speed, mean over tracks [um/min]": _mean(measures.track_speed(tracks) * _MINUTE),
        "straightness, mean over tracks": _mean(measures.straightness(tracks)),
    }
    for k, lag in enumerate(lags):
        if not np.isfinite(msd.low[k]):  # too few tracks reach that lag
            continue
        minutes = lag * tracks.interval / _MINUTE
        rows[f"MSD at {minutes:g} min [um^2]"] = f"{msd.pooled[k]:.4g} ({msd.low[k]:.4g} to {msd.high[k]:.4g})"
    try:
        rows["persistence [min]"] = f"{measures.persistence(tracks) / _MINUTE:.3g}"
    except NumericsError:
        rows["persistence [min]"] = "not resolved"
    return rows
