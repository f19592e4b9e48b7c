"""The register of ports: every array by which two processes may meet, with unit, shape and meaning."""

from __future__ import annotations

from dataclasses import dataclass

from amoeboid.errors import EvidenceError, Fault, nearest_name


@dataclass(frozen=True)
class Port:
    """A named array that one process writes and others may read."""

    name: str
    unit: str
    shape: tuple[str, ...]
    meaning: str
    dtype: str = "float64"


_CELL = ("n_cells",)
_VECTOR = ("n_cells", "3")
_GRID = ("n_z", "n_y", "n_x")

_REGISTER = (
    Port("cell.id", "1", _CELL, "number of the cell; keys its random draws, never changes", "int64"),
    Port("cell.type", "1", _CELL, "index of the cell type in the scenario", "int64"),
    Port("cell.position", "um", _VECTOR, "centre, as x, y, z from the corner of the domain"),
    Port("cell.radius", "um", _CELL, "radius of the sphere of the cell's volume"),
    Port("cell.polarity", "1", _VECTOR, "unit vector along which the cell pushes"),
    Port("cell.persistence", "s", _CELL, "the cell's own persistence time in free motion"),
    Port("cell.vigour", "1", _CELL, "the cell's own factor on free speed (log-normal over cells)"),
    Port("cell.aspect", "1", _CELL, "long over short axis; below 1.5 the cell counts as rounded"),
    Port("cell.velocity", "um/s", _VECTOR, "velocity of the last mechanics step"),
    Port("cell.drive_force", "nN", _CELL, "active force along polarity, after stall"),
    Port("cell.traction", "kPa", _CELL, "stress that the cell puts on the matrix"),
    Port("cell.passage", "1", _CELL, "pore factor of the last step, 0 (arrest) to 1 (free)"),
    Port("cell.pore", "1", _CELL, "standard normal score of the pore in front of the cell"),
    Port("cell.pore_age", "1", _CELL, "share of the way to the next pore; a new one is drawn at 1"),
    Port("cell.opened", "1", _CELL, "share of the pore in front of the cell that is the cell's own work"),
    Port("cell.contacts", "1", _CELL, "number of touching cells", "int64"),
    Port("cell.crowding", "1", _VECTOR, "sum of unit vectors towards touching cells"),
    Port("cell.pressure", "kPa", _CELL, "repulsion by touching cells over the surface of the sphere"),
    Port("cell.parent", "1", _CELL, "number of the cell that it came from; -1 where it was placed", "int64"),
    Port("cell.born", "s", _CELL, "when it came to be, by division"),
    Port("cell.phase", "1", _CELL, "where in its life a cell is, see `tissue.cells.cycle`", "int64"),
    Port("cell.cycle", "1", _CELL, "share of the cell cycle that is passed; stands still in arrested cells"),
    Port("cell.next_id", "1", ("1",), "number of the next cell to be born", "int64"),
    Port("cell.stiffness", "kPa", _CELL, "elastic modulus of the matrix that the cell holds on to; 0 in liquid"),
    Port("cell.pull", "nN", _CELL, "force of each of the two poles by which a cell pulls on the matrix"),
    Port("cell.memory", "1", _CELL, "share of the capacity to keep JAK1 active that the cell's type has, 0 or 1"),
    Port("cell.cytokine", "nM", _CELL, "total GP130 cytokine at the cell"),
    Port("cell.drive", "1", _CELL, "contractile drive c, 0 to 1, after myosin inhibition"),
    Port("cell.tension", "nN/um", _CELL, "cortical tension gamma"),
    Port("cell.pMLC2", "1", _CELL, "phosphorylated share of MLC2"),
    Port("cell.pSTAT3", "nM", _CELL, "phosphorylated STAT3, as monomers"),
    Port(
        "signalling.species", "nM", ("n_species", "n_cells"), "network state of every cell, in the network's own units"
    ),
    Port("signalling.rates", "1", ("n_rates", "n_cells"), "the cell's own factors on network parameters"),
    Port("signalling.step", "s", _CELL, "remembered step of the network integrator, in the network's own time"),
    Port("signalling.event_trigger", "1", ("n_events", "n_cells"), "whether the trigger of an event is true", "int8"),
    Port("signalling.event_waiting", "1", ("n_waiting", "n_cells"), "event that waits, or -1", "int32"),
    Port("signalling.event_due", "s", ("n_waiting", "n_cells"), "when it is due, in the network's own time"),
    Port("signalling.event_value", "1", ("n_waiting", "n_values", "n_cells"), "values that it will set"),
    Port("signalling.event_draws", "1", _CELL, "draws among events of equal priority so far", "int64"),
    Port("mechanics.neighbours", "1", ("n_pairs",), "neighbour list, flat: rows of cells", "int32"),
    Port("mechanics.offsets", "1", ("n_cells_plus_1",), "where a cell's neighbours begin", "int64"),
    Port("mechanics.anchor", "um", _VECTOR, "positions at the last rebuild of the neighbour list"),
    Port("mechanics.reach", "um", _CELL, "radius, and how far a cell may go from its anchor before the list is stale"),
    Port("matrix.collagen", "mg/ml", _GRID, "collagen density"),
    Port("matrix.pore_area", "um^2", _GRID, "median pore area at rest"),
    Port("matrix.stiffness", "kPa", _GRID, "elastic modulus of the gel"),
    Port("matrix.orientation", "1", ("n_z", "n_y", "n_x", "6"), "fibre tensor xx yy zz xy xz yz, trace 1"),
    Port("matrix.track", "1", _GRID, "share of the voxel opened by passing cells"),
    Port("matrix.cut", "mg/ml", _GRID, "density of collagen that proteases have cut here"),
    Port("matrix.membrane", "1", _GRID, "share of basement membrane left in the voxel"),
    Port("membrane.distance", "um", ("n_membranes", "n_cells"), "of cells from each membrane along its axis"),
    Port("matrix.displacement", "um", ("n_z_plus_1", "n_y_plus_1", "n_x_plus_1", "3"), "of the corners of voxels"),
    Port("matrix.strain", "1", ("n_z", "n_y", "n_x", "6"), "elastic strain of the gel, xx yy zz xy xz yz"),
    Port("matrix.stress", "kPa", ("n_z", "n_y", "n_x", "6"), "stress of the fibres, xx yy zz xy xz yz"),
    Port("matrix.plastic", "1", ("n_z", "n_y", "n_x", "6"), "strain that stays without load, xx yy zz xy xz yz"),
    Port("growth.cells", "1", ("3",), "cells born, died, and cleared so far", "int64"),
    Port("growth.volume", "um^3", ("2",), "volume of cells grown and lost so far"),
    Port("flux.time", "s", ("n_crossings",), "when a group of cells crossed into a vessel"),
    Port("flux.vessel", "1", ("n_crossings",), "index of the vessel in the scenario", "int64"),
    Port("flux.size", "1", ("n_crossings",), "number of cells that crossed together", "int64"),
    Port("flux.first", "1", ("n_crossings",), "row of the first of them in `flux.cell`", "int64"),
    Port("flux.cell", "1", ("n_crossed",), "number of a cell that crossed", "int64"),
    Port("flux.type", "1", ("n_crossed",), "its type", "int64"),
    Port("flux.tension", "nN/um", ("n_crossed",), "its cortical tension as it crossed"),
    Port("flux.pMLC2", "1", ("n_crossed",), "its phosphorylated share of MLC2 as it crossed"),
    Port("flux.pSTAT3", "nM", ("n_crossed",), "its phosphorylated STAT3 as it crossed"),
    Port("clock.tick", "1", ("1",), "ticks of 60 s since the start", "int64"),
)

