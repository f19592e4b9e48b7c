"""The chip with its vessel as it is shipped, and with a law of crossing that asks for no contraction.

With the second, arms differ only by how many cells come to the vessel: that crossing needs contraction is put in, that
coming there needs it follows from the motion of the cells.
"""

from amoeboid import analysis, scenario
from amoeboid.scenario import Setting
from tissue import measured

ANY = {
    "vessel.pressure_least": Setting(value=0.0, unit="kPa", reason="control: crossing needs no contraction"),
    "vessel.pressure_half": Setting(value=1e-9, unit="kPa", reason="control: crossing needs no contraction"),
}
BLOCKS = {
    "ruxolitinib": "OSM + ruxolitinib",
    "rock_block": "OSM + Y-27632",
    "jak1_loss": "OSM, JAK1 knock-out",
}


def measure() -> dict[str, float]:
    chip = scenario.load("intravasation-chip").model_copy(update={"explore": ()})
    shipped, anyone = measured(chip), measured(chip.model_copy(update={"parameters": ANY}))

    def difference(table, arm, against="OSM"):
        return analysis.compare_arms(table, "fraction_intravasated", (arm, against)).difference

    found = {"osm_low": 100.0 * difference(shipped, "OSM", "no added cytokine").low}
    found |= {f"{name}_high": 100.0 * difference(shipped, arm).high for name, arm in BLOCKS.items()}
    return found | {f"any_{name}_high": 100.0 * difference(anyone, arm).high for name, arm in BLOCKS.items()}
