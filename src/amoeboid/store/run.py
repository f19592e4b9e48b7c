"""A run on disk, opened: its scenario, its provenance, its members, and what each of them recorded."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from amoeboid.errors import Fault, StoreError, nearest_name
from amoeboid.process import State
from amoeboid.store import generations, tables
from amoeboid.store.columns import FLUX, VOLUMES
from amoeboid.store.durable import TEMPORARY, file_digest, remove_temporary, told, write_whole
from amoeboid.store.gathering import joined
from amoeboid.store.groups import make_groups, read_arrays, read_attributes
from amoeboid.store.layout import (
    MANIFEST,
    PROVENANCE,
    SCENARIO,
    STATE,
    Cadence,
    Identity,
    Manifest,
    MemberPlan,
    damaged,
    identify,
    member_folder,
    merged,
    read_manifest,
    run_folder,
    write_manifest,
)
from amoeboid.store.lock import LOCK, locked
from amoeboid.store.packed import DamagedError

if TYPE_CHECKING:
    from amoeboid.scenario import Scenario

Array = NDArray[Any]

_INITIAL = ("id", "type", "radius")
_CLOCKS = ("time", "cell_time", "position")


@dataclass(frozen=True)
class Frames:
    """What one member recorded.

    ``time`` (n_frames,) [s]; ``position`` (n_frames, n_cells, 3) float32 [um]; ``cell_time`` (n_samples,) [s];
    ``scalars`` by name, each (n_samples, n_cells); ``initial`` by name (id, type, radius [um]), each (n_cells,), as
    each cell was first seen. Cells are in order of their number; where one is not yet, or no more, stands NaN, or -1
    in whole numbers. ``volumes`` by name, each (n_samples, n_z, n_y, n_x); ``flux`` by name, what crossed into vessels.
    """

    time: Array
    position: Array
    cell_time: Array
    scalars: Mapping[str, Array]
    initial: Mapping[str, Array]
    volumes: Mapping[str, Array] = field(default_factory=dict)
    flux: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """One simulation of a run as it lies on disk."""

    run: Path
    plan: MemberPlan

    @property
    def id(self) -> str:
        """Name within the run, ``<arm>/r<k>`` with the hypothesis option, if any, behind."""
        return self.plan.id

    @property
    def arm(self) -> str:
        """Name of the arm."""
        return self.plan.arm

    @property
    def replicate(self) -> int:
        """Number of the replicate; one replicate has one seed in all arms."""
        return self.plan.replicate

    @property
    def seed(self) -> int:
        """Seed of all its random numbers."""
        return self.plan.seed

    @property
    def hypotheses(self) -> dict[str, str]:
        """Options chosen, by hypothesis."""
        return dict(self.plan.hypotheses)

    @property
    def folder(self) -> Path:
        """Place of its group."""
        return member_folder(self.run, self.id)

    @property
    def attributes(self) -> dict[str, Any]:
        """All that its group says of itself; empty before it begins."""
        return read_attributes(self.folder)

    @property
    def status(self) -> str:
        """``waiting``, ``running`` (or killed while running), ``stopped``, ``failed`` or ``finished``."""
        return str(self.attributes.get("status", "waiting"))

    @property
    def state_hash(self) -> str:
        """SHA-256 of the final state; empty until it is finished."""
        return str(self.attributes.get("state_hash", ""))

    @property
    def reached(self) -> float:
        """Time [s] of its newest checkpoint."""
        return generations.reached(self.folder)

    def described(self) -> dict[str, Any]:
        """Give what is written into its group at any status."""
        return {"amoeboid": "member", **asdict(self.plan)}

    def frames(self) -> Frames:
        """Read what it recorded: all of it when finished, else up to its last whole checkpoint.

        Raises
        ------
        StoreError
            When it recorded nothing yet, or what it recorded is damaged.
        """
        attributes = self.attributes
        if attributes.get("status") == "finished":
            return _frames(read_arrays(self.folder, attributes["files"]))
        checkpoint = self._checkpoint()
        try:
            blocks = generations.read_blocks(self.folder, checkpoint.blocks)
        except DamagedError as cause:
            raise damaged(self.folder, str(cause)) from cause
        return _frames(joined(block.arrays for block in blocks))

    def state(self) -> State:
        """Read its whole state at its last checkpoint, which is the end when it is finished.

        Raises
        ------
        StoreError
            When it has no checkpoint, or none is whole.
        """
        if self.status != "finished":
            return self._checkpoint().state
        state = generations.last_state(self.folder)
        if state.hash() != self.state_hash:
            raise damaged(self.folder, "its final state does not match its hash")
        return state

    def _checkpoint(self) -> generations.Checkpoint:
        checkpoint = generations.latest(self.folder)
        if checkpoint is None:
            raise StoreError(
                Fault(
                    str(self.run),
                    f"member `{self.id}` has recorded nothing yet",
                    "a member that has reached its first checkpoint",
                    "",
                    "`amoeboid resume` the run",
                    "AMB-R10",
                )
            )
        return checkpoint

    def measures(self) -> dict[str, Array]:
        """Read its rows of the table of measures, by column."""
        columns = Run(self.run).table("measures")
        mine = columns["member"] == self.id
        return {name: column[mine] for name, column in columns.items()}


@dataclass(frozen=True)
class RunPlan:
    """What a run is to be: name, resolved scenario as TOML, members, cadence, and the files that the scenario names.

    The scenario states the SHA-256 of each file, so the hash of the run covers them.
    """

    name: str
    text: str
    members: tuple[MemberPlan, ...]
    cadence: Cadence
    attached: Mapping[str, bytes] = field(default_factory=dict)


class Run:
    """A run folder, opened and checked.

    Parameters
    ----------
    path : path
        The folder that ``amoeboid run`` printed.

    Raises
    ------
    StoreError
        When the folder is missing, foreign, truncated or damaged.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._manifest = read_manifest(self.path)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def name(self) -> str:
        """Name of its scenario."""
        return self._manifest.name

    @property
    def identity(self) -> Identity:
        """What its results depend on."""
        return self._manifest.identity

    @property
    def cadence(self) -> Cadence:
        """Its duration and intervals [s]."""
        return self._manifest.cadence

    @property
    def is_finished(self) -> bool:
        """Whether every member is."""
        return all(member.status == "finished" for member in self.members())

    @property
    def text(self) -> str:
        """The resolved scenario as TOML, checked against the run's identity."""
        place = self.path / SCENARIO
        with told(place):
            data = place.read_bytes()
        if hashlib.sha256(data).hexdigest() != self.identity.scenario:
            raise damaged(place, "it is not the scenario that this run was made from")
        return data.decode()

    @property
    def attached(self) -> dict[str, bytes]:
        """The files that belong to the scenario, such as a pathway, by name; checked."""
        return {name: self._checked(name).read_bytes() for name in self._manifest.attached}

    @property
    def scenario(self) -> Scenario:
        """The resolved scenario."""
        from amoeboid.scenario import Beside, loads  # late: workers and readers of arrays do without the document

        return loads(self.text, str(self.path / SCENARIO), Beside(contents=self.attached))

    @property
    def provenance(self) -> dict[str, Any]:
        """Versions, machine, seeds, inputs and every parameter read; empty before the first member ends."""
        if PROVENANCE not in self._manifest.files:
            return {}
        record: dict[str, Any] = json.loads(self._checked(PROVENANCE).read_bytes())
        return record

    def members(self) -> list[Member]:
        """Give its members in the order of the scenario."""
        return [Member(self.path, plan) for plan in self._manifest.members]

    def member(self, name: str) -> Member:
        """Give one member by its id.

        Raises
        ------
        StoreError
            When there is none of that name.
        """
        known = {plan.id: plan for plan in self._manifest.members}
        if name not in known:
            raise StoreError(
                Fault(
                    str(self.path),
                    f"no member `{name[:80]}`",
                    "a member of the run",
                    nearest_name(name, known),
                    "use the members that `Run.members()` gives",
                    "AMB-R16",
                )
            )
        return Member(self.path, known[name])

    @property
    def measures(self) -> dict[str, Array]:
        """The table of measures by column."""
        return self.table("measures")

    def table(self, name: str) -> dict[str, Array]:
        """Read a table (``measures``, ``events``) by column.

        Raises
        ------
        StoreError
            When it is not there yet, or is damaged.
        """
        file = f"{name}.parquet"
        if file not in self._manifest.files:
            raise StoreError(
                Fault(
                    str(self.path),
                    f"there is no table `{name[:80]}` yet",
                    "a table that the analysis has written",
                    nearest_name(file, self._manifest.files),
                    "finish the run with `amoeboid resume`",
                    "AMB-R11",
                )
            )
        return tables.read_table(self._checked(file))

    def write_table(self, name: str, columns: Mapping[str, Any], units: Mapping[str, str] | None = None) -> Path:
        """Write a table as Parquet and enter it in the manifest."""
        path = self.path / f"{name}.parquet"
        tables.write_table(path, columns, units or {})
        self._enter(path)
        return path

    def write_provenance(self, record: Mapping[str, Any]) -> None:
        """Write the provenance and enter it in the manifest."""
        path = self.path / PROVENANCE
        write_whole(path, json.dumps(record, indent=1, sort_keys=True).encode() + b"\n")
        self._enter(path)

    def _enter(self, path: Path) -> None:
        files = {**read_manifest(self.path).files, path.name: file_digest(path)}
        self._manifest = replace(self._manifest, files=files)
        write_manifest(self.path, self._manifest)

    def _checked(self, name: str) -> Path:
        path = self.path / name
        if not path.is_file() or file_digest(path) != self._manifest.files[name]:
            raise damaged(path, "it is missing or does not match its checksum")
        return path

    def tidy(self) -> None:
        """Remove what killed writers left, before anything is carried out; the caller holds the lock."""
        with told(self.path):
            remove_temporary(self.path)
            for member in self.members():
                if member.status == "finished":
                    generations.drop_all_but_last(member.folder)

    def verify(self) -> list[Fault]:
        """Check every byte that has a checksum, and give all faults at once."""
        faults: list[Fault] = []
        checks: list[Any] = [lambda: self.text]
        checks += [lambda name=name: self._checked(name) for name in self._manifest.files]
        for member in self.members():
            if member.status not in ("waiting", "running"):
                checks += [member.frames, member.state]
        for check in checks:
            try:
                check()
            except StoreError as error:
                faults.extend(error.faults)
        return faults


