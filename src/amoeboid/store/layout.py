"""Where everything lies in a run folder, and the name of a run: the hash of what defines it.

runs/<name>-<12 hex>/
  manifest.json            members, cadence and identity, signed; its presence makes the folder a run
  scenario.toml            the resolved scenario, and beside it the pathway file that it names, if any
  provenance.json          versions, machine, seeds, every parameter read
  state.zarr/<member>/     one group per member: arrays with units; while it runs, blocks and checkpoints
  measures.parquet, events.parquet, report.html
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from amoeboid.errors import Fault, StoreError
from amoeboid.evidence import catalogue
from amoeboid.store.durable import canonical, is_intact, signed, write_whole

FORMAT = 1
MANIFEST = "manifest.json"
SCENARIO = "scenario.toml"
PROVENANCE = "provenance.json"
STATE = "state.zarr"

_SHAPES_RESULTS = (
    "units.py",
    "seeds.py",
    "formats",
    "kernels",
    "process",
    "signalling",
    "pharmacology",
    "tissue",
    "scenario",
    "simulation",
)
_SHOWS_RESULTS = ("cli", "plots", "report", "workflow")
_ONLY_WRITTEN = ("movie.py", "ome_zarr.py", "simularium.py", "vtk.py")
"""Modules of `formats` that only carry results out of the package."""

_MEMBER_PART = re.compile(r"[a-z0-9][a-z0-9_.+=-]{0,120}")


@dataclass(frozen=True)
class MemberPlan:
    """One simulation of a run: an arm under a replicate's seed and a set of hypotheses."""

    id: str
    arm: str
    replicate: int
    seed: int
    hypotheses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cadence:
    """How long each member runs and how often it is recorded, all [s]."""

    duration: float
    frames_every: float
    cells_every: float
    checkpoint_every: float


@dataclass(frozen=True)
class Identity:
    """What a run's results depend on: document, version, code and numbers, each as text or SHA-256."""

    scenario: str
    version: str
    code: str
    numbers: str

    @property
    def hash(self) -> str:
        """Give the first 12 hex digits of the SHA-256 of all four."""
        return hashlib.sha256(canonical(asdict(self))).hexdigest()[:12]

    def differences(self, other: Identity) -> list[str]:
        """Give the names of the parts in which two identities differ."""
        mine, others = asdict(self), asdict(other)
        return [name for name in mine if mine[name] != others[name]]


