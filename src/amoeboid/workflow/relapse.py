"""From a table of patients to growth, founding and dormancy, what is not known of them, and a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.inference import (
    Calibration,
    Cohort,
    Profile,
    RelapseFit,
    RelapseModel,
    breast_model,
    calibration,
    fit_cohort,
    read_cohort,
    relapse_profiles,
    resampled,
)
from amoeboid.measures.survival import concordance, kaplan_meier
from amoeboid.plots import Foretold, RelapsePanel, plot_relapse
from amoeboid.units import DAYS_A_YEAR

Rows = NDArray[np.bool_]

N_SAMPLES = 50
_POINTS = 46
_BAND = (0.025, 0.975)


@dataclass(frozen=True)
class RelapseStudy:
    """A fit with all that is said about it.

    Parameters
    ----------
    patients : Cohort
    fit : RelapseFit
    profiles : mapping of str to Profile
        Of every number that was fitted; ``verdict`` says whether the cohort identifies it.
    samples : tuple of RelapseFit
        Of patients drawn with replacement.
    c_index : float
        Of foretold relapse at the last day of ``calibration``, of patients that the fit has seen.
    calibration : Calibration
        Foretold against observed at each fifth of the follow-up.
    """

    patients: Cohort
    fit: RelapseFit
    profiles: Mapping[str, Profile]
    samples: tuple[RelapseFit, ...]
    c_index: float
    calibration: Calibration


def study_relapse(
    source: str | Path | Cohort, model: RelapseModel | None = None, n_samples: int = N_SAMPLES
) -> RelapseStudy:
    """Fit a cohort and say what it identifies, how well the fit foretells it, and how much of that is chance.

    Takes minutes: about a second for each sample and ten for each profile.

    Parameters
    ----------
    source : path or Cohort
        A table as `inference.read_cohort` takes it, or what it gives.
    model : RelapseModel, optional
        What is taken for granted; the breast preset with founding per doubling by default.
    n_samples : int
        Samples of the bootstrap.

    Raises
    ------
    FormatError
        When the table is not what it should be; tells all.
    """
    patients = source if isinstance(source, Cohort) else read_cohort(source)
    fit = fit_cohort(patients, model or breast_model())
    days = float(patients.time.max()) * np.linspace(0.2, 1.0, 5)
    risk = 1.0 - fit.predict(patients, days[-1:])[:, 0]
    return RelapseStudy(
        patients=patients,
        fit=fit,
        profiles=relapse_profiles(patients, fit),
        samples=tuple(resampled(patients, fit, n_samples)),
        c_index=concordance(patients.time, patients.event, risk),
        calibration=calibration(fit, patients, days),
    )


def foretell(fit: RelapseFit, samples: Sequence[RelapseFit], patients: Cohort, horizon: float) -> Foretold:
    """Give the curve of some patients with the band of the samples, and their Kaplan-Meier.

    Parameters
    ----------
    fit : RelapseFit
    samples : sequence of RelapseFit
        Empty: no band.
    patients : Cohort
    horizon : float [day]
    """
    days = np.linspace(0.0, horizon, _POINTS)
    curves = np.array([one.predict(patients, days).mean(axis=0) for one in samples])
    low, high = np.quantile(curves, _BAND, axis=0) if len(curves) else np.full((2, days.size), np.nan)
    share = fit.predict(patients, days).mean(axis=0)
    return Foretold(days, share, low, high, kaplan_meier(patients.time, patients.event))


def figure_relapse(
    study: RelapseStudy, groups: Mapping[str, Mapping[str, Rows]] | None = None, horizon: float = 15.0 * DAYS_A_YEAR
) -> Any:
    """Draw all patients, and groups of them, foretold over observed.

    Parameters
    ----------
    study : RelapseStudy
    groups : mapping of title to mapping of name to (n,) bool, optional
        One panel for each title, with one or two groups; by default primaries to 20 mm and above.
    horizon : float [day]
        End of the axis; not beyond the longest follow-up.
    """
    last = min(horizon, float(study.patients.time.max()))
    if groups is None:
        small = study.patients.diameter <= study.fit.model.reference
        names = (f"to {study.fit.model.reference:g} mm", f"above {study.fit.model.reference:g} mm")
        groups = {"by size of the primary": dict(zip(names, (small, ~small), strict=True))}
    everybody = foretell(study.fit, study.samples, study.patients, last)
    panels = [RelapsePanel("all patients", "calibration", {"model": everybody})]
    for title, rows in groups.items():
        parts = {
            name: foretell(study.fit, study.samples, study.patients.take(row), last)
            for name, row in rows.items()
            if study.patients.event[row].any()
        }
        panels.append(RelapsePanel(title, "no knob of its own", parts))
    return plot_relapse(panels)
