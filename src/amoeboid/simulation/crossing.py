"""The vessels of a scenario made processes: walls, and what crosses them."""

from __future__ import annotations

from amoeboid.process import Process
from amoeboid.simulation.scene import Scene
from amoeboid.tissue import contacts
from amoeboid.tissue.vessels import Vessel, Vessels


def crossing(scene: Scene) -> tuple[Process, ...]:
    """Set the walls of vessels and the crossing of cells; nothing where there is no vessel.

    Cells that reach into a vessel are put beside it at once. They know their tension and their pathway by then.

    Raises
    ------
    ScenarioError
        When the centre of a cell lies in a vessel.
    """
    placed = scene.document.tissue.vessels
    if not placed:
        return ()
    vessels = Vessels([Vessel(one.start, one.end, one.radius, one.flow) for one in placed])
    wall = contacts.VesselWall(vessels, scene.domain, scene.parameters)
    wall.initial(scene.state)
    entering = contacts.Intravasation(
        vessels, scene.parameters, scene.types, seed=scene.seed, hypotheses=dict(scene.hypotheses)
    )
    entering.initial(scene.state)
    return (wall, entering)