PORTS: dict[str, Port] = {entry.name: entry for entry in _REGISTER}
"""Fixed ports by name; fields, drugs and targets are made by the functions below."""


def field_port(substance: str) -> Port:
    """Give the port of a diffusing substance, ``field.OSM``."""
    return Port(f"field.{substance}", "nM", _GRID, f"concentration of {substance}, free")


def species_port(substance: str) -> Port:
    """Give the port of a substance as each cell meets it, ``cell.at.OSM``."""
    return Port(f"cell.at.{substance}", "nM", _CELL, f"concentration of {substance} at the cell")


def drug_port(drug: str) -> Port:
    """Give the port of the bath concentration of a drug, ``bath.ruxolitinib``."""
    return Port(f"bath.{drug}", "nM", ("1",), f"free concentration of {drug} in the medium")


def target_port(target: str) -> Port:
    """Give the port of a target's remaining activity, ``target.JAK1``: 1 untouched, 0 fully blocked."""
    return Port(f"target.{target}", "1", _CELL, f"share of {target} activity left by drugs and knock-outs")


def port(name: str) -> Port:
    """Look up a port by name.

    Raises
    ------
    EvidenceError
        When no such port is registered.
    """
    if name in PORTS:
        return PORTS[name]
    for prefix, make in (
        ("field.", field_port),
        ("cell.at.", species_port),
        ("bath.", drug_port),
        ("target.", target_port),
    ):
        if name.startswith(prefix):
            return make(name.removeprefix(prefix))
    raise EvidenceError(
        Fault(
            "",
            f"unknown port `{name}`",
            "a name of `amoeboid.process.PORTS`",
            nearest_name(name, PORTS),
            "register the port",
            "AMB-E09",
        )
    )
