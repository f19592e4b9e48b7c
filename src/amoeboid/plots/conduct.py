"""How patients went through a trial: boxes and arrows after the CONSORT diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amoeboid.plots.style import PALETTE, house_style

FONT, LINE, PAD, GAP = 8.5, 0.163, 0.45, 0.34
"""Size of text [pt], height of a line [inch], padding of a box [of the text], and gap between boxes [inch]."""


@dataclass(frozen=True)
class FlowArm:
    """One arm: how many were allocated, what happened to them, how many were analysed; reasons with counts."""

    name: str
    allocated: int
    events: Mapping[str, int] = field(default_factory=dict)
    analysed: int = 0


@dataclass(frozen=True)
class Flow:
    """A trial: who was screened, why some were left out, and the arms."""

    screened: int
    excluded: Mapping[str, int]
    arms: Sequence[FlowArm]

    @property
    def randomised(self) -> int:
        """Patients allocated to any arm."""
        return sum(arm.allocated for arm in self.arms)


def plot_flow(flow: Flow) -> Any:
    """Draw screening, exclusion, allocation, follow-up and analysis as boxes, one column per arm.

    Examples
    --------
    >>> figure = plot_flow(Flow(10, {"tumour below 20 mm": 4}, [FlowArm("control", 3, {"died": 1}, 3)] * 2))
    >>> len(figure.axes)
    1
    """
    columns = [_column(arm) for arm in flow.arms]
    rows = [max(_height(column[k]) for column in columns) for k in range(3)]
    aside = _aside(flow)
    space = max(2 * GAP, _height(aside) + 0.16) if aside else GAP
    height = 2 * _height("one line") + space + sum(rows) + 3 * GAP + 0.2
    with house_style() as figure_class:
        figure = figure_class(figsize=(max(5.6, 2.7 * len(columns)), height))
        figure.set_layout_engine("none")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(0.0, height)
        axes.axis("off")
        floor = _box(axes, (0.5, height - 0.1), f"screened: {flow.screened:,}")
        _arrow(axes, (0.5, floor), (0.5, floor - space))
        if aside:
            _arrow(axes, (0.5, floor - space / 2), (0.60, floor - space / 2))
            _box(axes, (0.61, floor - space / 2 + _height(aside) / 2), aside, align="left")
        split = _box(axes, (0.5, floor - space), f"randomised: {flow.randomised:,}")
        for number, column in enumerate(columns):
            _draw_column(axes, column, rows, ((number + 0.5) / len(columns), split, PALETTE[number % len(PALETTE)]))
    return figure


def _column(arm: FlowArm) -> tuple[str, str, str]:
    body = "\n".join(f"{reason}: {count:,}" for reason, count in arm.events.items()) or "nothing to report"
    return f"{arm.name}\nallocated: {arm.allocated:,}", body, f"analysed: {arm.analysed:,}"


def _aside(flow: Flow) -> str:
    if not flow.excluded:
        return ""
    return "\n".join(
        [f"left out: {sum(flow.excluded.values()):,}", *(f"{why}: {n:,}" for why, n in flow.excluded.items())]
    )


def _draw_column(axes: Any, texts: Sequence[str], rows: Sequence[float], place: tuple[float, float, str]) -> None:
    x, top, colour = place
    floor = top
    for number, (text, tall) in enumerate(zip(texts, rows, strict=True)):
        if number == 0:
            _elbow(axes, (0.5, floor), (x, floor - GAP))
        else:
            _arrow(axes, (x, floor), (x, top - GAP))
        # boxes of one row hang from one line, whatever they hold
        top = (top if number else floor) - GAP
        floor = _box(axes, (x, top), text, colour)
        top -= tall


def _height(text: str) -> float:
    """Height [inch] of a box around a text, as `_box` draws it."""
    return LINE * (text.count("\n") + 1) + 2 * PAD * FONT / 72.0


def _box(axes: Any, place: tuple[float, float], text: str, colour: str = "black", align: str = "center") -> float:
    """Hang a box from a place and give its floor."""
    floor = place[1] - _height(text)
    style = {
        "boxstyle": f"round,pad={PAD},rounding_size=0.15",
        "facecolor": "white",
        "edgecolor": colour,
        "linewidth": 1.1,
    }
    middle = (place[1] + floor) / 2
    axes.text(place[0], middle, text, ha=align, va="center", fontsize=FONT, linespacing=1.35, bbox=style, zorder=3)
    return floor


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    look = {"arrowstyle": "-|>", "color": "0.35", "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=look)


def _elbow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    turn = (start[1] + end[1]) / 2
    axes.plot([start[0], start[0], end[0], end[0]], [start[1], turn, turn, turn], color="0.35", linewidth=1.0)
    _arrow(axes, (end[0], turn), end)
