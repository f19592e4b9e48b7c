"""Contracts between the scales: ports, state, processes, listeners, and the records that scales exchange."""

from amoeboid.process.escape_link import EscapeLink
from amoeboid.process.link_file import (
    LINK_FILE,
    LinkLevel,
    LinkRecord,
    link_text,
    read_link,
    shipped_link,
    shipped_record,
)
from amoeboid.process.ports import PORTS, Port, drug_port, field_port, port, species_port, target_port
from amoeboid.process.protocol import CheckpointSink, Process, Recorder
from amoeboid.process.state import State
from amoeboid.process.treatment import MULTIPLIERS, Treatment, untreated

__all__ = [
    "LINK_FILE",
    "MULTIPLIERS",
    "PORTS",
    "CheckpointSink",
    "EscapeLink",
    "LinkLevel",
    "LinkRecord",
    "Port",
    "Process",
    "Recorder",
    "State",
    "Treatment",
    "drug_port",
    "field_port",
    "link_text",
    "port",
    "read_link",
    "shipped_link",
    "shipped_record",
    "species_port",
    "target_port",
    "untreated",
]
