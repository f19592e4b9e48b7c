"""One look for all figures: colours that colour-blind readers tell apart, thin axes, text as text.

The palette is that of Okabe and Ito (2008), the usual one of the field; sequential colour is viridis.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

PALETTE = ("#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
"""Okabe-Ito, without its yellow, which is lost on white paper, and with a grey."""

CLASS_COLOURS = tuple(PALETTE[k] for k in (2, 5, 3, 4, 6, 0, 7))
"""Colours of types and phases of cells, without that of the ring around escaped ones."""

RC = {
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.labelsize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "figure.dpi": 110.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "amoeboid",
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.constrained_layout.use": True,
}


def colours(names: Sequence[str]) -> dict[str, str]:
    """Give each name its colour, in order.

    Examples
    --------
    >>> colours(["control", "OSM"])["OSM"]
    '#D55E00'
    """
    return {name: PALETTE[k % len(PALETTE)] for k, name in enumerate(names)}


@contextlib.contextmanager
def house_style() -> Iterator[Any]:
    """Draw inside the house style, without a screen; yields `matplotlib.figure.Figure`."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(RC):
        yield Figure


def sequential(n: int) -> list[tuple[int, int, int]]:
    """Give the colours of a scale from low to high, as red, green and blue from 0 to 255.

    Examples
    --------
    >>> sequential(2)
    [(68, 1, 84), (253, 231, 36)]
    """
    from matplotlib import colormaps

    shades = colormaps["viridis"].resampled(n)(range(n))
    return [(int(255 * red), int(255 * green), int(255 * blue)) for red, green, blue, _ in shades]
