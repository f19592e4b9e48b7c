"""One virtual patient's story, arm by arm: tumours growing, surgery, doses, scans, cells in the blood, death."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import PALETTE, house_style
from amoeboid.plots.survival import UNITS

Floats = NDArray[np.float64]
ORGAN_COLOURS = tuple(PALETTE[k] for k in (1, 2, 3, 4, 5, 6, 7))


@dataclass(frozen=True)
class Lesion:
    """One tumour: where it sits, and its cells over days; a dormant spell is a stretch of few cells.

    Parameters
    ----------
    organ : str
        ``primary`` for the primary tumour.
    days, cells : (n,) float64
        Since diagnosis [day], and cells, above 0 where it lives.
    """

    organ: str
    days: Floats
    cells: Floats


@dataclass(frozen=True)
class Story:
    """What happened to a patient in one arm; days since diagnosis.

    Parameters
    ----------
    lesions : sequence of Lesion
    surgery : float [day]
        NaN without surgery.
    doses : sequence of (name, first day, last day)
    scans : (n_scans,) float64 [day]
    seen : float [day]
        Scan at which the first metastasis was seen; inf if never.
    blood_days, blood_cells : (n_counts,) float64
        Days, and circulating tumour cells in 7.5 ml of blood.
    death : float [day]
        inf when alive at the end.
    cause : str
    """

    lesions: Sequence[Lesion]
    surgery: float
    doses: Sequence[tuple[str, float, float]]
    scans: Floats
    seen: float
    blood_days: Floats
    blood_cells: Floats
    death: float
    cause: str = ""


def plot_patient(
    stories: Mapping[str, Story],
    *,
    limit: float = 1e9,
    unit: str = "years",
    title: str = "",
    until: float | None = None,
) -> Any:
    """Draw the story of one patient, a column per arm with common axes: the same patient, the same luck.

    Parameters
    ----------
    stories : arm name to `Story`
        Control first.
    limit : float [cells]
        What a scan can see, drawn as a dashed line.
    unit : str
        ``days``, ``months`` or ``years``.
    title : str
    until : float, optional [day]
        End of the axis; by default the last day of any lesion or death.
    """
    scale = UNITS[unit]
    span = _span(stories, until)
    organs = list(dict.fromkeys(lesion.organ for story in stories.values() for lesion in story.lesions))
    shade = _organ_colours(organs)
    with house_style() as figure_class:
        figure = figure_class(figsize=(3.5 * len(stories) + 0.7, 4.9))
        grid = figure.subplots(
            3, len(stories), sharex=True, sharey="row", squeeze=False, gridspec_kw={"height_ratios": [4.0, 0.75, 1.1]}
        )
        for column, (name, story) in zip(grid.T, stories.items(), strict=True):
            _draw_lesions(column[0], story, shade, (limit, scale))
            _draw_care(column[1], story, scale)
            _draw_blood(column[2], story, scale)
            _draw_ends(column, story, (span[1], scale))
            column[0].set_title(name)
            column[2].set_xlabel(f"time since diagnosis [{unit}]")
            column[2].set_xlim(span[0] / scale, span[1] / scale)
        grid[0, 0].set_ylabel("cells")
        grid[1, 0].set_yticks([1.0, 0.0], ["doses", "scans"])
        grid[2, 0].set_ylabel("CTC in\n7.5 ml")
        figure.align_ylabels(grid[:, 0])
        if title:
            figure.suptitle(title, fontsize=10.0)
        _draw_story_key(figure, shade, stories)
    return figure


def _span(stories: Mapping[str, Story], until: float | None) -> tuple[float, float]:
    days = np.concatenate([lesion.days for story in stories.values() for lesion in story.lesions] + [np.zeros(1)])
    ends = [story.death for story in stories.values() if np.isfinite(story.death)]
    last = max(float(days.max()), *ends) if ends else float(days.max())
    last = last if until is None else until
    first = float(days.min())
    return first - 0.01 * (last - first), last + 0.03 * (last - first)


def _organ_colours(organs: Sequence[str]) -> dict[str, str]:
    others = [organ for organ in organs if organ != "primary"]
    shade = {organ: ORGAN_COLOURS[k % len(ORGAN_COLOURS)] for k, organ in enumerate(others)}
    return ({"primary": PALETTE[0]} if "primary" in organs else {}) | shade


def _draw_lesions(axes: Any, story: Story, shade: Mapping[str, str], frame: tuple[float, float]) -> None:
    limit, scale = frame
    crowd = 1.0 if len(story.lesions) < 20 else 0.55
    for lesion in story.lesions:
        living = lesion.cells > 0.0
        width, ink = (2.0, 1.0) if lesion.organ == "primary" else (1.1, crowd)
        days, cells = lesion.days[living] / scale, lesion.cells[living]
        axes.plot(days, cells, color=shade[lesion.organ], linewidth=width, alpha=ink)
    axes.axhline(limit, color="0.45", linewidth=0.9, linestyle="--")
    axes.set_yscale("log")
    axes.set_ylim(0.7, 5e12)
    axes.set_yticks([1e0, 1e3, 1e6, 1e9, 1e12])
    place = axes.get_yaxis_transform()
    axes.text(0.99, limit / 1.5, "limit of scans", transform=place, fontsize=7.5, color="0.35", ha="right", va="top")


def _draw_care(axes: Any, story: Story, scale: float) -> None:
    for name, first, last in story.doses:
        left, width = first / scale, (last - first) / scale
        axes.barh(1.0, width, left=left, height=0.62, color=PALETTE[2], alpha=0.35, linewidth=0)
        axes.text(last / scale, 1.0, f"  {name}", va="center", ha="left", fontsize=7.5, color=PALETTE[2])
    scans = story.scans[story.scans <= story.death]
    found = scans >= story.seen
    # filled once something is seen, so that a scan tells what it told
    look = {"markersize": 3.6, "markeredgecolor": "0.25", "markeredgewidth": 0.8, "linestyle": "none", "marker": "o"}
    for chosen, face in ((~found, "white"), (found, "0.25")):
        axes.plot(scans[chosen] / scale, np.zeros(int(chosen.sum())), markerfacecolor=face, **look)
    axes.set_ylim(-0.6, 1.6)
    axes.tick_params(axis="y", length=0)


def _draw_blood(axes: Any, story: Story, scale: float) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

    axes.vlines(story.blood_days / scale, 0, story.blood_cells, color="0.6", linewidth=0.8)
    axes.plot(story.blood_days / scale, story.blood_cells, ".", color="0.35", markersize=3.5)
    axes.set_yscale("symlog", linthresh=1.0)
    most = max(1.0, float(np.max(story.blood_cells, initial=0.0)))
    axes.set_ylim(0.0, max(1.6 * most, axes.get_ylim()[1]))
    axes.yaxis.set_major_locator(FixedLocator([0, 1, 10, 100, 1000, 10000]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))


def _draw_ends(column: Sequence[Any], story: Story, frame: tuple[float, float]) -> None:
    last, scale = frame
    for axes in column:
        if np.isfinite(story.surgery):
            axes.axvline(story.surgery / scale, color="0.2", linewidth=0.9, zorder=1)
        if np.isfinite(story.death) and story.death < last:
            axes.axvspan(story.death / scale, last / scale, color="0.88", linewidth=0, zorder=0)
    if np.isfinite(story.seen):
        column[0].axvline(story.seen / scale, color="black", linewidth=0.9, linestyle=":", zorder=1)
    died = f"death: {story.cause}" if story.cause else "death"
    for day, words in ((story.surgery, "surgery"), (story.seen, "metastasis seen"), (story.death, died)):
        if np.isfinite(day):
            _name_line(column[0], day / scale, words)
    if not np.isfinite(story.death):
        words = "alive" if np.isfinite(story.seen) else "alive, no metastasis seen"
        column[0].text(0.98, 0.03, words, transform=column[0].transAxes, ha="right", fontsize=8.0, color="0.25")


def _name_line(axes: Any, place: float, words: str) -> None:
    """Write along an upright line, at the foot of the panel, where tumours are small and soon gone."""
    ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
    look: dict[str, Any] = {"fontsize": 7.5, "rotation": 90, "ha": "right", "va": "bottom", "bbox": ground}
    axes.annotate(words, (place, 1.0), (-2, 2), textcoords="offset points", **look)


def _draw_story_key(figure: Any, shade: Mapping[str, str], stories: Mapping[str, Story]) -> None:
    from matplotlib.lines import Line2D

    keys = [
        Line2D([], [], color=colour, linewidth=2.0 if organ == "primary" else 1.1, label=organ)
        for organ, colour in shade.items()
    ]
    if any(np.isfinite(story.death) for story in stories.values()):
        keys.append(Line2D([], [], color="0.88", linewidth=6.0, label="after death"))
    figure.legend(handles=keys, loc="outside lower center", ncols=6)
