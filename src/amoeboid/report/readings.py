"""What the sections read from the table of measures: the last value per replicate, and courses over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.measures import Estimate
from amoeboid.plots import Course

HOUR = 3600.0


@dataclass(frozen=True)
class Readings:
    """The table of measures of a run, by column, with its arms in the order of the scenario."""

    columns: Mapping[str, NDArray[Any]]
    arms: tuple[str, ...]

    def _pick(self, name: str, arm: str) -> NDArray[np.bool_]:
        table = self.columns
        chosen: NDArray[np.bool_] = (table["name"] == name) & (table["arm"] == arm) & (table["hypotheses"] == "")
        return chosen

    def last(self, name: str, arm: str) -> NDArray[np.float64]:
        """Give the values of a measure at its last time, replicate by replicate."""
        mask = self._pick(name, arm)
        if not mask.any():
            return np.empty(0)
        time = self.columns["time_s"][mask].astype(float)
        final = time == time.max()
        order = np.argsort(self.columns["replicate"][mask][final], kind="stable")
        return self.columns["value"][mask][final][order].astype(float)

    def mean(self, name: str, arm: str) -> Estimate:
        """Give the mean over replicates with Student's 95 % interval (infinite for one replicate)."""
        from scipy import stats

        values = self.last(name, arm)
        n = values.size
        if n == 0:
            return Estimate(float("nan"), float("nan"), float("nan"), 0)
        if n == 1:
            return Estimate(float(values[0]), float("-inf"), float("inf"), 1)
        half = float(stats.t.ppf(0.975, n - 1)) * float(values.std(ddof=1)) / np.sqrt(n)
        middle = float(values.mean())
        return Estimate(middle, middle - half, middle + half, n)

    def course(self, name: str, arm: str) -> Course | None:
        """Give a measure over time [h]: mean over replicates, and their range."""
        mask = self._pick(name, arm)
        time = self.columns["time_s"][mask].astype(float)
        if not mask.any() or np.unique(time).size < 2:
            return None
        value = self.columns["value"][mask].astype(float)
        times = np.unique(time)
        groups = [value[time == t] for t in times]
        return Course(
            times / HOUR,
            np.array([g.mean() for g in groups]),
            np.array([g.min() for g in groups]),
            np.array([g.max() for g in groups]),
        )

    def unit(self, name: str) -> str:
        """Give the unit of a measure, empty for plain numbers."""
        mask = self.columns["name"] == name
        unit = str(self.columns["unit"][mask][0]) if mask.any() else ""
        return "" if unit in ("1", "dimensionless") else unit

    def names(self) -> set[str]:
        """Give the names of all measures in the table."""
        return {str(name) for name in np.unique(self.columns["name"].astype(str))}


def percent(estimate: Estimate) -> str:
    """Give a share as percent with its interval, such as ``12.3 % (10.1 to 14.5)``.

    Examples
    --------
    >>> percent(Estimate(0.123, 0.101, 0.145, 3))
    '12.3 % (10.1 to 14.5)'
    """
    shown = f"{100 * estimate.value:.1f} %"
    if np.isfinite(estimate.low) and np.isfinite(estimate.high):
        shown += f" ({max(0.0, 100 * estimate.low):.1f} to {min(100.0, 100 * estimate.high):.1f})"
    return shown


def with_interval(estimate: Estimate, digits: int = 3) -> str:
    """Give a number with its interval, such as ``0.512 (0.49 to 0.534)``.

    Examples
    --------
    >>> with_interval(Estimate(0.512, 0.49, 0.534, 3))
    '0.512 (0.49 to 0.534)'
    """
    if not np.isfinite(estimate.value):
        return "–"
    shown = f"{estimate.value:.{digits}g}"
    if np.isfinite(estimate.low) and np.isfinite(estimate.high):
        shown += f" ({estimate.low:.{digits}g} to {estimate.high:.{digits}g})"
    return shown
