"""OSM against no added cytokine, whole, with JAK1 -> ROCK cut, and with tension -> motion cut; prints the chain."""

import numpy as np

from amoeboid import analysis, scenario
from amoeboid.scenario import Setting
from tissue import measured

CUTS = {
    "": {},
    "_no_link": {"signalling.exchange_jak": Setting(value=0.0, unit="1/s", reason="knob test: JAK1 to ROCK cut")},
    "_no_motion": {
        "motility.tension_coupling": Setting(value=0.0, unit="1", reason="knob test: tension to motion cut")
    },
}


def measure() -> dict[str, float]:
    demo = scenario.load("melanoma-escape")
    arms = demo.arms[:2]
    found = {}
    for cut, parameters in CUTS.items():
        changes = {"arms": arms, "comparisons": demo.comparisons[:1], "explore": (), "parameters": parameters}
        table = measured(demo.model_copy(update={**changes, "replicates": 3}))
        rows = analysis.intermediates(table, [arm.name for arm in arms])
        control, osm = (rows[arm.name] for arm in arms)
        for name in analysis.CHAIN:
            one, other = osm[name].value, control[name].value
            print(f"{cut or '_whole':12s} {name:20s} control {other:9.4g}  OSM {one:9.4g}")
        found[f"pMLC2_fold{cut}"] = osm["pMLC2_mean"].value / control["pMLC2_mean"].value
        found[f"tension_fold{cut}"] = osm["tension_mean"].value / control["tension_mean"].value
        found[f"escaped_points{cut}"] = 100.0 * (osm["fraction_escaped"].value - control["fraction_escaped"].value)
        found[f"escaped_fold{cut}"] = float(np.divide(osm["fraction_escaped"].value, control["fraction_escaped"].value))
    return found
