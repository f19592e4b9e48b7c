"""The report of a trial: the answer first, then what is true, what trials would report, and what it all rests on."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from amoeboid import body
from amoeboid.report.credibility import credibility_section
from amoeboid.report.document import Page, Section, paragraph, render, table
from amoeboid.report.numbers import numbers_section
from amoeboid.report.quantities import ENDASH, counted
from amoeboid.report.references import show_number
from amoeboid.report.trial_answer import lead
from amoeboid.report.trial_care import escape_section, exposure_section, sign_section, toxicity_section
from amoeboid.report.trial_material import TrialMaterial, span_days
from amoeboid.report.trial_outcomes import (
    arms_text,
    many_trials_section,
    one_trial_section,
    readings_section,
    truth_section,
)
from amoeboid.trials import SignMap
from amoeboid.units import DAYS_A_YEAR


def trial_page(material: TrialMaterial, sign_map: SignMap | None = None) -> str:
    """Give the whole document as HTML; the appendix comes last, since it lists what all others have cited."""
    first = lead(material)
    sections = (
        design_section(material),
        truth_section(material),
        readings_section(material),
        sign_section(sign_map) if sign_map else None,
        one_trial_section(material),
        many_trials_section(material),
        exposure_section(material),
        toxicity_section(material),
        escape_section(material),
        body_section(material),
        credibility_section(material.document.question, _known(material)),
        reproduction_section(material),
        numbers_section(material),
    )
    kept = tuple(section for section in sections if section is not None)
    page = Page(material.document.name, material.document.question, material.path.name, first, kept)
    return render(page, material.references)


def design_section(material: TrialMaterial) -> Section:
    """Say who is in the trial, what each arm is given, and when it ends."""
    trial = material.document.trial
    rows: list[list[object]] = [
        ["cancer and setting", f"{trial.cancer.replace('_', ' ')}, {trial.setting}"],
        ["eligible", f"{_eligible(material)}; {100 * material.study.eligible.value:.0f} % of candidates"],
        ["patients in one trial", f"{trial.patients:,}"],
        [
            "accrual, follow-up",
            f"{span_days(trial.accrual)} ({trial.accrual_shape}), then {span_days(trial.follow_up)}",
        ],
        ["scans", f"every {span_days(trial.visits)}"],
        ["lost to follow-up", f"{100 * DAYS_A_YEAR * trial.dropout:.1f} % a year"],
        ["surgery", _surgery(material)],
        ["chief endpoint", trial.endpoint],
    ]
    arms = [[arm.name, arms_text(arm), f"{arm.weight:g}"] for arm in material.arms]
    body_of = table(["what", ""], rows) + table(["arm", "is given", "weight"], arms, frozenset({2}))
    return Section("design", "The design", body_of)


def _eligible(material: TrialMaterial) -> str:
    asked, parts = material.document.trial.eligibility, []
    if asked.diameter:
        parts.append(f"primary of {asked.diameter[0]:g} to {asked.diameter[1]:g} mm")
    if asked.age:
        parts.append(f"{asked.age[0]:g} to {asked.age[1]:g} years old")
    return ", ".join(parts) or "whoever is in the setting"


def _surgery(material: TrialMaterial) -> str:
    trial = material.document.trial
    if trial.surgery is not None:
        return f"{span_days(trial.surgery)} after randomisation"
    return f"{span_days(trial.after_surgery)} before randomisation" if trial.after_surgery is not None else "none"


def body_section(material: TrialMaterial) -> Section:
    """Tell the cancer as the body has it: growth, seeding, sleep, organs, death."""
    cancer, patients = material.premises.cancer, material.study.lives.patients
    cells = body.cells_of(cancer.diameter[0], cancer.density)
    doubling = float(body.doubling_time(cells, cancer.decay[0], cancer.capacity))
    low, middle, high = (float(x) for x in np.quantile(patients["diameter"], (0.05, 0.5, 0.95)))
    rows: list[list[object]] = [
        ["doubling time at the median diameter", f"{doubling:.0f} days (median patient)"],
        ["primary at randomisation", f"{middle:.0f} mm ({low:.0f} to {high:.0f})"],
        ["seeding", f"{show_number(cancer.seeding[0])} colonies a day and cell^{cancer.exponent:.2g} (spread "
                    f"of the logarithm {cancer.seeding[1]:.2g})"],
        ["clusters", f"{100 * cancer.cluster_share:.3g} % of entries, each {cancer.cluster_potency:.3g} times as "
                     "potent"],
        ["sleep", f"{100 * cancer.dormant_share:.0f} % of colonies; wake {DAYS_A_YEAR * cancer.wake_rate:.2g} a year, "
                  f"are killed by NK cells {DAYS_A_YEAR * cancer.nk_kill_rate:.2g} a year"],
        ["a scan sees half of lesions of", f"{cancer.detection[0]:.3g} mm"],
        ["burden at half of the hazard", f"{show_number(cancer.burden_half)} cells"],
    ]  # fmt: skip
    shares = cancer.landing.sum(axis=0)
    flow = (cancer.arrest * [[1.0 - cancer.cluster_share], [cancer.cluster_share * cancer.cluster_potency]]).sum(axis=0)
    organs = [
        [name.replace("_", " "), f"{100 * by_flow:.1f}", f"{100 * share:.1f}"]
        for name, by_flow, share in zip(cancer.organs, flow / flow.sum(), shares / shares.sum(), strict=True)
    ]
    words = paragraph(
        "Tumours grow by Gompertz’s law and seed as a power of their cells; blood flow brings cells to organs, "
        "whose soil lets "
        "some grow; colonies may sleep, wake, seed further and kill. Soil is what is left to explain of observed "
        "shares."
    )
    return Section(
        "body",
        "The cancer in the body",
        words
        + table(["what", ""], rows)
        + table(["organ", "by flow alone [%]", "flow × soil [%]"], organs, frozenset({1, 2})),
    )


def _known(material: TrialMaterial) -> str:
    assumed = sum(record["status"] == "assumed" for record in material.used.values())
    return f"{counted(len(material.used), 'number')} read, {assumed} of them assumed; all are in the last section."


def reproduction_section(material: TrialMaterial) -> Section:
    """Say how to make this trial again, what it was made with, and which files lie beside the report."""
    record = material.provenance
    commands = f"amoeboid run {material.path.name}/scenario.toml --folder again"
    machine = record.get("machine", {})
    rows: list[list[object]] = [
        ["study", Markup("<code>{}</code>").format(material.path.name)],
        ["seed", material.document.seed],
        ["link", material.study.made_from],
        ["code and numbers, SHA-256", Markup("<code>{} {}</code>").format(record["code"][:16], record["numbers"][:16])],
        ["versions", ", ".join(f"{name} {version}" for name, version in record.get("versions", {}).items())],
        ["machine", f"{machine.get('processor', '')}, {machine.get('cores', '?')} cores, {machine.get('system', '')}"],
        ["written at", record.get("written_at", ENDASH)],
    ]
    files = [
        [
            "adsl, adtte",
            "patients of the first drawn trial as CDISC tables, CSV and Parquet; variables.csv says what each is",
        ],
        ["patients.parquet", "all paired patients: who they are, and the days of their events in every arm and case"],
        ["trials.parquet", "what every drawn trial reported"],
        ["measures.parquet", "the numbers of the tables above"],
        ["provenance.json", "every number that was read, with its sources"],
    ]
    words = paragraph(
        "The same document, version and numbers give the same bytes, on any number of processes or machines:"
    )
    return Section(
        "reproduce",
        "How to reproduce",
        words + Markup("<pre><code>{}</code></pre>").format(commands) + table(["what", ""], rows)
        + table(["file", "holds"], files),
    )  # fmt: skip
