"""Exposure by closed form; potency by pushing free drug through occupancy and the network."""

import numpy as np
from scipy.optimize import brentq

from amoeboid import pharmacology as drugs
from amoeboid.evidence import Parameters, catalogue
from amoeboid.signalling import dose_response, network

HOUR = 3600.0
CYTOKINE = 5.0  # nM; ex vivo assays stimulate with saturating cytokine
ASSAY = 15 * 60.0  # s between cytokine and fixation in such assays, drug being there before


def activity(totals, parameters, pathway):
    """Give pSTAT3 as share of that without drug at total concentrations in whole blood [nM]."""
    conditions, before = [], []
    for total in (0.0, *totals):
        free = float(drugs.free_from_total(total, "ruxolitinib", "whole blood", parameters))
        left = drugs.targets_left({"ruxolitinib": free}, parameters=parameters)
        targets = {f"target_{name}": float(value) for name, value in left.items()}
        conditions.append({"cytokine": CYTOKINE, **targets})
        before.append(targets)
    found = np.array(
        [
            dose_response(pathway, parameters, [c], ASSAY, b)["pSTAT3"][0]
            for c, b in zip(conditions, before, strict=True)
        ]
    )
    return found[1:] / found[0]


def measure() -> dict[str, float]:
    parameters, pathway = Parameters(catalogue()), network()
    summary = drugs.summary("ruxolitinib", 5.0)
    half = brentq(
        lambda x: activity([np.exp(x)], parameters, pathway)[0] - 0.5, np.log(20.0), np.log(5000.0), xtol=1e-3
    )
    late = float(drugs.exposure("ruxolitinib", 15.0, None, np.array([10 * HOUR]))[0])
    return {
        "cmax_5mg": summary.peak,
        "half_life": summary.half_life / HOUR,
        "ic50_whole_blood": float(np.exp(half)),
        "inhibition_10h": 100.0 * (1.0 - float(activity([late], parameters, pathway)[0])),
    }
