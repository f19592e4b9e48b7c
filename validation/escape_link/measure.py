"""Foretell entries from pathway and link, then run the tissue: drugs, mixtures and seeds that are not in the design.

The link is asked in the reading in which passing a wall needs contraction, as the tissue has it.
"""

import tomllib

import numpy as np
import tomli_w

from amoeboid import scenario
from amoeboid.inference import escape_levels
from amoeboid.inference.escape_check import predicted
from amoeboid.process import shipped_record
from amoeboid.trials.contractility import Tumour, contractility
from tissue import carried_out

READING = "escape-link"
OWN = 0.05  # nM, as in the design
STRONG = {"OSM": "10 ng/ml"}
CONDITIONS = (
    {"name": "tofacitinib", "fields": STRONG, "drugs": [{"name": "tofacitinib", "concentration": "15 nM"}]},
    {"name": "belumosudil", "fields": STRONG, "drugs": [{"name": "belumosudil", "concentration": "2 uM"}]},
    {"name": "two drugs", "fields": STRONG, "drugs": [{"name": "ruxolitinib", "concentration": "5 nM"},
                                                      {"name": "Y-27632", "concentration": "1 uM"}]},
    {"name": "JAK2 knock-out", "fields": {"OSM": "3 ng/ml"}, "knockouts": ["JAK2"]},
    {"name": "IL-6", "fields": {"IL-6": "5 ng/ml"}},
)  # fmt: skip
SEED, REPLICATES = 77, 4


def design():
    """Give the design of the link with other arms and seeds."""
    shipped = tomllib.loads(scenario.to_toml(scenario.load("escape-link")))
    arms = [{"autocrine": f"{OWN} nM", "reference": k == 0, **one} for k, one in enumerate(CONDITIONS)]
    changed = {**shipped, "name": "escape-link-held-out", "seed": SEED, "replicates": REPLICATES, "arms": arms}
    return scenario.loads(tomli_w.dumps(changed), "escape_link")


def foretold(arm):
    """Give contractility of an arm from pathway and pharmacology alone."""
    tumour = Tumour(osm=sum(arm.fields.values()), autocrine=OWN, knockouts=arm.knockouts)
    found = contractility(tumour, [drug.name for drug in arm.drugs])
    return float(found(*(drug.concentration for drug in arm.drugs)))


def measure() -> dict[str, float]:
    record, document = shipped_record(), design()
    rows = record.rows_of(READING)
    levels = {one.name: one for one in escape_levels(carried_out(document))}
    told = []
    for arm in document.arms:
        level, drive = levels[arm.name], foretold(arm)
        days, seen = float(level.cell_days.sum()), int(level.entries.sum())
        curves = (record.link.entry, record.link.cluster_share)
        entry, share = (
            np.array([np.interp(drive, record.link.contractility, one) for one in curve[rows]]) for curve in curves
        )
        low, high = predicted(entry * days)
        best, clusters = float(np.median(entry)) * days, float(np.median(share)) * seen
        off = abs(drive - float(level.contractility.mean()))
        print(f"{arm.name}: drive {drive:.3f}, entries {seen}, foretold {best:.1f} ({low} to {high}), off {off:.4f}")
        told.append((low <= seen <= high, seen, best, off, int(level.clusters.sum()), clusters))
    inside, entries, best, off, found, expected = np.array(told, dtype=float).T
    return {
        "n_inside": inside.sum(),
        "ratio": entries.sum() / best.sum(),
        "drive_off": off.max(),
        "clusters": (found.sum() - expected.sum()) / entries.sum(),
    }
