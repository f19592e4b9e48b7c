"""From tissue runs to the link: run the designs, count, fit the curves, check them, and keep all that in one file.

The shipped designs are two scenarios: ``escape-link``, the chip with its vessel at degrees of contractility reached by
cytokine, by blocking JAK, ROCK and myosin, and by a missing gene; and ``escape-link-any``, the same with a wall that
any cell may pass. Each design is a *reading* of what is contested: it is fitted by itself, and the draws are shared out
among the readings, so that what is not known of the mechanism is in their spread. Any scenario with a vessel and three
arms will do.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid import execution, scenario, store
from amoeboid.errors import Fault, ScenarioError, StoreError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.inference import escape_check
from amoeboid.inference.escape_counts import escape_levels, push_at_rest
from amoeboid.inference.escape_curve import CHAINS, NAMES, Counts, dispersion, entry_of, fit, log_odds_of
from amoeboid.inference.escape_exit import exit_curves
from amoeboid.inference.posterior import Posterior
from amoeboid.process import LINK_FILE, EscapeLink, LinkLevel, LinkRecord, link_text, read_link

Floats = NDArray[np.float64]

LINK_DESIGNS = ("escape-link", "escape-link-any")
"""The shipped designs: passing a wall needs contraction, as the tissue has it; and it does not."""

Design = str | Path | scenario.Scenario

_FEWEST = 3
_KNOTS = np.linspace(0.0, 1.0, 41)
_SMALLEST, _LARGEST = 1e-6, 1.0 - 1e-6  # shares stay off 0 and 1, over which others divide


@dataclass(frozen=True)
class LinkFitting:
    """How to fit: draws kept, seed of chains and draws, and numbers of the priors (the catalogue's when left out)."""

    n_draws: int = 100
    seed: int = 1
    parameters: Parameters | None = None


def link(
    designs: Design | Sequence[Design] = LINK_DESIGNS,
    *,
    folder: str | Path = "runs",
    means: execution.Means | None = None,
    how: LinkFitting = LinkFitting(),  # noqa: B008 - frozen
) -> Path:
    """Make a link: carry out the tissue runs of its designs, fit, and keep the link in a folder beside the runs.

    What is finished is not run again. The folder is named by the hash of what it holds.

    Parameters
    ----------
    designs : str, path or Scenario, or a sequence of them
        Shipped names, files, or documents, each with a vessel and three arms or more: one for each reading.
    folder : path
        Where runs are kept; the link's own folder is made there.
    means : Means, optional
        With what the runs are carried out.
    how : LinkFitting
        Draws and seed.

    Returns
    -------
    path : Path
        Folder of the link, for ``[trial] link = "..."``.

    Raises
    ------
    ScenarioError
        When a design has no vessel, or too few arms, or shares its name with another.
    StoreError
        When the runs were stopped before their end.
    """
    given = [designs] if isinstance(designs, Design) else list(designs)
    documents = [one if isinstance(one, scenario.Scenario) else scenario.load(one) for one in given]
    _require_designs(documents)
    runs = [_finished(execution.run(document, folder=folder, means=means)) for document in documents]
    return keep_link(link_of(runs, documents[0].name, how), folder)


def link_of(runs: Sequence[store.Run], name: str, how: LinkFitting = LinkFitting()) -> LinkRecord:  # noqa: B008 - frozen
    """Fit a link to finished tissue runs, each a reading of what is contested.

    Parameters
    ----------
    runs : sequence of Run
        Of scenarios with names of their own.
    name : str
        Of the link.
    how : LinkFitting
        Draws are shared out evenly among the runs; the first ones have one more where that leaves a rest.

    Returns
    -------
    record : LinkRecord
        Its ``digest`` is empty until it is kept.
    """
    parts = [_reading(run, how, n) for run, n in zip(runs, _shared(how.n_draws, len(runs)), strict=True)]
    curves = [np.concatenate(rows) for rows in zip(*(part.curves for part in parts), strict=True)]
    best = (np.median(rows, axis=0) for rows in curves)
    entry, share, leaving = (np.vstack([first, rows]) for first, rows in zip(best, curves, strict=True))
    about = {"name": name, **_origin(runs), "fit": [part.told for part in parts], "seed": how.seed,
             "check": [row for part in parts for row in part.check]}  # fmt: skip
    return LinkRecord(
        EscapeLink(_KNOTS, entry, share, leaving, made_from="not kept yet"),
        "",
        tuple(level for part in parts for level in part.levels),
        {part.levels[0].reading: len(part.curves[0]) for part in parts},
        about,
    )


@dataclass(frozen=True)
class _Reading:
    """What one run gives: its levels, draws of entry, share and exit (n, n_knots), how it was fitted, the check."""

    levels: tuple[LinkLevel, ...]
    curves: tuple[Floats, Floats, Floats]
    told: Mapping[str, Any]
    check: Sequence[Mapping[str, Any]]


def _reading(run: store.Run, how: LinkFitting, n_draws: int) -> _Reading:
    levels = escape_levels(run)
    spread = dispersion(levels)
    found = fit(Counts.of(levels), spread, replace(CHAINS, seed=how.seed), how.parameters)
    told = {"reading": levels[0].reading, "dispersion": round(spread, 3), **_described(found)}
    rows = escape_check.leave_one_out(levels, how.seed, how.parameters)
    return _Reading(levels, curves_of(found, levels, (n_draws, push_at_rest(run)), how), told, rows)


def curves_of(
    found: Posterior, levels: Sequence[LinkLevel], asked: tuple[int, float], how: LinkFitting
) -> tuple[Floats, Floats, Floats]:
    """Give draws of entry, cluster share and exit, (n_draws, n_knots) each, spread evenly over the chains.

    Parameters
    ----------
    found : Posterior
    levels : sequence of LinkLevel
    asked : (int, float)
        Number of draws, and the push of a cell at rest.
    how : LinkFitting
    """
    n_draws, rest = asked
    flat = found.draws.reshape(-1, len(NAMES))
    thetas = flat[np.linspace(0, len(flat) - 1, n_draws).astype(np.int64)]
    parameters = how.parameters or Parameters(catalogue())
    share = 1.0 / (1.0 + np.exp(-log_odds_of(thetas, _KNOTS)))
    leaving = exit_curves(levels, _KNOTS, np.exp(thetas[:, 1]), rest=rest, parameters=parameters, seed=how.seed)
    first, second = (np.clip(rows, _SMALLEST, _LARGEST) for rows in (share, leaving))
    return entry_of(thetas, _KNOTS), first, second


def _shared(n_draws: int, n_readings: int) -> list[int]:
    return [n_draws // n_readings + (k < n_draws % n_readings) for k in range(n_readings)]


def _finished(run: store.Run) -> store.Run:
    if run.is_finished:
        return run
    what, do = "the runs of the design were stopped", "give the same command again: it goes on from there"
    raise StoreError(Fault(str(run.path), what, "finished runs", "", do, "AMB-R685"))


def keep_link(record: LinkRecord, folder: str | Path) -> Path:
    """Write a link into a folder of its own, and give that."""
    text = link_text(record)
    digest = json.loads(text)["digest"]
    place = Path(folder) / f"link-{digest[:12]}"
    place.mkdir(parents=True, exist_ok=True)
    store.write_whole(place / LINK_FILE, text.encode())
    read_link(place)
    return place


def _origin(runs: Sequence[store.Run]) -> dict[str, Any]:
    """Tell where the counts come from: runs, their identity, commit, and the state in which each member ended."""
    told = []
    for run in runs:
        seen = run.provenance
        states = {name: one["state_hash"] for name, one in seen.get("members", {}).items()}
        told.append({"run": run.path.name, "identity": seen.get("identity", {}), "commit": seen.get("commit", ""),
                     "written_at": seen.get("written_at", ""), "design": run.text, "states": states})  # fmt: skip
    return {
        "runs": told,
        "made_on": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": store.versions(),
    }


def _described(found: Posterior) -> dict[str, Any]:
    ends = np.quantile(found.draws.reshape(-1, len(NAMES)), [0.05, 0.5, 0.95], axis=0)
    rows = {name: [round(float(x), 4) for x in ends[:, k]] for k, name in enumerate(NAMES)}
    return {"quantiles 5 50 95": rows, "r_hat": round(float(found.r_hat.max()), 4),
            "effective": round(float(found.effective.min()))}  # fmt: skip


def _require_designs(documents: Sequence[scenario.Scenario]) -> None:
    faults = [fault for document in documents for fault in _faults_of(document)]
    names = [document.name for document in documents]
    if len(set(names)) < len(names) or not names:
        what = f"designs named {', '.join(names)}" if names else "no design"
        faults.append(Fault("designs", what, "names that differ", "", "name each reading", "AMB-S682"))
    if faults:
        raise ScenarioError(*faults)


def _faults_of(document: scenario.Scenario) -> list[Fault]:
    faults = []
    if not document.tissue.vessels:
        what = "the design has no vessel that cells could enter"
        faults.append(Fault(document.name, what, "`[[tissue.vessels]]`", "", "add a vessel", "AMB-S680"))
    if len(document.arms) < _FEWEST:
        what, do = f"the design has {len(document.arms)} arms", "add arms that contract more or less"
        faults.append(Fault(document.name, what, f"{_FEWEST} arms at least", "", do, "AMB-S681"))
    return faults
