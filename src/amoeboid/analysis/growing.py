"""How a tissue grows: numbers of cells, and the radii of the spheroid that they make, from recorded samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from amoeboid import measures
from amoeboid.analysis.member import MeasureRow, Recorded

_RADII = ("outer_radius", "inhibited_radius", "necrotic_radius")
_COUNTS = ("n_cells", "n_living")
_NEEDED = ("phase", "current_radius")


def growth_rows(frames: Recorded) -> Iterator[MeasureRow]:
    """Give numbers of cells and radii at every sample for which there is a frame; none where nothing grows.

    The radii are those of the largest piece of the outline, and of the inside of all cells about their centre: they
    tell something of one compact tissue.
    """
    if not all(name in frames.scalars for name in _NEEDED):
        return
    phase, radius = (np.asarray(frames.scalars[name], dtype=np.float64) for name in _NEEDED)
    moments = np.asarray(frames.time, dtype=np.float64)
    for sample, time in enumerate(np.asarray(frames.cell_time, dtype=np.float64)):
        frame = np.flatnonzero(np.isclose(moments, time))
        if not frame.size:
            continue
        position = np.asarray(frames.position[frame[0]], dtype=np.float64)
        # a cell that is not there has no radius in the sample, whatever the frame says
        position = np.where(np.isfinite(radius[sample])[:, None], position, np.nan)
        seen = measures.spheroid(position, radius[sample], phase[sample])
        for name in _COUNTS:
            yield MeasureRow(name, float(time), float(getattr(seen, name)), "1")
        if seen.n_cells:
            for name in _RADII:
                yield MeasureRow(name, float(time), getattr(seen, name), "um")
