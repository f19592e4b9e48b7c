"""Runs on disk: what happened is kept whole, with checksums, and a crash costs one checkpoint interval."""

from amoeboid.store.claims import LEASE, Claim, Claims
from amoeboid.store.durable import is_disk_failure, readable_size, require_space, write_whole
from amoeboid.store.layout import MANIFEST, Cadence, Identity, MemberPlan, identify, run_folder
from amoeboid.store.lock import locked
from amoeboid.store.provenance import hashed, origin, provenance, readings, value_record, versions
from amoeboid.store.queue import STUDY, Program, Study, Task, program, study_folder
from amoeboid.store.run import Frames, Member, Run, RunPlan, working_on
from amoeboid.store.tables import read_table, read_units, write_table
from amoeboid.store.writer import MemberWriter

__all__ = [
    "LEASE",
    "MANIFEST",
    "STUDY",
    "Cadence",
    "Claim",
    "Claims",
    "Frames",
    "Identity",
    "Member",
    "MemberPlan",
    "MemberWriter",
    "Program",
    "Run",
    "RunPlan",
    "Study",
    "Task",
    "hashed",
    "identify",
    "is_disk_failure",
    "locked",
    "origin",
    "program",
    "provenance",
    "read_table",
    "read_units",
    "readable_size",
    "readings",
    "require_space",
    "run_folder",
    "study_folder",
    "value_record",
    "versions",
    "working_on",
    "write_table",
    "write_whole",
]
