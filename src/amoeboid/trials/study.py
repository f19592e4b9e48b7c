"""A simulated trial: who its patients are, what is true of its arms, and what drawn trials would have reported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.measures.intervals import Estimate, wilson
from amoeboid.measures.power import Design, assurance, power_of_events
from amoeboid.scenario import TrialArm, TrialScenario
from amoeboid.trials.enrolment import Enrolment
from amoeboid.trials.observation import Observed
from amoeboid.trials.population import Lives
from amoeboid.trials.results import TrialResults
from amoeboid.trials.therapy import Case
from amoeboid.trials.truth import Contrast

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shown:
    """One drawn trial in full, replicate 0: what a reader sees as curves and tables.

    Parameters
    ----------
    enrolment : Enrolment
        One row.
    observed : dict of endpoint to Observed
        Of every endpoint of the setting, (n,) each.
    case : int
        Number of the case.
    """

    enrolment: Enrolment
    observed: dict[str, Observed]
    case: int


@dataclass(frozen=True)
class Headline:
    """What is said first of an arm under a case.

    Parameters
    ----------
    truth : Contrast
        Of the chief endpoint.
    link : tuple of float
        5 and 95 % of the true hazard ratio over draws of the link.
    events : float
        Mean over drawn trials.
    benefit, harm : Estimate
        Shares of drawn trials that reported a significant benefit, and harm.
    power : float
        Chance of a significant benefit that the true ratio has with so many events, by Schoenfeld.
    assurance : float
        The same, averaged over draws of the link.
    """

    truth: Contrast
    link: tuple[float, float]
    events: float
    benefit: Estimate
    harm: Estimate
    power: float
    assurance: float


@dataclass(frozen=True)
class Explored:
    """The truth under another reading of a contested mechanism, from `link_patients` patients.

    Parameters
    ----------
    hypothesis, option : str
        Ids in the catalogue.
    contrasts : dict of arm to Contrast
        Chief endpoint, chief case; none where the reading could not be simulated.
    failure : str
        Why it could not.
    """

    hypothesis: str
    option: str
    contrasts: dict[int, Contrast]
    failure: str = ""


@dataclass(frozen=True)
class TrialStudy:
    """All that `simulate` gives; arms and cases go by number, as in `document.arms` and `cases`.

    Parameters
    ----------
    document : TrialScenario
        What was simulated.
    cases : tuple of Case
        The losses of NK killing at the best estimate of the link, in the order of the document: the first is the
        chief one.
    lives : Lives
        The paired patients.
    contrasts : dict of (case, arm, endpoint) to Contrast
        Each arm but the reference, up to the follow-up.
    results : dict of (case, arm) to TrialResults
        Drawn trials, chief endpoint.
    link_ratios : dict of arm to (n_draws,) float64
        True hazard ratios of the chief endpoint over draws of the link, chief case: that of the best estimate, times
        what each draw changes in `link_patients` of the patients.
    link_patients : int
    made_from : str
        Name and hash of the link.
    drive : tuple of float
        Contractility of untreated tumours of each arm.
    shown : Shown
        Replicate 0 under the chief case.
    explored : tuple of Explored
        Every option of the body's hypotheses that the document does not choose.
    """

    document: TrialScenario
    cases: tuple[Case, ...]
    lives: Lives
    contrasts: dict[tuple[int, int, str], Contrast]
    results: dict[tuple[int, int], TrialResults]
    link_ratios: dict[int, Floats]
    link_patients: int
    made_from: str
    drive: tuple[float, ...]
    shown: Shown
    explored: tuple[Explored, ...]

    @property
    def n(self) -> int:
        """Number of paired patients."""
        return len(self.lives.patients["number"])

    @property
    def eligible(self) -> Estimate:
        """Share of candidates who could be enrolled."""
        return wilson(self.lives.found, self.lives.screened)

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints that the setting has."""
        return endpoints(self.document)

    @property
    def reference(self) -> int:
        """Number of the reference arm."""
        return self.document.arms.index(self.document.reference_arm)

    @property
    def compared(self) -> tuple[tuple[int, TrialArm], ...]:
        """The other arms, with their numbers."""
        return tuple((k, arm) for k, arm in enumerate(self.document.arms) if k != self.reference)

    def headline(self, arm: int, case: int = 0) -> Headline:
        """Give what is said first of an arm."""
        chief = self.document.trial.endpoint
        truth, found = self.contrasts[case, arm, chief], self.results[case, arm]
        design = Design(self.document.trial.level, self._share(arm))
        events, n = float(found.n_events.mean()), len(found.z)
        ratios = self.link_ratios[arm]
        known = ratios[np.isfinite(ratios)]
        ratio = truth.hazard_ratio.value
        return Headline(
            truth,
            (float(np.quantile(known, 0.05)), float(np.quantile(known, 0.95))) if known.size else (np.nan, np.nan),
            events,
            wilson(int(found.benefit.sum()), n),
            wilson(int(found.harm.sum()), n),
            float(power_of_events(events, ratio, design)) if np.isfinite(ratio) else float("nan"),
            assurance(events, known, design) if known.size else float("nan"),
        )

    def flips(self, arm: int) -> tuple[Explored, ...]:
        """Give the readings under which the verdict of an arm is another than under the document's own."""
        own = self.contrasts[0, arm, self.document.trial.endpoint].verdict
        return tuple(one for one in self.explored if one.contrasts and one.contrasts[arm].verdict != own)

    def _share(self, arm: int) -> float:
        """Give the share of treated patients among those of an arm and the reference."""
        weights = [one.weight for one in self.document.arms]
        return weights[arm] / (weights[arm] + weights[self.reference])


def endpoints(document: TrialScenario) -> tuple[str, ...]:
    """Give the endpoints that the setting of a trial has.

    Who has metastases cannot be free of them; in others progression is the first metastasis.
    """
    return ("PFS", "OS") if document.trial.setting == "metastatic" else ("DMFS", "OS")
