"""Melanoma cells that squeeze, and single cells that cut: what ROCK block does to either, and through what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from amoeboid import analysis, measures, scenario, simulation
from amoeboid.scenario import Setting
from tissue import measured

SEEDS = 5
CELLS = 500
SINGLE = ("OSM", "OSM + Y-27632", "OSM, JAK1 knock-out")
DENSE = tuple(
    base + mmp + rock for base in ("resting", "OSM") for mmp in ("", " + GM6001") for rock in ("", " + Y-27632")
)
UNLINKED = {"proteolysis.rac_share": Setting(value=0.0, unit="1", reason="takes the link from ROCK to proteases away")}


@dataclass(frozen=True)
class Walk:
    """Means over the cells of one member: net way [um], Rac, passage, and collagen cut by all of them [pg]."""

    way: float
    rac: float
    passage: float
    cut: float


def walk(document, member) -> Walk:
    """Carry out one member and look at its cells: Rac and passage as means over time."""
    built = simulation.build(document, member)
    begin = built.state["cell.position"].copy()
    half, power = (built.parameters[f"motility.rac_{name}"] for name in ("half", "power"))
    rac, passage = [], []
    for hour in range(round(document.duration / 3600.0)):
        simulation.advance(built, 3600.0 * (hour + 1))
        rac.append(np.mean(1.0 / (1.0 + (built.state["cell.drive"] / half) ** power)))
        passage.append(built.state["cell.passage"].mean())
    way = np.linalg.norm(built.state["cell.position"] - begin, axis=1).mean()
    cut = built.state["matrix.cut"].sum() * document.tissue.voxel**3 * 1e-3  # mg/ml um^3 is 1e-3 pg
    return Walk(float(way), float(np.mean(rac)), float(np.mean(passage)), float(cut))


def walks(document) -> dict[str, list[Walk]]:
    """Give what the members of each arm did, in order of the replicate."""
    found: dict[str, list[Walk]] = {arm.name: [] for arm in document.arms}
    for member in scenario.members(document):
        found[member.arm.name].append(walk(document, member))
    return found


def of(found: list[Walk], quantity: str) -> np.ndarray:
    """Give one quantity by replicate."""
    return np.array([getattr(one, quantity) for one in found])


def change(found: dict[str, list[Walk]], arm: str, against: str) -> measures.Paired:
    """Give the paired difference of the net way in percent of the mean of the arm that is compared with."""
    base = of(found[against], "way")
    return measures.paired_difference(100.0 * of(found[arm], "way") / base.mean(), 100.0 * base / base.mean())


def fold(found: dict[str, list[Walk]], quantity: str, base: str) -> float:
    """Give the mean of a quantity under Y-27632 over that without."""
    return float(of(found[base + " + Y-27632"], quantity).mean() / of(found[base], quantity).mean())


def dense(names: tuple[str, ...] = DENSE, **update) -> dict[str, list[Walk]]:
    """Carry out the arms of `dense-matrix` that are compared."""
    document = scenario.load("dense-matrix")
    arms = tuple(arm for arm in document.arms if arm.name in names)
    return walks(document.model_copy(update={"arms": arms, "comparisons": (), "replicates": SEEDS, **update}))


def squeezing() -> dict[str, float]:
    """Give the differences among melanoma cells of the demo, fewer of them."""
    demo = scenario.load("melanoma-escape")
    arms = tuple(arm for arm in demo.arms if arm.name in SINGLE)
    group = demo.tissue.cells[0].model_copy(update={"count": CELLS})
    tissue = demo.tissue.model_copy(update={"cells": (group,)})
    changes = {"arms": arms, "tissue": tissue, "comparisons": (), "replicates": SEEDS, "explore": ()}
    table = measured(demo.model_copy(update=changes))

    def high(arm):
        return 100.0 * analysis.compare_arms(table, "fraction_escaped_single", (arm, "OSM")).difference.high

    return {"jak1_single_high": high("OSM, JAK1 knock-out"), "rock_single_high": high("OSM + Y-27632")}


def cutting() -> dict[str, float]:
    """Give what ROCK block does to cells that cut, with and without proteases and the link from ROCK to them."""
    found = dense()
    off = dense(("OSM", "OSM + Y-27632"), parameters=UNLINKED)
    for name, rows in (*found.items(), *((f"{name}, unlinked", rows) for name, rows in off.items())):
        shown = ", ".join(
            f"{key} {of(rows, key).mean():.3g} ({of(rows, key).std(ddof=1):.2g})"
            for key in ("way", "rac", "passage", "cut")
        )
        print(f"  {name}: {shown}", flush=True)
    resting = change(found, "resting + Y-27632", "resting")
    for name, rows, arm, base in (
        ("resting", found, "resting + Y-27632", "resting"),
        ("resting, GM6001", found, "resting + GM6001 + Y-27632", "resting + GM6001"),
        ("OSM", found, "OSM + Y-27632", "OSM"),
        ("OSM, GM6001", found, "OSM + GM6001 + Y-27632", "OSM + GM6001"),
        ("OSM, unlinked", off, "OSM + Y-27632", "OSM"),
    ):
        one = change(rows, arm, base)
        print(f"  Y-27632, {name}: {one.value:+.1f} % ({one.low:+.1f} to {one.high:+.1f})", flush=True)
    return {
        "rock_dense_low": resting.low,
        "rock_dense_fold": fold(found, "way", "resting"),
        "rock_dense_mmp_high": change(found, "OSM + GM6001 + Y-27632", "OSM + GM6001").high,
        "rock_dense_resting_mmp_high": change(found, "resting + GM6001 + Y-27632", "resting + GM6001").high,
        "rock_dense_osm_low": change(found, "OSM + Y-27632", "OSM").low,
        "rac_fold": fold(found, "rac", "OSM"),
        "cut_fold": fold(found, "cut", "OSM"),
        "passage_fold": fold(found, "passage", "OSM"),
        "cut_off_rac_fold": fold(off, "cut", "OSM") / fold(off, "way", "OSM"),
        "rock_dense_off_rac_high": change(off, "OSM + Y-27632", "OSM").high,
    }


def measure() -> dict[str, float]:
    return {**squeezing(), **cutting()}
