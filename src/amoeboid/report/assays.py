"""What a virtual assay shows: its readouts over time and at the end, cells by depth, and a section through the tissue.

Everything is chosen by what is there: by the readouts that the scenario names, by the measures in the table that not
every run has, by a gel with one face, by what the matrix holds. A new measure needs no code here.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from amoeboid import measures
from amoeboid.analysis import interface_of
from amoeboid.plots import Course, Profile, plot_courses, plot_depth_profiles, plot_sections
from amoeboid.report.document import Section, figure_png, figure_svg, paragraph, table
from amoeboid.report.material import FIRST, Material
from amoeboid.report.outcomes import MOST_ARMS, shown
from amoeboid.report.quantities import QUANTITIES, Quantity, joined, quantity, span
from amoeboid.report.slices import slices_of
from amoeboid.store import Frames

Floats = NDArray[np.float64]

_MOST_PANELS = 8
_N_LAYERS = 24
_LABEL = 26  # letters of a line of an upright label

_EVERYWHERE = frozenset(
    {
        "fraction_escaped", "fraction_escaped_single", "fraction_escaped_cluster", "escape_rate_per_day",
        "invasion_distance", "pSTAT3_mean", "pSTAT3_fold", "pMLC2_mean", "pMLC2_fold", "tension_mean",
        "contact_angle_mean", "fraction_rounded", "speed_mean", "speed_median", "persistence", "msd_15min", "msd_30min",
    }
)  # fmt: skip
"""Measures of every run, which the arms are compared by in any case."""

_UNITS = {"um": "µm", "um^2": "µm²", "um^3": "µm³", "um/min": "µm/min", "nN/um": "nN/µm", "1/day": "per day", "1": ""}


@dataclass(frozen=True)
class _Readouts:
    """Names of measures that the assay is read by, in order, and how each is written."""

    names: tuple[str, ...]
    how: dict[str, Quantity]


def assay_section(material: Material) -> Section | None:
    """Say what the assay shows, or nothing where the run is none and measures nothing that not every run measures."""
    found = _readouts(material)
    document = material.scenario
    tissue = document.tissue
    if not (document.assay or found.names or tissue.growth or tissue.vessels or tissue.membranes):
        return None
    parts = [_introduction(material, found), _end_table(material, found)]
    if len(document.arms) <= MOST_ARMS:
        parts += [_courses(material, found), _profiles(material), _sections(material)]
    body = Markup("\n").join(part for part in parts if part)
    return Section("assay", "What the assay shows", body)


def _readouts(material: Material) -> _Readouts:
    present = material.readings.names
    ours = [name for name in material.scenario.readout if name in present]
    ours += sorted(name for name in present if name.partition(" of ")[0] not in _EVERYWHERE and " of " not in name)
    names = tuple(dict.fromkeys(ours))
    return _Readouts(names, {name: _how(material, name) for name in names})


def _how(material: Material, name: str) -> Quantity:
    """Give how a measure is written: as listed, else by the unit of its rows; a fraction or share in per cent."""
    plain = name.partition(" of ")[0]
    if plain in QUANTITIES:
        return quantity(name)
    columns = material.readings.columns
    unit = str(columns["unit"][np.argmax(columns["name"] == name)])
    words = name.replace("_", " ")
    if unit == "1" and ("fraction" in plain or "share" in plain):
        return Quantity(words, "%", 100.0)
    return Quantity(words, _UNITS.get(unit, unit))


def _introduction(material: Material, found: _Readouts) -> Markup:
    document = material.scenario
    stands = f"This scenario stands for an assay of the laboratory: {document.assay}. " if document.assay else ""
    named = [found.how[name].name for name in document.readout if name in found.names]
    read = f"It is read by {joined(named)}. " if named else ""
    missing = [quantity(name).name for name in document.readout if name not in found.names]
    lost = f"Not measured in this run: {joined(missing)}." if missing else ""
    return paragraph(stands, read, lost) if stands or read or lost else Markup("")


def _end_table(material: Material, found: _Readouts) -> Markup:
    arms = material.readings.arms
    if not found.names or len(arms) > MOST_ARMS:
        return Markup("")
    rows = []
    for name in found.names:
        how, means = found.how[name], material.means(name)
        cells = [shown(material, name, means.get(arm), how) for arm in arms]
        rows.append([Markup("{} <small>{}</small>").format(how.name, how.unit), *cells])
    body = table(["readout at the end", *arms], rows, frozenset(range(1, 1 + len(arms))))
    return body + paragraph(
        "How means and intervals are made stands under ", Markup('<a href="#arms">Arms compared</a>'), "."
    )


def _courses(material: Material, found: _Readouts) -> Markup:
    courses: dict[str, dict[str, Course]] = {}
    for name in found.names:
        mine = {arm: c for arm, c in material.readings.courses(name).items() if np.isfinite(c.mean).any()}
        moves = any(np.nanmax(np.abs(course.high)) > 0.0 for course in mine.values())
        if moves and len(courses) < _MOST_PANELS:
            courses[name] = {arm: course.times(found.how[name].factor) for arm, course in mine.items()}
    if not courses:
        return Markup("")
    longest = max(float(course.time[-1]) for mine in courses.values() for course in mine.values())
    shade = "; the shade is the range of the replicates" if material.scenario.replicates > 1 else ""
    caption = Markup("<b>Readouts over time.</b> Lines are means over replicates{}.").format(shade)
    unit = "h"
    if longest > 96.0:
        unit = "d"
        courses = {name: {arm: _in_days(c) for arm, c in mine.items()} for name, mine in courses.items()}
    labels = {name: textwrap.fill(found.how[name].label, _LABEL) for name in courses}
    return figure_svg(plot_courses(courses, labels, unit), caption, "readouts over time by arm")


def _in_days(course: Course) -> Course:
    return replace(course, time=course.time / 24.0)


def _profiles(material: Material) -> Markup:
    """Draw how deep the cells of each type are at the end, where the gel has one face."""
    face = interface_of(material.scenario)
    if face is None:
        return Markup("")
    length = material.scenario.tissue.size[face.axis]
    deepest = length - face.position if face.direction > 0.0 else face.position
    edges = np.linspace(deepest - length, deepest, _N_LAYERS + 1)
    found: dict[str, dict[str, list[Floats]]] = {}
    for member in material.run.members():
        if member.hypotheses:
            continue
        frames = material.frames(member.arm) if member.replicate == FIRST else member.frames()
        for kind, places in _by_type(frames, material.cell_types(member.arm)).items():
            layers = measures.depth_profile(face.depth(places), edges)
            found.setdefault(kind, {}).setdefault(member.arm, []).append(layers)
    profiles = {
        kind.replace("_", " "): {arm: _profile(edges, rows) for arm, rows in of_arms.items()}
        for kind, of_arms in found.items()
    }
    if not profiles:
        return Markup("")
    n = material.scenario.replicates
    shade = "; the shade is the range of the replicates" if n > 1 else ""
    caption = Markup(
        "<b>How deep cells are after {}.</b> Share of the cells of a type in layers of {:.3g} µm; the face of the gel "
        "is at 0, the gel lies to the right. Lines are means over replicates{}."
    ).format(span(material.scenario.duration), float(edges[1] - edges[0]), shade)
    return figure_svg(plot_depth_profiles(profiles), caption, "cells by depth, type and arm")


def _by_type(frames: Frames, types: tuple[str, ...]) -> dict[str, Floats]:
    last = np.asarray(frames.position[-1], dtype=np.float64)
    kind = np.asarray(frames.initial["type"], dtype=np.int64)
    return {name: last[kind == k] for k, name in enumerate(types) if bool((kind == k).any())}


def _profile(edges: Floats, rows: list[Floats]) -> Profile:
    layers = np.array(rows)
    return Profile(edges, layers.mean(axis=0), layers.min(axis=0), layers.max(axis=0))


def _sections(material: Material) -> Markup:
    """Draw a section through the tissue of each arm at the end of the first replicate."""
    found = slices_of(material)
    if found is None:
        return Markup("")
    caption = Markup(
        "<b>Sections after {}, replicate {}.</b> The plane lies at {}; a cell is the circle in which it is cut, "
        "coloured by {}{}."
    ).format(span(material.scenario.duration), FIRST, found.where, found.by, found.walls)
    figure = plot_sections(found.slices, found.names, found.axes)
    return figure_png(figure, caption, "sections through the tissue, arm by arm")
