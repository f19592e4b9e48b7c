"""A small simulation with the interface of `amoeboid.simulation`: quick, chaotic, and wholly held in its state."""

from __future__ import annotations

import json
import os
import signal
import time as clock
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from amoeboid import seeds
from amoeboid.errors import Fault, NumericsError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.execution import Engine
from amoeboid.process import State
from amoeboid.store import MemberPlan, layout

TICK = 60.0


@dataclass(frozen=True)
class FakeOutput:
    frames_every: float = 120.0
    cells_every: float = 300.0
    checkpoint_every: float = 600.0


@dataclass(frozen=True)
class FakeScenario:
    name: str = "fake"
    duration: float = 3600.0
    n_cells: int = 7
    arms: tuple[str, ...] = ("osm", "none")
    replicates: int = 2
    pause: float = 0.0
    fails: str = ""
    dies: str = ""
    scratch: str = ""
    output: FakeOutput = field(default_factory=FakeOutput)


def load(text: str, where: str, files=None) -> FakeScenario:
    record = json.loads(text)
    return FakeScenario(**{**record, "arms": tuple(record["arms"]), "output": FakeOutput(**record["output"])})


def dump(scenario: FakeScenario) -> str:
    record = {**vars(scenario), "arms": list(scenario.arms), "output": vars(scenario.output)}
    return json.dumps(record, sort_keys=True)


def members(scenario: FakeScenario) -> list[MemberPlan]:
    pairs = [(arm, k) for arm in scenario.arms for k in range(scenario.replicates)]
    return [MemberPlan(f"{arm}/r{k}", arm.upper(), k, 100 + k) for arm, k in pairs]


@dataclass
class FakeSimulation:
    state: State
    parameters: Parameters
    scenario: FakeScenario
    member: str
    seed: int
    time: float = 0.0

    def restore(self, time: float, state: State) -> None:
        self.time, self.state = time, state


def build(scenario: FakeScenario, member: MemberPlan) -> FakeSimulation:
    _die_once(scenario, member.id, "build")
    n = scenario.n_cells
    cells = np.arange(n)
    parameters = Parameters(
        catalogue(), {"cell.arrest_fraction": Override(0.2, "1", "a test", "/home/me/a.toml, line 3")}
    )
    drift = 0.01 + 0.001 * parameters["cell.arrest_fraction"] * (1.0 + len(member.arm))
    state = State(
        {
            "cell.id": cells,
            "cell.type": np.zeros(n),
            "cell.radius": np.full(n, 8.4),
            "cell.position": seeds.uniform(cells, 0, 1, member.seed, 3) * 100.0,
            "cell.velocity": np.full((n, 3), drift),
            "cell.tension": np.full(n, 0.5),
            "cell.contacts": np.zeros(n),
            "clock.tick": np.zeros(1),
        }
    )
    return FakeSimulation(state, parameters, scenario, member.id, member.seed)


def advance(simulation, until, recorders=(), sinks=(), stop=lambda: False) -> bool:
    if simulation.time == 0.0:
        for recorder in recorders:
            recorder.record(0.0, simulation.state)
    for tick in range(round(simulation.time / TICK), round(until / TICK)):
        _one_tick(simulation, tick)
        simulation.time = (tick + 1) * TICK
        for recorder in recorders:
            if (tick + 1) % round(recorder.every / TICK) == 0:
                recorder.record(simulation.time, simulation.state)
        stopping = stop()
        for sink in sinks:
            if stopping or (tick + 1) % round(sink.every / TICK) == 0:
                sink.checkpoint(simulation.time, simulation.state)
        if stopping:
            return simulation.time >= until
    return True


def _one_tick(simulation: FakeSimulation, tick: int) -> None:
    scenario, state = simulation.scenario, simulation.state
    clock.sleep(scenario.pause)
    if tick == 25:
        _die_once(scenario, simulation.member, "tick")
    if scenario.fails == simulation.member and tick == 25:
        raise NumericsError(Fault("process `fake`, time 1500 s, cell 3", "the tension is `nan`", code="AMB-N99"))
    noise = seeds.normal(state["cell.id"], tick, 5, simulation.seed, 3)
    state["cell.position"][:] = 50.0 + 49.0 * np.sin(state["cell.position"] + 0.1 * noise)
    state["cell.tension"][:] = np.abs(np.cos(state["cell.position"][:, 0]))
    state["clock.tick"][0] = tick + 1


def _die_once(scenario: FakeScenario, member: str, when: str) -> None:
    """Kill this process at a place, as often as the scenario says: ``member when times``."""
    if not scenario.dies:
        return
    victim, place, times = scenario.dies.split()
    mark = Path(scenario.scratch) / "deaths"
    deaths = len(mark.read_text()) if mark.exists() else 0
    if victim == member and place == when and deaths < int(times):
        mark.write_text("x" * (deaths + 1))
        os.kill(os.getpid(), signal.SIGKILL)


def disk_bytes(scenario: FakeScenario) -> int:
    return 1000


def set_threads(n_threads: int) -> None:
    pass


def fix_identity() -> None:
    """Make runs independent of the code and numbers at hand, which may change while the tests run."""
    layout.code_hash = lambda package: "code"
    layout.numbers_hash = lambda: "numbers"


ENGINE = Engine(load, dump, members, build, advance, disk_bytes, set_threads, place="fake_simulation:ENGINE")
