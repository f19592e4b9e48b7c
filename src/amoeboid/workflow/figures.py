"""Figures on disk: a place is checked before any work is done, and written with our own words when it refuses."""

from __future__ import annotations

import os
from pathlib import Path

from amoeboid import plots
from amoeboid.errors import Fault, ScenarioError, StoreError


def check_figure(place: Path | None, where: str = "--plot") -> None:
    """Refuse a figure that is neither PNG nor SVG, or has no folder, before anything is computed.

    Raises
    ------
    ScenarioError
        When the name ends otherwise.
    StoreError
        When there is no such folder.
    """
    if place is None:
        return
    if place.suffix not in (".png", ".svg"):
        raise ScenarioError(
            Fault(where, f"`{str(place)[:100]}` has no known ending", "`.png` or `.svg`", "", "choose another name",
                  "AMB-S61")
        )  # fmt: skip
    if not os.path.isdir(place.parent):
        raise _refused(place, where, "no such folder")


def save_figure(figure: object, place: Path, where: str = "--plot") -> None:
    """Write a figure as its suffix says.

    Raises
    ------
    StoreError
        When the place cannot be written.
    """
    try:
        place.write_bytes(plots.to_svg(figure).encode() if place.suffix == ".svg" else plots.to_png(figure))
    except (OSError, ValueError) as cause:
        reason = (cause.strerror if isinstance(cause, OSError) else "") or "no file can have that name"
        raise _refused(place, where, reason) from cause


def _refused(place: Path, where: str, reason: str) -> StoreError:
    return StoreError(
        Fault(f"{where} {place}"[:300], f"cannot be written: {reason}", "a file in a folder that exists", "",
              "choose another place, or make room", "AMB-R62")
    )  # fmt: skip
