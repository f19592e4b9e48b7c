"""Relapses of a laboratory's or hospital's own cohort: what they say of growth, seeding and sleep."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from amoeboid import inference
from amoeboid.workflow.figures import check_figure, save_figure
from amoeboid.workflow.relapse import RelapseStudy, figure_relapse, study_relapse

Row = tuple[str, ...]


@dataclass(frozen=True)
class FinishedCohort:
    """A fit as a table, in sentences, and as a figure when one was asked for."""

    study: RelapseStudy
    header: Row
    rows: list[Row]
    sentences: tuple[str, ...]
    figure: Path | None


def cohort(table: str | Path, *, samples: int = 50, out: str | Path | None = None) -> FinishedCohort:
    """Fit growth, seeding and sleep to the relapses of a cohort.

    Parameters
    ----------
    table : path
        CSV with a row for each patient; see `inference.read_cohort`.
    samples : int
        Of the bootstrap.
    out : path, optional
        File of the figure, ``.svg`` or ``.png``.

    Raises
    ------
    FormatError
        When the table is not what it should be; tells all.
    """
    check_figure(Path(out) if out is not None else None, "--out")
    study = study_relapse(table, n_samples=samples)
    figure = None
    if out is not None:
        figure = Path(out)
        drawn = figure_relapse(study, horizon=float(study.patients.time.max()))
        save_figure(drawn, figure, "--out")
    rows = [_row(study, name) for name in study.profiles]
    n, events = len(study.patients.time), int(study.patients.event.sum())
    sentences = (
        f"{n:,} patients, {events:,} relapses; c-index of the fit on its own patients {study.c_index:.2f}.",
        "A number that is not identified is one of many that fit as well.",
    )
    return FinishedCohort(study, ("number", "fitted", "95 % interval", "identified"), rows, sentences, figure)


def _row(study: RelapseStudy, name: str) -> Row:
    """Give a number in its own unit, its interval, and whether the cohort bounds it."""
    fit, one = study.fit, study.profiles[name]
    best = inference.unscaled(name, float(fit.theta[fit.names.index(name)]))
    ends = [inference.unscaled(name, end) if np.isfinite(end) else float("nan") for end in (one.low, one.high)]
    words = [f"{end:.3g}" if np.isfinite(end) else "open" for end in ends]
    return name, f"{best:.4g}", f"{words[0]} to {words[1]}", one.verdict
