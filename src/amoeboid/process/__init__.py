"""Contracts between the scales: ports, state, processes, and those who listen to a simulation."""

from amoeboid.process.ports import PORTS, Port, drug_port, field_port, port, species_port, target_port
from amoeboid.process.protocol import CheckpointSink, Process, Recorder
from amoeboid.process.state import State

__all__ = [
    "PORTS",
    "CheckpointSink",
    "Port",
    "Process",
    "Recorder",
    "State",
    "drug_port",
    "field_port",
    "port",
    "species_port",
    "target_port",
]
