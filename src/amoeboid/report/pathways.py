"""Whose pathway was in the cells, where it is a file: how it is joined with the tissue, and what it cannot say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from markupsafe import Markup

from amoeboid import pharmacology, scenario, signalling
from amoeboid.report.document import Section, mark, paragraph, table
from amoeboid.report.material import Material
from amoeboid.report.quantities import ENDASH, counted, joined, quantity, span
from amoeboid.report.references import show_number, show_unit
from amoeboid.scenario import Arm, Pathway

FALLEN = 0.8
"""Share of its highest mean below which a measure counts as having fallen again at the end."""

_ADDRESS = re.compile(r"https?://identifiers\.org/([\w.]+)[/:](\S+)\Z")
_LAWS = {
    "drive": ("signalling.drive_threshold", "signalling.drive_span"),
    "tension": ("signalling.tension_rest", "signalling.tension_contracted", "signalling.tension_time"),
}


def record(material: Material) -> Mapping[str, Any]:
    """Give what provenance says of the pathway file; empty where a shipped network ran."""
    found: Mapping[str, Any] = material.provenance.get("pathway", {})
    return found if material.scenario.pathway.file else {}


def title(material: Material) -> str:
    """Name the pathway for a reader; empty for a shipped network.

    The words are those of the file: whoever shows them escapes them.
    """
    found = record(material)
    return str(found.get("title") or found.get("model") or found["file"]) if found else ""


def pathway_section(material: Material) -> Section | None:
    """Say whose pathway ran, how it was mapped, how cells began, and what it cannot say."""
    found = record(material)
    if not found:
        return None
    parts = [_whose(found), _units(found), _mapping(material, found), _beginnings(material), _gaps(material)]
    falls = fallen(material)
    if falls:
        parts.append(Markup('<p class="warning">{}</p>').format(" ".join(falls)))
    parts.append(_numbers(found))
    return Section("pathway", "The pathway in the cells: a file", Markup("\n").join(parts))


def _whose(found: Mapping[str, Any]) -> Markup:
    links = [_link(str(address)) for address in found.get("references", ())]
    who = Markup(", ").join(links) if links else Markup("the file names no study")
    words = paragraph(
        Markup("<strong>{}</strong>").format(found.get("title") or found.get("model") or found["file"]),
        Markup(", from the file <code>{}</code> (SHA-256 {}…): ").format(found["file"], str(found["sha256"])[:16]), who,
        ". It stands in the place of our own network. Its numbers are from the file and have not been reviewed by us; "
        "what of it is true of these cells is for its authors’ study to say, and the mapping below is the scenario’s.",
    )  # fmt: skip
    notes = str(found.get("notes", ""))
    notices = [str(notice) for notice in found.get("notices", ())]
    if notices:
        items = Markup("").join(Markup("<li>{}</li>").format(notice) for notice in notices)
        words += Markup("<details><summary>Found odd while reading</summary><ul>{}</ul></details>").format(items)
    if notes:
        words += Markup("<details><summary>What the file says of itself</summary><p>{}</p></details>").format(notes)
    return words


def _link(address: str) -> Markup:
    """Give a link to what an annotation names, by PubMed or DOI where it does."""
    known = _ADDRESS.match(address)
    if not known:
        shown = address.removeprefix("https://").removeprefix("http://")
        return Markup('<a href="{}">{}</a>').format(address, shown) if address.startswith("http") else Markup(shown)
    kind, id = known.groups()
    if kind == "pubmed":
        return Markup('<a href="https://pubmed.ncbi.nlm.nih.gov/{}/">PubMed {}</a>').format(id, id)
    if kind == "doi":
        return Markup('<a href="https://doi.org/{}">doi:{}</a>').format(id, id)
    if kind == "biomodels.db":
        return Markup('<a href="https://identifiers.org/biomodels.db:{}">{}</a>').format(id, id)
    return Markup('<a href="{}">{}</a>').format(address.replace("http://", "https://", 1), id)


def _units(found: Mapping[str, Any]) -> Markup:
    second, molar = found.get("seconds_per_unit_of_time"), found.get("nM_per_unit_of_concentration")
    return paragraph(
        f"One unit of its time is {show_number(second)} s, one unit of its concentration {show_number(molar)} nM. "
        "Concentrations of the tissue are converted into these for its formulas, and what is read is converted back. "
        "The formulas, with the numbers in them, are the scenario’s: ",
        mark("assumed"),
        ".",
    )


def _mapping(material: Material, found: Mapping[str, Any]) -> Markup:
    """Tabulate what the file takes and gives, and what follows from our own network."""
    known = found.get("numbers", {})
    rows: list[list[object]] = [
        ["taken", _whole(id), known.get(id, {}).get("name", ""), _code(formula)]
        for id, formula in found.get("inputs", {}).items()
    ]
    stated = found.get("outputs", {})
    units = {name: entry.unit for name, entry in signalling.outputs().items()}
    rows += [["read", _whole(name), f"[{show_unit(units[name]) or 'share'}]", _code(text)]
             for name, text in stated.items()]  # fmt: skip
    rows += [["spread", _whole(id), known.get(id, {}).get("name", ""), f"log-normal over cells, σ {sigma:g}"]
             for id, sigma in found.get("spread", {}).items()]  # fmt: skip
    rows += [["named", _whole(name), "", _code(text)] for name, text in found.get("define", {}).items()]
    for name, ids in _LAWS.items():
        if name not in stated and (name != "drive" or "pMLC2" in stated):
            cited = Markup(", ").join(material.cited(id) for id in ids)
            rows.append(["follows", _whole(name), "by the law of our own network", cited])
    return table(["", "what", "of what", "formula or numbers"], rows)


def _whole(id: str) -> Markup:
    """Give an id that is not broken into lines, unless it is longer than its column."""
    return Markup('<code class="whole">{}</code>').format(id) if len(id) <= 24 else _code(id)


def _code(text: object) -> Markup:
    return Markup("<code>{}</code>").format(text)


def _beginnings(material: Material) -> Markup:
    members = material.provenance.get("members", {})
    said: dict[str, list[str]] = {}
    for one in members.values():
        words = str(one.get("notes", {}).get("cells begin", ""))
        arms = said.setdefault(words, [])
        if one.get("arm") not in arms:
            arms.append(str(one.get("arm")))
    told = [
        f"Cells of {'all arms' if len(said) == 1 else joined([f'“{arm}”' for arm in arms])} begin {words}."
        for words, arms in said.items()
        if words
    ]
    return paragraph(" ".join(told))


def _gaps(material: Material) -> Markup:
    """List what the scenario does or asks that cannot come through this pathway."""
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in gaps(material))
    return Markup("<h3>What this pathway cannot say</h3><ul>{}</ul>").format(items)


def gaps(material: Material) -> list[str]:
    """Say which interventions do not reach the pathway, and which of our mechanisms it does not have."""
    reached = _reached(material)
    found = []
    if "cell.cytokine" not in reached:
        found.append("It takes no cytokine, so arms that differ in cytokine only do not differ through it.")
    for arm in material.scenario.arms:
        missed = sorted(target for target in _hit(arm) if f"target.{target}" not in reached)
        if missed:
            found.append(
                f"“{arm.name}” blocks {joined(missed)}, which the mapping does not use: that block has no effect "
                "through the pathway."
            )
    pathway = material.scenario.pathway
    formulas = " ".join((*pathway.inputs.values(), *pathway.define.values()))
    within = sorted(word for word in _words_read(pathway) - _words_fed(pathway) if word.startswith("target_"))
    if within:
        found.append(
            f"A block of {joined([word.removeprefix('target_') for word in within])} acts only in the scenario’s own "
            "formulas of what is read, not in the file."
        )
    if not re.search(r"\b(tension|drive|pMLC2)\b", formulas):
        found.append("Contraction does not feed back on it: no formula that it takes uses tension.")
    passed = [id for id in material.scenario.explore if not reaches(material, id)]
    if passed:
        found.append(f"The rival mechanisms {joined(passed)} are parts of our own network and were not run.")
    missing = [name for name in ("pSTAT3", "pMLC2") if name not in material.scenario.pathway.outputs]
    if missing:
        found.append(f"It gives no {joined(missing)}, so none is measured.")
    return found


def _words_fed(pathway: Pathway) -> set[str]:
    """Give the names that formulas of what is taken use, through definitions."""
    return _named([*pathway.inputs.values()], pathway.define)


def _words_read(pathway: Pathway) -> set[str]:
    return _named([*pathway.outputs.values()], pathway.define)


def _named(texts: list[str], define: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    while texts:
        new = set(re.findall(r"[A-Za-z_]\w*", texts.pop())) - found
        found |= new
        texts += [define[name] for name in new if name in define]
    return found


def _reached(material: Material) -> frozenset[str]:
    """Give the ports that the joined network reads."""
    document = material.scenario
    model = scenario.pathway_model(document, document.reference_arm)
    network = signalling.network(document.hypotheses)
    joined_network = signalling.join(model, document.pathway.mapping, network, material.parameters).network
    return frozenset(entry.port for entry in joined_network.inputs)


def _hit(arm: Arm) -> set[str]:
    return {*arm.knockouts, *(target for drug in arm.drugs for target in _targets(drug.name))}


@cache
def _targets(drug: str) -> frozenset[str]:
    return frozenset(pharmacology.apparent_constants(drug))


def reaches(material: Material, hypothesis: str) -> bool:
    """Say whether a hypothesis touches a run with a pathway file: those of our own network do not."""
    entry = material.catalogue.hypotheses[hypothesis]
    if entry.scale != "signalling":
        return True
    return any(signalling.shapes_contraction(hypothesis, option.name) for option in entry.options)


def fallen(material: Material) -> list[str]:
    """Say where a readout of the pathway had peaked and fallen again by the end, so that the end is not its answer."""
    told = []
    for measure in ("pSTAT3_mean", "pMLC2_mean"):
        how, arms = quantity(measure), []
        for arm, (times, means) in _courses(material, measure).items():
            top = int(np.argmax(means))
            if means[top] > 0.0 and means[-1] < FALLEN * means[top] and means[top] > means[0]:
                peak, end = how.value(float(means[top])), how.value(float(means[-1]))
                arms.append(f"“{arm}” ({peak} after {span(float(times[top]))}, {end} at the end)")
        if arms:
            told.append(f"{how.name.partition(',')[0]} peaked and had fallen again by the end in {joined(arms)}.")
    if told:
        told.append("The model adapts: what is read at the end is not its peak.")
    return told


def _courses(material: Material, measure: str) -> dict[str, tuple[Any, Any]]:
    """Give times [s] and means over replicates of a measure by arm, under the default hypotheses."""
    columns = material.readings.columns
    found = {}
    for arm in material.readings.arms:
        rows = (columns["name"] == measure) & (columns["arm"] == arm) & (columns["hypotheses"] == "")
        if rows.any():
            times = np.unique(columns["time_s"][rows])
            values = columns["value"][rows]
            found[arm] = times, np.array([values[columns["time_s"][rows] == time].mean() for time in times])
    return found


def _numbers(found: Mapping[str, Any]) -> Markup:
    """Tabulate every number of the file, those that the scenario changes first."""
    known = found.get("numbers", {})
    rows = [_row(id, number) for id, number in sorted(known.items(), key=lambda one: not one[1]["changed"])]
    words = paragraph(mark("assumed"), " stands for a number that the scenario put in the place of the file’s.")
    body = table(["id", "what", "in the file", "in this run"], rows, frozenset({2}))
    return Markup("<details><summary>{} of the file, {}</summary>{}{}</details>").format(
        counted(len(known), "number"), found.get("status", ""), words, body
    )


def _row(id: str, number: Mapping[str, Any]) -> list[object]:
    value = ENDASH if number["value"] is None else show_number(number["value"])
    shown = f"{value} {show_unit(str(number['unit']))}".strip()
    if number["computed"]:
        shown += " (not used: a rule gives it)"
    changes = Markup("<br>").join(
        Markup("{} {} {} <small>{}{}</small>").format(
            show_number(one["value"]), show_unit(str(one["unit"])), mark("assumed"),
            f"in “{one['arm']}”: " if one["arm"] else "", one["reason"])
        for one in number["changed"]
    )  # fmt: skip
    what = f"{number['kind']} {number['name']}".strip()
    return [_code(id), what, shown, changes or ENDASH]
