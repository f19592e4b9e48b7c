"""How patients went through a trial: boxes and arrows after the CONSORT diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amoeboid.plots.style import PALETTE, house_style


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
    n_arms = len(flow.arms)
    middle = [(k + 0.5) / n_arms for k in range(n_arms)]
    tall = max(len(arm.events) for arm in flow.arms)
    drop = 0.24 * max(tall, 1) + 0.5
    left = 0.24 * max(len(flow.excluded), 1) + 0.35
    height = 2.9 + drop + left
    with house_style() as figure_class:
        figure = figure_class(figsize=(max(5.2, 2.6 * n_arms), height))
        axes = figure.subplots()
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(0.0, height)
        axes.axis("off")
        top = height - 0.35
        split = top - 0.45 - left
        _box(axes, (0.5, top), f"screened: {flow.screened:,}")
        _excluded(axes, flow, (top - 0.25, split + 0.25))
        _box(axes, (0.5, split), f"randomised: {flow.randomised:,}")
        for number, (arm, x) in enumerate(zip(flow.arms, middle, strict=True)):
            colour = PALETTE[number % len(PALETTE)]
            arrived = split - 0.95
            _elbow(axes, (0.5, split - 0.22), (x, arrived + 0.3))
            _box(axes, (x, arrived), f"{arm.name}\nallocated: {arm.allocated:,}", colour)
            body = "\n".join(f"{reason}: {count:,}" for reason, count in arm.events.items()) or "nothing to report"
            below = arrived - 0.55 - drop / 2
            _arrow(axes, (x, arrived - 0.3), (x, below + drop / 2 - 0.12))
            _box(axes, (x, below), body, colour)
            _arrow(axes, (x, below - drop / 2 + 0.12), (x, 0.52))
            _box(axes, (x, 0.3), f"analysed: {arm.analysed:,}", colour)
    return figure


def _excluded(axes: Any, flow: Flow, ends: tuple[float, float]) -> None:
    top, low = ends
    _arrow(axes, (0.5, top), (0.5, low))
    if flow.excluded:
        lines = [f"left out: {sum(flow.excluded.values()):,}", *(f"{why}: {n:,}" for why, n in flow.excluded.items())]
        y = (top + low) / 2
        _arrow(axes, (0.5, y), (0.60, y))
        _box(axes, (0.61, y), "\n".join(lines), align="left")


def _box(axes: Any, place: tuple[float, float], text: str, colour: str = "black", align: str = "center") -> None:
    style = {
        "boxstyle": "round,pad=0.45,rounding_size=0.15",
        "facecolor": "white",
        "edgecolor": colour,
        "linewidth": 1.1,
    }
    axes.text(*place, text, ha=align, va="center", fontsize=8.5, linespacing=1.35, bbox=style, zorder=3)


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": "0.35", "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0}
    )


def _elbow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    turn = (start[1] + end[1]) / 2
    axes.plot([start[0], start[0], end[0], end[0]], [start[1], turn, turn, turn], color="0.35", linewidth=1.0)
    _arrow(axes, (end[0], turn), end)
