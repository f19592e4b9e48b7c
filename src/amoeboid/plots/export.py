"""A figure as text or bytes that a document can hold."""

from __future__ import annotations

import io
import re
from typing import Any


def to_svg(figure: Any) -> str:
    """Give a figure as inline SVG without XML header, the same text for the same figure."""
    import matplotlib as mpl

    from amoeboid.plots.style import RC

    buffer = io.StringIO()
    with mpl.rc_context(RC):
        figure.savefig(
            buffer, format="svg", bbox_inches="tight", pad_inches=0.04, metadata={"Date": None, "Creator": None}
        )
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    return re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', 'width="100%"', svg, count=1)


def to_png(figure: Any, dpi: int = 130) -> bytes:
    """Give a figure as PNG, the same bytes for the same figure."""
    import matplotlib as mpl

    from amoeboid.plots.style import RC

    buffer = io.BytesIO()
    with mpl.rc_context(RC):
        figure.savefig(buffer, format="png", dpi=dpi, bbox_inches="tight", pad_inches=0.04, metadata={"Software": None})
    return buffer.getvalue()
