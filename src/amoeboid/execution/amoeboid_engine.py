"""The engine of the package: our scenario, our simulation, our kernels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amoeboid import scenario, simulation
from amoeboid.execution.engine import Engine
from amoeboid.kernels import threads


def _disk_bytes(document: Any) -> int:
    return int(scenario.estimate(document).disk_bytes)


def _load(text: str, where: str, files: Mapping[str, bytes]) -> Any:
    return scenario.loads(text, where, scenario.Beside(contents=files))


OURS = Engine(
    load=_load,
    dump=scenario.to_toml,
    members=scenario.members,
    build=simulation.build,
    advance=simulation.advance,
    disk_bytes=_disk_bytes,
    set_threads=threads.set_threads,
    attached=scenario.attached,
    described=simulation.describe,
    place="amoeboid.execution.amoeboid_engine:OURS",
)
