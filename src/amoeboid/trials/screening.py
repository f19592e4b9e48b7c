"""Compounds and regimens compared on the same patients: who is spared net of harm, and at which price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid import scenario
from amoeboid.errors import Fault, ScenarioError
from amoeboid.execution import Executor, Progress, Task, executor, quiet, study_folder
from amoeboid.measures.intervals import Estimate, mean_interval
from amoeboid.scenario import Compound, CompoundLibrary, Regimen, TrialScenario
from amoeboid.trials.candidates import document_of
from amoeboid.trials.dosing import SEVERE
from amoeboid.trials.population import CHUNK, Arrays, Lives, chunk, table
from amoeboid.trials.premises import premises
from amoeboid.trials.truth import Contrast, contrast

Marks = NDArray[np.int8]

_ARM, _REFERENCE = 1, 0
_FEWEST = 1.0 / 500.0  # share of candidates below which a trial finds no patients
_MOST = 100_000_000  # patients times compounds that are held at once: a byte each for gain and for price


@dataclass(frozen=True)
class Candidate:
    """What a compound at a regimen does to the patients of a trial, against the reference arm.

    Parameters
    ----------
    compound, regimen : str
        Their names.
    rank : int
        1 is the best.
    contrasts : tuple of Contrast
        For each loss of NK killing of the document, the chief one first.
    severe : Estimate
        Share of patients with anaemia or thrombocytopenia of grade 3 or more on it.
    price : Estimate
        That share less the reference's, patient by patient.
    nk_harm : Estimate
        Share of patients that the loss of NK killing costs: net at the least loss less net at the greatest.
    intensity : float
        Mean share of the planned dose that is taken.
    behind : Estimate
        Net of the best candidate less its own, patient by patient.
    on_front : bool
        Whether no other is as good in net, price and NK harm, and better in one of them.
    """

    compound: str
    regimen: str
    rank: int
    contrasts: tuple[Contrast, ...]
    severe: Estimate
    price: Estimate
    nk_harm: Estimate
    intensity: float
    behind: Estimate
    on_front: bool

    @property
    def name(self) -> str:
        """Compound and regimen."""
        return f"{self.compound}, {self.regimen}"

    @property
    def net(self) -> Estimate:
        """Share spared less share harmed, under the chief loss of NK killing."""
        return self.contrasts[0].net


@dataclass(frozen=True)
class Screening:
    """Compounds ranked.

    Parameters
    ----------
    document : TrialScenario
        The trial that all were put into.
    horizon : float [day]
        Since randomisation, at which events are counted.
    n : int
        Patients, the same for all.
    candidates : tuple of Candidate
        The best first.
    study : Path
        Folder of the tasks.
    """

    document: TrialScenario
    horizon: float
    n: int
    candidates: tuple[Candidate, ...]
    study: Path

    @property
    def front(self) -> tuple[Candidate, ...]:
        """Those that no other dominates, the best first."""
        return tuple(one for one in self.candidates if one.on_front)

    def table(self) -> dict[str, NDArray[Any]]:
        """Give the ranking by column, one row for each candidate; shares of patients, days."""
        rows = [_row(one) for one in self.candidates]
        return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def screen_compounds(
    document: TrialScenario,
    library: CompoundLibrary,
    *,
    folder: str | Path = "studies",
    on: Executor | None = None,
    horizon: float | None = None,
    progress: Progress = quiet,
) -> Screening:
    """Rank compounds and regimens by patients spared net of harm in a trial.

    Every compound is given to the same patients, with the same fates but for what it does, so that differences between
    compounds have no chance between patients in them. Only the reference arm of the document is kept. The result does
    not depend on the executor, and a screening that was stopped is gone on with by the same call.

    Parameters
    ----------
    document : TrialScenario
        From `scenario.load_trial`; its ``population`` is the number of patients.
    library : CompoundLibrary
        From `scenario.load_compounds`.
    folder : path
        Of studies; the screening's own lie in it, named by what defines them.
    on : Executor, optional
        Processes of this machine when not given.
    horizon : float, optional [day]
        At which events are counted; the document's follow-up when not given.
    progress : callable
        Told (task, 0.0 or 1.0, 1.0).

    Returns
    -------
    Screening

    Raises
    ------
    ScenarioError
        When the trial cannot be simulated, hardly any candidate patient is eligible, nothing is to be screened, or it
        is more than can be held.
    ExecutionError
        When tasks failed.
    KeyboardInterrupt
        When it was stopped before its end.
    """
    pairs = library.pairs()
    _require(document, len(pairs))
    premises(document)  # what cannot be simulated is told before anything runs
    when = document.trial.follow_up if horizon is None else horizon
    work = _Work(on or executor("local"), Path(folder), progress)
    texts = [scenario.trial_to_toml(document_of(document, *pair)) for pair in pairs]
    spans = work.enough(document, texts[0])
    parts = work.done([_task(text, k, span, document) for k, text in enumerate(texts) for span in spans])
    found = []
    for k, pair in enumerate(pairs):
        lives = _lives([parts[_key(k, span)] for span in spans], document)
        found.append(_judged(pair, lives, document, when))
    return Screening(document, when, document.trial.population, _ranked(found), work.last)


@dataclass
class _Work:
    """Where tasks are carried out."""

    on: Executor
    folder: Path
    progress: Progress
    last: Path = Path()

    def done(self, tasks: Sequence[Task]) -> dict[str, Arrays]:
        self.last = study_folder(self.folder, "screen", tasks)
        study = self.on.run(tasks, self.last, told=self.progress)
        if study.was_stopped or not study.is_finished:
            raise KeyboardInterrupt(f"stopped; the same call goes on from `{study.path}`")
        return {task.key: study.result(task.key) for task in tasks}

    def enough(self, document: TrialScenario, text: str) -> list[tuple[int, int]]:
        """Find how many candidate patients hold enough eligible ones: (first, n) of each chunk."""
        wanted, size = document.trial.population, min(CHUNK, max(document.trial.population, 256))
        spans: list[tuple[int, int]] = []
        n, ahead = 0, -(-wanted // size)
        while n < wanted:
            more = [((len(spans) + k) * size, size) for k in range(ahead)]
            parts = self.done([_task(text, 0, span, document) for span in more])
            n, spans = n + sum(len(part["number"]) for part in parts.values()), spans + more
            if n < _FEWEST * len(spans) * size:
                what = f"{n} of {len(spans) * size} candidates are eligible"
                expected = f"one in {round(1.0 / _FEWEST)} at least"
                raise ScenarioError(_fault("trial.eligibility", what, expected, "widen `eligibility`"))
            ahead = max(int(np.ceil((wanted - n) * len(spans) / max(n, 1))), 1)
        return spans


def _task(text: str, number: int, span: tuple[int, int], document: TrialScenario) -> Task:
    cases = [[0, loss] for loss in document.trial.nk_loss]
    arguments = {"text": text, "first": span[0], "n": span[1], "cases": cases}
    return Task(_key(number, span), f"{chunk.__module__}:{chunk.__name__}", arguments)


def _key(number: int, span: tuple[int, int]) -> str:
    return f"compound-{number:04d}-{span[0]:09d}"


def _lives(parts: Iterable[Arrays], document: TrialScenario) -> Lives:
    listed = list(parts)
    whole = ("screened", "found")
    joined = {name: np.concatenate([part[name] for part in listed]) for name in listed[0]}
    n = document.trial.population
    cut = {name: values if name in whole else values[:n] for name, values in joined.items()}
    return table(cut, len(document.trial.nk_loss), 2)


@dataclass(frozen=True)
class _Judged:
    """A candidate before it is ranked: gain (n,) is 1 for a patient spared, -1 for one harmed."""

    pair: tuple[Compound, Regimen]
    contrasts: tuple[Contrast, ...]
    gain: Marks
    severe: Estimate
    price: Estimate
    nk_harm: Estimate
    intensity: float


def _judged(pair: tuple[Compound, Regimen], lives: Lives, document: TrialScenario, horizon: float) -> _Judged:
    endpoint, losses = document.trial.endpoint, document.trial.nk_loss
    both = [(lives.events[c, _ARM], lives.events[c, _REFERENCE]) for c in range(len(losses))]
    hits = [tuple((one.endpoint(endpoint) <= horizon).astype(np.int8) for one in pair_of) for pair_of in both]
    gains = [reference - arm for arm, reference in hits]
    least, most = int(np.argmin(losses)), int(np.argmax(losses))
    severe = [
        np.maximum(lives.price[arm]["anaemia"], lives.price[arm]["thrombocytopenia"]) >= SEVERE
        for arm in (_ARM, _REFERENCE)
    ]
    return _Judged(
        pair,
        tuple(contrast(arm, reference, endpoint, horizon) for arm, reference in both),
        gains[0],
        mean_interval(severe[0].astype(np.float64)),
        mean_interval(severe[0].astype(np.float64) - severe[1]),
        mean_interval((gains[least] - gains[most]).astype(np.float64)),
        float(np.mean(lives.price[_ARM]["intensity"])),
    )


def _ranked(found: list[_Judged]) -> tuple[Candidate, ...]:
    """Order by net, then by price and NK harm, then by name, so that equals have one order."""
    order = sorted(found, key=lambda one: (-one.contrasts[0].net.value, one.price.value, one.nk_harm.value,
                                           one.pair[0].name, one.pair[1].name))  # fmt: skip
    marks = np.array([[-one.contrasts[0].net.value, one.price.value, one.nk_harm.value] for one in order])
    front = pareto_front(marks)
    return tuple(
        Candidate(
            one.pair[0].name, one.pair[1].name, k + 1, one.contrasts, one.severe, one.price, one.nk_harm,
            one.intensity, mean_interval((order[0].gain - one.gain).astype(np.float64)), bool(front[k]),
        )
        for k, one in enumerate(order)
    )  # fmt: skip


def pareto_front(marks: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which rows no other row dominates: nowhere worse, and somewhere better; less is better.

    Parameters
    ----------
    marks : (n, n_marks) float64

    Returns
    -------
    front : (n,) bool

    Examples
    --------
    >>> pareto_front(np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0]])).tolist()
    [True, True, False, True]
    """
    no_worse = (marks[:, None, :] <= marks[None, :, :]).all(axis=2)
    better = (marks[:, None, :] < marks[None, :, :]).any(axis=2)
    return np.asarray(~(no_worse & better).any(axis=0))


