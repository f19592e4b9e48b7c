"""PEtab problems in: what they mean against a closed form, and what is wrong with bad ones."""

import numpy as np
import pytest
from fake_fit import TABLES, write_petab

from amoeboid.errors import FormatError
from amoeboid.inference import petab_objective, read_petab


def test_a_small_problem_is_read_whole(tmp_path):
    problem = read_petab(write_petab(tmp_path)).problem
    assert [one.name for one in problem.estimated] == ["k", "x0"]
    assert problem.data.n_rows == 3
    assert [one.settings for one in problem.experiments] == [{"X": "x0"}, {"X": 10.0}]
    assert problem.data.observable_entries == (("fixed",), ("fixed",), (2.0,))


def test_the_likelihood_of_a_decay_is_that_of_the_closed_form(tmp_path):
    objective = petab_objective(write_petab(tmp_path))
    simulated = np.array([2 * 3.0, 2 * 3.0 * np.exp(-0.5), 2 * 10.0 * np.exp(-0.5)])
    r = (np.array([6.1, 3.5, 11.9]) - simulated) / 0.5
    expected = -(0.5 * r @ r + 3 * np.log(0.5) + 1.5 * np.log(2 * np.pi))
    assert objective.log_likelihood(objective.nominal) == pytest.approx(expected, abs=1e-7)
    assert objective.read(objective.nominal).value[0] == pytest.approx(simulated, rel=1e-7)


def test_compartments_and_parameters_may_be_set_by_conditions(tmp_path):
    conditions = "conditionId\tX\tcell\tk\nlow\tx0\t5\t0.5\nhigh\t10\t1\tk\n"
    objective = petab_objective(write_petab(tmp_path, conditions_tsv=conditions))
    read = objective.read(np.array([0.0, 3.0]))  # k = 1, but 0.5 in the first condition
    assert read.value[0] == pytest.approx([6.0, 6.0 * np.exp(-0.5), 20.0 * np.exp(-1.0)], rel=1e-7)


def test_cells_rest_before_an_experiment_where_the_problem_says_so(tmp_path):
    rows = TABLES["measurements.tsv"].replace("observableId\t", "observableId\tpreequilibrationConditionId\t", 1)
    rows = rows.replace("obs\tlow", "obs\tlow\tlow").replace("obs\thigh", "obs\tlow\thigh")
    conditions = "conditionId\tX\nlow\tx0\nhigh\t\n"
    objective = petab_objective(write_petab(tmp_path, measurements_tsv=rows, conditions_tsv=conditions))
    assert objective.read(objective.nominal).value[0, 2] == pytest.approx(0.0, abs=1e-6)  # decayed before


def test_formulas_know_functions_logarithms_and_time(tmp_path):
    text = TABLES["observables.tsv"].replace(
        "observableParameter1_obs * X", "pow(X, 2) * sqrt(observableParameter1_obs) + ln(exp(time))"
    )
    objective = petab_objective(write_petab(tmp_path, observables_tsv=text))
    expected = (3.0 * np.exp(-0.5)) ** 2 * np.sqrt(2.0) + 1.0
    assert objective.read(objective.nominal).value[0, 1] == pytest.approx(expected, rel=1e-7)


