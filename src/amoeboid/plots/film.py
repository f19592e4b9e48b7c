"""Films of the tissue: arms side by side, cells as shaded spheres, with clock, scale bar and legend; GIF or MP4."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import ExecutionError, Fault
from amoeboid.plots.style import CLASS_COLOURS, sequential
from amoeboid.plots.tissue import camera

Floats = NDArray[np.float64]

MOST_FRAMES = 180
"""Frames of a film; of a longer recording evenly spread ones are shown."""

_SECONDS = 9.0  # of a film, unless that were faster than `_FASTEST` frames a second
_FASTEST = 20.0
_GAP, _HEAD, _FOOT = 8, 34, 64
_WIDEST, _SIDE = 1180, (200, 520)  # pixels of the film, and least and most of a panel
_LIGHT = np.array([-0.45, 0.55, 0.75]) / np.linalg.norm([-0.45, 0.55, 0.75])
_INK, _SOFT, _RING, _PAPER = (27, 27, 27), (92, 92, 92), (213, 94, 0), (255, 255, 255)
_QUANTILE = 0.998


@dataclass(frozen=True)
class FilmPanel:
    """One arm of a film.

    Parameters
    ----------
    title : str
    position : (n_frames, n_cells, 3) [um]
        From a place that all arms share, such as the middle of the tumour; NaN where a cell is not there.
    radius : (n_frames, n_cells) [um]
    value : (n_frames, n_cells)
        For colour, NaN where there is none.
    """

    title: str
    position: Floats
    radius: Floats
    value: Floats


@dataclass(frozen=True)
class Legend:
    """What colours mean: a number with its ends, or ``classes`` by name; and the words under the film."""

    label: str
    limits: tuple[float, float] = (0.0, 1.0)
    classes: tuple[str, ...] = ()
    title: str = ""
    note: str = ""


def write_film(path: Path, time: Floats, panels: Sequence[FilmPanel], legend: Legend) -> None:
    """Write a film of arms side by side, from one side, on one scale.

    Parameters
    ----------
    path : Path
        Ends in ``.gif`` or ``.mp4``; the latter needs the program ffmpeg.
    time : (n_frames,) [s]
    panels : sequence of FilmPanel
    legend : Legend

    Raises
    ------
    ExecutionError
        When ffmpeg is needed and is not there, or fails.
    OSError
        When the file cannot be written.
    """
    kept = np.unique(np.rint(np.linspace(0, len(time) - 1, min(len(time), MOST_FRAMES))).astype(int))
    rate = min(_FASTEST, max(2.0, len(kept) / _SECONDS))
    frames = _frames(np.asarray(time, dtype=float), kept, panels, legend)
    if path.suffix == ".mp4":
        _mp4(path, frames, rate)
    else:
        _gif(path, list(frames), rate)


def _frames(time: Floats, kept: NDArray[np.int64], panels: Sequence[FilmPanel], legend: Legend) -> Iterator[Any]:
    from PIL import Image

    reach = _reach(panels)
    columns, side = _layout(len(panels))
    ground = _ground(panels, legend, reach)
    colours = _colours(legend)
    for frame in kept:
        image = ground.copy()
        for k, panel in enumerate(panels):
            left, top = _place(k, columns, side)
            picture = _picture(panel, int(frame), (reach, side), (colours, legend))
            image.paste(Image.fromarray(picture), (left, top))
        _frame_words(image, panels, float(time[frame]), float(time[-1]))
        yield image


def _layout(n: int) -> tuple[int, int]:
    """Give columns, and pixels of the side of a panel."""
    columns = n if n <= 3 else 2 if n == 4 else 4
    side = (_WIDEST - _GAP * (columns + 1)) // columns
    return columns, int(np.clip(side, *_SIDE))


def _place(k: int, columns: int, side: int) -> tuple[int, int]:
    return _GAP + (k % columns) * (side + _GAP), _HEAD + (k // columns) * (side + _GAP)


def _reach(panels: Sequence[FilmPanel]) -> float:
    """Give half the width of a panel [um]: nearly all cells of every frame."""
    view = camera()[:2]
    edges = [1.0]
    for panel in panels:
        seen = np.abs(panel.position @ view.T).max(axis=2) + panel.radius
        edges += [float(np.quantile(one[np.isfinite(one)], _QUANTILE)) for one in seen if np.isfinite(one).any()]
    return 1.04 * max(edges)


def _colours(legend: Legend) -> NDArray[np.float64]:
    if legend.classes:
        names = [CLASS_COLOURS[k % len(CLASS_COLOURS)] for k in range(len(legend.classes))]
        return np.array([[int(name[i : i + 2], 16) for i in (1, 3, 5)] for name in names], dtype=float)
    return np.array(sequential(256), dtype=float)


def _picture(panel: FilmPanel, frame: int, scale: tuple[float, int], shade: tuple[Floats, Legend]) -> NDArray[np.uint8]:
    """Give the pixels of one arm at one frame, (side, side, 3)."""
    reach, side = scale
    colours, legend = shade
    there = np.flatnonzero(np.isfinite(panel.position[frame]).all(axis=1))
    seen = panel.position[frame, there] @ camera().T
    there, seen = there[np.argsort(seen[:, 2], kind="stable")], seen[np.argsort(seen[:, 2], kind="stable")]
    pixel = 2.0 * reach / side
    at = np.stack([side / 2 + seen[:, 0] / pixel, side / 2 - seen[:, 1] / pixel], axis=1)
    base = _base(panel.value[frame, there], colours, legend)
    # far cells fade into the paper, which tells depth where nothing overlaps
    fade = 0.45 * np.clip(0.5 - 0.5 * seen[:, 2] / reach, 0.0, 1.0)[:, None] ** 2
    picture = np.full((side * side, 3), 255, dtype=np.uint8)
    index, cell, normal = _covered(at, np.maximum(panel.radius[frame, there] / pixel, 0.8), side)
    front = np.full(side * side, -1, dtype=np.int64)
    np.maximum.at(front, index, np.arange(len(index)))  # cells come from back to front: the last one is seen
    shown = np.flatnonzero(front >= 0)
    pick = front[shown]
    light = 0.42 + 0.66 * np.maximum(normal[pick] @ _LIGHT, 0.0)
    edge = 0.72 + 0.28 * np.clip(2.0 * normal[pick, 2], 0.0, 1.0)
    colour = base[cell[pick]] * (light * edge)[:, None]
    dim = fade[cell[pick]]
    picture[shown] = np.clip(colour * (1.0 - dim) + 255.0 * dim, 0.0, 255.0).astype(np.uint8)
    return picture.reshape(side, side, 3)


def _base(value: Floats, colours: Floats, legend: Legend) -> Floats:
    known = np.isfinite(value)
    filled = np.where(known, value, 0.0)
    if legend.classes:
        row = filled.astype(int) % len(colours)
    else:
        low, high = legend.limits
        row = np.clip(255.0 * (filled - low) / max(high - low, 1e-30), 0, 255).astype(int)
    return np.where(known[:, None], colours[row], 184.0)


def _covered(at: Floats, radius: Floats, side: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Give every pixel that a cell covers, which cell that is, and the normal of its sphere there."""
    half = int(np.ceil(radius.max(initial=1.0)))
    steps = np.arange(-half, half + 1)
    across, down = (grid.ravel() for grid in np.meshgrid(steps, steps))
    whole = np.floor(at).astype(np.int64)
    x, y = whole[:, :1] + across, whole[:, 1:] + down
    # normals from the middle of each pixel; up is towards smaller rows
    nx, ny = (x + 0.5 - at[:, :1]) / radius[:, None], -(y + 0.5 - at[:, 1:]) / radius[:, None]
    square = nx * nx + ny * ny
    inside = (square <= 1.0) & (x >= 0) & (x < side) & (y >= 0) & (y < side)
    cell, which = np.nonzero(inside)
    normal = np.stack([nx[cell, which], ny[cell, which], np.sqrt(1.0 - square[cell, which])], axis=1)
    return y[cell, which] * side + x[cell, which], cell, normal


