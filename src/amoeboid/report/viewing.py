"""The interactive view in three dimensions: what it shows of a run, and its place in the page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from amoeboid import measures
from amoeboid.errors import NumericsError
from amoeboid.plots import CLASS_COLOURS, sequential
from amoeboid.process import PORTS
from amoeboid.report.document import Section
from amoeboid.report.material import FIRST, Material
from amoeboid.report.outcomes import MOST_ARMS
from amoeboid.report.outlines import outlines
from amoeboid.report.packing import Packed, Shade, Shown, pack
from amoeboid.report.quantities import counted, span
from amoeboid.store import Frames
from amoeboid.tissue.cells import PHASES

Array = NDArray[Any]

VIEW = "view"
"""Name of the section."""

SCRIPTS = ("view-drawing.js", "view.js")

_NUMBERS = {
    "tension": ("cortical tension γ", "nN/µm", 1.0),
    "pMLC2": ("MLC2-P, share of all MLC2", "", 1.0),
    "pSTAT3": ("STAT3-P", "nM", 1.0),
    "speed": ("speed", "µm/min", 60.0),
    "pull": ("pull on the matrix", "nN", 1.0),
    "oxygen": ("oxygen", "nM", 1.0),
    "contacts": ("touching cells", "", 1.0),
    "passage": ("passage through pores, 1 is free", "", 1.0),
}
"""Recorded scalars that cells can be coloured by: words, unit, and factor to that unit."""

_OURS = frozenset({*_NUMBERS, "aspect", "phase", "current_radius", "drive"})
_ESCAPE = ("in the tumour", "beyond, still attached", "escaped alone", "escaped in a cluster")
_MODES = ("rounded", "elongated")
_ENDS = (0.01, 0.99)  # quantiles at which a colour scale ends, so that one odd cell does not flatten it


def view_section(material: Material) -> Section | None:
    """Give the view of the first replicate of each arm; nothing where arms are too many or no cell was recorded."""
    names = material.readings.arms
    if not 0 < len(names) <= MOST_ARMS:
        return None
    frames = {name: material.frames(name) for name in names}
    if not all(one.position.shape[0] and one.position.shape[1] for one in frames.values()):
        return None
    types = tuple(dict.fromkeys(kind for name in names for kind in _types(material, name)))
    arms = [_shown(material, name, types) for name in names]
    shades = list(_shades(arms, types))
    packed = pack(arms, shades, _facts(material))
    return Section(VIEW, "Look at it move", _body(material, packed))


def _types(material: Material, arm: str) -> tuple[str, ...]:
    return material.cell_types(arm)


def _shown(material: Material, arm: str, types: tuple[str, ...]) -> Shown:
    frames = material.frames(arm)
    position = np.asarray(frames.position, dtype=np.float64)
    n_cells = position.shape[1]
    radius = np.asarray(frames.initial["radius"], dtype=np.float64)[None]
    if "current_radius" in frames.scalars:
        now = np.asarray(frames.scalars["current_radius"], dtype=np.float64)
        radius = np.where(np.isfinite(now), now, radius)
    return Shown(
        name=arm,
        time=np.asarray(frames.time, dtype=np.float64),
        sample_time=np.asarray(frames.cell_time, dtype=np.float64),
        position=position,
        radius=radius,
        identity=np.asarray(frames.initial.get("id", np.arange(n_cells))),
        values=dict(_values(material, arm, frames, types)),
    )


def _values(material: Material, arm: str, frames: Frames, types: tuple[str, ...]) -> Iterator[tuple[str, Array]]:
    mine = np.array([types.index(name) for name in _types(material, arm)] or [0], dtype=np.float64)
    kind = np.asarray(frames.initial.get("type", np.zeros(frames.position.shape[1])), dtype=np.int64)
    yield "type", mine[np.minimum(kind, len(mine) - 1)][None]
    for name, values in frames.scalars.items():
        numbers = np.asarray(values, dtype=np.float64)
        if np.asarray(values).dtype.kind == "i":
            numbers = np.where(numbers < 0, np.nan, numbers)
        if name == "aspect":
            rounded = numbers < material.thresholds.rounded_aspect
            yield "mode", np.where(np.isfinite(numbers), np.where(rounded, 0.0, 1.0), np.nan)
        elif name == "phase":
            yield "phase", numbers
        elif name in _NUMBERS or name not in _OURS:
            yield name, numbers * _NUMBERS.get(name, ("", "", 1.0))[2]
    escape = _escape(material, frames)
    if escape is not None:
        yield "escape", escape


def _escape(material: Material, frames: Frames) -> Array | None:
    """Give the class of escape of every cell at every frame; none where the start has no hull, or a gel has a face."""
    if material.scenario.tissue.matrix.place is not None:
        return None
    position = np.asarray(frames.position, dtype=np.float64)
    there = np.isfinite(position[..., 0])
    limits = (material.thresholds.escape_reach, material.thresholds.contact_factor)
    try:
        hull = measures.Hull.of(position[0, there[0]])
    except NumericsError:
        return None
    beyond = [np.full(len(now), np.nan) for now in there]
    for distance, now, places in zip(beyond, there, position, strict=True):
        distance[now] = hull.distance(places[now])
    _, kind = measures.escape_events(frames.time, position, frames.initial["radius"], limits, beyond)
    return np.where(there, kind.astype(np.float64), np.nan)


def _shades(arms: list[Shown], types: tuple[str, ...]) -> Iterator[Shade]:
    """Give what cells can be coloured by, in the order of the list; the first is shown at first."""
    known = dict.fromkeys(name for arm in arms for name in arm.values)
    if len(types) > 1:  # where there are several, which is which comes first
        yield Shade("type", "type of cell", classes=tuple(kind.replace("_", " ") for kind in types), clock="once")
    for name in (*_NUMBERS, *(other for other in known if other not in _OURS and other not in (*_CLASSES, "type"))):
        values = [arm.values[name] for arm in arms if name in arm.values]
        if values:
            yield _number(name, np.concatenate([one.ravel() for one in values]))
    for name, (label, classes, clock) in _CLASSES.items():
        if name in known:
            yield Shade(name, label, classes=classes, clock=clock)


_CLASSES: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "mode": ("shape", _MODES, "sample"),
    "escape": ("where it stands", _ESCAPE, "frame"),
    "phase": ("phase of life", PHASES, "sample"),
}


def _number(name: str, values: Array) -> Shade:
    found = values[np.isfinite(values)]
    low, high = (float(end) for end in np.quantile(found, _ENDS)) if found.size else (0.0, 1.0)
    if name == "contacts":
        low, high = 0.0, max(1.0, float(found.max(initial=1.0)))
    elif low < 0.25 * high:  # what is never below 0 and comes near it begins there
        low = min(low, 0.0)
    label, unit, _ = _NUMBERS.get(name, (name.replace("_", " "), _unit(name), 1.0))
    return Shade(name, label, unit, low, high if high > low else low + 1.0)


def _unit(name: str) -> str:
    unit = PORTS[f"cell.{name}"].unit if f"cell.{name}" in PORTS else ""
    return "" if unit == "1" else unit


def _facts(material: Material) -> dict[str, Any]:
    return {
        "title": material.scenario.name,
        "run": material.run.path.name,
        "size": list(material.scenario.tissue.size),
        "ramp": [channel for colour in sequential(256) for channel in colour],
        "palette": CLASS_COLOURS,
        "outlines": {arm: outlines(material, arm) for arm in material.readings.arms},
    }


def _body(material: Material, packed: Packed) -> Markup:
    header = Markup(packed.header.replace("<", "\\u003c").replace("&", "\\u0026"))
    return Markup(_FRAME).format(caption=_caption(material, packed), header=header, data=packed.data)


def _caption(material: Material, packed: Packed) -> str:
    shown, recorded = packed.frames
    words = (
        f"Replicate {FIRST} of each arm, to scale, in parallel projection, all from one side. A cell is drawn as the "
        f"sphere of its volume; its long axis is not recorded. {counted(shown, 'frame')} over "
        f"{span(material.scenario.duration)}; between them places are interpolated"
    )
    left_out = []
    if shown < recorded:
        left_out.append(f"{shown:,} of {recorded:,} frames")
    if packed.cells > 1:
        left_out.append(f"one cell in {packed.cells:,}")
    if left_out:
        words += f". To keep this page small it holds {', '.join(left_out)}"
    return f"{words}."


_FRAME = """<figure class="view3d" id="view3d">
<p class="view-fallback">This view needs a browser with scripts and WebGL 2. Without them, <a href="#pictures">the
pictures</a> show the tissue at the end, and <code>amoeboid export</code> writes it for ParaView, Simularium and
napari.</p>
<div class="view-live" hidden>
<div class="view-bar" role="group" aria-label="what is shown">
<label>Colour by <select data-view="shade"></select></label>
<span data-view="legend" class="view-legend"></span>
</div>
<div class="view-stage" data-view="stage">
<canvas data-view="canvas" tabindex="0" role="img" aria-label="cells of every arm in three dimensions"
 aria-describedby="view-keys"></canvas>
