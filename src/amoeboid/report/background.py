"""What a reader needs beside the results: claims and their verdicts, the medium, how to reproduce, the limits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from amoeboid.errors import AmoeboidError
from amoeboid.pharmacology import free_fraction, serum_share
from amoeboid.report.document import Section, mark, paragraph, table
from amoeboid.report.leaving import left_out
from amoeboid.report.material import Material
from amoeboid.report.quantities import ENDASH, counted, span
from amoeboid.report.references import show
from amoeboid.scenario import Drug


def claims_section(material: Material) -> Section:
    """Tabulate what the popular account says, and what the studies allow."""
    rows = [
        [claim.text, mark(claim.verdict), Markup("{} {}").format(claim.explanation, _cited(material, claim.sources)),
         Markup('<span class="date">{}</span>').format(claim.checked_on)]
        for _, claim in sorted(material.catalogue.claims.items())
    ]  # fmt: skip
    words = paragraph(
        "Said of this mechanism in popular accounts. The verdicts are ours and do not depend on this run."
    )
    body = words + table(["claim", "verdict", "what the studies allow", "checked on"], rows)
    return Section("claims", "What is said, and what it is worth", body)


def _cited(material: Material, sources: tuple[object, ...]) -> Markup:
    return material.references.citations(sources)  # type: ignore[arg-type]


def medium_section(material: Material) -> Section:
    """Say how much of each drug is free, and what bathes the cells of each arm."""
    medium = material.scenario.medium
    parts = [
        paragraph(
            f"The medium is {medium} ({100 * serum_share(medium):.3g} % serum or plasma). Only the free part of a drug "
            "enters a cell and binds its target; scenarios state the total. Without protein all of it is taken as "
            "free; with protein the free share follows from binding in plasma, linear in the share of serum."
        )
    ]
    doses = {(arm.name, drug.name): drug for arm in material.scenario.arms for drug in arm.drugs}
    if doses:
        rows = [_drug_row(material, arm, drug) for (arm, _), drug in doses.items()]
        parts.append(
            table(["arm", "drug", "total", "free share", "free", "free in plasma"], rows, frozenset({2, 3, 4}))
        )
    rows = [_arm_row(material, arm.name) for arm in material.scenario.arms]
    header = ["arm", "own cytokine [nM]", "added cytokine [nM]", "knock-outs", "matrix", "cells"]
    parts.append(_folded(table(header, rows, frozenset({1})), "What was done in each arm", len(rows)))
    return Section("medium", "Medium and drugs", Markup("\n").join(parts))


def _folded(body: Markup, title: str, n_shown: int = 0) -> Markup:
    """Fold a part away unless it has 1 to 10 rows."""
    fold = Markup(" open" if 0 < n_shown <= 10 else "")
    return Markup("<details{}><summary>{}</summary>{}</details>").format(fold, title, body)


def _drug_row(material: Material, arm: str, drug: Drug) -> list[object]:
    id, p = f"drug.{drug.name}.fu_plasma", material.parameters
    plasma = material.cited(id) if id in p else "not known"
    try:
        share = free_fraction(drug.name, material.scenario.medium, p)
    except AmoeboidError:
        share = float("nan")
    name = material.catalogue.drugs[drug.name].name if drug.name in material.catalogue.drugs else drug.name
    if drug.concentration is None:
        dose = f"{drug.dose:g} mg" + (f" every {span(drug.interval)}" if drug.interval else "")
        return [arm, name, dose, ENDASH, "follows the dose", plasma]
    total, free = show(drug.concentration, "nM"), show(share * drug.concentration, "nM")
    return [arm, name, total, f"{share:.3g}", free, plasma]


def _arm_row(material: Material, name: str) -> list[object]:
    arm, matrix = material.scenario.arm(name), material.matrix(name)
    added = ", ".join(f"{key} {value:.3g}" for key, value in arm.fields.items())
    between = {
        "collagen": f"collagen, {matrix.collagen or 0:g} mg/ml",
        "rigid": f"rigid lattice, pores of {matrix.pore_area or 0:g} µm²",
        "none": "liquid",
    }[matrix.kind]
    changed = [f"{key} = {value}" for key, value in arm.hypotheses.items()]
    title = Markup("{}<br><small>{}</small>").format(name, ", ".join(changed)) if changed else name
    cells = ", ".join(material.cell_types(name)).replace("_", " ")
    own = "; ".join([f"{arm.autocrine:.3g}", *(f"{_plain(k)} {value:.3g}" for k, value in arm.autocrine_in.items())])
    missing = "; ".join(
        [*arm.knockouts, *(f"{', '.join(genes)} in {_plain(k)}" for k, genes in arm.knockouts_in.items())]
    )
    return [title, own, added or ENDASH, missing or ENDASH, between, cells]


def _plain(cell_type: str) -> str:
    return cell_type.replace("_", " ")


def reproduction_section(material: Material) -> Section:
    """Say how to make this run again, and what it was made with."""
    record, run = material.provenance, material.run
    members = record.get("members", {})
    commands = f"amoeboid run {run.path.name}/scenario.toml --folder again\namoeboid report again/{run.path.name}"
    parts = [
        paragraph("The run’s folder holds its resolved scenario. With the same version the run comes out the same, bit "
                  "for bit, for any number of threads and processes:"),
        Markup("<pre><code>{}</code></pre>").format(commands),
        _what(material),
        _folded(_members_table(members), f"Seeds and state hashes of {counted(len(members), 'member')}"),
        _folded(Markup("<pre><code>{}</code></pre>").format(_without_folders(material)), "The resolved scenario"),
    ]  # fmt: skip
    if not material.has_same_numbers:
        parts.append(
            Markup('<p class="warning">{}</p>').format(
                "The catalogue has changed since the run: values are those of the run, but ranges, notes, dates and "
                "what the prose quotes are those of today."
            )
        )
    return Section("reproduce", "How to reproduce", Markup("\n").join(parts))


def _without_folders(material: Material) -> str:
    """Give the scenario's text without the place on this machine of the tracks that it names."""
    named = material.scenario.tracks
    return material.run.text.replace(named.path, Path(named.path).name) if named else material.run.text


