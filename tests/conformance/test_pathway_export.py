"""Our own network as an SBML file: valid, annotated, the same rates when read back, the same course elsewhere."""

import csv
from pathlib import Path

import numpy as np
import pytest

from amoeboid.errors import EvidenceError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.formats import sbml
from amoeboid.signalling import Network, constants, from_sbml, network, resting_inputs, to_sbml, translate
from amoeboid.signalling.trajectory import simulate

VARIANTS = [
    {},
    {"jak1_rock_link": "slow"},
    {"tension_feedback": "jak2"},
    {"mlc_switch": "bistable"},
    {"caf_memory": "on"},
]
INPUTS = {"cytokine": 0.45, "target_JAK1": 0.7}
TERMS = Path(__file__).parents[3] / "shared" / "data" / "evidence-vocabularies" / "sbo_terms.tsv"


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return Parameters(catalogue())


def own_numbers(chosen: Network, parameters: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Constants and feeds of our own network under the inputs of these tests."""
    system = translate(chosen, parameters)
    inputs = {**resting_inputs(chosen, parameters), **INPUTS}
    return constants(system, parameters), np.array([inputs.get(name, 1.0) for name in system.feeds])


@pytest.mark.parametrize("hypotheses", VARIANTS, ids=str)
def test_the_exported_network_has_the_same_rates_when_read_back(
    hypotheses: dict[str, str], parameters: Parameters
) -> None:
    chosen = network(hypotheses)
    own, (numbers, feeds) = translate(chosen, parameters), own_numbers(chosen, parameters)
    text = sbml.write_sbml(to_sbml(chosen, parameters, INPUTS))
    back = translate(from_sbml(sbml.parse_sbml(text, "exported")))
    y = np.random.default_rng(2).uniform(0.1, 20.0, len(own.species))
    order = [own.species.index(name) for name in back.species]
    wanted = own.rhs(y, feeds, numbers)[order]
    found = back.rhs(y[order], np.ones(0), constants(back))
    assert sorted(back.species) == sorted(own.species)
    assert found == pytest.approx(wanted, rel=1e-12, abs=1e-15)


def test_libsbml_finds_no_error_in_the_exported_network(parameters: Parameters) -> None:
    libsbml = pytest.importorskip("libsbml")
    for hypotheses in VARIANTS:
        text = sbml.write_sbml(to_sbml(network(hypotheses), parameters))
        document = libsbml.readSBMLFromString(text)
        document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, False)  # noqa: FBT003
        document.checkConsistency()
        told = [document.getError(k) for k in range(document.getNumErrors())]
        # what remains says that units beside bare numbers cannot be checked
        assert [one.getMessage() for one in told if one.getErrorId() not in (99505, 99508)] == []


def test_libroadrunner_follows_the_exported_network_on_the_same_course(parameters: Parameters) -> None:
    roadrunner = pytest.importorskip("roadrunner")
    chosen = network()
    own, (numbers, feeds) = translate(chosen, parameters), own_numbers(chosen, parameters)
    times = np.linspace(0.0, 7200.0, 13)
    course = simulate(own, numbers, feeds, times)
    engine = roadrunner.RoadRunner(sbml.write_sbml(to_sbml(chosen, parameters, INPUTS)))
    engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = 1e-11, 1e-14
    pools = set(engine.model.getFloatingSpeciesIds())
    names = [f"[{name}]" if name in pools else name for name in own.species]
    engine.timeCourseSelections = [*names, "pSTAT3", "pMLC2"]
    found = np.array(engine.simulate(0.0, 7200.0, 13)).T
    largest = np.abs(found).max(axis=1, keepdims=True)
    assert (np.abs(course.species - found[:-2]) <= 1e-6 * np.abs(found[:-2]) + 1e-9 * largest[:-2]).all()
    readouts = own.compute(own.readouts, course.species, feeds[:, None], numbers)
    assert readouts[:2] == pytest.approx(found[-2:], rel=1e-6)


def test_the_export_names_molecules_studies_and_terms(parameters: Parameters) -> None:
    record = to_sbml(network(), parameters)
    assert "https://identifiers.org/uniprot:P40763" in record.annotations["STAT3"]
    assert record.annotations["rock_on"] == ("https://identifiers.org/pubmed:16923126",)
    assert "MLC2" not in record.annotations
    assert record.terms["STAT3_phosphorylation"] == "SBO:0000216"
    back = sbml.parse_sbml(sbml.write_sbml(record), "exported")
    assert back.annotations == record.annotations
    assert back.terms == record.terms
    assert back.notices == ()


@pytest.mark.skipif(not TERMS.is_file(), reason="needs the shared table of SBO terms")
def test_every_term_of_the_export_exists_and_is_current(parameters: Parameters) -> None:
    with TERMS.open(encoding="utf-8") as lines:
        known = {row["id"]: row["obsolete"] for row in csv.DictReader(lines, delimiter="\t")}
    for hypotheses in VARIANTS:
        for name, term in to_sbml(network(hypotheses), parameters).terms.items():
            assert known.get(term) == "0", (name, term)


def test_units_of_the_export_are_those_of_the_network(parameters: Parameters) -> None:
    record = to_sbml(network(), parameters)
    text = {entry.id: record.units.get(entry.unit, entry.unit) for entry in record.parameters}
    assert text["cytokine_on"] == "L/nmol/s"
    assert text["tension"] == "nN/um"
    assert text["weight_JAK1"] == "dimensionless"
    assert from_sbml(record).second == 1.0
    assert record.compartments[0].size == pytest.approx(2.5e-12)


def test_an_unknown_input_of_the_export_is_refused(parameters: Parameters) -> None:
    with pytest.raises(EvidenceError, match="AMB-E31"):
        to_sbml(network(), parameters, {"cytokin": 1.0})


def test_a_network_from_a_file_is_not_exported_anew(parameters: Parameters) -> None:
    with pytest.raises(EvidenceError, match="AMB-E30"):
        to_sbml(from_sbml(to_sbml(network(), parameters)), parameters)