@dataclass(frozen=True)
class Manifest:
    """What makes a folder a run."""

    name: str
    identity: Identity
    cadence: Cadence
    members: tuple[MemberPlan, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each finished file beside the state, by its name."""
    attached: tuple[str, ...] = ()
    """Names of the files among them that belong to the scenario."""


def identify(text: str) -> Identity:
    """Give the identity of the run of a resolved scenario with the package and numbers at hand.

    Parameters
    ----------
    text : str
        The canonical resolved scenario as TOML.
    """
    return Identity(
        hashlib.sha256(text.encode()).hexdigest(),
        importlib.metadata.version("amoeboid"),
        code_hash(Path(__file__).parents[1]),
        numbers_hash(),
    )


def code_hash(package: Path) -> str:
    """Give the SHA-256 of the code and network tables that shape results; reports and commands are left out."""
    return _code_hash(package, _SHAPES_RESULTS)


def code_of_package(package: Path) -> str:
    """Give the SHA-256 of all code and tables of the package but commands, reports and figures."""
    names = sorted(place.name for place in package.iterdir() if not place.name.startswith(("_", ".")))
    return _code_hash(package, [name for name in names if name not in _SHOWS_RESULTS])


def _code_hash(package: Path, names: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for name in names:
        place = package / name
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in files:
            if path.parent.name == "formats" and path.name in _ONLY_WRITTEN:
                continue
            if path.suffix in (".py", ".toml", ".ant", ".json") and "library" not in path.parts and path.is_file():
                digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def numbers_hash() -> str:
    """Give the SHA-256 of all values of the catalogue: id, value, unit, range and spread."""
    known = catalogue()
    digest = hashlib.sha256()
    for key in known.ids():
        value = known.value(key)
        digest.update(repr((key, value.value, value.unit, value.low, value.high, value.spread)).encode())
    return digest.hexdigest()


def run_folder(folder: Path, name: str, identity: Identity) -> Path:
    """Give the place of a run below the folder of runs.

    Examples
    --------
    >>> run_folder(Path("runs"), "demo", Identity("s", "1", "c", "n")).name
    'demo-9dc7235a2598'
    """
    return folder / f"{name}-{identity.hash}"


def member_folder(run: Path, member: str) -> Path:
    """Give the place of a member's group, and never one outside the run.

    Raises
    ------
    StoreError
        When the member's name is not made of plain parts.
    """
    parts = member.split("/")
    if not all(_MEMBER_PART.fullmatch(part) for part in parts):
        raise StoreError(
            Fault(
                str(run),
                f"`{member[:80]}` is no name of a member",
                "parts of a-z, 0-9, `_.+=-`, joined by `/`",
                "",
                "use the members that `Run.members()` gives",
                "AMB-R14",
            )
        )
    return run.joinpath(STATE, *parts)


def write_manifest(run: Path, manifest: Manifest) -> None:
    """Write the manifest, signed."""
    record = {"amoeboid": "run", "format": FORMAT, **asdict(manifest)}
    write_whole(run / MANIFEST, json.dumps(signed(record), indent=1).encode() + b"\n")


def read_manifest(run: Path) -> Manifest:
    """Read the manifest of a run folder.

    Raises
    ------
    StoreError
        When the folder is missing, foreign, truncated, damaged or of a newer format.
    """
    if not _is_folder(run):
        raise StoreError(
            Fault(
                str(run),
                "there is no such run folder",
                "a folder that `amoeboid run` made",
                "",
                "check the path, or start with `amoeboid run`",
                "AMB-R01",
            )
        )
    record = _record(run)
    if record.get("format") != FORMAT:
        raise StoreError(
            Fault(
                str(run),
                f"the run has format {record.get('format')!r}",
                f"format {FORMAT}",
                "",
                "open it with the version of amoeboid that wrote it, or a newer one",
                "AMB-R13",
            )
        )
    if not is_intact(record) or not (run / STATE).is_dir() or not (run / SCENARIO).is_file():
        raise damaged(run, "its manifest does not match its checksum, or its state or scenario is missing")
    return Manifest(
        record["name"],
        Identity(**record["identity"]),
        Cadence(**record["cadence"]),
        tuple(MemberPlan(**plan) for plan in record["members"]),
        record["files"],
        tuple(record.get("attached", ())),
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that no file can have
        return False


def _record(run: Path) -> dict[str, Any]:
    try:
        record = json.loads((run / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise _foreign(run) from None
    except (OSError, ValueError) as cause:
        raise damaged(run, f"its manifest cannot be read ({cause})") from cause
    if not isinstance(record, dict) or record.get("amoeboid") != "run":
        raise _foreign(run)
    return record


def _foreign(run: Path) -> StoreError:
    return StoreError(
        Fault(
            str(run),
            "this is no run of amoeboid",
            f"a folder with `{MANIFEST}`, `{SCENARIO}` and `{STATE}`",
            "",
            "give the folder that `amoeboid run` printed",
            "AMB-R02",
        )
    )


def damaged(place: Path, why: str) -> StoreError:
    """Give the error for something that is not what was written."""
    return StoreError(
        Fault(
            str(place),
            f"damaged or truncated: {why}",
            "the files as amoeboid wrote them",
            "",
            "restore them from a copy, or remove this and run the scenario again",
            "AMB-R03",
        )
    )


def merged(old: Iterable[MemberPlan], new: Iterable[MemberPlan]) -> tuple[MemberPlan, ...]:
    """Give all plans, each member once, the older first."""
    return tuple({plan.id: plan for plan in (*old, *new)}.values())
