"""Every number with its source, every contested mechanism as a switch, every claim with a verdict."""

from amoeboid.evidence.catalogue import DATA, Catalogue, catalogue, load
from amoeboid.evidence.checking import check
from amoeboid.evidence.derivation import register as register_derivation
from amoeboid.evidence.parameters import Override, Parameters
from amoeboid.evidence.records import (
    CellType,
    Citation,
    Claim,
    Drug,
    Hypothesis,
    Option,
    Source,
    Value,
)
from amoeboid.evidence.review import counts, oldest_review, summary, unreviewed
from amoeboid.evidence.table import (
    CLAIM_HEADER,
    HYPOTHESIS_HEADER,
    SOURCE_HEADER,
    VALUE_HEADER,
    citation_text,
    citing,
    claim_rows,
    hypothesis_rows,
    number_text,
    range_text,
    show,
    source_rows,
    study_text,
    value_rows,
)
from amoeboid.evidence.verdicts import LAYERS, Gap, Verdict, gaps, verdicts

__all__ = [
    "DATA",
    "Catalogue",
    "CellType",
    "Citation",
    "Claim",
    "Drug",
    "Gap",
    "Hypothesis",
    "LAYERS",
    "Option",
    "Override",
    "Parameters",
    "SOURCE_HEADER",
    "Source",
    "VALUE_HEADER",
    "Value",
    "Verdict",
    "catalogue",
    "check",
    "citation_text",
    "citing",
    "counts",
    "gaps",
    "load",
    "number_text",
    "oldest_review",
    "range_text",
    "register_derivation",
    "show",
    "source_rows",
    "study_text",
    "summary",
    "unreviewed",
    "value_rows",
    "verdicts",
    "CLAIM_HEADER",
    "HYPOTHESIS_HEADER",
    "claim_rows",
    "hypothesis_rows",
]
