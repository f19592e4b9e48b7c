"""One kinase is taken away at a time, under OSM, at rest."""

from amoeboid.evidence import Parameters, catalogue
from amoeboid.signalling import network, steady_many

OSM = 0.4505  # nM: 10 ng/ml


def left(pathway, kinase):
    conditions = [{"cytokine": OSM}, {"cytokine": OSM, f"target_{kinase}": 0.0}]
    whole, without = steady_many(pathway, Parameters(catalogue()), conditions)["pSTAT3"]
    return 100.0 * float(without / whole)


def measure() -> dict[str, float]:
    found = {f"without_{kinase}": left(network(), kinase) for kinase in ("JAK1", "JAK2", "TYK2")}
    rival = network({"tension_feedback": "jak2"})
    return found | {"without_JAK2_if_tension_feeds_jak2": left(rival, "JAK2")}
