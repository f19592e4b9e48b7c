"""The shipped catalogue is complete, and the code of the scales holds no number that it should hold."""

import ast
import importlib
import io
import math
import pkgutil
import tokenize
from pathlib import Path

import pytest

import amoeboid
from amoeboid.evidence import catalogue, check, derivation, summary

ROOT = Path(amoeboid.__file__).parent
SCALES = ("signalling", "pharmacology", "tissue", "body")
SOURCES = sorted(path for scale in SCALES for path in (ROOT / scale).rglob("*.py"))
PLAIN = {0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0}
"""Floats that need no name: quarters, halves, doubles, and the powers of geometry."""
NEGLIGIBLE = 1e-6
"""A power of ten at or below this is a guard against rounding, not a quantity."""

CONTRACT = {
    "jak1_rock_link": ("fast", "slow"),
    "tension_feedback": ("jak1", "jak2"),
    "mlc_switch": ("graded", "bistable"),
    "ruxolitinib_rock": ("shifted", "off", "unshifted"),
    "junction_loosening": ("off", "on"),
    "osm_growth": ("off", "on"),
    "caf_memory": ("on", "off"),
    "secretion_loop": ("off", "on"),
    "stiffness_sensing": ("on", "off"),
    "nk_loss": ("half", "none", "full"),
    "seeding_exponent": ("one_third", "two_thirds", "one"),
    "nk_dormancy": ("kills", "holds"),
}
VERDICTS = {
    "jak_gives_force": "supported in models",
    "present_in_all_cancers": "overstated",
    "contracting_like_muscles": "overstated",
    "fibroblasts_same_force": "supported in models",
    "contraction_feeds_back": "supported in models",
    "ninety_percent_metastasis": "overstated",
    "jak_drugs_may_stop_spread": "untested",
    "rounded_cells_faster": "disputed",
    "rock_inhibition_stops_invasion": "disputed",
}


def import_scales():
    """Import every module of the scales, so that their derivation functions are registered."""
    for scale in SCALES:
        package = importlib.import_module(f"amoeboid.{scale}")
        for found in pkgutil.walk_packages(package.__path__, f"amoeboid.{scale}."):
            importlib.import_module(found.name)


def test_the_shipped_catalogue_has_no_faults():
    import_scales()
    assert [str(fault) for fault in check(catalogue())] == []


def test_every_derived_value_names_a_formula_or_a_registered_function():
    import_scales()
    derived = [value for value in catalogue().values.values() if value.relation == "derived"]
    assert derived
    for value in derived:
        if derivation.is_named(value.derivation):
            assert derivation.is_registered(value.derivation), value.id


def test_nothing_recalled_passes_for_checked():
    for value in catalogue().values.values():
        if "recalled" in value.note.lower() and value.status in ("entered", "reviewed"):
            # a note may say that a neighbouring number was recalled; the value itself then has a place
            assert value.sources, value.id
            assert all(citation.place != "place not seen" for citation in value.sources), value.id


def test_no_value_is_reviewed_before_it_was_entered():
    for value in catalogue().values.values():
        assert value.reviewed_on is None or value.reviewed_on >= value.entered_on, value.id


@pytest.mark.parametrize("id", CONTRACT)
def test_hypotheses_have_the_agreed_options_and_default(id):
    hypothesis = catalogue().hypotheses[id]
    assert tuple(option.name for option in hypothesis.options) == CONTRACT[id]
    assert hypothesis.default == CONTRACT[id][0]


def test_no_hypothesis_is_missing_from_the_contract():
    assert set(catalogue().hypotheses) == set(CONTRACT)


@pytest.mark.parametrize("id", VERDICTS)
def test_claims_have_a_verdict_with_reasons(id):
    claim = catalogue().claims[id]
    assert claim.verdict == VERDICTS[id]
    assert 2 <= claim.explanation.count(". ") + 1 <= 5
    assert claim.sources


def test_links_are_addresses():
    for key, source in catalogue().sources.items():
        assert not source.link or source.link.startswith(("https://", "http://")), key
        assert not source.doi or source.doi.startswith("10."), key
        assert not source.pubmed or source.pubmed.isdigit(), key


def test_each_cell_type_has_its_numbers_and_tells_its_gaps():
    for id, record in catalogue().cell_types.items():
        for quantity in ("radius", "nucleus_area", "arrest_area", "adhesion"):
            assert f"cell.{id}.{quantity}" in catalogue().values
        assert record.gaps, id
        nucleus = catalogue().value(f"cell.{id}.nucleus_area").value
        assert 3.1416 * catalogue().value(f"cell.{id}.radius").value ** 2 > nucleus, id


def test_the_summary_counts_every_value():
    assert summary().startswith(f"{len(catalogue().values)} values")


def is_plain(number: float) -> bool:
    if abs(number) in PLAIN:
        return True
    return abs(number) <= NEGLIGIBLE and math.log10(abs(number)).is_integer()


def explained_lines(source: str) -> set[int]:
    """Give the lines of named constants that carry a comment or are followed by a text saying whence."""
    comments = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT and not token.string.startswith(("# type", "# noqa"))
    }
    found: set[int] = set()
    body = ast.parse(source).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if not isinstance(node, (ast.Assign, ast.AnnAssign)):
            continue
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if told or comments & {*lines, node.lineno - 1}:
            found |= set(lines)
    return found


def loose_numbers(source: str) -> list[tuple[int, float]]:
    """Give line and number of each float that is neither plain nor a named, explained constant."""
    explained = explained_lines(source)
    return [
        (node.lineno, node.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
        if not is_plain(node.value) and node.lineno not in explained
    ]


@pytest.mark.parametrize(
    ("source", "n_loose"),
    [
        ("x = 0.2", 1),
        ("def f(radius=8.4):\n    return radius", 1),
        ("y = 4.0 / 3.0 * 0.5 - 1.0 + 1e-12", 0),
        ("SHARE = 0.95  # of the interval, by convention", 0),
        ("# Hairer and Wanner, table 7.4\nGAMMA = 0.57", 0),
        ('TABLE = (\n    0.1,\n    0.2,\n)\n"""Tableau of the method."""', 0),
        ("def f():\n    return 0.3  # a comment does not make it a record", 1),
        ("n = 12", 0),
        ("return_ = 3.7e-9", 1),
    ],
)
def test_the_scanner_finds_loose_numbers(source, n_loose):
    assert len(loose_numbers(source)) == n_loose


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_number_stands_loose_in_the_code_of_a_scale(path):
    loose = loose_numbers(path.read_text("utf-8"))
    assert not loose, f"{path.relative_to(ROOT)}: make a record, or a named constant that says whence: {loose}"


def test_the_scanner_sees_every_scale():
    assert {path.relative_to(ROOT).parts[0] for path in SOURCES} == set(SCALES)
