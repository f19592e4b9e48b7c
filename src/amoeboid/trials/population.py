"""Every patient in every arm and every case: the paired lives behind the truth, chunk by chunk of candidates."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid import body, scenario
from amoeboid.execution import pure
from amoeboid.process import MULTIPLIERS, Treatment, untreated
from amoeboid.scenario import TrialScenario
from amoeboid.trials import dosing
from amoeboid.trials.observation import Events
from amoeboid.trials.patients import Patients, screen
from amoeboid.trials.premises import Premises, premises
from amoeboid.trials.progression import progression
from amoeboid.trials.therapy import Case, treatment

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]
Pathways = tuple[dosing.Tumours, ...]

CHUNK = 4096
"""Candidates of one chunk: with two arms and three cases it holds some 200 MB."""

_MORE = 400  # candidates over whom multipliers are averaged, for show
_SOME = 32  # candidates followed to see which numbers are read
_OF_PATIENT = ("sex", "age", "weight", "egfr", "platelets", "haemoglobin")


@dataclass(frozen=True)
class Lives:
    """Patients and what becomes of them in each arm and case.

    Parameters
    ----------
    patients : dict of (n,) arrays
        Number, sex, age [year], weight [kg], egfr [ml/min], platelets [10^9/l], haemoglobin [g/dl], diameter [mm] of
        the primary at randomisation, diagnosis and resection [day], by name.
    events : dict of (case, arm) to Events
        Days since randomisation.
    price : dict of arm to dict of (n,) arrays
        Dose intensity, worst grades of anaemia and of thrombocytopenia.
    screened, found : int
        Candidates who were looked at, and those of them who were eligible; of these the first are the patients.
    """

    patients: Arrays
    events: dict[tuple[int, int], Events]
    price: dict[int, Arrays]
    screened: int
    found: int


def live(premises: Premises, pathways: Pathways, cases: tuple[Case, ...], patients: Patients) -> Arrays:
    """Follow patients through every arm under every case.

    Parameters
    ----------
    premises : Premises
        The trial.
    pathways : tuple of dosing.Tumours
        Of each arm.
    cases : tuple of Case
        Draws of the link, losses of NK killing.
    patients : Patients
        n patients.

    Returns
    -------
    arrays : dict of str to (n,) array
        Named as `table` reads them: one dict of arrays, which is what executors carry.
    """
    arrays = _of_patients(premises, patients)
    known: dict[bytes, Events] = {}
    who = treated(premises, patients, known)
    for number, (arm, pathway) in enumerate(zip(premises.document.arms, pathways, strict=True)):
        taken, price = dosing.take(premises, arm, who, pathway)
        arrays |= {f"arm{number}.{name}": values for name, values in vars(price).items()}
        for index, case in enumerate(cases):
            given = treatment(
                arm, taken, premises.link, case, reference=pathway.reference, parameters=premises.parameters
            )
            events = events_under(premises, patients, given, known)
            arrays |= {f"case{index}.arm{number}.{name}": values for name, values in vars(events).items()}
    return arrays


def treated(premises: Premises, patients: Patients, known: dict[bytes, Events] | None = None) -> dosing.Treated:
    """Give who takes the drugs of an arm, and until when: to the progression or death of the untreated life.

    `known` keeps the lives that have been lived.
    """
    end = events_under(premises, patients, untreated(), {} if known is None else known).endpoint("PFS")
    return dosing.Treated(patients.people, end)


def events_under(premises: Premises, patients: Patients, given: Treatment, known: dict[bytes, Events]) -> Events:
    """Follow patients under a treatment, once for each treatment that differs: one body lives one life."""
    key = _digest(given)
    if key not in known:
        plan = body.Plan(premises.horizon, patients.resection, mortal=-np.inf)
        colonies = body.spread(patients.disease, premises.cancer, given, plan, premises.document.seed)
        found = body.outcome(colonies)
        metastatic = premises.trial.setting == "metastatic"
        grown = progression(premises, colonies) if metastatic else found.first_visible
        known[key] = Events(found.first_visible, grown, found.death, found.cause)
    return known[key]


def _digest(given: Treatment) -> bytes:
    digest = hashlib.sha256(given.edges.tobytes())
    for name in MULTIPLIERS:
        rows = getattr(given, name)
        digest.update(repr(rows.shape).encode())
        digest.update(np.ascontiguousarray(rows).tobytes())
    return digest.digest()


def _of_patients(premises: Premises, patients: Patients) -> Arrays:
    people: Arrays = {name: getattr(patients.people, name) for name in _OF_PATIENT}
    return {
        "number": patients.disease.number,
        **people,
        "diameter": body.diameter(patients.disease.cells, premises.cancer.density),
        "diagnosis": patients.diagnosis,
        "resection": patients.resection,
    }


@pure
def chunk(text: str, first: int, n: int, cases: list[list[float]]) -> Arrays:
    """Follow the eligible of the candidates `first` to `first + n`: a task for any executor.

    Parameters
    ----------
    text : str
        The trial document as TOML.
    first, n : int
        Numbers of the candidates.
    cases : list of [draw, nk_loss] or [draw, nk_loss, outgrowth]
        Cases to follow.

    Returns
    -------
    arrays : dict of str to (n_eligible,) array
        See `live`; ``screened`` and ``found``, numbers of candidates and of eligible ones, have one entry, and are all
        that there is when nobody is eligible.
    """
    ready, pathways = _ready(text)
    patients = screen(ready, first, n)
    counts = {"screened": np.array([patients.screened]), "found": np.array([patients.n])}
    if not patients.n:
        return counts
    return live(ready, pathways, tuple(Case(int(draw), *rest) for draw, *rest in cases), patients) | counts


@functools.lru_cache(maxsize=4)
def _ready(text: str) -> tuple[Premises, Pathways]:
    """Make a document and its pathways ready, once for each process."""
    ready = premises(scenario.loads_trial(text))
    return ready, pathways(ready)


def pathways(ready: Premises) -> Pathways:
    """Ask the pathway how contractile the tumours of each arm are."""
    return tuple(dosing.tumours(ready, arm) for arm in ready.document.arms)


def table(arrays: Arrays, n_cases: int, n_arms: int) -> Lives:
    """Read the arrays of chunks, put end to end, as lives."""
    names = ("number", *_OF_PATIENT, "diameter", "diagnosis", "resection")

    def below(stem: str) -> Arrays:
        return {name.removeprefix(stem): values for name, values in arrays.items() if name.startswith(stem)}

    return Lives(
        {name: arrays[name] for name in names},
        {(c, a): Events(**below(f"case{c}.arm{a}.")) for c in range(n_cases) for a in range(n_arms)},
        {a: below(f"arm{a}.") for a in range(n_arms)},
        int(arrays["screened"].sum()),
        int(arrays["found"].sum()),
    )


def numbers_read(document: TrialScenario) -> tuple[str, ...]:
    """Give the ids of all values that the patients of a trial need, by following a few of them.

    Examples
    --------
    >>> "cancer.any.capacity" in numbers_read(scenario.load_trial("adjuvant-breast"))
    True
    """
    ready = premises(document)
    some = screen(ready, 0, _SOME)
    live(ready, tuple(dosing.tumours(ready, arm) for arm in document.arms), (Case(0, 0.5),), some)
    return ready.parameters.used()


def first_lives(document: TrialScenario, n: int) -> Lives:
    """Follow the eligible among the first `n` candidates under the chief loss of NK killing."""
    loss = document.trial.nk_loss[0]
    return table(chunk(scenario.trial_to_toml(document), 0, n, [[0, loss]]), 1, len(document.arms))


def felt_first(premises: Premises) -> list[dict[str, float]]:
    """Give for each arm the multipliers of its first piece of treatment, mean over some patients; 1 without any."""
    some, loss = screen(premises, 0, _MORE), premises.trial.nk_loss[0]
    found = []
    for arm in premises.document.arms:
        pathway = dosing.tumours(premises, arm)
        taken, _ = dosing.take(premises, arm, treated(premises, some), pathway)
        given = treatment(
            arm, taken, premises.link, Case(0, loss), reference=pathway.reference, parameters=premises.parameters
        )
        rows = {name: getattr(given, name) for name in MULTIPLIERS}
        found.append({name: float(row[:, 0].mean()) if row.shape[1] else 1.0 for name, row in rows.items()})
    return found
