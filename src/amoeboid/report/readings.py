"""What the sections read from the table of measures: means at the end, and courses over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.analysis import values_at_end
from amoeboid.measures import Estimate, mean_interval
from amoeboid.plots import Course

HOUR = 3600.0


@dataclass(frozen=True)
class Readings:
    """The table of measures of a run by column, under the default hypotheses, with its arms in order."""

    columns: Mapping[str, NDArray[Any]]
    arms: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """Names of all measures in the table."""
        return frozenset(str(name) for name in self.columns["name"])

    def ends(self, name: str) -> dict[str, NDArray[np.float64]]:
        """Give the values of a measure at the end by arm, (n_replicates,) in order of replicate; no arm when absent."""
        if name not in self.names:
            return {}
        found = values_at_end(self.columns, name)
        return {arm: np.array([found[arm][k] for k in sorted(found[arm])]) for arm in self.arms if arm in found}

    def means(self, name: str) -> dict[str, Estimate]:
        """Give the mean over replicates by arm with Student's 95 % interval, infinite for one replicate."""
        return {arm: mean_interval(values) for arm, values in self.ends(name).items()}

    def courses(self, name: str) -> dict[str, Course]:
        """Give a measure over time [h] by arm, mean over replicates and their range; not for arms with one time."""
        rows = (self.columns["name"] == name) & (self.columns["hypotheses"] == "")
        found = {}
        for arm in self.arms:
            mine = rows & (self.columns["arm"] == arm)
            time, value = self.columns["time_s"][mine].astype(float), self.columns["value"][mine].astype(float)
            times = np.unique(time)
            if times.size > 1:
                groups = [value[time == moment] for moment in times]
                low, mean, high = (np.array([f(group) for group in groups]) for f in (np.min, np.mean, np.max))
                found[arm] = Course(times / HOUR, mean, low, high)
        return found
