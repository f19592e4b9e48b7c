"""What lies between an arm and its effect: exposure, blood counts, contractility, escape; and where it would harm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from amoeboid import pharmacology, trials
from amoeboid.measures import Estimate, wilson
from amoeboid.pharmacology import CourseSummary, MarrowCourse, People, PopulationKinetics
from amoeboid.plots import Band, MarrowPanel, SignPanel, plot_exposure, plot_link, plot_marrow, plot_sign_map
from amoeboid.process import read_link, shipped_record
from amoeboid.report.document import Section, figure_svg, paragraph, table
from amoeboid.report.trial_material import TrialMaterial, share, span_days
from amoeboid.scenario import TrialArm, TrialDrug
from amoeboid.trials import SignMap
from amoeboid.units import SECONDS_A_DAY

Floats = NDArray[np.float64]

MOST = 2000
"""Patients whose courses are shown: enough for 5 and 95 % to a part in a hundred."""

HOUR = 3600.0
WEEKS = 52


def exposure_section(material: TrialMaterial) -> Section | None:
    """Tabulate and draw what each drug does in plasma, patient by patient; None without drugs."""
    given = _given(material)
    if not given:
        return None
    rows, bands, lines = [], {}, {}
    for arm, drug in given:
        drawn, found = _course(material, drug)
        dose = f"{drug.name} {drug.dose:g} mg every {span_days(drug.interval)}, {arm.name}"
        rows.append([dose, *_quantities(found)])
        bands[f"{drug.name} {drug.dose:g} mg"] = _band(drawn, drug)
        for cytokine in ("IL-6", "IL-15"):
            level = pharmacology.half_inhibition(drug.name, cytokine, material.parameters)
            lines[f"{cytokine} halved by {drug.name}"] = float(level / material.parameters["potency.blood_to_plasma"])
    header = ["dose, arm", "AUC 24 h [nM·h]", "peak [nM]", "trough [nM]", "above IC50 of IL-6 [h a day]",
              "mean inhibition of IL-6"]  # fmt: skip
    words = paragraph(
        "Total drug in plasma at the planned dose, at steady state: median and 5 to 95 % of the patients. "
        "Inhibition counts "
        "against the concentration that halves STAT3-P under IL-6 in whole blood; free drug acts on the tumour’s "
        "pathway."
    )
    caption = Markup(
        "<b>One dosing interval.</b> Line: median; band: 90 % of patients; dotted: what halves a signal in blood."
    )
    picture = figure_svg(plot_exposure(bands, potencies=lines), caption, "concentration over a dosing interval")
    return Section("exposure", "Exposure", words + table(header, rows, frozenset(range(1, 6))) + picture)


def toxicity_section(material: TrialMaterial) -> Section | None:
    """Tabulate grades and achieved doses, and draw blood counts over weeks; None without drugs."""
    given = _given(material)
    if not given:
        return None
    rows = []
    for number, arm in material.study.compared:
        price = material.study.lives.price[number]
        if not arm.drugs:
            continue
        rows.append([arm.name, *(share(_severe(price[name])) for name in ("anaemia", "thrombocytopenia")),
                     f"{100 * np.nanmean(price['intensity']):.0f}", _low_dose(price["intensity"])])  # fmt: skip
    header = ["arm", "anaemia, grade 3 or more [%]", "thrombocytopenia, grade 3 or more [%]", "dose taken [% of plan]",
              "patients below half of it [%]"]  # fmt: skip
    words = paragraph(
        "Worst grade in the first year on treatment, counts seen every week, so more is seen than in trials that count "
        "every few weeks. Doses are held and lowered as labels say; what is taken, not what is planned, acts on the "
        "tumour."
    )
    parts = [words, table(header, rows, frozenset({1, 2, 3, 4}))]
    arm, drug = given[0]
    caption = Markup("<b>Blood counts and dose under {} {:g} mg</b> in {}: median and 90 % of patients.").format(
        drug.name, drug.dose, arm.name
    )
    parts.append(figure_svg(_marrow(material, arm, drug), caption, "blood counts over weeks"))
    return Section("toxicity", "The price: blood counts and doses", Markup("\n").join(parts))


def escape_section(material: TrialMaterial) -> Section:
    """Show how contractility of each arm's tumours becomes escape, by the link."""
    link = material.premises.link
    record = shipped_record() if material.document.trial.link is None else read_link(material.document.trial.link)
    rows = []
    for arm, felt in zip(material.document.arms, trials.felt_first(material.premises), strict=True):
        drive = material.study.drive[material.number(arm)]
        rows.append([arm.name, f"{drive:.3f}", *(f"{felt[name]:.2f}" for name in ("single", "cluster", "extravasation",
                                                                                   "killing"))])  # fmt: skip
    header = ["arm", "contractility, no drug", "single cells enter ×", "clusters enter ×", "arrested cells leave ×",
              "NK cells kill ×"]  # fmt: skip
    words = paragraph(
        "Contractility is the mean active drive of the tumour’s cells, from the pathway under OSM at the tumour "
        f"({material.document.trial.osm:g} nM, assumed) and what the arm lacks; drugs lower it with their free "
        "concentration, moment by moment. The link turns it into rates, as tissue runs counted them. "
        f"Its draws are shared out among readings of how walls are passed ({', '.join(record.readings)}); that passing "
        "needs contraction is put into a reading, not found. Multipliers are those of the first weeks, mean of "
        "patients, at the chief loss of NK killing."
    )
    caption = Markup("<b>The link {}.</b> Points: tissue runs; lines: best estimate; bands: 90 % of draws.").format(
        link.made_from
    )
    body = words + table(header, rows, frozenset({1, 2, 3, 4, 5}))
    return Section("escape", "From pathway to escape", body + figure_svg(plot_link(record), caption, "link"))


