"""Oncostatin M arrests growth under the hypothesis that it does, and under no other."""

from amoeboid import scenario, simulation


def births(arm, option):
    """Count the cells born in two hours of a crowd with cycles of one hour and a half."""
    short = scenario.load("quick-look")
    tissue = short.tissue.model_copy(update={"growth": True})
    cycle = scenario.Setting(value=1.5, unit="h", reason="births within an hour")
    doc = short.model_copy(
        update={
            "tissue": tissue,
            "hypotheses": {**short.hypotheses, "osm_growth": option},
            "parameters": {**short.parameters, "growth.cycle_time": cycle},
        }
    )
    built = simulation.build(doc, next(one for one in scenario.members(doc) if one.arm.name == arm))
    simulation.advance(built, 7200.0)
    return int(built.state["growth.cells"][0])


def test_oncostatin_m_arrests_growth_only_where_the_hypothesis_says_so():
    born = {(arm, option): births(arm, option) for arm in ("OSM", "no added cytokine") for option in ("off", "on")}
    assert born["OSM", "off"] == born["no added cytokine", "off"]
    # cells past G1 go on to division, and STAT3 takes minutes to rise, so births of the first 45 min go on
    assert born["OSM", "on"] < 0.9 * born["OSM", "off"]
    assert born["OSM", "on"] < born["no added cytokine", "on"] <= born["no added cytokine", "off"]
