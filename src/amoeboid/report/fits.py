"""The document of a fit: what the parameters are, how sure, and how the fit lies over the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from amoeboid import plots
from amoeboid.evidence import catalogue
from amoeboid.inference import RISE, Line, Observable, Study, readouts, shown, shown_interval
from amoeboid.plots import FitPanel, FitSeries, ProfilePanel
from amoeboid.report.document import Page, Section, figure_svg, mark, paragraph, render, table
from amoeboid.report.quantities import counted
from amoeboid.report.references import References

_MIXED = 1.05

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FitMaterial:
    """A study with what a reader needs: title, the model in words, how it was made, and the names of evidence values.

    ``values`` maps parameters to ids of the evidence, for their sources. For figures, ``time`` is the unit of time and
    how many units of the problem it holds, and ``dose`` what is dosed and its unit, each empty where it is not known.
    """

    title: str
    study: Study
    model: str
    made: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    time: tuple[str, float] = ("", 1.0)
    dose: tuple[str, str] = ("dose", "")


def fit_page(material: FitMaterial) -> str:
    """Give the whole document as HTML."""
    references = References(catalogue())
    sections = [_data_section(material), _parameters_section(material, references)]
    if material.study.profiles:
        sections.append(_profiles_section(material))
    sections += [_starts_section(material), *_sample_sections(material), _made_section(material)]
    lead = Markup("\n").join(paragraph(sentence) for sentence in fit_sentences(material.study))
    return render(Page(material.title, f"Which numbers of {material.model} explain these measurements?", material.title,
                       lead, tuple(sections)), references)  # fmt: skip


def fit_sentences(study: Study) -> tuple[str, ...]:
    """Say in plain words what the fit came to: how well, how often found, and what the data identify."""
    objective, ends = study.objective, study.ends
    n_rows, n_starts = objective.problem.data.n_rows, len(ends.fits) + ends.n_failed
    first = (
        f"{counted(n_rows, 'measured value')} {'was' if n_rows == 1 else 'were'} fitted with "
        f"{counted(len(objective.names), 'parameter')}: log-likelihood "
        f"{-ends.best.value:.4f}. {ends.n_same} of {n_starts} starts ended there."
    )
    if ends.n_same < 2 <= n_starts:
        first += " It was found once only: a better fit may exist, more starts would tell."
    if not study.judgements:
        return (first,)
    sure = [one.name for one in study.judgements if one.is_identified]
    open_ones = [f"{one.name} ({one.verdict}: {one.reason})" for one in study.judgements if not one.is_identified]
    second = f"Identified by these data: {', '.join(sure) or 'none'}."
    third = f"Not identified: {'; '.join(open_ones)}." if open_ones else "No parameter is left open."
    return (first, second, third)


def _data_section(material: FitMaterial) -> Section:
    words = paragraph(
        "Points are measured, bars the standard deviation of the noise, given or fitted; lines are the fit: "
        "over time in full, over doses between the measured ones by straight lines."
    )
    picture = figure_svg(plots.plot_fit(fit_panels(material)), "The fit over the data.", "measured and fitted values")
    return Section("fit", "The fit over the data", words + picture)


def fit_panels(material: FitMaterial) -> tuple[FitPanel, ...]:
    """Give what the figure of the fit shows."""
    objective = material.study.objective
    kinds = {one.name: one for one in objective.problem.observables}
    panels = []
    for one in readouts(objective, material.study.best.theta):
        factor = material.time[1] if one.axis == "time" else 1.0
        series = tuple(
            FitSeries(_told(line, one.axis, material),
                      line.place / factor, line.value, _bars(line.value, line.sigma, kinds[one.observable]),
                      line.line_place / factor, line.line)
            for line in one.lines
        )  # fmt: skip
        is_dose, is_log = one.axis == "dose", kinds[one.observable].transformation != "lin"
        panels.append(
            FitPanel(
                one.observable,
                _axis(*material.dose) if is_dose else _axis("time", material.time[0]),
                _labelled(kinds[one.observable]),
                series,
                is_dose,
                is_log,
            )
        )
    return tuple(panels)


def _axis(name: str, unit: str) -> str:
    return f"{name} [{unit}]" if unit else name


def _told(line: Line, axis: str, material: FitMaterial) -> str:
    """Say what a series was given: its dose beside whatever is dosed; over doses, when it was measured."""
    if line.fixed is None:
        return line.label
    if axis == "dose":
        return f"{line.label}, at {line.fixed / material.time[1]:g} {material.time[0] or 'of time'}"
    amount = f"{line.fixed:g} {material.dose[1]}".strip()
    return " + ".join(part if " " in part else f"{part} {amount}" for part in line.label.split(" + "))


def _labelled(observable: Observable) -> str:
    return f"value [{observable.unit}]" if observable.unit else "value"


def _bars(value: Floats, sigma: Floats, observable: Observable) -> Floats:
    """Give the half length of noise bars in the unit of the readout; on a logarithmic scale that of the lower half."""
    if observable.transformation == "lin":
        return sigma
    base = 10.0 if observable.transformation == "log10" else np.e
    return np.asarray(value * (1.0 - base**-sigma))


def _parameters_section(material: FitMaterial, references: References) -> Section:
    study = material.study
    values = study.values(study.best.theta)
    low, high = study.intervals() if study.profiles else (np.full(values.size, np.nan),) * 2
    rows = []
    for k, one in enumerate(study.objective.problem.estimated):
        told = study.judgements[k] if study.judgements else None
        interval = shown_interval(low[k], high[k], one.scale) if study.profiles else "not followed"
        verdict = mark(told.verdict) if told else ""
        id = material.values.get(one.name)
        source = references.cite([cited.key for cited in catalogue().value(id).sources]) if id else ""
        name = Markup("<code>{}</code> {}").format(one.name, source)
        rows.append(
            [name, shown(values[k]), interval, one.unit, shown(one.nominal), verdict, told.reason if told else ""]
        )
    header = ["parameter", "fitted", "95 % interval", "unit", "before the fit", "", "why"]
    words = paragraph(
        "Intervals are those of the profile likelihood. An open end means that the data do not bound the parameter on "
        "that side: the fitted number is then one of many that do as well. References are those of the value before."
    )
    return Section("parameters", "Parameters", words + table(header, rows, frozenset({1, 2, 4})))


def profile_panels(study: Study) -> tuple[ProfilePanel, ...]:
    """Give what the figure of the profiles shows."""
    draws = study.posterior.draws if study.posterior else None
    panels = []
    for k, (one, told) in enumerate(zip(study.profiles, study.judgements, strict=True)):
        scale = study.objective.problem.estimated[k].scale
        name = told.name if scale == "lin" else f"{scale} {told.name}"
        panels.append(
            ProfilePanel(name, one.place, one.value - study.best.value, one.low, one.high,
                         float(study.best.theta[k]), told.verdict,
                         draws[:, :, k].ravel() if draws is not None else np.empty(0))
        )  # fmt: skip
    return tuple(panels)


def _profiles_section(material: FitMaterial) -> Section:
    words = paragraph(
        "Each parameter is moved while all others are fitted anew. Where the curve crosses the dashed line, the 95 % "
        "interval ends; a curve that never crosses it leaves the parameter open on that side."
    )
    picture = figure_svg(plots.plot_profiles(profile_panels(material.study), RISE), "Profiles of the likelihood.",
                         "profile of every parameter")  # fmt: skip
    return Section("profiles", "Profiles: what the data identify", words + picture)


def _starts_section(material: FitMaterial) -> Section:
    ends = material.study.ends
    values = np.array([one.value for one in ends.fits])
    failed = f" {counted(ends.n_failed, 'start')} could not be simulated." if ends.n_failed else ""
    words = paragraph(
        f"{counted(len(ends.fits), 'start')}, spread evenly over the bounds, and where each ended. Steps are other "
        f"optima; a long first step shows that the best was found again and again.{failed}"
    )
    picture = figure_svg(plots.plot_waterfall(values), "Ends of all starts.", "objective of every start, sorted")
    return Section("starts", "All starts", words + picture)


def _sample_sections(material: FitMaterial) -> list[Section]:
    found = material.study.posterior
    if found is None:
        return []
    low, high = (material.study.values(end) for end in found.interval())
    names = material.study.objective.names
    rows = [[Markup("<code>{}</code>").format(name), f"{shown(low[k])} – {shown(high[k])}", f"{found.r_hat[k]:.3f}",
             f"{found.effective[k]:.0f}"] for k, name in enumerate(names)]  # fmt: skip
    worst = float(np.nanmax(found.r_hat))
    trust = (
        f"The chains agree (largest R-hat {worst:.3f})."
        if worst <= _MIXED
        else f"The chains do not agree (largest R-hat {worst:.3f}): take these intervals as rough, or draw more."
    )
    words = paragraph(
        f"{found.draws.shape[0]} chains of {found.draws.shape[1]} draws, {found.accepted:.0%} of proposals taken, "
        f"under a prior that is even over the scales within the bounds. {trust}"
    )
    header = ["parameter", "95 % of draws", "R-hat", "effective draws"]
    return [Section("sample", "A sample of the posterior", words + table(header, rows, frozenset({1, 2, 3})))]


def _made_section(material: FitMaterial) -> Section:
    rows = [[name, text] for name, text in material.made.items()]
    return Section("made", "How this was made", table(["what", ""], rows))
