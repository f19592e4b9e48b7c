"""Numbered references: every number of a document leads to its study, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from amoeboid.evidence import Catalogue, Source, Value


@dataclass
class Reference:
    """One entry of the list: its number, text, link, and the places in the document that use it."""

    number: int
    text: Markup
    url: str
    link: str
    backs: list[str] = field(default_factory=list)


def source_url(source: Source) -> tuple[str, str]:
    """Give the address of a study and the words of its link: DOI first, then PubMed, then a page.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> source_url(catalogue().sources["wolf-2013"])[0]
    'https://doi.org/10.1083/jcb.201210152'
    """
    if source.doi:
        return f"https://doi.org/{source.doi}", f"doi:{source.doi}"
    if source.pubmed:
        return f"https://pubmed.ncbi.nlm.nih.gov/{source.pubmed}/", f"PubMed {source.pubmed}"
    return source.url, source.url.removeprefix("https://").removeprefix("http://")


def _text(source: Source) -> Markup:
    parts = [source.authors, f"({source.year})" if source.year else "", source.title, source.journal]
    return escape(". ".join(str(part).rstrip(".") for part in parts if part) + ".")


class References:
    """Numbers sources in order of first use and remembers every place that cites them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._entries: dict[str, Reference] = {}
        self._n_places = 0

    def cite(self, keys: Iterable[str]) -> Markup:
        """Give bracketed links for source keys, such as ``[1][4]``; unknown keys raise EvidenceError."""
        marks = []
        for key in dict.fromkeys(keys):
            entry = self._entry(key)
            self._n_places += 1
            place = f"cite-{self._n_places}"
            entry.backs.append(place)
            number = entry.number
            marks.append(Markup('<a class="cite" id="{}" href="#ref-{}">[{}]</a>').format(place, number, number))
        return Markup("").join(marks)

    def value(self, value: Value) -> Markup:
        """Give a value with its unit, its mark when it is assumed or disputed, and its references."""
        shown = escape(show_number(value.value))
        unit = escape("" if value.unit in ("1", "dimensionless", "") else f" {value.unit}")
        mark = Markup("")
        if value.status in ("assumed", "disputed"):
            mark = Markup(' <span class="mark {0}">{0}</span>').format(value.status)
        return shown + unit + mark + " " + self.cite(citation.key for citation in value.sources)

    def entries(self) -> list[Reference]:
        """Give all references in order of number."""
        return list(self._entries.values())

    def _entry(self, key: str) -> Reference:
        if key not in self._entries:
            source = self._catalogue.sources[key]
            url, link = source_url(source)
            self._entries[key] = Reference(len(self._entries) + 1, _text(source), url, link)
        return self._entries[key]


def show_number(value: object) -> str:
    """Give a number, or several, with at most four significant digits.

    Examples
    --------
    >>> show_number(0.0166667), show_number(1000.0), show_number((0.2, 1.6))
    ('0.01667', '1000', '0.2, 1.6')
    """
    if isinstance(value, (list, tuple)):
        return ", ".join(show_number(item) for item in value)
    if isinstance(value, (int, float)):
        return f"{value:.4g}"
    return str(value)
