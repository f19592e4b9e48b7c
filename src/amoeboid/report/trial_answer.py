"""The answer of a trial in plain sentences, and its first screen."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from amoeboid.plots import plot_survival
from amoeboid.report.document import figure_svg
from amoeboid.report.quantities import counted, joined
from amoeboid.report.standing import standing
from amoeboid.report.trial_material import CHIEF, ENDPOINTS, EVENTS, TrialMaterial, span_days
from amoeboid.scenario import TrialArm
from amoeboid.trials import Headline
from amoeboid.units import DAYS_A_YEAR

_VERBS = {"helps": "helps", "harms": "harms", "nothing": "does nothing that can be told"}


def sentences(material: TrialMaterial) -> tuple[str, ...]:
    """Give the answer: for each arm what is true of it and what it hangs on, then what trials would report."""
    told = []
    for number, arm in material.study.compared:
        one = material.study.headline(number, CHIEF)
        told.append(f"{_true(material, arm, one)} {_flips(material, number)} {_reported(material, one)}")
    return tuple(told)


def _true(material: TrialMaterial, arm: TrialArm, one: Headline) -> str:
    truth, event = one.truth, EVENTS[one.truth.endpoint]
    low, high = 1000.0 * truth.net.low, 1000.0 * truth.net.high
    within = f"{event} within {span_days(truth.horizon)}"
    if truth.verdict == "nothing":
        count = (
            f"spared less harmed is {_signed(1000.0 * truth.net.value)} ({_signed(low)} to {_signed(high)}) of 1,000 "
        )
        count += f"patients, counting {within}"
    else:
        fewer, ends = ("fewer", (low, high)) if truth.verdict == "helps" else ("more", (-high, -low))
        digits = 0 if abs(1000.0 * truth.net.value) >= 10.0 else 1
        numbers = [f"{x:.{digits}f}" for x in (abs(1000.0 * truth.net.value), *ends)]
        count = f"{numbers[0]} ({numbers[1]} to {numbers[2]}) {fewer} of 1,000 patients have {within}"
    return (
        f"“{arm.name}” {_VERBS[truth.verdict]}, in this model: {count} ({_ratio(one)}; "
        f"{1000 * truth.spared.value:.0f} are "
        f"spared, {1000 * truth.harmed.value:.0f} harmed), {_over_losses(material, material.number(arm))}."
    )


def _flips(material: TrialMaterial, number: int) -> str:
    """Say under which readings of contested mechanisms the verdict is another, or that it is under none."""
    n = sum(not one.failure for one in material.study.explored)
    flips = material.study.flips(number)
    if not flips:
        return f"That verdict holds under each of the {n} rival readings of the body that were run."
    parts = [
        f"“{one.hypothesis} = {one.option}” (it {_VERBS[one.contrasts[number].verdict]}, "
        f"{_signed(1000.0 * one.contrasts[number].net.value)} of 1,000)"
        for one in flips
    ]
    return f"That verdict is fragile: it is another under {joined(parts)}, of {n} rival readings of the body."


def _signed(number: float) -> str:
    text = f"{number:.1f}"
    return ("0.0" if text == "-0.0" else text).replace("-", "−")


def _ratio(one: Headline) -> str:
    ratio = one.truth.hazard_ratio.value
    if np.isnan(ratio):
        return "no hazard ratio, as there are no events"
    link = ""
    if np.isfinite(one.link[0]) and one.link[1] - one.link[0] > 0.005:
        link = f", {one.link[0]:.2f} to {one.link[1]:.2f} over what is not known of the link from force to escape"
    return f"hazard ratio {ratio:.2f}{link}"


def _reported(material: TrialMaterial, one: Headline) -> str:
    trial, n = material.document.trial, one.benefit.n
    return (
        f"Of {n:,} trials with {trial.patients:,} patients, {100 * one.benefit.value:.0f} % report a significant "
        f"benefit and {100 * one.harm.value:.0f} % a significant harm."
    )


def _over_losses(material: TrialMaterial, number: int) -> str:
    by_loss = {case.nk_loss: material.study.contrasts[k, number, material.endpoint] for k, case in material.cases}
    if len(by_loss) < 2:
        return "at the one loss of NK killing that was looked at"
    if len({one.verdict for one in by_loss.values()}) == 1:
        return "whatever NK cells lose"
    nets = joined([f"{_signed(1000.0 * one.net.value)} at {100 * loss:.0f} %" for loss, one in by_loss.items()])
    return (
        f"but that hangs on what NK cells lose, which nobody has measured: spared less harmed of 1,000 is {nets} of "
        "killing lost"
    )


def lead(material: TrialMaterial) -> Markup:
    """Give the first screen: answer, true curves, and what they rest on."""
    answer = Markup("").join(Markup("<p>{}</p>").format(sentence) for sentence in sentences(material))
    return Markup('<div class="answer" id="answer">{}</div>\n{}\n{}').format(
        answer, _figure(material), _facts(material)
    )


def _figure(material: TrialMaterial) -> Markup:
    endpoint = material.endpoint
    curves = {arm.name: material.curve(arm, endpoint) for arm in material.arms}
    picture = plot_survival(curves, _free_of(endpoint), unit=unit_of(material.document.trial.follow_up))
    caption = Markup(
        "<b>True {}.</b> The same {:,} virtual patients live once in each arm, with the same luck; nobody is lost and "
        "events count on the day they happen. Bands: 95 % of chance between so many patients. Loss of NK killing "
        "{:.0f} %."
    ).format(ENDPOINTS[endpoint], material.study.n, 100 * material.study.cases[CHIEF].nk_loss)
    return figure_svg(picture, caption, f"{ENDPOINTS[endpoint]} by arm")


def _free_of(endpoint: str) -> str:
    return "alive" if endpoint == "OS" else f"free of {EVENTS[endpoint]}"


def unit_of(days: float) -> str:
    """Give the unit in which an axis of so many days is read best."""
    if days <= 120.0:
        return "days"
    return "months" if days < 3.0 * DAYS_A_YEAR - 1.0 else "years"


def _facts(material: TrialMaterial) -> Markup:
    drawn = counted(material.document.replicates, "trial") + " drawn"
    credibility = Markup('<a href="#credibility">credibility</a>')
    return standing(material, [counted(material.study.n, "paired patient"), drawn], [credibility])
