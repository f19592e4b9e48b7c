"""A trial from its document to its study: patients until there are enough, the truth, and trials drawn from them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid import body, scenario
from amoeboid.errors import AmoeboidError, Fault, ScenarioError
from amoeboid.execution import Executor, Task
from amoeboid.measures.sequential import boundaries
from amoeboid.scenario import TrialScenario
from amoeboid.store import study_folder
from amoeboid.trials.enrolment import Enrolment, data_cut, enrol
from amoeboid.trials.observation import Events, Observed, Visits, observe
from amoeboid.trials.population import CHUNK, Arrays, Lives, chunk, pathways, table
from amoeboid.trials.premises import Premises, premises
from amoeboid.trials.results import Looks, TrialResults, drawn, joined, report
from amoeboid.trials.study import Explored, Shown, TrialStudy, endpoints
from amoeboid.trials.therapy import Case
from amoeboid.trials.truth import contrast

Told = Callable[[str, float], None]
"""Told what is being done, and which share of it is done."""
Answer = tuple[dict[str, Any], ...]
Work = Callable[[Answer], Iterable[Arrays]]

LINK_DRAWS = 20
"""Draws of the link under which the truth is found anew, beside the best estimate."""
LINK_PATIENTS = 4000
"""Patients that each draw is found from; they are the same for all, so that draws differ by the link alone."""

_TOGETHER = 2_000_000  # patients of trials that are drawn at once: some 500 MB
_PLANNING = 200  # trials whose mean number of events is the planned one
_FEWEST = 1.0 / 500.0  # share of candidates below which a trial finds no patients


def simulate(
    document: TrialScenario,
    *,
    executor: Executor | None = None,
    folder: str | Path | None = None,
    progress: Told | None = None,
) -> TrialStudy:
    """Simulate a trial: its truth in paired patients, and what trials of its size would report.

    Every patient lives in every arm, under every loss of NK killing of the document, with the same fate but for what
    the arm does; so the effect is known without chance between patients. Trials are then drawn from them, with accrual,
    dropout, scans at visits, data cut and looks. How much the link from contractility to escape is uncertain is told by
    finding the truth anew for draws of it, in fewer patients.

    Parameters
    ----------
    document : TrialScenario
        From `scenario.load_trial`.
    executor : Executor, optional
        Where chunks of patients are followed; in this process, one after the other, when left out. The study is the
        same.
    folder : path, optional
        Of the executor's tasks; needed with an executor.
    progress : callable, optional
        Told what is being done, and which share of it is done.

    Returns
    -------
    TrialStudy

    Raises
    ------
    ScenarioError
        When the document asks for what cannot be simulated, or hardly any candidate is eligible.
    ExecutionError
        When tasks failed.

    Examples
    --------
    >>> small = scenario.load_trial("neoadjuvant-melanoma").model_copy(update={"replicates": 20})
    >>> design = small.trial.model_copy(update={"population": 300, "patients": 100})
    >>> simulate(small.model_copy(update={"trial": design})).n
    300
    """
    told = progress or (lambda what, share: None)
    ready = premises(document)
    cases = tuple(Case(0, loss) for loss in document.trial.nk_loss)
    work = _here if executor is None else _elsewhere(executor, folder)
    lives = _lives(document, cases, work, told)
    told("drawing trials", 0.0)
    followed = endpoints(document)
    arms = [k for k, arm in enumerate(document.arms) if arm is not document.reference_arm]
    reference = document.arms.index(document.reference_arm)
    contrasts = {
        (c, a, e): contrast(lives.events[c, a], lives.events[c, reference], e, document.trial.follow_up)
        for c in range(len(cases))
        for a in arms
        for e in followed
    }
    visits = _visits(ready)
    results = {key: value for c in range(len(cases)) for key, value in _results(document, lives, c, visits).items()}
    factors, n_link = _link_ratios(ready, cases[0], work, told)
    chief = {arm: contrasts[0, arm, document.trial.endpoint].hazard_ratio.value for arm in arms}
    told("drawing trials", 1.0)
    return TrialStudy(
        document,
        cases,
        lives,
        contrasts,
        results,
        {arm: factors[arm] * chief[arm] for arm in arms},
        n_link,
        ready.link.made_from,
        tuple(pathway.drive.untreated for pathway in pathways(ready)),
        _shown(document, lives, visits),
        _explored(document, cases[0], work, told),
    )


def _lives(document: TrialScenario, cases: tuple[Case, ...], work: Work, told: Told) -> Lives:
    """Follow candidates until enough are eligible; the first so many are taken, whatever the chunks."""
    wanted, text = document.trial.population, scenario.trial_to_toml(document)
    size = min(CHUNK, max(wanted, 256))
    parts: list[Arrays] = []
    n, screened, ahead = 0, 0, -(-wanted // size)
    while n < wanted:
        told("following patients", n / wanted)
        orders = tuple(_order(text, screened + k * size, size, cases) for k in range(ahead))
        for part in work(orders):
            parts.append(part)
            n, screened = n + int(part["found"][0]), screened + size
            told("following patients", min(n / wanted, 1.0))
        if n < _FEWEST * screened:
            raise ScenarioError(_too_few(n, screened))
        ahead = max(math.ceil((wanted - n) / max(n / screened, _FEWEST) / size), 1)
    names = max(parts, key=len)
    arrays = {name: np.concatenate([part[name] for part in parts if name in part]) for name in names}
    whole = ("screened", "found")
    cut = {name: values if name in whole else values[:wanted] for name, values in arrays.items()}
    return table(cut, len(cases), len(document.arms))


def _order(text: str, first: int, n: int, cases: tuple[Case, ...]) -> dict[str, Any]:
    return {"text": text, "first": first, "n": n, "cases": [[case.draw, case.nk_loss] for case in cases]}


def _here(orders: Answer) -> Iterator[Arrays]:
    return (chunk(**order) for order in orders)


def _elsewhere(executor: Executor, folder: str | Path | None) -> Work:
    """Give the way to have chunks followed by an executor, each in a folder that is named by what it holds."""
    if folder is None:
        what = "an executor without a folder for its tasks"
        raise ScenarioError(Fault("trials.simulate", what, "a folder", "", "give `folder`", "AMB-S650"))
    place = Path(folder)

    def work(orders: Answer) -> Iterator[Arrays]:
        tasks = [Task(_key(order), f"{chunk.__module__}:{chunk.__name__}", order) for order in orders]
        study = executor.run(tasks, study_folder(place, "patients", tasks))
        if study.was_stopped or not study.is_finished:
            raise KeyboardInterrupt(f"stopped; the same call goes on from `{study.path}`")
        return (study.result(task.key) for task in tasks)

    return work


def _key(order: dict[str, Any]) -> str:
    draws = "-".join(f"{int(draw)}" for draw, _ in order["cases"][:1])
    return f"{order['first']:012d}-{order['n']}-{len(order['cases'])}-{draws}"


def _too_few(n: int, screened: int) -> Fault:
    return Fault(
        "trial.eligibility",
        f"{n} of {screened} candidates are eligible",
        f"one in {round(1.0 / _FEWEST)} at least",
        "",
        "widen `eligibility`, or choose another setting",
        "AMB-S649",
    )


def _visits(ready: Premises) -> Visits:
    """Give the scans of a trial; where they follow so soon that windows would meet, windows are narrower."""
    window = min(ready.days("trial.visit_window"), 0.49 * ready.trial.visits)
    return Visits(ready.trial.visits, window, ready.document.seed)


def _observed(
    document: TrialScenario, lives: Lives, case: int, enrolled: Enrolment, visits: Visits
) -> dict[str, Observed]:
    """Give what is known of each endpoint of the participants at the data cut."""
    events = _of_participants(lives, case, enrolled)
    censored = np.minimum(enrolled.dropout, data_cut(document.trial) - enrolled.entry)
    who = (np.arange(document.trial.patients)[None, :], enrolled.replicate[:, None])
    return {name: observe(events, name, censored, visits, who) for name in endpoints(document)}


def _of_participants(lives: Lives, case: int, enrolled: Enrolment) -> Events:
    """Give each participant's life in the arm that he was given."""
    by_arm = [lives.events[c, a].take(enrolled.patient) for c, a in sorted(lives.events) if c == case]
    return Events(
        *(
            np.choose(enrolled.arm, [getattr(one, name) for one in by_arm])
            for name in ("metastasis", "progression", "death", "cause")
        )
    )