def _what(material: Material) -> Markup:
    record, identity = material.provenance, material.run.identity
    machine = record.get("machine", {})
    commit = str(record.get("commit", ""))
    rows: list[list[object]] = [
        ["run", Markup("<code>{}</code>").format(material.run.path.name)],
        ["seed of the scenario", material.scenario.seed],
        ["scenario, SHA-256", _code(identity.scenario)],
        ["code, SHA-256", _code(identity.code)],
        ["numbers, SHA-256", _code(identity.numbers)],
        ["commit", _code(commit.rstrip("+")) + (" and changes not committed" if commit.endswith("+") else "")],
        ["threads of a member", record.get("threads", ENDASH)],
        ["versions", ", ".join(f"{name} {version}" for name, version in record.get("versions", {}).items())],
        ["machine", f"{machine.get('processor', '')}, {machine.get('cores', '?')} cores, {machine.get('system', '')} "
                    f"{machine.get('architecture', '')}"],
        ["written at", record.get("written_at", ENDASH)],
    ]  # fmt: skip
    rows += [["input", Markup("{} <small>{}</small>").format(i["file"], i["sha256"])] for i in record.get("inputs", ())]
    return table(["what", "which"], rows)


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text) if text else Markup(ENDASH)


def _members_table(members: Mapping[str, Mapping[str, object]]) -> Markup:
    rows = [
        [name, str(one.get("seed", "")), str(one.get("status", "")), _code(str(one.get("state_hash", ""))[:16])]
        for name, one in members.items()
    ]
    return table(["member", "seed", "status", "state, first 16 digits of SHA-256"], rows, frozenset({1}))


def limits_section(material: Material) -> Section:
    """Say what the model leaves out, and what is not known of the cells in it."""
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in left_out(material))
    unused = [entry.question for entry in material.catalogue.hypotheses.values() if not entry.in_use]
    parts = [Markup("<ul>{}</ul>").format(items)]
    types = dict.fromkeys(kind for arm in material.readings.arms for kind in material.cell_types(arm))
    for kind in types:
        record = material.catalogue.cell_types.get(kind)
        if record:
            gaps = Markup("").join(Markup("<li>{}</li>").format(gap) for gap in record.gaps)
            parts.append(
                Markup("<h3>Not known of the {}</h3><p>{} {}</p><ul>{}</ul>").format(
                    record.name, record.note, _cited(material, record.sources), gaps
                )
            )
    if unused:
        questions = Markup("").join(Markup("<li>{}</li>").format(question) for question in unused)
        parts.append(Markup("<h3>Open questions that no part of this run reads</h3><ul>{}</ul>").format(questions))
    return Section("limits", "Limits", Markup("\n").join(parts))
