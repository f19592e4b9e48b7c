"""The vessels of a scenario made processes: walls, and what crosses them."""

from __future__ import annotations

from amoeboid.process import Process
from amoeboid.scenario import Member, Scenario
from amoeboid.simulation.loop import Simulation
from amoeboid.tissue import contacts
from amoeboid.tissue.geometry import Domain
from amoeboid.tissue.vessels import Vessel, Vessels


def vessel_processes(
    simulation: Simulation, document: Scenario, member: Member, types: tuple[str, ...]
) -> tuple[Process, ...]:
    """Set the walls of vessels and the crossing of cells; nothing where there is no vessel.

    Cells that reach into a vessel are put beside it at once.

    Parameters
    ----------
    simulation : Simulation
        Its cells know their tension and their pathway.
    document : Scenario
    member : Member
    types : tuple of str
        In the order that ``cell.type`` counts.

    Raises
    ------
    ScenarioError
        When the centre of a cell lies in a vessel.
    """
    placed = document.tissue.vessels
    if not placed:
        return ()
    vessels = Vessels([Vessel(one.start, one.end, one.radius, one.flow) for one in placed])
    state, parameters = simulation.state, simulation.parameters
    wall = contacts.VesselWall(vessels, Domain(document.tissue.size), parameters)
    wall.initial(state)
    crossing = contacts.Intravasation(
        vessels, parameters, types, seed=member.seed, hypotheses=dict(member.hypotheses)
    )  # fmt: skip
    crossing.initial(state)
    return (wall, crossing)
