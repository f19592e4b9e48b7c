"""Squeeze cells whose MLC2-P comes from the network between plates, and read tension and pressure from the force."""

from amoeboid.evidence import Parameters, catalogue
from amoeboid.signalling import network, steady
from amoeboid.tissue.cells import read, squeeze

RADIUS = 10.0  # um, as in the published reading
CYTOKINE = 10.0  # nM, saturating
HEIGHT = 1.4  # of the radius: the plates press the cell to 70 % of its diameter


def measure() -> dict[str, float]:
    parameters, pathway = Parameters(catalogue()), network()
    blocked = {"target_ROCK1": 0.0, "target_ROCK2": 0.0, "target_myosin": 0.0}
    low = steady(pathway, parameters, blocked | {"radius": RADIUS})["tension"]
    high = steady(pathway, parameters, {"cytokine": CYTOKINE, "radius": RADIUS})["tension"]
    found = {}
    for name, tension in (("low", low), ("high", high)):
        seen = read(squeeze(tension, RADIUS, HEIGHT * RADIUS))
        found[f"tension_{name}"] = seen[0]
        # pressure of the free cell, P = 2 gamma / R, from the tension that was read
        found[f"pressure_{name}"] = 1000.0 * 2.0 * seen[0] / RADIUS
    return found
