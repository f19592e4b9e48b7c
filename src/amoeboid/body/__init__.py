"""Spread through the body: growth, seeding, dormancy, detection, death; relapse in closed form."""

from amoeboid.body.relapse import (
    RelapseLaw,
    expected_visible,
    normal_nodes,
    population_relapse_free,
    relapse_free,
    spared,
)

__all__ = [
    "RelapseLaw",
    "expected_visible",
    "normal_nodes",
    "population_relapse_free",
    "relapse_free",
    "spared",
]
