"""Times to an event as they are observed: checked once, then counted into risk sets.

Who is at risk at t: entry < t <= time, so that a patient censored on a day counts among those at risk on it
(Kalbfleisch and Prentice 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, NumericsError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Sample:
    """Right-censored times, left-truncated where patients enter late.

    Parameters
    ----------
    time : (n,) float64 [day]
        Last day of observation.
    event : (n,) bool
        Whether the event ended it; else it was censored.
    entry : (n,) float64 [day], or None
        Day from which a patient was under observation; None when all were from the start.
    """

    time: Floats
    event: Flags
    entry: Floats | None

    def rows(self, chosen: Flags) -> Sample:
        """Give the sample of some patients."""
        return Sample(self.time[chosen], self.event[chosen], None if self.entry is None else self.entry[chosen])

    def n_at_risk(self, days: ArrayLike) -> NDArray[np.int64]:
        """Count who is at risk on each day, in the shape of `days`."""
        asked = np.asarray(days, dtype=np.float64)
        late = np.zeros(asked.shape, dtype=np.int64)
        if self.entry is not None:
            late = self.entry.size - np.searchsorted(np.sort(self.entry), asked, side="left")
        return np.asarray(self.time.size - np.searchsorted(np.sort(self.time), asked, side="left") - late)


@dataclass(frozen=True)
class RiskTable:
    """Counts at each distinct day of an event: (n_days,) arrays."""

    time: Floats
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]


def sample(time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None) -> Sample:
    """Check times and flags, and hold them together.

    Raises
    ------
    NumericsError
        When lengths differ or there is nobody, a time is negative or not finite, or an entry is not before its end.
    """
    days, flags = np.asarray(time, dtype=np.float64), np.asarray(event).astype(bool)
    start = None if entry is None else np.asarray(entry, dtype=np.float64)
    shapes = {days.shape, flags.shape, *([] if start is None else [start.shape])}
    if len(shapes) > 1 or days.ndim != 1 or days.size == 0:
        what = f"times, events and entries have shapes {sorted(shapes)}"
        _refuse(what, "one of each per patient, and at least one patient", "give arrays of one length", "AMB-N665")
    if not np.all(np.isfinite(days)) or np.any(days < 0.0):
        row = int(np.flatnonzero(~(np.isfinite(days) & (days >= 0.0)))[0])
        what, do = f"row {row} has time `{days[row]}`", "censor at the end of follow-up; count from day 0"
        _refuse(what, "finite times of 0 or more [day]", do, "AMB-N666")
    if start is not None and not np.all((start < days) & np.isfinite(start)):
        row = int(np.flatnonzero(~((start < days) & np.isfinite(start)))[0])
        what = f"row {row} enters on day `{start[row]}` and ends on day `{days[row]}`"
        _refuse(what, "an entry before the end", "leave out who was never under observation", "AMB-N667")
    return Sample(days, flags, start)


def risk_table(observed: Sample) -> RiskTable:
    """Count events and patients at risk at each distinct day of an event.

    Examples
    --------
    >>> risk_table(sample([1.0, 2.0, 2.0, 3.0], [True, True, False, True])).at_risk.tolist()
    [4, 3, 1]
    """
    days, counts = np.unique(observed.time[observed.event], return_counts=True)
    return RiskTable(days, observed.n_at_risk(days), counts.astype(np.int64))


def _refuse(what: str, expected: str, do: str, code: str) -> None:
    raise NumericsError(Fault("survival", what, expected, "", do, code))
