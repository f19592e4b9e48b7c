"""Each level of SBML by small cases: what a file says, brought to the meaning of Level 3."""

from __future__ import annotations

from pathlib import Path

import pytest

from amoeboid.errors import FormatError
from amoeboid.formats.sbml import (
    Compartment,
    Event,
    InitialAssignment,
    Math,
    Parameter,
    Reaction,
    Rule,
    SbmlModel,
    Species,
    SpeciesReference,
    parse_sbml,
    read_model,
    read_sbml,
    write_sbml,
)

pytest.importorskip("libsbml")

MATHML = 'xmlns="http://www.w3.org/1998/Math/MathML"'
CSYMBOL = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/{}">s</csymbol>'
COMP = 'xmlns:comp="http://www.sbml.org/sbml/level3/version1/comp/version1" comp:required="true"'
TIME = CSYMBOL.format("time")


def level3(body: str, version: int = 2, more: str = "") -> SbmlModel:
    space = f"http://www.sbml.org/sbml/level3/version{version}/core"
    return parse_sbml(
        f'<sbml xmlns="{space}" level="3" version="{version}" {more}><model id="m">{body}</model></sbml>', "3"
    )


def level2(body: str, version: int) -> SbmlModel:
    space = "http://www.sbml.org/sbml/level2" + (f"/version{version}" if version > 1 else "")
    return parse_sbml(f'<sbml xmlns="{space}" level="2" version="{version}"><model id="m">{body}</model></sbml>', "2")


def level1(version: int, rules: str = "", denominator: str = "") -> SbmlModel:
    species = "species" if version == 2 else "specie"
    return parse_sbml(
        f"""<sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="{version}"><model name="m">
        <listOfCompartments><compartment name="c"/><compartment name="d" volume="2"/></listOfCompartments>
        <listOfSpecies><{species} name="A" compartment="c" initialAmount="1"/>
          <{species} name="B" compartment="d" initialAmount="0" boundaryCondition="true"/></listOfSpecies>
        <listOfParameters><parameter name="k" value="3"/><parameter name="q" value="0"/></listOfParameters>
        <listOfRules><parameterRule name="q" formula="log(k) - sqr(k)"/>
          {rules.replace("species", species)}</listOfRules>
        <listOfReactions><reaction name="R" reversible="false"><listOfReactants>
          <{species}Reference {species}="A" stoichiometry="3" {denominator}/></listOfReactants>
          <listOfProducts><{species}Reference {species}="B"/></listOfProducts>
          <kineticLaw formula="k*A*j"><listOfParameters><parameter name="j" value="2"/></listOfParameters></kineticLaw>
        </reaction></listOfReactions></model></sbml>""",
        "1",
    )


def formula(mathml: str) -> Math:
    """Read one formula as the rule of a parameter."""
    names = "".join(f'<parameter id="{name}" value="1" constant="false"/>' for name in "xz")
    rule = f'<assignmentRule variable="x"><math {MATHML}>{mathml}</math></assignmentRule>'
    model = level3(f"<listOfParameters>{names}</listOfParameters><listOfRules>{rule}</listOfRules>")
    assert model.refused == ()
    return model.rules[0].math


def apply(operator: str, *parts: str) -> str:
    return f"<apply><{operator}/>{''.join(parts)}</apply>"


ONE, TWO, THREE = "<cn>1</cn>", '<cn type="integer">2</cn>', '<cn type="e-notation">0.3<sep/>1</cn>'
N1, N2, N3 = ("number", 1.0), ("number", 2.0), ("number", 3.0)


