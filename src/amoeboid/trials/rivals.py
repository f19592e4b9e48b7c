"""Why a trial found nothing: readings of the drug, and how well each foretells what the trial published.

The dose may have been too small on average, the target may be wrong, or both may be right and the patients too far on,
so that no seeding is left that counts. Each reading gives a true hazard ratio, with the uncertainty of the link in it,
and the published ratio with its error says how likely each is, all being equally likely before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.scenario import TrialArm, TrialScenario
from amoeboid.trials.patients import screen
from amoeboid.trials.population import live, pathways, table
from amoeboid.trials.premises import premises
from amoeboid.trials.replay import Published
from amoeboid.trials.therapy import Case
from amoeboid.trials.truth import contrast

Floats = NDArray[np.float64]

N_DRAWS = 8
"""Draws of the link beside the best estimate."""


@dataclass(frozen=True)
class Rival:
    """One reading of the drug.

    Parameters
    ----------
    name : str
        What it says.
    ratios : (n_draws,) float64
        True hazard ratios of the trial's endpoint over draws of the link, the best estimate first.
    likelihood : float
        Density of the published log ratio, averaged over the draws.
    share : float
        Of the likelihood of all readings: its probability when all were equally likely before.
    """

    name: str
    ratios: Floats
    likelihood: float
    share: float


def rivals(document: TrialScenario, found: Published, *, candidates: int = 2000) -> tuple[Rival, ...]:
    """Weigh readings of a drug against what a trial of it published.

    Parameters
    ----------
    document : TrialScenario
        The trial as it was held: two arms, the second with the drug.
    found : Published
        Hazard ratio of its endpoint.
    candidates : int
        Who are screened for the paired patients behind each ratio.

    Returns
    -------
    rivals : tuple of Rival
        The wrong target first; then, for escape alone and for outgrowth as well as escape resting on contractility, the
        dose as it was given and JAK1 fully blocked for as long.
    """
    given = next(arm for arm in document.arms if arm is not document.reference_arm)
    full = TrialArm(name="JAK1 fully blocked", knockouts=("JAK1",))
    asked = document.model_copy(update={"arms": (document.reference_arm, given, full)})
    ratios = {"the target is wrong": np.ones(1), **_ratios(asked, candidates)}
    weights = {name: float(found.likelihood(np.log(values)).mean()) for name, values in ratios.items()}
    whole = sum(weights.values())
    return tuple(Rival(name, values, weights[name], weights[name] / whole) for name, values in ratios.items())


def _ratios(document: TrialScenario, candidates: int) -> dict[str, Floats]:
    """Give the true ratios of each reading, over draws of the link."""
    ready = premises(document)
    rows = np.unique(np.linspace(0, ready.link.n_draws - 1, N_DRAWS + 1).astype(np.int64))
    loss = document.trial.nk_loss[0]
    cases = tuple(Case(int(row), loss, outgrowth) for outgrowth in (0.0, 1.0) for row in rows)
    patients = screen(ready, 0, candidates)
    arrays = live(ready, pathways(ready), cases, patients)
    lives = table({**arrays, "screened": np.array([candidates]), "found": np.array([patients.n])}, len(cases), 3)
    trial = document.trial

    def over_draws(arm: int, first: int) -> Floats:
        compared = (
            contrast(lives.events[c, arm], lives.events[c, 0], trial.endpoint, trial.follow_up)
            for c in range(first, first + rows.size)
        )
        return np.array([one.hazard_ratio.value for one in compared])

    return {
        f"{what}, {dose}": over_draws(arm, first)
        for what, first in (("escape needs contractility", 0), ("outgrowth needs it too", rows.size))
        for dose, arm in (("dose as given", 1), ("JAK1 fully blocked", 2))
    }
