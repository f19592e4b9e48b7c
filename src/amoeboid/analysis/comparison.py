"""Arms against each other: differences of replicates that share a seed, and the chain of intermediates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from amoeboid.analysis.run import as_arrays
from amoeboid.errors import Fault, NumericsError, nearest_name
from amoeboid.measures import Estimate, Paired, mean_interval, paired_difference

CHAIN = ("pSTAT3_mean", "pMLC2_mean", "tension_mean", "contact_angle_mean", "speed_mean", "fraction_escaped")
"""Intermediates from the signal to the escape, in causal order."""


@dataclass(frozen=True)
class ArmComparison:
    """One measure at the end of the run in two arms, and their difference replicate by replicate.

    Parameters
    ----------
    arm, against, measure, unit : str
    value, reference : float
        Means over the replicates that both arms have.
    difference : Paired
        Arm less reference.
    """

    arm: str
    against: str
    measure: str
    unit: str
    value: float
    reference: float
    difference: Paired

    @property
    def ratio(self) -> float:
        """Arm over reference; NaN where the reference is 0."""
        return self.value / self.reference if self.reference else float("nan")

    def verdict(self, expected: str) -> str:
        """Hold the difference against an expectation.

        Parameters
        ----------
        expected : str
            ``lower``, ``higher`` or ``different``.

        Returns
        -------
        verdict : str
            ``supported``, ``contradicted`` or ``undecided``, by the 95 % interval.
        """
        if not self.difference.is_clear_of_zero:
            return "undecided"
        found = "higher" if self.difference.value > 0.0 else "lower"
        return "supported" if expected in (found, "different") else "contradicted"


def values_at_end(table: Mapping[str, Any], measure: str, hypotheses: str = "") -> dict[str, dict[int, float]]:
    """Give the last value of a measure by arm and replicate.

    Parameters
    ----------
    table : mapping of str to array_like
        Columns of the table of measures.
    measure : str
    hypotheses : str
        Options as `measure_run` writes them; empty for the defaults.

    Raises
    ------
    NumericsError
        When the table has no such measure.
    """
    columns = as_arrays(table)
    if measure not in columns["name"]:
        known = sorted({str(name) for name in columns["name"]})
        what, do = f"measure `{measure}` is not in the table", "correct the name, or record what it needs"
        near = nearest_name(measure, known)
        raise NumericsError(Fault("comparison of arms", what, ", ".join(known), near, do, "AMB-N45"))
    rows = np.flatnonzero((columns["name"] == measure) & (columns["hypotheses"] == hypotheses))
    result: dict[str, dict[int, float]] = {}
    for row in rows[np.argsort(columns["time_s"][rows], kind="stable")]:
        arm = result.setdefault(str(columns["arm"][row]), {})
        arm[int(columns["replicate"][row])] = float(columns["value"][row])
    return result


def compare_arms(table: Mapping[str, Any], measure: str, arms: tuple[str, str], hypotheses: str = "") -> ArmComparison:
    """Compare a measure at the end of the run between two arms, paired by replicate.

    Parameters
    ----------
    table : mapping of str to array_like
    measure : str
    arms : (str, str)
        The arm, and the arm against which it is held.
    hypotheses : str

    Raises
    ------
    NumericsError
        When the measure or an arm is not in the table, or the arms share no replicate.
    """
    values = values_at_end(table, measure, hypotheses)
    for name in arms:
        if name not in values:
            near = nearest_name(name, values)
            what = f"arm `{name}` has no `{measure}`"
            do = "correct the name of the arm, or run its members"
            raise NumericsError(Fault("comparison of arms", what, ", ".join(values), near, do, "AMB-N45"))
    one, other = values[arms[0]], values[arms[1]]
    shared = sorted(set(one) & set(other))
    first, second = np.array([one[k] for k in shared]), np.array([other[k] for k in shared])
    difference = paired_difference(first, second)
    columns = as_arrays(table)
    unit = str(columns["unit"][np.argmax(columns["name"] == measure)])
    return ArmComparison(*arms, measure, unit, float(first.mean()), float(second.mean()), difference)


def intermediates(
    table: Mapping[str, Any], arms: Sequence[str], hypotheses: str = "", names: Sequence[str] = CHAIN
) -> dict[str, dict[str, Estimate]]:
    """Tabulate the chain from signal to escape: mean over replicates at the end, with Student's interval.

    Cutting a link must leave what stands before it and take the effect from all that stands behind it.

    Parameters
    ----------
    table : mapping of str to array_like
    arms : sequence of str
    hypotheses : str
    names : sequence of str
        Measures, in causal order.

    Returns
    -------
    rows : dict of arm to dict of measure to Estimate
    """
    ends = {name: values_at_end(table, name, hypotheses) for name in names}
    return {
        arm: {name: mean_interval(list(ends[name][arm].values())) for name in names if arm in ends[name]}
        for arm in arms
    }
