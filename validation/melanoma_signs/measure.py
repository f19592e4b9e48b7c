"""The demo's arms with 8 paired seeds and no explored hypotheses."""

import numpy as np

from amoeboid import analysis, scenario
from tissue import measured

SEEDS = 8
ARMS = ("no added cytokine", "OSM", "OSM + ruxolitinib", "OSM + Y-27632", "OSM + blebbistatin", "OSM, JAK1 knock-out")


def measure() -> dict[str, float]:
    demo = scenario.load("melanoma-escape")
    arms = tuple(arm for arm in demo.arms if arm.name in ARMS)
    comparisons = tuple(one for one in demo.comparisons if one.arm in ARMS)
    changes = {"arms": arms, "comparisons": comparisons, "replicates": SEEDS, "explore": ()}
    table = measured(demo.model_copy(update=changes))

    def high(arm, measure="fraction_escaped", scale=100.0):
        return scale * analysis.compare_arms(table, measure, (arm, "OSM")).difference.high

    ends = analysis.values_at_end(table, "fraction_escaped")
    control, osm = (np.mean(list(ends[arm].values())) for arm in ("no added cytokine", "OSM"))
    return {
        "escaped_control": 100.0 * control,
        "osm_fold": osm / control,
        "jak1_loss_high": high("OSM, JAK1 knock-out"),
        "rock_block_high": high("OSM + Y-27632"),
        "ruxolitinib_high": high("OSM + ruxolitinib"),
        "myosin_block_stat3_high": high("OSM + blebbistatin", "pSTAT3_mean", 1.0),
    }
