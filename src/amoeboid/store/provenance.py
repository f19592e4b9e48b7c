"""Where a run comes from: versions, machine, seeds, inputs, and every number it read with its sources.

No user name, host name or path of the machine is kept.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from amoeboid.errors import Fault, StoreError
from amoeboid.evidence import Parameters, Value, catalogue
from amoeboid.store.durable import file_digest
from amoeboid.store.run import Member, Run

_DISTRIBUTIONS = (
    "amoeboid",
    "numpy",
    "scipy",
    "numba",
    "llvmlite",
    "pydantic",
    "pint",
    "python-libsbml",
    "antimony",
    "zarr",
    "numcodecs",
    "duckdb",
)


def provenance(
    run: Run,
    inputs: Sequence[Mapping[str, str]] = (),
    threads: int = 1,
    value: Callable[[str], Value] | None = None,
) -> dict[str, Any]:
    """Gather the provenance of a run from its members and from the machine at hand.

    Parameters
    ----------
    run : Run
        Its members say which values they read and which are changed.
    inputs : sequence
        Records of the files that the scenario names, from `hashed`.
    threads : int
        Threads of each member; results do not depend on it.
    value : callable, optional
        Looks up an evidence value; the catalogue's by default.
    """
    members = run.members()
    return {
        "run": run.path.name,
        "identity": {**asdict(run.identity), "hash": run.identity.hash},
        **origin(),
        "threads": threads,
        "inputs": [dict(record) for record in inputs],
        "members": {member.id: _of_member(member) for member in members},
        "parameters": _parameters(members, value or catalogue().value),
    }


def origin() -> dict[str, Any]:
    """Give the program and machine at hand, and the time: what every record of a result begins with."""
    return {
        "written_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "versions": versions(),
        "commit": commit(),
        "machine": machine(),
    }


def versions() -> dict[str, str]:
    """Give the versions of Python, of amoeboid and of what its results rest on."""
    found = {"python": platform.python_version()}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """Describe the machine without naming it."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def commit() -> str:
    """Give the commit of the package's own repository, with ``+`` when it was changed; else nothing."""
    package = Path(__file__).parents[1]
    git = shutil.which("git")
    # a repository around an installed package would be somebody else's: ask whether it tracks our file
    if not git or _asked(git, package, "ls-files", "--error-unmatch", "errors.py") is None:
        return ""
    head = _asked(git, package, "rev-parse", "HEAD") or ""
    return head + ("+" if _asked(git, package, "status", "--porcelain", ".") else "")


def _asked(git: str, place: Path, *words: str) -> str | None:
    try:
        answer = subprocess.run(
            [git, "-C", str(place), *words], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def hashed(path: Path) -> list[dict[str, str]]:
    """Give name and SHA-256 of a file, or of every file of a folder; the place is left out.

    Raises
    ------
    StoreError
        When there is no such file or it cannot be read.
    """
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
    try:
        return [{"file": _name(file, path), "sha256": file_digest(file)} for file in files]
    except OSError as cause:
        raise StoreError(
            Fault(
                str(path),
                f"cannot be read: {cause.strerror}",
                "a file or folder that the scenario names",
                "",
                "correct the path, which is taken from the working folder",
                "AMB-R18",
            )
        ) from cause


def _name(file: Path, given: Path) -> str:
    return file.relative_to(given.parent).as_posix() if given.name else file.name


def _of_member(member: Member) -> dict[str, Any]:
    attributes = member.attributes
    return {
        "arm": member.arm,
        "replicate": member.replicate,
        "seed": member.seed,
        "hypotheses": member.hypotheses,
        "status": attributes.get("status", "waiting"),
        "state_hash": attributes.get("state_hash", ""),
        "changed": attributes.get("changed", {}),
        "notes": attributes.get("notes", {}),
    }


def _parameters(members: Iterable[Member], value: Callable[[str], Value]) -> dict[str, Any]:
    records: dict[str, Any] = {}
    for member in members:
        attributes = member.attributes
        changed = attributes.get("changed", {})
        for key in attributes.get("used", []):
            if key not in records:
                records[key] = {**value_record(value(key)), "changed": []}
            if key in changed:
                records[key]["changed"].append({"member": member.id, **changed[key]})
    return dict(sorted(records.items()))


def value_record(value: Value) -> dict[str, Any]:
    """Give a value as provenance keeps it: number, unit, status, relation and sources."""
    number: Any = value.value
    return {
        "value": list(number) if isinstance(number, tuple) else number,
        "unit": value.unit,
        "status": value.status,
        "relation": value.relation,
        "sources": [{"key": citation.key, "place": citation.place} for citation in value.sources],
    }


def readings(parameters: Parameters) -> tuple[tuple[str, ...], dict[str, dict[str, Any]]]:
    """Give the ids that were read, and a plain record of each that is not the catalogue's value.

    Returns
    -------
    used, changed : tuple of str, dict
        ``changed`` holds value, unit, reason and place; what follows from an overridden parent says so.
    """
    used, changed = parameters.used(), {}
    for key in used:
        value = parameters.value(key)
        if value != parameters.catalogue.value(key):
            override = parameters.overrides.get(key)
            changed[key] = {
                "value": value.value,
                "unit": value.unit,
                "reason": override.reason if override else "follows from an overridden value",
                "place": _without_folder(override.place) if override else "",
            }
    return used, changed


def _without_folder(place: str) -> str:
    file, comma, rest = place.partition(",")
    return Path(file).name + comma + rest
