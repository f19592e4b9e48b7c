"""From tissue runs to the link: run the design, count, fit the curves, check them, and keep all that in one file.

The shipped design is the scenario ``escape-link``: the chip with its vessel at degrees of contractility reached by
cytokine, by blocking JAK, ROCK and myosin, and by a missing gene. Any scenario with a vessel and three arms will do.
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
from amoeboid.inference.escape_counts import escape_levels
from amoeboid.inference.escape_curve import CHAINS, NAMES, Counts, dispersion, entry_of, fit, log_odds_of
from amoeboid.inference.escape_exit import exit_curves
from amoeboid.inference.posterior import Posterior
from amoeboid.process import LINK_FILE, EscapeLink, LinkLevel, LinkRecord, link_text, read_link

Floats = NDArray[np.float64]

LINK_DESIGN = "escape-link"
"""The shipped design."""

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
    design: str | Path | scenario.Scenario = LINK_DESIGN,
    *,
    folder: str | Path = "runs",
    means: execution.Means | None = None,
    how: LinkFitting = LinkFitting(),  # noqa: B008 - frozen
) -> Path:
    """Make a link: carry out the tissue runs of a design, fit, and keep the link in a folder beside the runs.

    What is finished is not run again. The folder is named by the hash of what it holds.

    Parameters
    ----------
    design : str, path or Scenario
        A shipped name, a file, or a document; with a vessel and three arms or more.
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
        When the design has no vessel, or too few arms.
    StoreError
        When the runs were stopped before their end.
    """
    document = design if isinstance(design, scenario.Scenario) else scenario.load(design)
    _require_design(document)
    run = execution.run(document, folder=folder, means=means)
    if not run.is_finished:
        what = "the runs of the design were stopped"
        do = "give the same command again: it goes on from there"
        raise StoreError(Fault(str(run.path), what, "finished runs", "", do, "AMB-R685"))
    return keep_link(link_of([run], document.name, how), folder)


def link_of(runs: Sequence[store.Run], name: str, how: LinkFitting = LinkFitting()) -> LinkRecord:  # noqa: B008 - frozen
    """Fit a link to finished tissue runs; arms of several runs stand beside each other.

    Parameters
    ----------
    runs : sequence of Run
    name : str
        Of the link.
    how : LinkFitting

    Returns
    -------
    record : LinkRecord
        Its ``digest`` is empty until it is kept.
    """
    levels = tuple(level for run in runs for level in escape_levels(run))
    counts, spread = Counts.of(levels), dispersion(levels)
    found = fit(counts, spread, replace(CHAINS, seed=how.seed), how.parameters)
    curves = curves_of(found, levels, how)
    about = {"name": name, **_origin(runs), "fit": _described(found, spread, how),
             "check": escape_check.leave_one_out(levels, how.seed, how.parameters)}  # fmt: skip
    return LinkRecord(curves, "", levels, about)


def curves_of(found: Posterior, levels: Sequence[LinkLevel], how: LinkFitting) -> EscapeLink:
    """Give the curves of a posterior: the median of the draws at every knot, then the draws, spread over the chains."""
    flat = found.draws.reshape(-1, len(NAMES))
    thetas = flat[np.linspace(0, len(flat) - 1, how.n_draws).astype(np.int64)]
    parameters = how.parameters or Parameters(catalogue())
    entry = entry_of(thetas, _KNOTS)
    share = np.clip(1.0 / (1.0 + np.exp(-log_odds_of(thetas, _KNOTS))), _SMALLEST, _LARGEST)
    leaving = np.clip(exit_curves(levels, _KNOTS, np.exp(thetas[:, 1]), parameters, how.seed), _SMALLEST, _LARGEST)
    first, second, third = (np.vstack([np.median(rows, axis=0), rows]) for rows in (entry, share, leaving))
    return EscapeLink(_KNOTS, first, second, third, made_from="not kept yet")


def keep_link(record: LinkRecord, folder: str | Path) -> Path:
    """Write a link into a folder of its own, and give that."""
    text = link_text(record.link, record.levels, record.about)
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


def _described(found: Posterior, spread: float, how: LinkFitting) -> Mapping[str, Any]:
    flat = found.draws.reshape(-1, len(NAMES))
    ends = np.quantile(flat, [0.05, 0.5, 0.95], axis=0)
    rows = {name: [round(float(x), 4) for x in ends[:, k]] for k, name in enumerate(NAMES)}
    return {"quantiles 5 50 95": rows, "dispersion": round(spread, 3), "seed": how.seed, "draws": how.n_draws,
            "r_hat": round(float(found.r_hat.max()), 4), "effective": round(float(found.effective.min()))}  # fmt: skip


def _require_design(document: scenario.Scenario) -> None:
    if not document.tissue.vessels:
        what = "the design has no vessel that cells could enter"
        raise ScenarioError(Fault(document.name, what, "`[[tissue.vessels]]`", "", "add a vessel", "AMB-S680"))
    if len(document.arms) < _FEWEST:
        what = f"the design has {len(document.arms)} arms"
        do = "add arms that contract more or less"
        raise ScenarioError(Fault(document.name, what, f"{_FEWEST} arms at least", "", do, "AMB-S681"))
