"""Who opens the way and whose contraction it takes: the arms of the assay, and controls that take a mechanism away."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from amoeboid import analysis, measures, scenario, simulation
from amoeboid.scenario import Scenario, Setting
from amoeboid.tissue.geometry import Domain, Grid

SEEDS = 5
WITH, ALONE = "with fibroblasts", "carcinoma alone"
INVADED = "fraction_invaded"
NO_YIELD = {"tracks.yield_stress": Setting(value=1000.0, unit="kPa", reason="control: fibres never part")}
NO_HOLD = {"mechanics.heterotypic": Setting(value=0.0, unit="1", reason="control: E- and N-cadherin do not hold")}
CUTS = {
    "cell.squamous_carcinoma.protease": Setting(value=1.0, unit="1", reason="control: cells that cut like the best")
}


@dataclass
class Film:
    """Positions at times, as a recorder of the loop takes them."""

    every: float = 7200.0
    time: list[float] = field(default_factory=list)
    position: list[np.ndarray] = field(default_factory=list)

    def record(self, time: float, state) -> None:
        self.time.append(time)
        self.position.append(state["cell.position"].copy())


def carried_out(document: Scenario, member) -> dict[str, float]:
    """Carry out one member; give the measures of invasion at its end, and how open the gel is where cells invaded."""
    built, film = simulation.build(document, member), Film()
    simulation.advance(built, document.duration, recorders=[film])
    state = built.state
    frames = SimpleNamespace(
        time=np.array(film.time),
        position=np.array(film.position),
        initial={"type": state["cell.type"], "radius": state["cell.radius"]},
    )
    assay = analysis.InvasionAssay.of(document, built.parameters)
    last = film.time[-1]
    rows = analysis.invasion_rows(frames, member.arm.name, assay)
    found = {row.name: row.value for row in rows if row.time == last}
    return found | openness(document, state, assay)


def openness(document: Scenario, state, assay) -> dict[str, float]:
    """Give the share of the gel that is open where tumour cells invaded, and anywhere as deep as they are."""
    grid = Grid.over(Domain(document.tissue.size), document.tissue.voxel)
    position = state["cell.position"][state["cell.type"] == 0]
    deep = position[assay.interface.depth(position) > assay.invaded_depth]
    if not len(deep):
        return {}
    anywhere = np.broadcast_to(state["matrix.track"].mean(axis=(1, 2), keepdims=True), grid.shape)
    there = grid.sample(state["matrix.track"], deep).mean()
    return {"open_there": float(there), "open_anywhere": float(grid.sample(anywhere.copy(), deep).mean())}


def all_of(document: Scenario) -> dict[str, list[dict[str, float]]]:
    """Give what the members of each arm did, in order of the replicate."""
    found: dict[str, list[dict[str, float]]] = {arm.name: [] for arm in document.arms}
    for member in scenario.members(document):
        found[member.arm.name].append(carried_out(document, member))
    return found


def controls(document: Scenario) -> Scenario:
    """Give arms that take yield or the hold between unlike cells away."""
    base = document.arm(WITH)
    arms = [
        base.model_copy(update={"name": name, "reference": name == "no yield", "parameters": change})
        for name, change in (("no yield", NO_YIELD), ("no heterotypic hold", NO_HOLD))
    ]
    return document.model_copy(update={"name": "organotypic-controls", "arms": tuple(arms), "comparisons": ()})


def cutting(document: Scenario) -> Scenario:
    """Give carcinoma cells alone that cut like the best."""
    arm = document.arm(ALONE).model_copy(update={"name": "protease", "reference": True, "parameters": CUTS})
    tissue = document.tissue.model_copy(update={"proteolysis": True})
    return document.model_copy(update={"tissue": tissue, "arms": (arm,), "comparisons": ()})


def of(found: list[dict[str, float]], name: str) -> np.ndarray:
    """Give a measure [%] by replicate; 0 where no cell invaded."""
    return np.array([100.0 * one.get(name, 0.0) for one in found])


def difference(found: list[dict[str, float]], name: str, other: str) -> measures.Paired:
    """Compare two measures of the same members."""
    return measures.paired_difference(of(found, name), of(found, other))


def measure() -> dict[str, float]:
    document = scenario.load("organotypic").model_copy(update={"replicates": SEEDS})
    done = all_of(document) | all_of(controls(document)) | all_of(cutting(document))
    for arm, found in done.items():
        print(arm, {name: np.round(of(found, name), 2).tolist() for name in sorted(found[0])})
    invaded = {arm: of(found, INVADED) for arm, found in done.items()}
    goes, stays = invaded[WITH], invaded[ALONE]
    result = {
        "alone": stays.mean(),
        "with_low": measures.paired_difference(goes, stays).low,
        "together_low": difference(done[WITH], "fraction_invading_together", "fraction_together_by_chance").low,
        "open_low": difference(done[WITH], "open_there", "open_anywhere").low,
        "no_yield": invaded["no yield"].mean(),
        "no_hold_left": 100.0 * invaded["no heterotypic hold"].mean() / goes.mean(),
        "protease_low": measures.paired_difference(invaded["protease"], stays).low,
    }
    for gene in ("JAK1", "ROCK"):
        stroma, tumour = invaded[f"no {gene} in fibroblasts"], invaded[f"no {gene} in carcinoma cells"]
        result[f"{gene.lower()}_fibroblast_high"] = measures.paired_difference(stroma, goes).high
        result[f"{gene.lower()}_fibroblast_left"] = 100.0 * stroma.mean() / goes.mean()
        result[f"{gene.lower()}_carcinoma_low"] = measures.paired_difference(tumour, stays).low
        result[f"{gene.lower()}_carcinoma_left"] = 100.0 * tumour.mean() / goes.mean()
    return {name: float(value) for name, value in result.items()}
