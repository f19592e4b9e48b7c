"""How far a floating gel contracts: rows of measures from the recorded collagen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from amoeboid import measures
from amoeboid.analysis.member import MeasureRow, Recorded


def contraction_rows(frames: Recorded) -> Iterator[MeasureRow]:
    """Give ``gel_contraction`` at every sample of one member; nothing where no gel floats or it was not recorded."""
    volumes: Mapping[str, Any] = getattr(frames, "volumes", {})
    if "collagen" not in volumes or len(volumes["collagen"]) == 0 or not measures.is_floating(volumes["collagen"][0]):
        return
    lost = measures.gel_contraction(volumes["collagen"])
    for time, share in zip(np.asarray(frames.cell_time, dtype=np.float64), lost, strict=True):
        yield MeasureRow("gel_contraction", float(time), float(share), "1")
