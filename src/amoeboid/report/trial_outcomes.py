"""What a trial's arms truly do, what one trial shows, and what many trials report."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from amoeboid.measures.power import Design, power_of_events
from amoeboid.measures.survival import aalen_johansen, cox, kaplan_meier, log_rank, restricted_mean_difference
from amoeboid.plots import Flow, FlowArm, ForestRow, plot_flow, plot_forest, plot_power, plot_survival
from amoeboid.report.document import Section, figure_svg, paragraph, table
from amoeboid.report.quantities import ENDASH, counted
from amoeboid.report.trial_answer import unit_of
from amoeboid.report.trial_material import CHIEF, ENDPOINTS, EVENTS, TrialMaterial, ratio, share, span_days
from amoeboid.scenario import TrialArm
from amoeboid.trials import CANCER, OTHER, Contrast, data_cut

_RATIOS = np.linspace(0.4, 1.2, 161)
_SPENDING = {"obrien-fleming": "O’Brien and Fleming", "pocock": "Pocock"}
_VERDICTS = {"helps": "supported", "harms": "contradicted", "nothing": "undecided"}


def truth_section(material: TrialMaterial) -> Section:
    """Tabulate and draw the true effect of every arm at every loss of NK killing."""
    trial, rows = material.document.trial, []
    for number, arm in material.study.compared:
        for index, case in material.cases:
            one = material.study.contrasts[index, number, trial.endpoint]
            rows.append([
                arm.name, f"{100 * case.nk_loss:.0f} %", f"{100 * one.free_reference.value:.1f}",
                f"{100 * one.free.value:.1f}", f"{1000 * one.spared.value:.1f}", f"{1000 * one.harmed.value:.1f}",
                share(one.net, 1000.0), ratio(one.hazard_ratio), f"{one.days_gained.value:+.1f}".replace("-", "−"),
                verdict_mark(one.verdict),
            ])  # fmt: skip
    header = ["arm", "NK killing lost", "free in reference [%]", "free in arm [%]", "spared per 1,000",
              "harmed per 1,000",
              "net per 1,000", "hazard ratio", "days gained", "verdict"]  # fmt: skip
    words = paragraph(
        f"{ENDPOINTS[trial.endpoint].capitalize()} {span_days(trial.follow_up)} after randomisation. Each patient "
        "lives in "
        "every arm with the same luck, so who is spared and who is harmed can be counted, which no real trial can do. "
        "“NK killing lost” is the share lost at full inhibition of the IL-15 signal; what a patient loses follows "
        "his own "
        "concentrations. “Nothing” means that the 95 % interval of the net holds 0."
    )
    body = words + table(header, rows, frozenset(range(1, 9))) + _forest(material)
    return Section("truth", "What each arm truly does", body)


def _forest(material: TrialMaterial) -> Markup:
    rows = []
    for number, arm in material.study.compared:
        rows.append(ForestRow(arm.name))
        for endpoint in material.study.endpoints:
            for index, case in material.cases:
                one = material.study.contrasts[index, number, endpoint]
                label = f"  {endpoint}, NK killing lost {100 * case.nk_loss:.0f} %"
                rows.append(ForestRow(label, one.hazard_ratio, f"{one.hazard_ratio.n:,} / {2 * material.study.n:,}"))
    caption = Markup(
        "<b>True hazard ratios</b> against {}, over pairs of lives, with the 95 % interval of chance between patients. "
        "Notes: events over lives of both arms."
    ).format(material.document.reference_arm.name)
    return figure_svg(plot_forest(rows), caption, "hazard ratios by arm, endpoint and loss of NK killing")


def readings_section(material: TrialMaterial) -> Section:
    """Tabulate the truth under every other reading of what is contested in the body."""
    rows: list[list[object]] = []
    for number, arm in material.study.compared:
        own = material.study.contrasts[CHIEF, number, material.endpoint]
        rows.append([arm.name, "as the document has it", *_effect(own)])
        for one in material.study.explored:
            known = material.catalogue.hypotheses[one.hypothesis]
            meaning = known.option(one.option)
            reading = Markup("{}<br><small>{}</small>").format(
                meaning.meaning if meaning else one.option, known.question
            )
            if one.failure:
                reading += Markup("<br><small>Not simulated: {}.</small>").format(one.failure)
            told = [ENDASH, ENDASH, ENDASH] if one.failure else _effect(one.contrasts[number])
            rows.append([arm.name, reading, *told])
    words = paragraph(
        "Where the literature disagrees, a mechanism is a switch. Each option that the document does not choose was "
        "run "
        f"with {material.study.link_patients:,} patients. A verdict that changes here is no finding but a question."
    )
    header = ["arm", "if", "net per 1,000", "hazard ratio", "verdict"]
    return Section("readings", "What the verdict hangs on", words + table(header, rows, frozenset({2, 3})))


def _effect(one: Contrast) -> list[object]:
    return [share(one.net, 1000.0, 1), ratio(one.hazard_ratio), verdict_mark(one.verdict)]


def verdict_mark(verdict: str) -> Markup:
    """Give the coloured word of a verdict: helps, harms or nothing."""
    return Markup('<span class="mark {}">{}</span>').format(_VERDICTS[verdict], verdict)


def one_trial_section(material: TrialMaterial) -> Section:
    """Show the first of the drawn trials as its readers would see it: flow, curves, test."""
    shown, endpoint = material.study.shown, material.endpoint
    parts = [
        paragraph(
            f"The first of the {counted(material.document.replicates, 'drawn trial')}: what its sponsor would "
            "publish at the "
            "data cut. Metastases and progression count from the scan that shows them; who is lost or still free is "
            "censored at the last look. The files adsl and adtte beside this report hold its patients."
        ),
        figure_svg(plot_flow(_flow(material)), "Patients through this trial.", "flow of patients"),
    ]
    for name in material.study.endpoints:
        seen, arm = shown.observed[name], shown.enrolment.arm[0]
        curves = {
            one.name: kaplan_meier(seen.time[arm == material.number(one)], seen.event[arm == material.number(one)])
            for one in material.arms
            if np.any(arm == material.number(one))
        }
        caption = Markup("<b>{} in this trial.</b> {}").format(
            ENDPOINTS[name].capitalize(), "Chief endpoint." if name == endpoint else "Further endpoint."
        )
        unit = unit_of(float(seen.time.max()))
        label = "alive" if name == "OS" else f"free of {EVENTS[name]}"
        parts.append(figure_svg(plot_survival(curves, label, unit=unit), caption, f"{name} in one trial"))
        parts.append(_tests(material, name))
    parts.append(_deaths(material))
    return Section("one-trial", "One trial, as it would be published", Markup("\n").join(parts))


def _flow(material: TrialMaterial) -> Flow:
    shown, lives = material.study.shown, material.study.lives
    seen, arms = shown.observed[material.endpoint], []
    for one in material.arms:
        of_arm = shown.enrolment.arm[0] == material.number(one)
        lost = shown.enrolment.dropout[0] < data_cut(material.document.trial) - shown.enrolment.entry[0]
        counts = {
            EVENTS[material.endpoint]: int(np.sum(of_arm & seen.event)),
            "lost to follow-up": int(np.sum(of_arm & ~seen.event & lost)),
            "followed to the data cut": int(np.sum(of_arm & ~seen.event & ~lost)),
        }
        arms.append(FlowArm(one.name, int(of_arm.sum()), counts, int(of_arm.sum())))
    n = int(shown.enrolment.arm[0].size)
    screened = round(n * lives.screened / material.study.n)
    return Flow(screened, {"not eligible": screened - n}, arms)


def _tests(material: TrialMaterial, endpoint: str) -> Markup:
    seen, arm = material.study.shown.observed[endpoint], material.study.shown.enrolment.arm[0]
    reference, rows = arm == material.study.reference, []
    for number, one in material.study.compared:
        pair = reference | (arm == number)
        time, event, treated = seen.time[pair], seen.event[pair], (arm == number)[pair]
        fitted = (
            ratio(cox(time, event, treated.astype(float)).hazard_ratio()) if _has_both(event, treated) else "no events"
        )
        horizon = float(min(time[treated].max(), time[~treated].max()))
        curves = [kaplan_meier(time[rows_of], event[rows_of]) for rows_of in (treated, ~treated)]
        gained = restricted_mean_difference(curves[0], curves[1], horizon)
        p = log_rank(time, event, treated).p if event.any() else float("nan")
        rows.append([one.name, f"{event[treated].sum()} / {treated.sum()}",
                     f"{event[~treated].sum()} / {(~treated).sum()}",
                     fitted, f"{p:.3f}", f"{share(gained, 1.0, 0)} to day {horizon:.0f}"])  # fmt: skip
    header = [
        "arm",
        "events / patients",
        "in the reference",
        "hazard ratio",
        "log-rank p",
        "restricted mean gained [day]",
    ]
    return table(header, rows, frozenset({1, 2, 3, 4, 5}))


def _deaths(material: TrialMaterial) -> Markup:
    """Tabulate deaths by cause at a day that all arms reach, each cause in competition with the other."""
    shown, lives = material.study.shown, material.study.lives
    seen, arm, patient = shown.observed["OS"], shown.enrolment.arm[0], shown.enrolment.patient[0]
    day, rows = min(float(seen.time[arm == k].max()) for k in np.unique(arm)), []
    for one in material.arms:
        of_arm = arm == material.number(one)
        if not of_arm.any():
            continue
        died_of = lives.events[shown.case, material.number(one)].cause[patient]
        cause = np.where(seen.event, died_of, 0)[of_arm]
        shares = [float(aalen_johansen(seen.time[of_arm], cause, of).at(day)) for of in (CANCER, OTHER)]
        rows.append([one.name, *(f"{100 * value:.1f}" for value in shares)])
    header = ["arm", f"died of cancer by day {day:.0f} [%]", f"died of other causes by day {day:.0f} [%]"]
    words = paragraph("Deaths by cause as competing risks (Aalen and Johansen):")
    return words + table(header, rows, frozenset({1, 2}))


def _has_both(event: np.ndarray, treated: np.ndarray) -> bool:
    return bool(event[treated].any() and event[~treated].any())


def many_trials_section(material: TrialMaterial) -> Section:
    """Say what all drawn trials report, and how that fits the power of their numbers of events."""
    trial, rows = material.document.trial, []
    for number, arm in material.study.compared:
        for index, case in material.cases:
            one, found = material.study.headline(number, index), material.study.results[index, number]
            early = float(np.mean(found.look < len(trial.looks) - 1))
            ratios = np.exp(found.log_hazard_ratio)
            middle = np.nanquantile(ratios, (0.05, 0.5, 0.95)) if np.isfinite(ratios).any() else (np.nan,) * 3
            rows.append([
                arm.name, f"{100 * case.nk_loss:.0f} %", f"{one.events:.0f}",
                f"{middle[1]:.2f} ({middle[0]:.2f} to {middle[2]:.2f})", share(one.benefit), share(one.harm),
                f"{100 * one.power:.1f}", f"{100 * one.assurance:.1f}" if index == CHIEF else ENDASH,
                f"{100 * early:.0f}",
            ])  # fmt: skip
    header = ["arm", "NK killing lost", "events", "reported hazard ratio, median and 90 %", "report benefit [%]",
              "report harm [%]", "power at the true ratio [%]", "assurance over the link [%]",
              "stopped early [%]"]  # fmt: skip
    design = f"{counted(trial.patients, 'patient')}, {counted(len(trial.looks), 'look')}"
    if len(trial.looks) > 1:
        design += f", level spent after {_SPENDING[trial.spending]}"
    words = paragraph(
        f"{counted(material.document.replicates, 'trial')} drawn from the virtual patients ({design}; two-sided level "
        f"{trial.level:g}). A benefit that real trials report as often as their power allows is no sign of an "
        "effect; one "
        "that they report less often is no sign of none. Power is Schoenfeld’s for one look at all events; it takes "
        "hazards "
        "to be proportional, which they are not where treatment stops."
    )
    return Section("many-trials", "What trials of this size report",
                   words + table(header, rows, frozenset(range(1, 9))) + _power(material))  # fmt: skip


def _power(material: TrialMaterial) -> Markup:
    number, arm = material.study.compared[0]
    one = material.study.headline(number, CHIEF)
    if not np.isfinite(one.truth.hazard_ratio.value) or one.events < 1.0:
        return Markup("")
    counts = sorted({round(one.events), round(2 * one.events), round(4 * one.events)})
    lines = {
        f"{n:,} events" + (" (this trial)" if n == round(one.events) else ""): np.array(
            [float(power_of_events(float(n), float(x), Design(material.document.trial.level))) for x in _RATIOS]
        )
        for n in counts
    }
    truth = one.truth.hazard_ratio.value
    at = (truth, one.power) if _RATIOS[0] <= truth <= _RATIOS[-1] else None
    caption = Markup("<b>Power of {} against the reference</b> by number of events, two arms of equal size.").format(
        arm.name
    )
    return figure_svg(plot_power(_RATIOS, lines, mark=at), caption, "power by hazard ratio")


def arms_text(arm: TrialArm) -> str:
    """Say in words what an arm is given.

    Examples
    --------
    >>> arms_text(TrialArm(name="placebo"))
    'nothing but what all are given'
    """
    parts = [
        f"{one.name} {one.dose:g} mg every {span_days(one.interval)} from day {one.start:g} "
        f"to {'the end' if one.stop is None else span_days(one.stop)}"
        for one in arm.drugs
    ]
    if arm.effect is not None:
        changed = {
            name: getattr(arm.effect, name) for name in ("single", "cluster", "extravasation", "killing", "growth")
        }
        typed = ", ".join(f"{name} × {value:g}" for name, value in changed.items() if value != 1.0)
        until = "the end" if arm.effect.stop is None else span_days(arm.effect.stop)
        parts.append(f"typed in: {typed or 'no change'}, from day {arm.effect.start:g} to {until}")
    parts += [f"tumours without {gene}" for gene in arm.knockouts]
    if arm.osm is not None:
        parts.append(f"OSM at the tumour {arm.osm:g} nM")
    if arm.drugs and not arm.dose_rules:
        parts.append("planned doses are taken whatever blood counts say")
    return "; ".join(parts) or "nothing but what all are given"
