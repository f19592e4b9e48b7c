"""Runs on disk: what happened is kept whole, with checksums, and a crash costs one checkpoint interval."""

from amoeboid.store.durable import is_disk_failure, readable_size, require_space
from amoeboid.store.layout import MANIFEST, Cadence, Identity, MemberPlan, identify, run_folder
from amoeboid.store.lock import locked
from amoeboid.store.provenance import hashed, provenance, readings, versions
from amoeboid.store.run import Frames, Member, Run, RunPlan, working_on
from amoeboid.store.tables import read_table, read_units, write_table
from amoeboid.store.writer import MemberWriter

__all__ = [
    "MANIFEST",
    "Cadence",
    "Frames",
    "Identity",
    "Member",
    "MemberPlan",
    "MemberWriter",
    "Run",
    "RunPlan",
    "hashed",
    "identify",
    "is_disk_failure",
    "locked",
    "provenance",
    "read_table",
    "read_units",
    "readable_size",
    "readings",
    "require_space",
    "run_folder",
    "versions",
    "working_on",
    "write_table",
]
