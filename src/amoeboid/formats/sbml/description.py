"""What a file says beside the mathematics: addresses, SBO terms, notes. Runs in the child process."""

from __future__ import annotations

import re
import urllib.parse
from typing import Any
from xml.parsers import expat

MAX_NOTES = 20_000
_URN = re.compile(r"urn:miriam:([^:]+):(.+)")


def addresses(element: Any) -> tuple[str, ...]:
    """Give the addresses of what an element is and what describes it.

    Other relations (has part, is version of, ...) say less and are left out.
    """
    import libsbml

    biology = {libsbml.BQB_IS, libsbml.BQB_IS_DESCRIBED_BY}
    model = {libsbml.BQM_IS, libsbml.BQM_IS_DESCRIBED_BY}
    found: list[str] = []
    for i in range(element.getNumCVTerms()):
        relation = element.getCVTerm(i)
        if relation.getQualifierType() == libsbml.BIOLOGICAL_QUALIFIER:
            wanted = relation.getBiologicalQualifierType() in biology
        else:
            wanted = relation.getModelQualifierType() in model
        if wanted:
            found += [_modern(relation.getResourceURI(k)) for k in range(relation.getNumResources())]
    return tuple(dict.fromkeys(address for address in found if address))


def _modern(address: str) -> str:
    """Bring ``urn:miriam:kegg.compound:C00002`` to identifiers.org."""
    parts = _URN.fullmatch(address)
    return f"https://identifiers.org/{parts[1]}/{urllib.parse.unquote(parts[2])}" if parts else address


def term(element: Any) -> str:
    """Give the SBO term of an element, or nothing."""
    return str(element.getSBOTermID()) if element.isSetSBOTerm() else ""


def plain_text(element: Any) -> str:
    """Give the notes of an element as one line of text, cut at 20,000 characters."""
    if not element.isSetNotes():
        return ""
    pieces: list[str] = []
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = pieces.append
    parser.EndElementHandler = lambda _name: pieces.append(" ")
    try:
        parser.Parse(element.getNotesString().encode(), True)  # noqa: FBT003 - expat takes no keyword
    except expat.ExpatError:
        return ""
    return " ".join("".join(pieces).split())[:MAX_NOTES].strip()
