"""The answer of a trial in plain sentences, and its first screen."""

from __future__ import annotations

from collections import Counter

import numpy as np
from markupsafe import Markup

from amoeboid.plots import plot_survival
from amoeboid.report.document import figure_svg, mark
from amoeboid.report.quantities import counted, joined
from amoeboid.report.trial_material import CHIEF, ENDPOINTS, EVENTS, TrialMaterial, span_days
from amoeboid.scenario import TrialArm
from amoeboid.trials import Contrast, Headline

_VERBS = {"helps": "helps", "harms": "harms", "nothing": "does nothing that can be told"}


def sentences(material: TrialMaterial) -> tuple[str, ...]:
    """Give the answer: for each arm what is true of it, and what trials would report; then what it hangs on."""
    told = []
    for number, arm in material.study.compared:
        one = material.study.headline(number, CHIEF)
        told.append(f"{_true(material, arm, one.truth)} {_reported(material, one)}")
        told.append(_over_losses(material, number))
    return tuple(told)


def _true(material: TrialMaterial, arm: TrialArm, truth: Contrast) -> str:
    horizon, n = span_days(truth.horizon), material.study.n
    ratio = truth.hazard_ratio
    shown = "no hazard ratio, as there are no events" if np.isnan(ratio.value) else f"hazard ratio {ratio.value:.2f}"
    verb = _VERBS[truth.verdict]
    return (
        f"{arm.name} {verb}: of 1,000 patients, {1000 * truth.spared.value:.0f} are spared {EVENTS[truth.endpoint]} "
        f"within {horizon} and {1000 * truth.harmed.value:.0f} have it because of the treatment ({shown} for "
        f"{ENDPOINTS[truth.endpoint]}, {n:,} patients who live in both arms)."
    )


def _reported(material: TrialMaterial, one: Headline) -> str:
    trial, n = material.document.trial, one.benefit.n
    link = ""
    if np.isfinite(one.link[0]) and one.link[1] - one.link[0] > 0.005:
        ends = f"from {one.link[0]:.2f} to {one.link[1]:.2f}"
        link = f" What is not known of the link from force to escape moves the ratio {ends}."
    return (
        f"Of {n:,} trials with {trial.patients:,} patients, {100 * one.benefit.value:.0f} % report a significant "
        f"benefit and {100 * one.harm.value:.0f} % a significant harm.{link}"
    )


def _over_losses(material: TrialMaterial, number: int) -> str:
    chief = material.endpoint
    by_loss = {
        case.nk_loss: material.study.contrasts[index, number, chief] for index, case in enumerate(material.study.cases)
    }
    verdicts = {loss: one.verdict for loss, one in sorted(by_loss.items())}
    if len(verdicts) < 2:
        return "Only one loss of NK killing was looked at."
    nets = joined(
        [f"{1000 * by_loss[loss].net.value:+.0f} at {100 * loss:.0f} %".replace("-", "−") for loss in verdicts]
    )
    words = (
        "The verdict is the same whatever NK cells lose"
        if len(set(verdicts.values())) == 1
        else "The verdict depends on what NK cells lose, which nobody has measured"
    )
    return f"{words}: spared less harmed per 1,000 patients is {nets} of killing lost at full inhibition."


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
    return "months" if days < 3.0 * 365.25 - 1.0 else "years"


def _facts(material: TrialMaterial) -> Markup:
    statuses = Counter(str(record["status"]) for record in material.used.values())
    unread = sum(count for status, count in statuses.items() if status != "reviewed")
    facts = [
        counted(material.study.n, "paired patient"),
        counted(material.document.replicates, "trial") + " drawn",
        Markup('<a href="#numbers">{} used</a>').format(counted(len(material.used), "number")),
        *(
            Markup("{} {}").format(statuses[word], mark(word))
            for word in ("assumed", "disputed", "entered", "reviewed")
        ),
        Markup('<a href="#credibility">credibility</a>'),
        _dates(material),
    ]
    strip = Markup('<ul class="facts">{}</ul>').format(Markup("").join(Markup("<li>{}</li>").format(f) for f in facts))
    if unread:
        strip += Markup(
            '<p class="warning"><strong>Not for publication:</strong> {} not been read by a second person.</p>'
        ).format(f"{counted(unread, 'number')} {'has' if unread == 1 else 'have'}")
    return strip


def _dates(material: TrialMaterial) -> str:
    known = [material.catalogue.values[id] for id in material.used if id in material.catalogue.values]
    reviews = [value.reviewed_on for value in known if value.reviewed_on]
    if reviews:
        return f"oldest review: {min(reviews)}"
    return f"no review yet; oldest entry: {min((value.entered_on for value in known), default='unknown')}"