def _row(one: Candidate) -> dict[str, Any]:
    row: dict[str, Any] = {"rank": one.rank, "compound": one.compound, "regimen": one.regimen}
    chief = one.contrasts[0]
    estimates = {"net": chief.net, "spared": chief.spared, "harmed": chief.harmed, "days_gained": chief.days_gained,
                 "hazard_ratio": chief.hazard_ratio, "severe": one.severe, "price": one.price,
                 "nk_harm": one.nk_harm, "behind": one.behind}  # fmt: skip
    for name, estimate in estimates.items():
        row |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return row | {"intensity": one.intensity, "verdict": chief.verdict, "on_front": one.on_front}


def _require(document: TrialScenario, n_pairs: int) -> None:
    faults = []
    if n_pairs == 0:
        faults.append(_fault("regimens", "no regimen is for any compound", "one at least", "correct `compounds`"))
    if n_pairs * document.trial.population > _MOST:
        what = f"{n_pairs} compounds and regimens in {document.trial.population} patients"
        faults.append(_fault("trial.population", what, f"{_MOST:,} of both together", "lower `population`"))
    if faults:
        raise ScenarioError(*faults)


def _fault(where: str, what: str, expected: str, do: str) -> Fault:
    return Fault(where, what, expected, "", do, "AMB-S691")