@pytest.mark.parametrize(
    ("mathml", "expected"),
    [
        (apply("lt", ONE, TWO, THREE), ("lt", N1, N2, N3)),
        (apply("plus", ONE, TWO, THREE), ("add", N1, N2, N3)),
        (apply("plus"), ("add",)),
        (apply("times", ONE), ("multiply", N1)),
        (apply("minus", ONE), ("negate", N1)),
        (apply("minus", ONE, TWO), ("subtract", N1, N2)),
        (apply("plus", "<true/>", ONE), ("add", ("true",), N1)),
        (apply("xor", "<true/>", TWO, "<false/>"), ("xor", ("true",), N2, ("false",))),
        (apply("implies", "<true/>", "<false/>"), ("implies", ("true",), ("false",))),
        (apply("max", ONE, TWO, THREE), ("max", N1, N2, N3)),
        (apply("quotient", TWO, ONE), ("quotient", N2, N1)),
        (apply("rem", TWO, ONE), ("rem", N2, N1)),
        (apply("log", "<logbase><cn>2</cn></logbase>", ONE), ("log", N2, N1)),
        (apply("log", ONE), ("log", ("number", 10.0), N1)),
        (apply("root", "<degree><cn>3</cn></degree>", ONE), ("root", N3, N1)),
        (apply("root", ONE), ("root", N2, N1)),
        (apply("arccoth", THREE), ("arccoth", N3)),
        (apply("factorial", THREE), ("factorial", N3)),
        (apply("power", TWO, THREE), ("power", N2, N3)),
        ('<cn type="rational">1<sep/>4</cn>', ("number", 0.25)),
        ('<cn type="e-notation">1.1<sep/>-7</cn>', ("number", 1.1e-7)),
        ("<infinity/>", ("number", float("inf"))),
        ("<pi/>", ("number", 3.141592653589793)),
        (TIME, ("time",)),
        (CSYMBOL.format("avogadro"), ("number", 6.02214179e23)),
        (f"<apply>{CSYMBOL.format('rateOf')}<ci>z</ci></apply>", ("rate_of", ("name", "z"))),
        (f"<apply>{CSYMBOL.format('delay')}<ci>z</ci>{ONE}</apply>", ("delay", ("name", "z"), N1)),
        ("<piecewise><otherwise><cn>2</cn></otherwise></piecewise>", ("piecewise", N2)),
        (
            f"<piecewise><piece>{ONE}<true/></piece><otherwise>{TWO}</otherwise></piecewise>",
            ("piecewise", N1, ("true",), N2),
        ),
    ],
)
def test_mathematics_becomes_a_tuple(mathml: str, expected: Math) -> None:
    assert formula(mathml) == expected


def test_a_long_sum_stays_one_sum_whatever_its_signs() -> None:
    assert formula(apply("plus", *[ONE] * 400)) == ("add", *[N1] * 400)
    mixed = ONE
    for _ in range(40):
        mixed = apply("minus", apply("plus", mixed, TWO), THREE)
    assert formula(mixed) == ("add", N1, *[N2, ("negate", N3)] * 40)


@pytest.mark.parametrize("version", [1, 2])
def test_level_1_takes_its_own_words(version: int) -> None:
    model = level1(version, '<speciesConcentrationRule type="rate" species="B" formula="k"/>', 'denominator="2"')
    assert (model.id, model.level, model.version) == ("m", 1, version)
    assert model.compartments == (Compartment("c", 1.0), Compartment("d", 2.0))
    assert model.species == (Species("A", "c", amount=1.0), Species("B", "d", amount=0.0, boundary=True))
    assert model.parameters == (Parameter("k", 3.0), Parameter("q", 0.0, constant=False))
    assert model.rules[0] == Rule(
        "assignment", "q", ("subtract", ("ln", ("name", "k")), ("power", ("name", "k"), ("number", 2.0)))
    )
    assert model.rules[1] == Rule("rate", "B", ("name", "k"))
    law = ("multiply", ("name", "k"), ("name", "A"), ("name", "j"))
    reactant, product = SpeciesReference("A", 1.5), SpeciesReference("B", 1.0)
    assert model.reactions == (
        Reaction("R", (reactant,), (product,), law=law, local=(Parameter("j", 2.0),), reversible=False),
    )
    assert model.unit_of["substance"] == "mol"


