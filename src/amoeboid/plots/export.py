"""A figure as text or bytes that a document can hold."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

LARGEST = 1.33
"""Points of the page to a point of a figure: text of 9 pt becomes 12 pt, that of the page."""


def to_svg(figure: Any) -> str:
    """Give a figure as inline SVG without XML header, the same text for the same figure.

    Names inside it are its own, so that a page can hold several; it fills its place up to a size at which its text is
    as large as that of the page.
    """
    import matplotlib as mpl

    from amoeboid.plots.style import RC

    buffer = io.StringIO()
    with mpl.rc_context(RC):
        figure.savefig(
            buffer, format="svg", bbox_inches="tight", pad_inches=0.04, metadata={"Date": None, "Creator": None}
        )
    svg = buffer.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    return _sized(_with_own_names(svg))


def _with_own_names(svg: str) -> str:
    """Drop names that nothing refers to, and make the others unlike those of any other figure."""
    used = set(re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", svg))
    kept = {name for pair in used for name in pair if name}
    own = hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{own}-{m[1]}"' if m[1] in kept else "", svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{own}-\1)", svg)
    return re.sub(r'href="#([^"]+)"', rf'href="#{own}-\1"', svg)


def _sized(svg: str) -> str:
    def size(found: re.Match[str]) -> str:
        return f'width="100%" style="max-width:{LARGEST * float(found[1]):.0f}pt"'

    return re.sub(r'width="([\d.]+)pt" height="[\d.]+pt"', size, svg, count=1)


def to_png(figure: Any, dpi: int = 130) -> bytes:
    """Give a figure as PNG, the same bytes for the same figure."""
    import matplotlib as mpl

    from amoeboid.plots.style import RC

    buffer = io.BytesIO()
    with mpl.rc_context(RC):
        figure.savefig(buffer, format="png", dpi=dpi, bbox_inches="tight", pad_inches=0.04, metadata={"Software": None})
    return buffer.getvalue()
