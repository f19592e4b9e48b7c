"""Where the numbers come from: every value that the run read, with its sources and how far it may be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from markupsafe import Markup

from amoeboid.evidence import Catalogue, Value, range_text
from amoeboid.report.document import Section, mark, paragraph, table
from amoeboid.report.quantities import ENDASH, counted
from amoeboid.report.references import References, show, show_number, show_unit

_HEADER = ["id", "value", "mark", "range", "sources", "note"]


class Cited(Protocol):
    """What the appendix needs of the material of a report: values that were read, and where they are cited."""

    @property
    def used(self) -> Mapping[str, Mapping[str, Any]]:
        """Records of the values that were read, by id."""

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of today."""

    @property
    def references(self) -> References:
        """The list of references of the page."""

    @property
    def n_members(self) -> int:
        """Members of the run, 1 where there is but one."""


def numbers_section(material: Cited) -> Section:
    """Give the appendix of parameters, by topic, each row with its anchor."""
    records = dict(material.used)
    for id, value in material.references.shown.items():
        records.setdefault(id, _plain(value))
    topics: dict[str, list[str]] = {}
    for id in sorted(records):
        topics.setdefault(id.partition(".")[0], []).append(id)
    parts = [_words(len(material.used), len(records)), _overrides(material)]
    for topic, ids in topics.items():
        rows = [_row(material, id, records[id]) for id in ids]
        title = f"{topic} ({counted(len(ids), 'number')})"
        parts.append(
            Markup('<details class="topic" id="topic-{}" open><summary>{}</summary>{}</details>').format(
                topic, title, table(_HEADER, rows, frozenset({1}))
            )
        )
    return Section("numbers", "Where the numbers come from", Markup("\n").join(parts))


def _words(n_used: int, n: int) -> Markup:
    quoted = f", and {n - n_used} more that this page quotes" if n > n_used else ""
    return paragraph(
        f"All {counted(n_used, 'number')} that the run and its analysis read{quoted}. ",
        mark("assumed"), " chosen by us within the range given, for the reason in the note; ",
        mark("entered"), " taken from its source, not yet read by a second person; ",
        mark("reviewed"), " entered again by a second person; ",
        mark("disputed"), " contested in the literature. The place says where in the study the number stands.",
    )  # fmt: skip


def _overrides(material: Cited) -> Markup:
    changed = {id: record["changed"] for id, record in material.used.items() if record.get("changed")}
    if not changed:
        return paragraph("The scenario changes none of them.")
    rows = []
    for id, entries in changed.items():
        for (value, unit, reason), members in _grouped(entries).items():
            default = material.used[id]
            shown, now = show(default["value"], default["unit"]), f"{value} {show_unit(unit)}".strip()
            rows.append([_link(id), shown, now, reason, _which(members, material)])
    header = ["id", "in the catalogue", "in this run", "reason", "members"]
    return Markup("<h3>Changed by the scenario</h3>") + table(header, rows, frozenset({1, 2}))


def _grouped(entries: list[Mapping[str, Any]]) -> dict[tuple[str, str, str], list[str]]:
    groups: dict[tuple[str, str, str], list[str]] = {}
    for entry in entries:
        key = (show_number(entry.get("value")), str(entry.get("unit", "")), str(entry.get("reason", "")))
        groups.setdefault(key, []).append(str(entry.get("member", "")))
    return groups


def _which(members: list[str], material: Cited) -> str:
    return "all" if len(members) == material.n_members else ", ".join(members)


def _link(id: str) -> Markup:
    return Markup('<a href="#value-{}"><code>{}</code></a>').format(id, id)


def _row(material: Cited, id: str, record: Mapping[str, Any]) -> list[object]:
    known = material.catalogue.values.get(id)
    anchor = Markup('<code id="value-{}">{}</code><br><small>{}</small>').format(
        id, id, known.applies_to if known else ""
    )
    sources = Markup("<br>").join(
        Markup("{} <small>{}</small>").format(material.references.cite([source["key"]]), source.get("place", ""))
        for source in record["sources"]
    )
    note = _note(known, record)
    return [
        anchor,
        show(record["value"], record["unit"]),
        mark(str(record["status"])),
        _range(known),
        sources or ENDASH,
        note,
    ]


def _note(known: Value | None, record: Mapping[str, Any]) -> Markup:
    if known is None:
        return Markup("{}; no longer in the catalogue").format(record["relation"])
    formula = known.derivation.replace("{", "").replace("}", "")
    shown = Markup(" as <code>{}</code>").format(formula) if formula else Markup("")
    how = "" if record["relation"] == record["status"] else Markup("{}{}. ").format(record["relation"].title(), shown)
    dated = f"entered {known.entered_on}" + (f", reviewed {known.reviewed_on}" if known.reviewed_on else "")
    return Markup("{}{} <small>{}</small>").format(how, known.note, Markup(dated.replace("-", "‑")))


def _range(known: Value | None) -> str:
    return (range_text(known) if known else "") or ENDASH


def _plain(value: Value) -> dict[str, Any]:
    sources = [{"key": citation.key, "place": citation.place} for citation in value.sources]
    return {"value": value.value, "unit": value.unit, "status": value.status, "relation": value.relation,
            "sources": sources}  # fmt: skip