@pytest.mark.parametrize("version", [1, 2])
def test_level_1_compartments_with_a_rule_are_variable(version: int) -> None:
    model = level1(version, '<compartmentVolumeRule type="rate" compartment="d" formula="0.1"/>')
    assert [place.constant for place in model.compartments] == [True, False]
    assert model.rules[1].kind == "rate"


def test_level_1_rate_laws_by_name_are_refused_by_name() -> None:
    model = level1(2, '<compartmentVolumeRule type="rate" compartment="d" formula="mass(1, 2)"/>')
    assert model.refused == (("the predefined rate law `mass` of Level 1", "d", 7),)


EVENT = f"""<listOfEvents><event id="e"><trigger><math {MATHML}>{apply("gt", TIME, ONE)}</math></trigger>
  <listOfEventAssignments><eventAssignment variable="k"><math {MATHML}>{TWO}</math></eventAssignment>
  </listOfEventAssignments></event></listOfEvents>"""
VARIABLE = '<listOfParameters><parameter id="k" constant="false"/></listOfParameters>'


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
def test_level_2_events_take_the_values_of_their_trigger(version: int) -> None:
    model = level2(VARIABLE + EVENT, version)
    trigger = ("gt", ("time",), N1)
    assert model.events == (Event("e", trigger, (("k", N2),), initially=True, persistent=True, at_trigger=True),)
    assert model.parameters == (Parameter("k", None, constant=False),)


@pytest.mark.parametrize("version", [1, 4])
def test_level_2_stoichiometry_can_be_mathematics(version: int) -> None:
    tree = f"<stoichiometryMath><math {MATHML}>{apply('times', TWO, '<ci>p</ci>')}</math></stoichiometryMath>"
    model = level2(
        f"""<listOfCompartments><compartment id="c" size="1"/></listOfCompartments>
        <listOfSpecies><species id="A" compartment="c" charge="2" initialConcentration="2"/></listOfSpecies>
        <listOfParameters><parameter id="p" value="1"/></listOfParameters>
        <listOfReactions><reaction id="R" fast="true"><listOfReactants><speciesReference species="A">{tree}
        </speciesReference></listOfReactants></reaction></listOfReactions>""".replace(
            'charge="2"', 'charge="2"' if version == 1 else ""
        ),
        version,
    )
    made = ("multiply", N2, ("name", "p"))
    assert model.reactions[0].reactants == (SpeciesReference("A", None, made, constant=False),)
    assert model.reactions[0].fast
    with pytest.raises(FormatError, match="fast"):
        write_sbml(model)


def test_species_of_a_point_can_only_be_amounts() -> None:
    model = level2(
        """<listOfCompartments><compartment id="c" spatialDimensions="0"/></listOfCompartments>
        <listOfSpecies><species id="A" compartment="c" initialAmount="2"/></listOfSpecies>""",
        4,
    )
    assert model.species == (Species("A", "c", amount=2.0, only_substance=True),)


def test_a_point_with_a_size_has_concentrations() -> None:
    size = f'<initialAssignment symbol="c"><math {MATHML}>{TWO}</math></initialAssignment>'
    model = level3(
        f"""<listOfCompartments><compartment id="c" spatialDimensions="0" constant="true"/></listOfCompartments>
        <listOfSpecies><species id="A" compartment="c" initialAmount="2" hasOnlySubstanceUnits="false"
          boundaryCondition="false" constant="false"/></listOfSpecies>
        <listOfInitialAssignments>{size}</listOfInitialAssignments>"""
    )
    assert not model.species[0].only_substance


def test_formulas_that_are_only_shown_are_not_judged() -> None:
    shown = f"<math {MATHML}><mi>x</mi><mo>=</mo><cn>1.2.3</cn></math>"
    notes = f'<notes><p xmlns="http://www.w3.org/1999/xhtml">{shown}</p></notes>'
    model = level3(f'{notes}<listOfParameters><parameter id="k" constant="true"/></listOfParameters>')
    assert model.notes.startswith("x")
    with pytest.raises(FormatError, match=r"1\.2\.3"):
        formula("<cn>1.2.3</cn>")