@contextlib.contextmanager
def working_on(folder: Path, plan: RunPlan) -> Iterator[Run]:
    """Make a run's folder, or open the one that is there, and hold its lock while the body runs.

    Members that the folder does not have yet are added; nothing that is there is changed.

    Raises
    ------
    StoreError
        When the folder is foreign, damaged or locked, or the disk refuses.
    """
    identity = identify(plan.text)
    path = run_folder(folder, plan.name, identity)
    with told(path):
        path.mkdir(parents=True, exist_ok=True)
    _refuse_foreign(path, plan.attached)
    with locked(path):
        if (path / MANIFEST).exists():
            manifest = read_manifest(path)
            members = merged(manifest.members, plan.members)
            if members != manifest.members:
                write_manifest(path, replace(manifest, members=members))
        else:
            _create(path, Manifest(plan.name, identity, plan.cadence, plan.members), plan)
        yield Run(path)


def _create(path: Path, manifest: Manifest, plan: RunPlan) -> None:
    write_whole(path / SCENARIO, plan.text.encode())
    for name, content in plan.attached.items():
        write_whole(path / name, content)
    make_groups(path / STATE, path / STATE)
    files = {name: file_digest(path / name) for name in plan.attached}
    write_manifest(path, replace(manifest, files=files, attached=tuple(files)))


def _refuse_foreign(path: Path, attached: Iterable[str]) -> None:
    """Without a manifest, only what a killed beginning leaves may lie in the folder."""
    ours = {SCENARIO, STATE, LOCK, *attached}
    if (path / MANIFEST).exists():
        return
    others = [entry.name for entry in path.iterdir() if entry.name not in ours and not entry.name.startswith(TEMPORARY)]
    if others:
        raise StoreError(
            Fault(
                str(path),
                f"the folder holds what amoeboid did not put there (`{sorted(others)[0]}`)",
                "a folder that is empty or a run",
                "",
                "choose another `--folder`",
                "AMB-R17",
            )
        )


def _frames(arrays: Mapping[str, Array]) -> Frames:
    def of(names: Iterable[str]) -> dict[str, Array]:
        return {name: arrays[name] for name in names if name in arrays}

    initial = of(_INITIAL)
    volumes, flux = of(column.name for column in VOLUMES), of(column.name for column in FLUX)
    others = {*_INITIAL, *_CLOCKS, *volumes, *flux}
    scalars = {name: array for name, array in arrays.items() if name not in others}
    return Frames(arrays["time"], arrays["position"], arrays["cell_time"], scalars, initial, volumes, flux)
