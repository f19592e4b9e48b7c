"""One virtual patient, arm by arm: which tumours grew when, what scans and blood showed, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid import body
from amoeboid.errors import Fault, ScenarioError
from amoeboid.process import Treatment
from amoeboid.scenario import TrialArm
from amoeboid.trials import dosing
from amoeboid.trials.patients import Patients, screen
from amoeboid.trials.population import treated
from amoeboid.trials.premises import Premises
from amoeboid.trials.therapy import Case, treatment

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

MOST_LESIONS = 60
"""Metastases of one patient that are followed one by one, the earliest; a figure could not show more."""

_SOONER = 5000  # candidates among whom the next eligible one is looked for


@dataclass(frozen=True)
class Life:
    """What becomes of one patient in one arm; days since randomisation.

    Parameters
    ----------
    arm : str
    days : (n_days,) float64 [day]
    primary : (n_days,) float64 [cells]
        0 from surgery on.
    lesions : (n_lesions, n_days) float64 [cells]
        Metastases; 0 before they wake and after death.
    organs : tuple of str
        Of each.
    n_colonies : int
        All metastases that woke, shown or not.
    visits, counts : (n_visits,) float64 [day], int64
        Scans up to the end, and tumour cells in 7.5 ml of blood drawn then.
    seen : float [day]
        Scan that showed the first metastasis; infinite: none did.
    death : float [day]
        Infinite: alive at the end.
    cause : str
        ``cancer``, ``other causes``, or nothing.
    """

    arm: str
    days: Floats
    primary: Floats
    lesions: Floats
    organs: tuple[str, ...]
    n_colonies: int
    visits: Floats
    counts: Whole
    seen: float
    death: float
    cause: str


def patient(premises: Premises, number: int) -> Patients:
    """Give one eligible patient of a trial by his number.

    Raises
    ------
    ScenarioError
        When the candidate of that number is not eligible; names the next who is.
    """
    if not 0 <= number < body.MOST_PATIENTS:
        raise ScenarioError(_not_eligible(number, f"0 to {body.MOST_PATIENTS - 1:,}", "0"))
    found = screen(premises, number, 1)
    if found.n:
        return found
    others = screen(premises, number, _SOONER).disease.number
    near = str(int(others[0])) if others.size else ""
    raise ScenarioError(_not_eligible(number, "the number of a candidate whom the trial would enrol", near))


def life(premises: Premises, who: Patients, arm: TrialArm, *, nk_loss: float, n_days: int = 400) -> Life:
    """Follow one patient through one arm.

    Parameters
    ----------
    premises : Premises
        The trial.
    who : Patients
        One row, from `patient`.
    arm : TrialArm
        One of the trial's.
    nk_loss : float
        Share of NK killing that is lost at full inhibition.
    n_days : int
        Days on which tumours are told, from diagnosis or the first metastasis to death or the end.
    """
    pathway = dosing.tumours(premises, arm)
    taken, _ = dosing.take(premises, arm, treated(premises, who), pathway)
    given = treatment(
        arm, taken, premises.link, Case(0, nk_loss), reference=pathway.reference, parameters=premises.parameters
    )
    plan = body.Plan(premises.horizon, who.resection, mortal=-np.inf)
    colonies = body.spread(who.disease, premises.cancer, given, plan, premises.document.seed)
    out = body.outcome(colonies)
    last = float(min(out.death[0], premises.horizon))
    days = np.linspace(min(float(who.diagnosis[0]), *colonies.awake.tolist(), last), last, n_days)
    first = np.argsort(colonies.awake, kind="stable")[:MOST_LESIONS]
    lesions = _cells(colonies, first, days)
    visits = np.arange(0.0, last + 1e-9, premises.trial.visits)
    return Life(
        arm.name,
        days,
        body.primary_cells(colonies, days)[0],
        lesions,
        tuple(premises.cancer.organs[k] for k in colonies.organ[first]),
        len(colonies),
        visits,
        _counted(premises, colonies, given, visits),
        float(body.first_visit(out.first_visible, visits)[0]),
        float(out.death[0]),
        {0: "", 1: "cancer", 2: "other causes"}[int(out.cause[0])],
    )


def _cells(colonies: body.Colonies, which: Whole, days: Floats) -> Floats:
    """Give cells of some colonies on days, (n_which, n_days)."""
    origin, awake = colonies.origin[which][:, None], colonies.awake[which][:, None]
    # treatment acts on growth from waking on: growth days are calendar days plus the integral of the multiplier less 1
    more = _growth_gained(colonies.treatment, days)[None, :] - _growth_gained(colonies.treatment, awake[:, 0])[:, None]
    cells = body.size(days[None, :] - origin + more, colonies.disease.decay[0], colonies.cancer.capacity)
    return np.where(days[None, :] >= awake, cells, 0.0)


def _growth_gained(given: Treatment, days: Floats) -> Floats:
    """Give the integral of the multiplier of growth less 1 up to days [day]; the patient is row 0."""
    lengths = np.diff(given.edges)
    total = np.concatenate([[0.0], np.cumsum((given.growth[0] - 1.0) * lengths)])
    return np.asarray(np.interp(days, given.edges, total))


def _counted(premises: Premises, colonies: body.Colonies, given: Treatment, visits: Floats) -> Whole:
    """Draw what is counted in 7.5 ml of blood at visits, single cells and those in clusters alike."""
    blood = body.blood(premises.parameters)
    everything = _cells(colonies, np.arange(len(colonies)), visits)
    tumours = np.concatenate([body.primary_cells(colonies, visits), everything])
    # a tumour of no cells sheds nothing, whatever the exponent
    shed = body.entering(premises.cancer, blood, colonies.disease.seeding[0], np.maximum(tumours, 1.0))
    entering = np.where(tumours[..., None] >= 1.0, shed, 0.0).sum(axis=0)
    single, cluster, killing = (_at(given, name, visits) for name in ("single", "cluster", "killing"))
    level = body.circulating(blood, entering * np.stack([single, cluster], axis=-1), killing)
    who, seed = colonies.disease.number[:1], premises.document.seed
    drawn = [body.counts(blood, level[k : k + 1], (who, k, seed)) for k in range(len(visits))]
    return np.concatenate(drawn).sum(axis=1) if drawn else np.zeros(0, np.int64)


def _at(given: Treatment, name: str, days: Floats) -> Floats:
    """Give a multiplier on days, of row 0; 1 outside the treatment."""
    row = np.concatenate([[1.0], getattr(given, name)[0], [1.0]])
    return np.asarray(row[np.searchsorted(given.edges, days, side="right")])


def _not_eligible(number: int, expected: str, near: str) -> Fault:
    what = (
        f"candidate {number} is not eligible"
        if 0 <= number < body.MOST_PATIENTS
        else f"`{number}` is no number of a candidate"
    )
    return Fault("patient", what, expected, near, "choose another number, or widen `eligibility`", "AMB-S701")
