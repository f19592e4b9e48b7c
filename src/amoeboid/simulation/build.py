"""From one member of a scenario to a simulation: the only place where the scales are wired."""

from __future__ import annotations

from amoeboid import scenario, signalling
from amoeboid.process import Process
from amoeboid.scenario import Member, Scenario
from amoeboid.simulation.crossing import crossing
from amoeboid.simulation.deforming import deforming
from amoeboid.simulation.growing import growing, resting
from amoeboid.simulation.loop import Simulation
from amoeboid.simulation.opening import opening, opens
from amoeboid.simulation.scene import Scene, lay_out
from amoeboid.simulation.surroundings import capacities, own_cytokine, surroundings, without_genes
from amoeboid.tissue import cells, contacts, matrix


def build(document: Scenario, member: Member) -> Simulation:
    """Make a member executable: place cells, fill ports at time 0, and set the processes in order.

    Cells start at their own steady state under the autocrine cytokine and the arm's knock-outs; medium with
    cytokine and drug is put around the tissue at time 0.

    Parameters
    ----------
    document : Scenario
    member : Member
        One of ``scenario.members(document)``.

    Raises
    ------
    AmoeboidError
        When a number is missing, or cells or drugs cannot be placed as asked.
    """
    scene = lay_out(document, member)
    simulation = Simulation(scene.state, (), scene.parameters)
    # each topic fills its ports at time 0 as it is set, so the order of setting is that of reading, too
    growth = growing(scene)
    first = surroundings(scene)
    pathway, simulation.notes["cells begin"] = _pathway(scene)
    moving = _moving(scene)
    simulation.processes = (
        *first, pathway, *resting(scene), *moving, *opening(scene), *deforming(scene), *crossing(scene), *growth,
    )  # fmt: skip
    return simulation


def _pathway(scene: Scene) -> tuple[signalling.Signalling, str]:
    """Set the pathway, shipped or from a file, put the cells where it begins, and say in words where that is."""
    document, parameters, state = scene.document, scene.parameters, scene.state
    network = signalling.network(scenario.mechanisms(document, scene.member))
    if document.pathway.file:
        model = scenario.pathway_model(document, scene.arm)
        joined = signalling.join(model, document.pathway.mapping, network, parameters)
        pathway = signalling.Signalling(joined.network, parameters, joined.spreads, joined.start)
    else:
        pathway = signalling.Signalling(network, parameters)
    for name, numbers in capacities(scene).items():
        if name in pathway.reads:
            state.put(name, numbers)
    own = own_cytokine(scene)
    stimulus = own if isinstance(own, float) else own[state["cell.type"]]
    return pathway, pathway.initial(state, scene.seed, {"cell.cytokine": stimulus, **without_genes(scene)})


def _moving(scene: Scene) -> tuple[Process, ...]:
    """Set how cells look for pores, point, move and take shape."""
    parameters, domain, grid = scene.parameters, scene.domain, scene.grid
    pores = contacts.PoreSampling(matrix.pore_search(parameters), scene.seed, opened=opens(scene))
    pores.initial(scene.state)
    polarity = cells.Polarity(parameters, domain, grid, seed=scene.seed)
    mechanics = cells.Mechanics(
        parameters, domain, grid, scene.types, matrix=scene.material.kind, hypotheses=scene.hypotheses
    )
    return (pores, polarity, mechanics, cells.Shape(parameters, domain, grid))
