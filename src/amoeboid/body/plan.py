"""What is followed: when the primary is out, for how long, and how often colonies may found others."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """How patients are followed; days since diagnosis.

    Parameters
    ----------
    horizon : float [day]
        Nothing after it is asked for.
    resection : float or (n,) float64 [day]
        Day on which the primary is out; infinite: it stays.
    generations : int
        1: the primary's colonies only; more: colonies of colonies too, at most so many generations.
    most : int
        Colonies of one patient that are drawn. Of a patient who has more, those are left out that would be small at the
        end, larger ones at each attempt; `Colonies.least` says how small. Below a millimetre or so they bear
        on nothing that is seen.
    mortal : float [day]
        Day from which metastases can kill. By default nobody has died of them by day 0. With -inf they could at any
        time: then a patient who died before day 0 has a negative day of death, and the day does not depend on which day
        is called 0, which is what selects patients who have lived on with metastases.

    Raises
    ------
    ScenarioError
        When a number is outside its range; tells all.
    """

    horizon: float
    resection: float | Floats = 0.0
    generations: int = 64
    most: int = 100_000
    mortal: float = 0.0

    def __post_init__(self) -> None:
        out = np.asarray(self.resection, dtype=np.float64)
        wanted = (
            ("horizon", math.isfinite(self.horizon), "a finite day"),
            ("resection", not np.any(np.isnan(out)) and out.ndim <= 1, "a day, inf for never, or one for each patient"),
            ("generations", self.generations >= 1, "1 or more"),
            ("most", self.most >= 1, "1 or more"),
            ("mortal", self.mortal <= 0.0, "day 0 or before, -inf for ever"),
        )
        faults = [
            Fault(f"plan.{name}", f"`{getattr(self, name)}`", expected, "", f"correct `{name}`", "AMB-S603")
            for name, good, expected in wanted
            if not good
        ]
        if faults:
            raise ScenarioError(*faults)

    def out(self, n: int) -> Floats:
        """Give the day on which the primary of each of n patients is out, (n,).

        Raises
        ------
        ScenarioError
            When there are days for another number of patients.
        """
        days = np.asarray(self.resection, dtype=np.float64)
        if days.shape not in ((), (1,), (n,)):
            what = f"days of resection for {len(days)} patients"
            do = "give one day, or one for each patient"
            raise ScenarioError(Fault("plan.resection", what, f"1 or {n}", "", do, "AMB-S604"))
        return np.broadcast_to(days, (n,))

    def rows(self, first: int, last: int) -> Plan:
        """Give the plan of patients `first` to `last`, `last` not among them."""
        days = np.asarray(self.resection, dtype=np.float64)
        part = days[first:last] if days.size > 1 else self.resection
        return replace(self, resection=part)