BAD = [
    ("problem_yaml", "just text", "AMB-F110"),
    ("problem_yaml", TABLES["problem.yaml"].replace("version: 1", "version: 2"), "AMB-F111"),
    ("problem_yaml", TABLES["problem.yaml"].replace("[model.xml]", "[model.xml, other.xml]"), "AMB-F111"),
    ("problem_yaml", TABLES["problem.yaml"].replace("observables.tsv", "absent.tsv"), "AMB-F112"),
    ("parameters_tsv", TABLES["parameters.tsv"].replace("log10", "log2"), "AMB-F116"),
    ("parameters_tsv", TABLES["parameters.tsv"].replace("0.001\t1000", "1000\t0.001"), "AMB-F116"),
    ("parameters_tsv", TABLES["parameters.tsv"].replace("0.001\t1000", "-1\t1000"), "AMB-F116"),
    ("parameters_tsv", TABLES["parameters.tsv"].replace("\t1\n", "\t0\n"), "AMB-F116"),
    ("parameters_tsv", TABLES["parameters.tsv"].replace("parameterScale", "scale"), "AMB-F115"),
    ("parameters_tsv", TABLES["parameters.tsv"] + "k\tlog10\t0.001\t1000\t0.5\t1\n", "AMB-F114"),
    ("observables_tsv", TABLES["observables.tsv"].replace("normal", "gamma"), "AMB-F118"),
    ("observables_tsv", TABLES["observables.tsv"].replace("noiseFormula", "noise"), "AMB-F115"),
    ("measurements_tsv", TABLES["measurements.tsv"].replace("6.1", ""), "AMB-F121"),
    ("measurements_tsv", TABLES["measurements.tsv"].replace("3.5\t1", "3.5\tinf"), "AMB-F120"),
    ("measurements_tsv", TABLES["measurements.tsv"].replace("3.5\t1", "3.5\t-1"), "AMB-F120"),
    ("measurements_tsv", TABLES["measurements.tsv"].replace("obs\thigh", "ob\thigh"), "AMB-F119"),
    ("measurements_tsv", TABLES["measurements.tsv"].replace("obs\thigh", "obs\thihg"), "AMB-F119"),
    ("measurements_tsv", TABLES["measurements.tsv"].replace("fixed", "fixt"), "AMB-F119"),
    ("measurements_tsv", TABLES["measurements.tsv"].replace("\t2\t0.5", "\t2;3\t0.5"), "AMB-F122"),
    ("measurements_tsv", TABLES["measurements.tsv"].replace("\t2\t0.5", "\t2\t0"), "AMB-F123"),
    ("measurements_tsv", TABLES["measurements.tsv"].splitlines()[0] + "\n", "AMB-F115"),
    ("conditions_tsv", TABLES["conditions.tsv"] + "low\t1\n", "AMB-F119"),
]


@pytest.mark.parametrize(("table", "text", "code"), BAD)
def test_malformed_problems_are_told_with_their_place(tmp_path, table, text, code):
    path = write_petab(tmp_path, **{table: text})
    with pytest.raises(FormatError) as told:
        read_petab(path)
    assert code in {fault.code for fault in told.value.faults}, str(told.value)
    assert all(fault.expected and fault.do for fault in told.value.faults)


@pytest.mark.parametrize(
    ("table", "old", "new", "code"),
    [
        ("conditions.tsv", "conditionId\tX", "conditionId\tXX", "AMB-F124"),
        ("conditions.tsv", "\tx0", "\tx1", "AMB-F125"),
        ("observables.tsv", "* X", "* Y", "unknown"),
        ("observables.tsv", "* X", "* open('x')", "AMB-F126"),
        ("observables.tsv", "* X", "*", "AMB-F126"),
    ],
)
def test_names_that_the_model_lacks_are_told(tmp_path, table, old, new, code):
    path = write_petab(tmp_path, **{table.replace(".", "_"): TABLES[table].replace(old, new)})
    with pytest.raises(FormatError) as told:
        petab_objective(path)
    assert code in str(told.value)


def test_all_faults_of_the_tables_are_told_at_once(tmp_path):
    bad = TABLES["measurements.tsv"].replace("6.1", "").replace("\t2\t0.5", "\t2\t0").replace("3.5\t1", "3.5\t-1")
    with pytest.raises(FormatError) as told:
        read_petab(write_petab(tmp_path, measurements_tsv=bad))
    assert len(told.value.faults) == 3


def test_priors_are_read_and_refused_by_name(tmp_path):
    head, *rows = TABLES["parameters.tsv"].splitlines()
    head += "\tobjectivePriorType\tobjectivePriorParameters"
    good = "\n".join([head, rows[0] + "\tparameterScaleNormal\t0.1;0.2", rows[1] + "\t\t", rows[2] + "\t\t"]) + "\n"
    prior = read_petab(write_petab(tmp_path, parameters_tsv=good)).problem.estimated[0].prior
    assert (prior.kind, prior.first, prior.second, prior.on_scale) == ("normal", 0.1, 0.2, True)
    with pytest.raises(FormatError, match="AMB-F117"):
        read_petab(write_petab(tmp_path, parameters_tsv=good.replace("parameterScaleNormal", "cauchy")))
    with pytest.raises(FormatError, match="AMB-F117"):
        read_petab(write_petab(tmp_path, parameters_tsv=good.replace("0.1;0.2", "0.1;-0.2")))