def _results(document: TrialScenario, lives: Lives, case: int, visits: Visits) -> dict[tuple[int, int], TrialResults]:
    """Draw all trials under one case and analyse each arm against the reference."""
    trial, n = document.trial, len(lives.patients["number"])
    reference = document.arms.index(document.reference_arm)
    arms = [k for k in range(len(document.arms)) if k != reference]
    step = max(_TOGETHER // trial.patients, 1)
    looks: dict[int, Looks] = {}
    parts: dict[int, list[TrialResults]] = {arm: [] for arm in arms}
    design = boundaries(trial.looks, trial.spending, trial.level)
    first = min(_PLANNING, document.replicates)
    blocks = [range(0, first), *(range(k, min(k + step, document.replicates))
                                 for k in range(first, document.replicates, step))]  # fmt: skip
    for block in blocks:
        enrolled = enrol(document, block, n)
        seen = _observed(document, lives, case, enrolled, visits)[trial.endpoint]
        for arm in arms:
            data = drawn(enrolled, seen, arm, reference)
            looks.setdefault(arm, Looks(trial.looks, design.critical, data.mean_events()))
            parts[arm].append(report(data, data_cut(trial), looks[arm], trial.follow_up))
    return {(case, arm): joined(parts[arm]) for arm in arms}


def _link_ratios(ready: Premises, chief: Case, work: Work, told: Told) -> tuple[dict[int, NDArray[np.float64]], int]:
    """Give by how much each draw of the link multiplies the true hazard ratio of each arm, and from how many patients.

    Draws are compared with the best estimate on the same patients, so that these being few hardly counts.
    """
    document, last = ready.document, ready.link.n_draws - 1
    rows = np.unique(np.linspace(1, last, min(LINK_DRAWS, last)).astype(np.int64))  # none of a link without draws
    cases = tuple(Case(int(row), chief.nk_loss) for row in (0, *rows))
    small = document.trial.model_copy(update={"population": min(LINK_PATIENTS, document.trial.population)})
    lives = _lives(document.model_copy(update={"trial": small}), cases, work, told)
    reference = document.arms.index(document.reference_arm)
    follow_up, endpoint = document.trial.follow_up, document.trial.endpoint

    def ratio(case: int, arm: int) -> float:
        events = lives.events[case, arm], lives.events[case, reference]
        return contrast(*events, endpoint, follow_up).hazard_ratio.value

    arms = [k for k in range(len(document.arms)) if k != reference]
    return {
        arm: np.array([ratio(c, arm) for c in range(1, len(cases))]) / ratio(0, arm) for arm in arms
    }, small.population


def _explored(document: TrialScenario, chief: Case, work: Work, told: Told) -> tuple[Explored, ...]:
    """Find the truth anew under every option of the body's hypotheses that the document does not choose."""
    small = document.trial.model_copy(update={"population": min(LINK_PATIENTS, document.trial.population)})
    reference = document.arms.index(document.reference_arm)
    found = []
    for id, options in scenario.hypotheses("body").items():
        own = document.hypotheses.get(id, options[0])
        for option in options:
            if option == own:
                continue
            switched = {**document.hypotheses, id: option}
            rival = document.model_copy(update={"hypotheses": switched, "trial": small})
            try:
                lives = _lives(rival, (chief,), work, told)
            except AmoeboidError as error:
                if not any(fault.code == body.EXPLODED for fault in error.faults):
                    raise
                # a reading under which spread runs away is told as one, and costs the trial nothing else
                found.append(Explored(id, option, {}, next(f.what for f in error.faults if f.code == body.EXPLODED)))
                continue
            contrasts = {
                arm: contrast(lives.events[0, arm], lives.events[0, reference], small.endpoint, small.follow_up)
                for arm in range(len(document.arms))
                if arm != reference
            }
            found.append(Explored(id, option, contrasts))
    return tuple(found)


def _shown(document: TrialScenario, lives: Lives, visits: Visits) -> Shown:
    enrolled = enrol(document, range(1), len(lives.patients["number"]))
    seen = _observed(document, lives, 0, enrolled, visits)
    flat = {name: Observed(one.time[0], one.event[0], one.after[0]) for name, one in seen.items()}
    return Shown(enrolled, flat, 0)
