"""The presets: what is different between kinds of cancer, from the evidence, with where each spreads to.

A number of a cancer is the record ``cancer.<name>.<field>``, else the one for all, ``cancer.any.<field>``. What the
circulation brings to an organ is computed; what the organ lets grow, its soil, is what is then left to explain of the
observed shares of organs, in closed form.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.circulation import Circulation, circulation
from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters, catalogue
from amoeboid.units import DAYS_A_YEAR, SECONDS_A_DAY

Floats = NDArray[np.float64]

DAY, YEAR = SECONDS_A_DAY, DAYS_A_YEAR * SECONDS_A_DAY
MILLIMETRE = 1e-3  # per micrometre

ORGANS = {
    "lymph_node": ("lymph_node",),
    "liver": ("liver",),
    "lung": ("lung",),
    "bone": ("bone",),
    "brain": ("brain",),
    "pleura": ("bronchial",),
    "abdomen": ("small_intestine", "large_intestine", "stomach", "spleen", "pancreas"),
    "other": ("kidney", "muscle", "adipose", "heart", "skin", "adrenals", "thyroid", "rest"),
}
"""Organs of metastasis and the capillary beds of each; the pleura is reached by bronchial vessels."""

SOURCES = {
    "melanoma": "skin",
    "breast": "adipose",
    "colorectal": "large_intestine",
    "lung": "lung",
    "prostate": "rest",
    "pancreas": "pancreas",
    "kidney": "kidney",
    "head_and_neck": "rest",
}
"""The cancers, and the bed in which the primary lies."""


def cancers() -> tuple[str, ...]:
    """Give the names of the presets.

    Examples
    --------
    >>> "pancreas" in cancers()
    True
    """
    return tuple(SOURCES)


def cancer(name: str, parameters: Parameters | None = None) -> Cancer:
    """Give the preset of a kind of cancer.

    Parameters
    ----------
    name : str
        One of `cancers`.
    parameters : Parameters, optional
        Where the numbers come from; the catalogue as it is by default.

    Raises
    ------
    ScenarioError
        When there is no such cancer.

    Examples
    --------
    >>> pancreas = cancer("pancreas")
    >>> pancreas.organs[int(pancreas.landing.sum(axis=0).argmax())]
    'liver'
    """
    if name not in SOURCES:
        near = nearest_name(name, SOURCES)
        what = f"unknown cancer `{name}`"
        raise ScenarioError(Fault("cancer", what, "one of " + ", ".join(SOURCES), near, "correct the name", "AMB-S611"))
    return _preset(name, parameters or Parameters(catalogue()))


def _preset(name: str, p: Parameters) -> Cancer:
    graph = circulation(p)
    arrest = organ_arrest(graph, SOURCES[name])
    share, potency = _number(p, name, "cluster_share"), _number(p, name, "cluster_potency")
    weight = np.array([1.0 - share, share * potency]) @ arrest
    return Cancer(
        name=name,
        decay=_spread(p, name, "decay", DAY),
        capacity=_number(p, name, "capacity"),
        exponent=_number(p, name, "exponent"),
        seeding=_spread(p, name, "seeding", DAY),
        cluster_share=share,
        cluster_potency=potency,
        diameter=_spread(p, name, "diameter", MILLIMETRE),
        dormant_share=_number(p, name, "dormant_share"),
        wake_rate=_number(p, name, "wake_rate", DAY),
        nk_kill_rate=_number(p, name, "nk_kill_rate", DAY),
        extinct=_number(p, name, "extinct"),
        founders_single=round(_number(p, name, "founders_single")),
        founders_cluster=round(_number(p, name, "founders_cluster")),
        organs=tuple(ORGANS),
        arrest=arrest,
        soil=soil(target_shares(name, p), weight),
        hazard=_number(p, name, "hazard", DAY),
        burden_half=_number(p, name, "burden_half"),
        steepness=_number(p, name, "steepness"),
        weights=np.array([_number(p, name, f"weight.{organ}") for organ in ORGANS]),
        other_death=(_number(p, name, "other_death.start", DAY), _number(p, name, "other_death.rise", YEAR)),
        age=(_number(p, name, "age", 1.0 / YEAR), _number(p, name, "age_deviation", 1.0 / YEAR)),
        detection=(_number(p, name, "detection.half", MILLIMETRE), _number(p, name, "detection.width", MILLIMETRE)),
        density=_number(p, name, "density"),
        onward=onward_arrest(graph),
    )


def organ_arrest(graph: Circulation, source: str) -> Floats:
    """Give the chance that a cell shed in a bed is caught in each organ, (..., 2, n_organs): its beds together."""
    caught = graph.caught(source)
    columns = [caught[..., [graph.index(bed) for bed in beds]].sum(axis=-1) for beds in ORGANS.values()]
    return np.stack(columns, axis=-1)


def onward_arrest(graph: Circulation) -> Floats:
    """Give the chance that a cell shed by a colony in an organ is caught in each organ, (..., n_organs, 2, n_organs).

    A colony lies in one of the beds of its organ, as likely as blood comes there.
    """
    flow = graph.drain[graph.index("lung")]
    rows = []
    for beds in ORGANS.values():
        share = np.array([flow[graph.index(bed)] for bed in beds]) if len(beds) > 1 else np.ones(1)
        rows.append(sum(w * organ_arrest(graph, bed) for w, bed in zip(share / share.sum(), beds, strict=True)))
    return np.stack(rows, axis=-3)


def target_shares(name: str, parameters: Parameters | None = None) -> Floats:
    """Give the observed shares of organs among metastases of a cancer, (n_organs,); they sum to 1.

    What the tabulation does not name is `other`.
    """
    p = parameters or Parameters(catalogue())
    named = np.array([p[f"cancer.{name}.share.{organ}"] for organ in ORGANS if organ != "other"])
    return np.append(named, 1.0 - named.sum())


def soil(target: Floats, weight: Floats) -> Floats:
    """Give the soil with which flow makes the shares that are observed, (n_organs,).

    Parameters
    ----------
    target : (n_organs,) float64 [1]
        Observed shares.
    weight : (n_organs,) float64 [1]
        What the circulation brings, in any scale, above 0.

    Returns
    -------
    soil : (n_organs,) float64 [1]
        Mean 1 over what the circulation brings.

    Examples
    --------
    >>> soil(np.array([0.2, 0.8]), np.array([3.0, 1.0])).round(3).tolist()
    [0.267, 3.2]
    """
    # t_j = w_j soil_j / sum(w soil)  =>  soil_j = t_j / w_j * sum(w)
    return np.asarray(target / target.sum() / weight * weight.sum())


def _number(p: Parameters, name: str, field: str, scale: float = 1.0) -> float:
    own = f"cancer.{name}.{field}"
    return p[own if own in p else f"cancer.any.{field}"] * scale


def _spread(p: Parameters, name: str, field: str, scale: float) -> tuple[float, float]:
    own = f"cancer.{name}.{field}"
    id = own if own in p else f"cancer.any.{field}"
    return p[id] * scale, p.value(id).spread or 0.0