def _ground(panels: Sequence[FilmPanel], legend: Legend, reach: float) -> Any:
    """Give what does not change: frames, legend, scale bar, title and note."""
    from PIL import Image, ImageDraw

    columns, side = _layout(len(panels))
    rows = -(-len(panels) // columns)
    width, height = _GAP + columns * (side + _GAP), _HEAD + rows * (side + _GAP) + _FOOT
    image = Image.new("RGB", (width + width % 2, height + height % 2), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((_GAP, 8), _short(draw, legend.title, width - 190, 16), font=_font(16), fill=_INK)
    foot = height - _FOOT + 6
    _bar(draw, (_GAP, foot + 12), 2.0 * reach / side)
    _legend(draw, (min(220, width // 3), foot), legend)
    note = _short(draw, legend.note, width - 2 * _GAP, 11)
    draw.text((_GAP, height - 18), note, font=_font(11), fill=_SOFT)
    return image


def _bar(draw: Any, place: tuple[int, int], pixel: float) -> None:
    wanted = 130.0 * pixel
    power = 10.0 ** np.floor(np.log10(wanted))
    length = next(k * power for k in (5.0, 2.0, 1.0) if k * power <= wanted)
    x, y = place
    draw.rectangle((x, y + 3, x + length / pixel, y + 6), fill=_INK)
    draw.text((x, y - 13), f"{length:g} µm", font=_font(12), fill=_INK)


def _legend(draw: Any, place: tuple[int, int], legend: Legend) -> None:
    x, y = place
    if legend.classes:
        draw.text((x, y), legend.label, font=_font(12), fill=_INK)
        for name, colour in zip(legend.classes, _colours(legend), strict=True):
            draw.ellipse((x, y + 18, x + 12, y + 30), fill=tuple(int(c) for c in colour))
            draw.text((x + 17, y + 16), name, font=_font(12), fill=_INK)
            x += 34 + int(draw.textlength(name, font=_font(12)))
        return
    low, high = (f"{end:.2g}" for end in legend.limits)
    draw.text((x, y), legend.label, font=_font(12), fill=_INK)
    draw.text((x, y + 17), low, font=_font(12), fill=_INK)
    x += 6 + int(draw.textlength(low, font=_font(12)))
    for k, colour in enumerate(_colours(legend)[::2]):
        draw.rectangle((x + k, y + 18, x + k, y + 29), fill=tuple(int(c) for c in colour))
    draw.text((x + 134, y + 17), high, font=_font(12), fill=_INK)


def _frame_words(image: Any, panels: Sequence[FilmPanel], now: float, end: float) -> None:
    from PIL import ImageDraw

    draw = ImageDraw.Draw(image)
    columns, side = _layout(len(panels))
    for k, panel in enumerate(panels):
        left, top = _place(k, columns, side)
        draw.rectangle((left, top, left + side - 1, top + side - 1), outline=(217, 217, 217))
        draw.text((left + 6, top + 4), _short(draw, panel.title, side - 12, 13), font=_font(13), fill=_INK)
    days = end >= 4 * 86400.0
    clock = f"{now / 86400.0:.1f} of {end / 86400.0:.1f} d" if days else f"{now / 3600.0:.1f} of {end / 3600.0:.1f} h"
    draw.text((image.width - _GAP, 8), clock, font=_font(16), fill=_INK, anchor="ra")


def _font(size: int) -> Any:
    from matplotlib import get_data_path
    from PIL import ImageFont

    return ImageFont.truetype(str(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"), size)


def _short(draw: Any, text: str, width: int, size: int) -> str:
    """Cut a text to a width [pixels]."""
    if draw.textlength(text, font=_font(size)) <= width:
        return text
    while text and draw.textlength(text + "…", font=_font(size)) > width:
        text = text[:-1]
    return text + "…"


def _gif(path: Path, frames: Sequence[Any], rate: float) -> None:
    """Write a GIF with one palette for all frames, taken from the first, middle and last."""
    from PIL import Image

    first = frames[0]
    sheet = Image.new("RGB", (first.width, 3 * first.height))
    for k, frame in enumerate((frames[0], frames[len(frames) // 2], frames[-1])):
        sheet.paste(frame, (0, k * first.height))
    palette = sheet.quantize(colors=255, method=Image.Quantize.MEDIANCUT)
    plain = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    lengths = [int(1000.0 / rate)] * (len(plain) - 1) + [2500]  # the end stays, to be looked at
    plain[0].save(path, format="GIF", save_all=True, append_images=plain[1:], duration=lengths, loop=0, optimize=False)


def _mp4(path: Path, frames: Iterator[Any], rate: float) -> None:
    program = shutil.which("ffmpeg")
    if program is None:
        raise ExecutionError(
            Fault(str(path.suffix), "a film as MP4 needs the program ffmpeg, which is not there", "ffmpeg on the path",
                  "`.gif`", "install ffmpeg, or let `--out` end in `.gif`", "AMB-X561")
        )  # fmt: skip
    first = next(frames)
    words = ["-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{first.width}x{first.height}"]
    words += ["-r", f"{rate:g}", "-i", "-", "-pix_fmt", "yuv420p", "-f", "mp4", str(path)]
    with subprocess.Popen([program, *words], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        try:
            for frame in (first, *frames):
                process.stdin.write(frame.tobytes())
        except BrokenPipeError:
            pass
        _, told = process.communicate()
    if process.returncode:
        raise ExecutionError(
            Fault("ffmpeg", f"it failed: {told.decode(errors='replace').strip()[:300]}", "a program that writes H.264",
                  "`.gif`", "let `--out` end in `.gif`", "AMB-X562")
        )  # fmt: skip