def test_units_of_a_single_law_or_event_are_noticed() -> None:
    event = EVENT.replace('id="e"', 'id="e" timeUnits="second"')
    law = f'<kineticLaw substanceUnits="mole"><math {MATHML}>{ONE}</math></kineticLaw>'
    place = """<listOfCompartments><compartment id="c"/></listOfCompartments>
        <listOfSpecies><species id="A" compartment="c"/></listOfSpecies>"""
    made = '<listOfProducts><speciesReference species="A"/></listOfProducts>'
    reactions = f'<listOfReactions><reaction id="R">{made}{law}</reaction></listOfReactions>'
    model = level2(place + VARIABLE + reactions + event, 1)
    assert [notice.split(":")[1] for notice in model.notices] == [
        " the law of `R` names units of its own; they are not used",
        " event `e` names its own unit of time; it is not used",
    ]


def test_level_3_leaves_missing_values_missing() -> None:
    model = level3(
        """<listOfCompartments><compartment id="c" constant="true"/></listOfCompartments>
        <listOfSpecies><species id="A" compartment="c" hasOnlySubstanceUnits="false" boundaryCondition="false"
          constant="false" conversionFactor="k"/></listOfSpecies>
        <listOfParameters><parameter id="k" constant="true" value="NaN"/></listOfParameters>
        <listOfReactions><reaction id="R" reversible="false"><listOfReactants>
          <speciesReference id="s" species="A" constant="false"/></listOfReactants></reaction></listOfReactions>"""
    )
    assert model.compartments == (Compartment("c", None),)
    assert model.species == (Species("A", "c", conversion_factor="k"),)
    assert model.parameters == (Parameter("k", None),)
    assert model.reactions[0].reactants == (SpeciesReference("A", None, None, "s", constant=False),)
    assert model.reactions[0].law is None
    assert model.unit_of == {}


def test_level_3_version_2_allows_elements_without_mathematics() -> None:
    model = level3(
        f"""<listOfFunctionDefinitions><functionDefinition id="f"/></listOfFunctionDefinitions>
        <listOfParameters><parameter id="x" constant="false"/><parameter id="w" constant="false"/></listOfParameters>
        <listOfInitialAssignments><initialAssignment symbol="w"/></listOfInitialAssignments>
        <listOfRules><assignmentRule variable="x"/></listOfRules>
        <listOfReactions><reaction id="R" reversible="false"><kineticLaw/></reaction></listOfReactions>
        <listOfEvents><event useValuesFromTriggerTime="false"><trigger initialValue="false" persistent="false"/>
          <priority/><delay/><listOfEventAssignments><eventAssignment variable="w"/></listOfEventAssignments></event>
          <event id="late" useValuesFromTriggerTime="true"><delay><math {MATHML}>{ONE}</math></delay></event>
        </listOfEvents>"""
    )
    assert model.functions == ()
    assert model.rules == ()
    assert model.initial_assignments == ()
    assert model.reactions == (Reaction("R", reversible=False),)
    assert model.events[0] == Event("", None, initially=False, persistent=False, at_trigger=False)
    assert model.events[1] == Event("late", None, delay=N1)


def test_lines_are_those_of_the_file() -> None:
    body = '\n<listOfParameters>\n<parameter id="k" value="1" constant="true"/>\n</listOfParameters>'
    assert level3(body).lines["k"] == 3
    with_declaration = '<?xml version="1.0"?>\n<sbml xmlns="http://www.sbml.org/sbml/level2" level="2" version="1">\n'
    model = parse_sbml(with_declaration + f'<model id="m">{body}</model></sbml>', "2")
    assert model.lines["k"] == 5


