"""Presets against what they were not calibrated to: relapse at other times, survival, organs."""

import dataclasses

import numpy as np

from amoeboid import body
from amoeboid.evidence import Parameters, catalogue
from amoeboid.process import untreated

DAY = 86400.0
YEAR = 365.25
LETHAL = {"breast": 4.34e10, "colorectal": 3.14e10, "head_and_neck": 1.5e10, "kidney": 2.4e10, "melanoma": 2.04e10,
          "pancreas": 2.07e10}  # fmt: skip
"""Burden [cells] that gives each cancer its published median, found by halving over 4,000 patients, seed 1."""

PATIENTS = 8000


def free(kind: body.Cancer, years: float) -> float:
    """Give the share without visible metastasis, of those who have none at diagnosis and are operated on then."""
    node, weight = body.normal_nodes()
    node, weight = node[::2], weight[::2] / weight[::2].sum()
    cells = np.minimum(
        body.cells_of(kind.diameter[0] * np.exp(kind.diameter[1] * node), kind.density), 0.5 * kind.capacity
    )
    days = np.array([0.0, years * YEAR])
    shares = weight @ body.population_relapse_free(
        body.relapse_law(kind), kind.decay, kind.seeding, cells[:, None], days
    )
    return float(shares[1] / shares[0])


def natural(kind: body.Cancer, wait: float, horizon: float) -> tuple[body.Outcome, np.ndarray, np.ndarray]:
    """Follow patients; give who has metastases and lives `wait` days after they can be seen, and his days from then."""
    disease = body.draw_disease(kind, PATIENTS, seed=5)
    first = body.follow(disease, kind, untreated(), body.Plan(0.0, np.zeros(PATIENTS)), seed=5)
    out = np.where(np.isfinite(first.first_visible), np.inf, 0.0)
    known = body.follow(disease, kind, untreated(), body.Plan(horizon, out), seed=5)
    start = np.maximum(known.first_visible, 0.0) + wait
    some = np.isfinite(start) & (known.death > start) & (start < horizon - 5 * YEAR)
    return known, some, known.death[some] - start[some]


def survival(name: str, kind: body.Cancer, p: Parameters) -> tuple[float, float]:
    """Give the median survival with metastases over the published one, and the share with one organ at the end."""
    wait = p["trial.first_line.duration"] / DAY if name == "pancreas" else 0.0
    known, some, days = natural(kind, wait, (30 if name == "prostate" else 15) * YEAR)
    ratio = float(np.median(days)) / (p[f"cancer.{name}.anchor.survival"] / DAY)
    return ratio, float((known.n_organs[some] == 1).mean())


def organs_at_death(kind: body.Cancer) -> float:
    """Give the mean number of organs with a metastasis of a millimetre or more in those who die of metastases."""
    disease = body.draw_disease(kind, PATIENTS // 2, seed=5)
    first = body.follow(disease, kind, untreated(), body.Plan(0.0, np.zeros(disease.n)), seed=5)
    out = np.where(np.isfinite(first.first_visible), np.inf, 0.0)
    colonies = body.spread(disease, kind, untreated(), body.Plan(15 * YEAR, out), seed=5)
    known = body.outcome(colonies)
    dead = known.cause == body.Cause.CANCER
    found = (body.reached(colonies, 1.0) <= known.end[colonies.patient]) & dead[colonies.patient]
    n_organs = len(kind.organs)
    sites = np.unique(colonies.patient[found] * n_organs + colonies.organ[found])
    return float(sites.size / dead.sum())


def doubling(kind: body.Cancer, size: float) -> float:
    """Give the doubling time [day] of a lesion of a diameter [mm]."""
    return float(body.doubling_time(body.cells_of(size, kind.density), kind.decay[0], kind.capacity))


def left_out(name: str) -> float:
    """Give the lethal burden that the other cancers have in common."""
    return float(np.exp(np.mean([np.log(burden) for other, burden in LETHAL.items() if other != name])))


def measure() -> dict[str, float]:
    p = Parameters(catalogue())
    kinds = {name: body.cancer(name, p) for name in body.cancers()}
    told: dict[str, float] = {}
    for name, years in (("melanoma", 2), ("colorectal", 1), ("colorectal", 3), ("colorectal", 7), ("lung", 10),
                        ("pancreas", 1), ("pancreas", 3), ("pancreas", 5)):  # fmt: skip
        told[f"free_{name}_{years}"] = free(kinds[name], years)
    for name, kind in kinds.items():
        spared = dataclasses.replace(kind, burden_half=left_out(name)) if name in LETHAL else kind
        told[f"survival_{name}"], told[f"one_organ_{name}"] = survival(name, spared, p)
    told["organs_at_death"] = float(np.mean([organs_at_death(kind) for kind in kinds.values()]))
    told["organs_at_death_pancreas"] = organs_at_death(kinds["pancreas"])
    for name, size in (("kidney", 70.0), ("colorectal", 45.0), ("melanoma", 8.0)):
        told[f"doubling_{name}"] = doubling(kinds[name], size)
    by_name = {t.name: t for t in body.tropism(p)}
    flow = np.concatenate([t.flow[1:] / t.flow[1:].sum() for t in by_name.values()])
    seen = np.concatenate([t.observed[1:] / t.observed[1:].sum() for t in by_name.values()])
    told["flow_explains"] = float(np.corrcoef(flow, seen)[0, 1] ** 2)
    portal = min(by_name[name].explained for name in ("pancreas", "colorectal"))
    told["portal_over_caval"] = portal - max(by_name[name].explained for name in ("breast", "melanoma", "prostate"))
    return told
