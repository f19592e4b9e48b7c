"""What the report of a trial is made from: its study, where it lies, the numbers it read, the list of references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from amoeboid.evidence import Catalogue, Parameters, catalogue
from amoeboid.measures import Estimate
from amoeboid.measures.survival import SurvivalCurve, kaplan_meier
from amoeboid.report.references import References
from amoeboid.scenario import TrialArm, TrialScenario
from amoeboid.trials import Case, Premises, TrialStudy, premises
from amoeboid.units import DAYS_A_YEAR

CHIEF = 0
"""Number of the case that is told first: the document's first loss of NK killing, at the best estimate of the link."""

ENDPOINTS = {
    "DMFS": "distant metastasis-free survival",
    "PFS": "progression-free survival",
    "OS": "overall survival",
}
"""Endpoints in words."""

EVENTS = {"DMFS": "metastasis or death", "PFS": "progression or death", "OS": "death"}
"""What each endpoint counts."""


@dataclass(frozen=True)
class TrialMaterial:
    """A simulated trial, opened for a report."""

    path: Path
    study: TrialStudy
    premises: Premises
    provenance: Mapping[str, Any]
    references: References
    n_members: int = 1

    @classmethod
    def of(cls, path: Path, study: TrialStudy, provenance: Mapping[str, Any]) -> TrialMaterial:
        """Open a study for its report."""
        return cls(path, study, premises(study.document), provenance, References(catalogue()))

    @property
    def document(self) -> TrialScenario:
        """What was simulated."""
        return self.study.document

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of today."""
        return catalogue()

    @property
    def parameters(self) -> Parameters:
        """Numbers in force."""
        return self.premises.parameters

    @property
    def used(self) -> Mapping[str, Mapping[str, Any]]:
        """Values that the trial read, as provenance has them."""
        found: Mapping[str, Mapping[str, Any]] = self.provenance["parameters"]
        return found

    @property
    def endpoint(self) -> str:
        """The chief endpoint."""
        return self.document.trial.endpoint

    @cached_property
    def arms(self) -> tuple[TrialArm, ...]:
        """All arms, the reference first."""
        reference = self.document.reference_arm
        return (reference, *(arm for arm in self.document.arms if arm is not reference))

    @cached_property
    def cases(self) -> tuple[tuple[int, Case], ...]:
        """Cases with their numbers, by rising loss of NK killing."""
        return tuple(sorted(enumerate(self.study.cases), key=lambda pair: pair[1].nk_loss))

    def number(self, arm: TrialArm) -> int:
        """Give the number of an arm."""
        return self.document.arms.index(arm)

    def curve(self, arm: TrialArm, endpoint: str, case: int = CHIEF) -> SurvivalCurve:
        """Give the true curve of an arm over all paired patients, up to the follow-up."""
        days = self.study.lives.events[case, self.number(arm)].endpoint(endpoint)
        horizon = self.document.trial.follow_up
        return kaplan_meier(np.minimum(days, horizon), days <= horizon)

    def cited(self, id: str) -> Any:
        """Give a value in prose, with its mark and references."""
        return self.references.value(self.parameters.value(id))


def share(estimate: Estimate, per: float = 100.0, digits: int = 1) -> str:
    """Write a share with its interval, such as ``12.3 (11.9 to 12.7)``.

    Examples
    --------
    >>> share(Estimate(0.123, 0.119, 0.127, 1000))
    '12.3 (11.9 to 12.7)'
    """
    numbers = [f"{per * x:.{digits}f}".replace("-", "−") for x in (estimate.value, estimate.low, estimate.high)]
    return f"{numbers[0]} ({numbers[1]} to {numbers[2]})"


def ratio(estimate: Estimate) -> str:
    """Write a hazard ratio with its interval; a ratio that no event decides says so.

    Examples
    --------
    >>> ratio(Estimate(0.8, 0.71, 0.9, 100)), ratio(Estimate(np.nan, np.nan, np.nan, 0))
    ('0.80 (0.71 to 0.90)', 'no events')
    """
    if not np.isfinite(estimate.value):
        return "no events"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def span_days(days: float) -> str:
    """Write a length of time in days in words.

    Examples
    --------
    >>> span_days(1095.75), span_days(84.0), span_days(10.0), span_days(0.5)
    ('3 years', '12 weeks', '10 days', '12 h')
    """
    if days < 1.0:
        return f"{24 * days:g} h"
    if days >= DAYS_A_YEAR and abs(days / DAYS_A_YEAR * 4 - round(days / DAYS_A_YEAR * 4)) < 0.02:
        return f"{days / DAYS_A_YEAR:.3g} year{'' if days == DAYS_A_YEAR else 's'}"
    if days % 7 == 0:
        return f"{days / 7:g} week{'' if days == 7 else 's'}"
    if days > 60:
        return f"{days / 30.4375:.3g} months"
    return f"{days:.3g} day{'' if days == 1 else 's'}"