EXTENDED = 'xmlns:e="http://www.sbml.org/sbml/level3/version1/l3v2extendedmath/version1" e:required="true"'
ARRAYS = 'xmlns:a="http://www.sbml.org/sbml/level3/version1/arrays/version1" a:required="true"'
GROUPS = 'xmlns:g="http://www.sbml.org/sbml/level3/version1/groups/version1" g:required="false"'
BALANCE = 'xmlns:f="http://www.sbml.org/sbml/level3/version1/fbc/version1" f:required="false"'


@pytest.mark.parametrize(
    ("package", "refused"), [(EXTENDED, ""), (GROUPS, ""), (ARRAYS, "package arrays"), (BALANCE, "package fbc")]
)
def test_packages_that_change_the_meaning_are_refused_by_name(package: str, refused: str) -> None:
    model = level3('<listOfParameters><parameter id="k" constant="true"/></listOfParameters>', 1, package)
    assert model.refused == (((refused, "sbml", 1),) if refused else ())


INNER = """<listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments>
  <listOfSpecies><species id="S" compartment="c" initialConcentration="3" hasOnlySubstanceUnits="false"
    boundaryCondition="false" constant="false"/></listOfSpecies>"""
TWICE = """<comp:listOfSubmodels><comp:submodel comp:id="A" comp:modelRef="inner"/>
  <comp:submodel comp:id="B" comp:modelRef="inner"/></comp:listOfSubmodels>"""


def composed(definitions: str, body: str = TWICE) -> str:
    space = "http://www.sbml.org/sbml/level3/version1/core"
    return f'<sbml xmlns="{space}" level="3" version="1" {COMP}><model id="m">{body}</model>{definitions}</sbml>'


def elsewhere(source: str) -> str:
    definition = f'<comp:externalModelDefinition comp:id="inner" comp:source="{source}" comp:modelRef="m"/>'
    return composed(f"<comp:listOfExternalModelDefinitions>{definition}</comp:listOfExternalModelDefinitions>")


def test_submodels_are_put_into_one_model() -> None:
    definition = f'<comp:modelDefinition id="inner">{INNER}</comp:modelDefinition>'
    model = parse_sbml(composed(f"<comp:listOfModelDefinitions>{definition}</comp:listOfModelDefinitions>"), "comp")
    assert [species.id for species in model.species] == ["A__S", "B__S"]
    assert model.species[0].concentration == 3.0


def test_submodels_may_live_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "other.xml").write_text(composed("", INNER))
    (tmp_path / "main.xml").write_text(elsewhere("other.xml"))
    assert [species.id for species in read_sbml(tmp_path / "main.xml").species] == ["A__S", "B__S"]


def test_submodels_may_live_in_files_of_files(tmp_path: Path) -> None:
    (tmp_path / "first.xml").write_text(composed("", INNER))
    (tmp_path / "second.xml").write_text(elsewhere("./first.xml"))
    (tmp_path / "main.xml").write_text(elsewhere("second.xml"))
    assert [species.id for species in read_sbml(tmp_path / "main.xml").species] == [
        "A__A__S",
        "A__B__S",
        "B__A__S",
        "B__B__S",
    ]


def test_what_is_refused_in_another_file_is_refused_here(tmp_path: Path) -> None:
    (tmp_path / "other.xml").write_text(composed("", INNER).replace("<sbml ", f"<sbml {ARRAYS} "))
    (tmp_path / "main.xml").write_text(elsewhere("other.xml"))
    assert read_sbml(tmp_path / "main.xml").refused == (("package arrays", "other.xml, line 1", 2),)


@pytest.mark.parametrize(
    "source", ["../other.xml", "/etc/passwd", "file:///etc/passwd", "http://a.org/b.xml", "absent.xml", ""]
)
def test_submodels_may_live_nowhere_else(tmp_path: Path, source: str) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "other.xml").write_text(composed("", INNER))
    (folder / "main.xml").write_text(elsewhere(source))
    with pytest.raises(FormatError, match="not beside this file") as caught:
        read_sbml(folder / "main.xml")
    assert caught.value.faults[0].where == "main.xml, line 2"


