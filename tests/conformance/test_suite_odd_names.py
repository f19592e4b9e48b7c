"""Cases of models whose ids are words of the layout, or of mathematics."""

from pathlib import Path

import pytest

pytest.importorskip("libsbml", reason="needs the extra sbml")

from amoeboid.formats import sbml
from amoeboid.signalling import from_sbml
from amoeboid.workflow import suite

MODEL = """<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model>
<listOfParameters>{parameters}</listOfParameters></model></sbml>"""
LEVEL_1 = """<sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model name="m">
<listOfCompartments><compartment name="c"/></listOfCompartments>
<listOfSpecies><species name="A" compartment="c" initialAmount="1"/></listOfSpecies>
<listOfParameters><parameter name="{name}" value="3"/><parameter name="x"/></listOfParameters>
<listOfRules><parameterRule name="x" formula="2*{name}"/></listOfRules>{reactions}</model></sbml>"""
REACTION = """<listOfReactions><reaction name="J"><listOfReactants><speciesReference species="A"/></listOfReactants>
<kineticLaw formula="Pi*k"><listOfParameters><parameter name="Pi" value="2"/></listOfParameters></kineticLaw>
</reaction></listOfReactions>"""


def _case(folder: Path, wrong: float = 0.0) -> None:
    """Three numbers that nothing moves, named as the column of times, in every spelling."""
    values = {"time": 10.0, "Time": 11.0, "TIME": 12.0 + wrong}
    entries = ((name, 12.0 if name == "TIME" else value) for name, value in values.items())
    parameters = "".join(f'<parameter id="{name}" value="{value}" constant="true"/>' for name, value in entries)
    (folder / "00001-sbml-l3v1.xml").write_text(MODEL.format(parameters=parameters))
    (folder / "00001-settings.txt").write_text(
        f"start: 0\nduration: 4\nsteps: 4\nvariables: {', '.join(values)}\nabsolute: 1e-9\nrelative: 1e-9\n"
    )
    rows = "".join(f"{k},{','.join(map(str, values.values()))}\n" for k in range(5))
    (folder / "00001-results.csv").write_text(f"Time,{','.join(values)}\n{rows}")


@pytest.mark.parametrize("engine", suite.ENGINES)
def test_ids_that_are_spelt_as_the_column_of_times_are_compared_with_their_own_columns(
    tmp_path: Path, engine: str
) -> None:
    _case(tmp_path)
    (verdict,) = suite.run(tmp_path, suite.Wanted(engine=engine))
    assert (verdict.verdict, verdict.reason) == ("pass", "0 x tolerance")


@pytest.mark.parametrize("engine", suite.ENGINES)
def test_a_model_in_which_nothing_moves_can_fail_too(tmp_path: Path, engine: str) -> None:
    _case(tmp_path, wrong=1.0)
    (verdict,) = suite.run(tmp_path, suite.Wanted(engine=engine))
    assert verdict.verdict == "fail"
    assert verdict.reason.startswith("TIME at 0: 12, expected 13")


@pytest.mark.parametrize("name", ["Pi", "pi", "inf", "INF", "NaN", "True", "false", "exponentiale", "e", "time"])
def test_an_id_of_level_1_stays_an_id_where_the_reader_knows_a_number_of_that_name(name: str) -> None:
    model = sbml.parse_sbml(LEVEL_1.format(name=name, reactions=""), "m.xml")
    (rule,) = model.rules
    assert rule.math == ("multiply", ("number", 2.0), ("name", name))
    assert from_sbml(model).given[name] == 3.0


def test_a_parameter_of_one_reaction_stays_one_too() -> None:
    model = sbml.parse_sbml(LEVEL_1.format(name="k", reactions=REACTION), "m.xml")
    assert model.reactions[0].law == ("multiply", ("name", "Pi"), ("name", "k"))