def sign_section(found: SignMap) -> Section:
    """Draw where a block of JAK1 helps, does nothing, or harms."""
    panels = []
    for index, loss in enumerate(found.nk_loss):
        change, low, high = found.change(index)
        panels.append(SignPanel(f"NK killing lost {100 * loss:.0f} %", change, low, high,
                                np.full(len(found.timings), 100 * found.break_even[index])))  # fmt: skip
    n = next(iter(found.contrasts.values())).net.n
    caption = Markup(
        "<b>Where it helps and where it harms.</b> {:,} virtual patients with a primary, operated on one day, in "
        "all cells of "
        "the map. Hatched: the 95 % interval holds 0. Dashed: break-even by closed form of colonies that are founded "
        "and kept asleep under the drug."
    ).format(n)
    words = paragraph(
        "A map over when the drug is taken, how much of JAK1 it blocks at all times, and how much of NK killing "
        "rests on "
        "IL-15. Before surgery the primary still seeds; after it only colonies do, and NK cells hold those that sleep."
    )
    picture = plot_sign_map(
        panels, [timing.name for timing in found.timings], 100 * found.blocks, label="JAK1 blocked [%]"
    )
    return Section("sign-map", "Where it helps, does nothing, harms", words + figure_svg(picture, caption, "sign map"))


def _given(material: TrialMaterial) -> list[tuple[TrialArm, TrialDrug]]:
    return [(arm, drug) for arm in material.arms for drug in arm.drugs if drug.dose > 0.0]


def people_of(patients: Mapping[str, NDArray[Any]], most: int = MOST) -> People:
    """Give the first patients of a table as people."""
    names = ("number", "sex", "age", "weight", "egfr", "platelets", "haemoglobin")
    return People(**{name: patients[name][:most] for name in names})


def _course(material: TrialMaterial, drug: TrialDrug) -> tuple[PopulationKinetics, CourseSummary]:
    people, p = people_of(material.study.lives.patients), material.parameters
    drawn = pharmacology.population(drug.name, people, material.document.seed, dose=drug.dose, parameters=p)
    return drawn, pharmacology.course_summary(drawn, drug.dose, drug.interval * SECONDS_A_DAY, parameters=p)


def _quantities(found: CourseSummary) -> list[str]:
    by_name = found.quantiles()
    per_day = {"area_day": HOUR, "peak": 1.0, "trough": 1.0}
    texts = [_spread(by_name[name], scale) for name, scale in per_day.items()]
    # time above is of an interval; a day has as many as fit in
    day = found.area_day / found.area
    texts.append(_spread(tuple(float(x) for x in np.quantile(found.above * day, (0.05, 0.5, 0.95))), HOUR))
    return [*texts, _spread(by_name["inhibition"], 1.0)]


def _spread(three: tuple[float, ...], scale: float) -> str:
    low, middle, high = (f"{x / scale:,.3g}" if x / scale < 1000 else f"{x / scale:,.0f}" for x in three)
    return f"{middle} ({low} to {high})"


def _band(drawn: PopulationKinetics, drug: TrialDrug) -> Band:
    times = np.linspace(0.0, drug.interval * SECONDS_A_DAY, 121)
    total = pharmacology.steady_profile(drawn, drug.dose, drug.interval * SECONDS_A_DAY, times, moiety="active")
    low, middle, high = np.quantile(total, (0.05, 0.5, 0.95), axis=0)
    return Band(times / HOUR, middle, low, high)


def _severe(grades: Floats) -> Estimate:
    return wilson(int(np.sum(grades >= 3)), int(grades.size))


def _low_dose(intensity: Floats) -> str:
    return f"{100 * float(np.mean(intensity[np.isfinite(intensity)] < 0.5)):.0f}"


def _marrow(material: TrialMaterial, arm: TrialArm, drug: TrialDrug) -> Any:
    course = _marrow_course(material, arm, drug)
    weeks = np.arange(course.weeks + 1, dtype=np.float64)
    counts = (("platelets [10⁹/l]", course.platelets, course.platelet_bounds),
              ("haemoglobin [g/dl]", course.haemoglobin, course.haemoglobin_bounds))  # fmt: skip
    panels = [
        MarrowPanel(label, {arm.name: _weekly(weeks, values)}, {f"grade {k + 1}": float(bounds[k]) for k in (2, 3)})
        for label, values, bounds in counts
    ]
    planned = 100.0 * course.dose / drug.dose
    return plot_marrow(panels, dose={arm.name: _weekly(weeks[1:], planned)})


def _marrow_course(material: TrialMaterial, arm: TrialArm, drug: TrialDrug) -> MarrowCourse:
    people, p, seed = people_of(material.study.lives.patients), material.parameters, material.document.seed
    drawn = pharmacology.population(drug.name, people, seed, dose=drug.dose, parameters=p)
    stop = material.premises.horizon if drug.stop is None else min(drug.stop, material.premises.horizon)
    return pharmacology.marrow_course(
        drawn,
        people,
        seed,
        dose=drug.dose,
        interval=drug.interval * SECONDS_A_DAY,
        weeks=int(min(max(np.ceil((stop - drug.start) / 7.0), 1), WEEKS)),
        rules=pharmacology.dose_rules(drug.name, drug.dose, p) if arm.dose_rules else None,
        parameters=p,
    )


def _weekly(weeks: Floats, values: Floats) -> Band:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95), axis=0)
    return Band(weeks, middle, low, high)