def test_a_submodel_may_not_be_a_link_to_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "other.xml").write_text(composed("", INNER))
    (folder / "other.xml").symlink_to(tmp_path / "other.xml")
    (folder / "main.xml").write_text(elsewhere("other.xml"))
    with pytest.raises(FormatError, match="not beside this file"):
        read_sbml(folder / "main.xml")


def test_a_file_that_holds_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.xml").write_text(elsewhere("main.xml"))
    with pytest.raises(FormatError, match="already an ancestor"):
        read_sbml(tmp_path / "main.xml")


def test_forgiven_oddities_do_not_hide_faults() -> None:
    good = '<parameter id="k" value="1" constant="true" sboTerm="odd"/>'
    space = 'xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"'
    frame = f'<?xml version="1.0"?><sbml {space}><model><listOfParameters>{{}}</listOfParameters></model></sbml>'
    assert any("SBO" in notice for notice in parse_sbml(frame.format(good), "odd").notices)
    with pytest.raises(FormatError, match="Duplicate"):
        parse_sbml(frame.format(good + good), "odd")


def test_unit_clashes_are_noticed_and_not_refused() -> None:
    names = '<parameter id="a" value="1" units="second" constant="true"/>'
    names += '<parameter id="b" value="1" units="metre" constant="false"/>'
    rule = f'<assignmentRule variable="b"><math {MATHML}><ci>a</ci></math></assignmentRule>'
    model = level3(f"<listOfParameters>{names}</listOfParameters><listOfRules>{rule}</listOfRules>")
    assert model.notices[0].startswith("line 1: units clash")
    assert model.units == {"second": "s", "metre": "m"}


def test_addresses_and_terms_are_kept() -> None:
    rdf = """<annotation><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns:bqbiol="http://biomodels.net/biology-qualifiers/"><rdf:Description rdf:about="#m1">
      <bqbiol:is><rdf:Bag><rdf:li rdf:resource="urn:miriam:obo.go:GO%3A0005623"/></rdf:Bag></bqbiol:is>
      <bqbiol:hasPart><rdf:Bag><rdf:li rdf:resource="https://identifiers.org/a/1"/></rdf:Bag></bqbiol:hasPart>
      </rdf:Description></rdf:RDF></annotation>"""
    model = level3(
        f"""<listOfParameters><parameter id="k" metaid="m1" constant="true" sboTerm="SBO:0000009">{rdf}</parameter>
        </listOfParameters>"""
    )
    assert model.annotations == {"k": ("https://identifiers.org/obo.go/GO:0005623",)}
    assert model.terms == {"k": "SBO:0000009"}


def test_stoichiometry_as_mathematics_is_written_as_a_rule() -> None:
    reference = SpeciesReference("A", None, ("multiply", N2, ("name", "p")), constant=False)
    model = SbmlModel(
        compartments=(Compartment("c", 1.0),),
        species=(Species("A", "c"),),
        parameters=(Parameter("p", 1.0),),
        initial_assignments=(InitialAssignment("A", N3),),
        reactions=(Reaction("R", (reference,)),),
    )
    read = parse_sbml(write_sbml(model), "written")
    made = read.reactions[0].reactants[0]
    assert made == SpeciesReference("A", None, None, "R_reactants_1", constant=False)
    assert read.rules == (Rule("assignment", "R_reactants_1", ("multiply", N2, ("name", "p"))),)


def test_a_file_is_told_by_what_it_begins_with(tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text(write_sbml(SbmlModel(id="m")))
    (tmp_path / "other.txt").write_text("model n\n k = 1;\nend\n")
    assert read_model(tmp_path / "model.txt").id == "m"
    assert read_model(tmp_path / "other.txt").id == "n"
