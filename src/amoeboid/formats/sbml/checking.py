"""What libSBML finds wrong in a document, as faults of ours. Runs in the child process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from amoeboid.errors import Fault

MAX_FAULTS = 30
_INVALID = "AMB-F63"
_HARMLESS = {
    1002,  # no character set is declared: the scan has seen that it is UTF-8
    10307,  # two elements with one metaid: only annotations use it
    10308,  # SBO term of wrong form
    10309,  # metaid of wrong form
    10313,  # a unit is named that nobody defined: told again by the unit check
}
_HARMLESS_RANGES = (
    (10401, 10420),  # form of annotations
    (10700, 10719),  # which SBO term suits which element
    (10801, 10820),  # form of notes
    (20401, 20421),  # unit definitions: their text is left empty where it cannot be read
    (99500, 99599),  # units that nobody declared
    (99900, 99999),  # what another level cannot say
)
_UNIT_RANGES = ((10501, 10599), (9910501, 9910599))
_PACKAGES = {20101, 20102, 20108, 99107, 99108, 99109}


def _among(number: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= number <= high for low, high in ranges)


def check(document: Any) -> None:
    """Let libSBML look for what makes a model meaningless; units, style and ontology are left out."""
    import libsbml

    for category in (
        libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
        libsbml.LIBSBML_CAT_MODELING_PRACTICE,
        libsbml.LIBSBML_CAT_SBO_CONSISTENCY,
    ):
        document.setConsistencyChecks(category, False)  # noqa: FBT003 - libSBML takes no keyword
    document.checkConsistency()


def check_units(document: Any) -> list[str]:
    """Give the clashes of units, each once, with its line."""
    import libsbml

    document.getErrorLog().clearLog()
    for category in (
        libsbml.LIBSBML_CAT_GENERAL_CONSISTENCY,
        libsbml.LIBSBML_CAT_IDENTIFIER_CONSISTENCY,
        libsbml.LIBSBML_CAT_MATHML_CONSISTENCY,
        libsbml.LIBSBML_CAT_OVERDETERMINED_MODEL,
    ):
        document.setConsistencyChecks(category, False)  # noqa: FBT003
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, True)  # noqa: FBT003
    document.checkConsistency()
    found = [error for error in _errors(document) if _among(error.getErrorId(), _UNIT_RANGES) and _is_clash(error)]
    told = [f"line {error.getLine()}: units clash: {_message(error)}" for error in found]
    return [
        *dict.fromkeys(told[:MAX_FAULTS]),
        *([f"{len(told):,} unit clashes in all"] if len(told) > MAX_FAULTS else []),
    ]


def faults(document: Any, where: str) -> list[Fault]:
    """Give what makes the document unfit, at most 30 of them."""
    import libsbml

    bad = [error for error in _errors(document) if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    bad = [error for error in bad if not _forgiven(error)]
    found = [_fault(error, where) for error in bad[:MAX_FAULTS]]
    if document.getModel() is None and not found:
        found.append(Fault(where, "no model in it", "a `model` element", "", "export it again", _INVALID))
    if len(bad) > MAX_FAULTS:
        found.append(Fault(where, f"and {len(bad) - MAX_FAULTS:,} more faults", code=_INVALID))
    return found


def oddities(document: Any) -> list[str]:
    """Give the errors that were forgiven because they touch no number."""
    import libsbml

    odd = [
        error for error in _errors(document) if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR and _forgiven(error)
    ]
    return list(dict.fromkeys(f"line {error.getLine()}: {_message(error)}" for error in odd[:MAX_FAULTS]))


def _is_clash(error: Any) -> bool:
    """Tell a clash from a power that libSBML cannot judge."""
    message = error.getMessage()
    return "cannot be checked" not in message and "may produce invalid units" not in message


def _errors(document: Any) -> Iterator[Any]:
    return (document.getError(i) for i in range(document.getNumErrors()))


def _forgiven(error: Any) -> bool:
    number = error.getErrorId()
    foreign = error.getPackage() not in {"", "core", "comp", "l3v2extendedmath"}
    return foreign or number in _HARMLESS or number in _PACKAGES or _among(number, _HARMLESS_RANGES + _UNIT_RANGES)


def _fault(error: Any, where: str) -> Fault:
    place = f"{where}, line {error.getLine()}" if error.getLine() else where
    rule = f"rule {error.getErrorId()} of the SBML specification"
    return Fault(place, _message(error), rule, "", "correct the element, or export the file again", _INVALID)


def _message(error: Any) -> str:
    """Give libSBML's message without the rule's full text, which it puts first, and without references."""
    lines = [line.strip() for line in error.getMessage().splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith("Reference:")]
    detail = " ".join(telling[-1:])
    text = f"{error.getShortMessage()}: {detail}" if error.getShortMessage() else detail
    return re.sub(r"\s+", " ", text)[:400].strip()
