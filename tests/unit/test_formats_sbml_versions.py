"""Submodels that live in a file of an older version than the file that uses them."""

from pathlib import Path

import pytest

pytest.importorskip("libsbml", reason="needs the extra sbml")

from amoeboid.errors import FormatError
from amoeboid.formats.sbml import read_sbml

OLD = """<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="m">
<listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments>
<listOfSpecies><species id="S" compartment="c" initialAmount="3" hasOnlySubstanceUnits="false"
  boundaryCondition="false" constant="false"/></listOfSpecies>
<listOfReactions><reaction id="J" reversible="false" fast="{fast}">
  <listOfReactants><speciesReference species="S" stoichiometry="1" constant="true"/></listOfReactants>
  <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><ci> S </ci></math></kineticLaw>
</reaction></listOfReactions></model></sbml>"""
NEW = """<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core"
  xmlns:comp="http://www.sbml.org/sbml/level3/version1/comp/version1" level="3" version="2" comp:required="true">
<model id="n"><comp:listOfSubmodels><comp:submodel comp:id="A" comp:modelRef="old"/></comp:listOfSubmodels></model>
<comp:listOfExternalModelDefinitions>
  <comp:externalModelDefinition comp:id="old" comp:source="old.xml" comp:modelRef="m"/>
</comp:listOfExternalModelDefinitions></sbml>"""


def _written(folder: Path, fast: str) -> Path:
    (folder / "old.xml").write_text(OLD.format(fast=fast))
    (folder / "new.xml").write_text(NEW)
    return folder / "new.xml"


def test_a_file_of_version_2_may_use_a_model_of_version_1(tmp_path: Path) -> None:
    model = read_sbml(_written(tmp_path, "false"))
    assert (model.version, [entry.id for entry in model.species]) == (2, ["A__S"])
    assert model.reactions[0].law == ("name", "A__S")


def test_a_fast_reaction_does_not_become_a_slow_one_on_the_way(tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        read_sbml(_written(tmp_path, "true"))
