"""One virtual patient's story: who he is, what becomes of him in each arm, and a figure of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from amoeboid import body, plots, scenario, trials
from amoeboid.errors import Fault, ScenarioError
from amoeboid.plots import Lesion, Story
from amoeboid.scenario import TrialScenario
from amoeboid.trials import Life, Patients, Premises
from amoeboid.workflow.figures import check_figure, save_figure

FATES = ("spared", "harmed")
"""Patients whom an arm changes, who may be asked for by word instead of number."""

_LOOKED_AT = 4000  # candidates among whom a fate is looked for


@dataclass(frozen=True)
class PatientStory:
    """A patient in every arm, with the figure when one was written."""

    number: int
    lives: tuple[Life, ...]
    figure: Path | None
    sentences: tuple[str, ...]


def patient(
    trial: str | Path | TrialScenario,
    who: int | str = "spared",
    *,
    arm: str | None = None,
    out: str | Path | None = None,
) -> PatientStory:
    """Follow one virtual patient of a trial through every arm.

    Parameters
    ----------
    trial : str, path or TrialScenario
        Name of a shipped trial, TOML file, or a document.
    who : int or {"spared", "harmed"}
        Number of the patient, or the first whom an arm spares or harms, by the chief endpoint and loss of NK killing.
    arm : str, optional
        The arm that spares or harms; the first that is not the reference when left out.
    out : path, optional
        File of the figure, ``.svg`` or ``.png``.

    Raises
    ------
    ScenarioError
        When there is no such patient or arm.
    """
    check_figure(Path(out) if out is not None else None, "--out")
    document = trial if isinstance(trial, TrialScenario) else scenario.load_trial(trial)
    ready = trials.premises(document)
    number = who if isinstance(who, int) else _first(ready, who, arm)
    row = trials.patient(ready, number)
    loss = document.trial.nk_loss[0]
    lives = tuple(trials.life(ready, row, one, nk_loss=loss) for one in document.arms)
    figure = _drawn(ready, row, lives, Path(out)) if out is not None else None
    return PatientStory(number, lives, figure, _sentences(ready, row, lives))


def _first(ready: Premises, fate: str, arm: str | None) -> int:
    """Find the first candidate whom an arm spares or harms within the follow-up."""
    document = ready.document
    if fate not in FATES:
        what = f"`{fate}` is neither a number nor a fate"
        raise ScenarioError(Fault("patient", what, "a number, `spared` or `harmed`", "", "correct it", "AMB-S702"))
    names = [one.name for one in document.arms]
    chosen = names.index(arm) if arm in names else None
    if arm is not None and chosen is None:
        expected = ", ".join(f"`{name}`" for name in names)
        raise ScenarioError(Fault("arm", f"unknown arm `{arm}`", expected, "", "correct the name", "AMB-S703"))
    reference = document.arms.index(document.reference_arm)
    chosen = chosen if chosen is not None else next(k for k in range(len(names)) if k != reference)
    lives = trials.first_lives(document, _LOOKED_AT)
    one, other = (
        lives.events[0, k].endpoint(document.trial.endpoint) <= document.trial.follow_up for k in (chosen, reference)
    )
    hits = np.flatnonzero(other & ~one if fate == "spared" else one & ~other)
    if not hits.size:
        what = f"none of {_LOOKED_AT:,} candidates is {fate} by `{names[chosen]}`"
        raise ScenarioError(Fault("patient", what, "a fate that happens", "", "give a number instead", "AMB-S704"))
    return int(lives.patients["number"][hits[0]])


def _sentences(ready: Premises, row: Patients, lives: tuple[Life, ...]) -> tuple[str, ...]:
    people, disease = row.people, row.disease
    size = float(body.diameter(disease.cells, ready.cancer.density)[0])
    who = "woman" if people.sex[0] == "F" else "man"
    doubling = float(body.doubling_time(disease.cells, disease.decay, ready.cancer.capacity)[0])
    first = (
        f"Virtual patient {int(disease.number[0])}: a {who} of {people.age[0]:.0f} years, {people.weight[0]:.0f} "
        "kg, with a "
        f"primary of {size:.0f} mm that doubles in {doubling:.0f} days."
    )
    return (first, *(_told(ready, one) for one in lives))


def _told(ready: Premises, one: Life) -> str:
    seen = f"a metastasis is seen on day {one.seen:.0f}" if np.isfinite(one.seen) else "no metastasis is seen"
    end = (
        f"dies of {one.cause} on day {one.death:.0f}" if np.isfinite(one.death) else f"lives on day {ready.horizon:.0f}"
    )
    woke = f"{one.n_colonies} metastas{'is' if one.n_colonies == 1 else 'es'} woke"
    return f"In {one.arm}: {woke}, {seen}, the patient {end}."


def _drawn(ready: Premises, row: Patients, lives: tuple[Life, ...], out: Path) -> Path:
    stories = {one.arm: _story(ready, row, one) for one in lives}
    figure = plots.plot_patient(
        stories,
        limit=float(body.cells_of(ready.cancer.detection[0], ready.cancer.density)),
        title=f"virtual patient {int(row.disease.number[0])}, {ready.document.name}",
    )
    save_figure(figure, out, "--out")
    return out


def _story(ready: Premises, row: Patients, one: Life) -> Story:
    """Turn a life, in days since randomisation, into a story in days since diagnosis."""
    shift = -float(row.diagnosis[0])
    lesions = [Lesion("primary", one.days[one.primary > 0.0] + shift, one.primary[one.primary > 0.0])]
    for organ, cells in zip(one.organs, one.lesions, strict=True):
        lives_on = cells > 0.0
        lesions.append(Lesion(organ.replace("_", " "), one.days[lives_on] + shift, cells[lives_on]))
    arm = next(arm for arm in ready.document.arms if arm.name == one.arm)
    last = float(one.days[-1])
    doses = [(drug.name, drug.start + shift, min(drug.stop if drug.stop is not None else last, last) + shift)
             for drug in arm.drugs if drug.start < last]  # fmt: skip
    surgery = float(row.resection[0])
    return Story(
        [lesion for lesion in lesions if lesion.days.size],
        surgery + shift if np.isfinite(surgery) else float("nan"),
        doses,
        one.visits + shift,
        one.seen + shift,
        one.visits + shift,
        one.counts.astype(np.float64),
        one.death + shift,
        one.cause,
    )