<div data-view="labels"></div>
<div class="view-scale" data-view="scale" aria-hidden="true"><span></span><b></b></div>
</div>
<div class="view-bar" role="group" aria-label="time">
<button type="button" data-view="play" aria-pressed="false">▶ Play</button>
<input type="range" data-view="time" min="0" max="1000" value="1000" step="any" aria-label="time">
<output data-view="clock" class="view-clock"></output>
<label>Speed <select data-view="rate"><option value="0.5">½</option><option value="1" selected>1</option>
<option value="3">3</option></select></label>
</div>
<div class="view-bar" role="group" aria-label="view">
<span>From <button type="button" data-side="x">x</button><button type="button" data-side="y">y</button><button
 type="button" data-side="z">z</button><button type="button" data-side="corner">a corner</button></span>
<label>Cut away the front <input type="range" data-view="cut" min="0" max="1" value="0" step="0.01"></label>
<label><input type="checkbox" data-view="outline" checked> outlines</label>
<span data-view="types"></span>
<button type="button" data-view="large">Larger</button>
</div>
<div class="view-picked" data-view="picked" role="status" aria-live="polite"></div>
<p class="view-keys" id="view-keys">Drag to turn, wheel or two fingers to come nearer, shift and drag to move; click a
cell to follow it in every arm, click the name of an arm to see it alone. Keys: arrows turn, + and − come nearer and
go away, space plays, comma and point step, Home begins anew.</p>
</div>
<figcaption>{caption}</figcaption>
<script type="application/json" id="view-header">{header}</script>
<script type="text/plain" id="view-data">{data}</script>
</figure>"""


def header_of(section: Section) -> dict[str, Any]:
    """Read the header back from a section (used in tests)."""
    text = str(section.body).split('id="view-header">')[1].split("</script>")[0]
    found: dict[str, Any] = json.loads(text)
    return found
