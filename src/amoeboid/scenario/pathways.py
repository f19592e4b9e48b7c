"""The pathway of a document: a shipped network by name, or a file beside the document with its mapping."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from amoeboid import signalling
from amoeboid.errors import AmoeboidError, Fault, FormatError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.formats.sbml import SbmlModel, parse_antimony, parse_sbml
from amoeboid.scenario.faults import Spot, shown
from amoeboid.scenario.rules import MISSING, Part, Rule, Table
from amoeboid.scenario.settings import OF_PATHWAY, WIDEST
from amoeboid.scenario.vocabulary import PATHWAYS

LARGEST = 20_000_000
"""Bytes of a pathway file: the largest curated model has a third of that."""

SUFFIXES = (".xml", ".sbml", ".ant")
"""Endings of pathway files: SBML, and Antimony text."""

_OF_FILE = ("sha256", "time", "concentration", "inputs", "outputs", "define", "spread", "start")
_Frozen = tuple[tuple[Any, ...], tuple[float | None, float | None], str | None]
"""A mapping as nested tuples."""

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,255}\Z")


@dataclass(frozen=True)
class FileName(Rule):
    """The name of a file beside the document."""

    longest: int = 200

    def read(self, raw: object, spot: Spot) -> Any:
        """Read a printable name with one of the known endings."""
        if not isinstance(raw, str):
            spot.wrong_type(raw, f'the name of a file, as text such as `"{self.example}"`')
            return MISSING
        is_hidden = PurePath(raw).name.startswith(".")  # a run keeps it beside files of its own, which begin so
        if not raw.isprintable() or len(raw) > self.longest or is_hidden or PurePath(raw).suffix not in SUFFIXES:
            expected = f"the name of a file that ends in {', '.join(SUFFIXES)}, of at most {self.longest} characters"
            spot.out_of_range(raw, expected)
            return MISSING
        return raw


@dataclass(frozen=True)
class Digest(Rule):
    """The SHA-256 of a file, which resolved documents state."""

    def read(self, raw: object, spot: Spot) -> Any:
        """Read 64 hexadecimal digits."""
        if not isinstance(raw, str) or not _DIGEST.match(raw):
            spot.wrong_type(raw, "64 digits from 0 to f, as a resolved scenario has them; leave it out otherwise")
            return MISSING
        return raw


@dataclass(frozen=True)
class Formulas(Table):
    """Formulas by name; whether their names are known is for the mapping to say."""

    def entry(self, key: str, raw: object, spot: Spot) -> Any:
        """Read one formula."""
        if not _WORD.match(key):
            spot.out_of_range(key, "an id of the file: Latin letters, digits and `_`")
            return MISSING
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            spot.wrong_type(raw, f'a formula between quotes, such as `"{shown(repr(raw))}"`')
            return MISSING
        if not isinstance(raw, str):
            spot.wrong_type(raw, "a formula between quotes")
            return MISSING
        try:
            signalling.formula(raw)
        except AmoeboidError as error:
            for fault in error.faults:
                spot.tell(fault)
            return MISSING
        return " ".join(raw.split())


@dataclass(frozen=True)
class Spreads(Table):
    """Log-normal spreads over cells by id."""

    def entry(self, key: str, raw: object, spot: Spot) -> Any:
        """Read one spread."""
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0.0 <= raw <= WIDEST:
            spot.wrong_type(raw, f"a number from 0 to {WIDEST:g}: the standard deviation of the logarithm over cells")
            return MISSING
        return float(raw)


@dataclass(frozen=True)
class PathwayTable(Part):
    """A table, or a bare text: the name of a shipped network or of a file."""

    def read(self, raw: object, spot: Spot) -> Any:
        """Read either form."""
        if isinstance(raw, str):
            raw = {"name" if raw in PATHWAYS or not PurePath(raw).suffix else "file": raw}
        return super().read(raw, spot)

    def write(self, value: Any) -> dict[str, Any]:
        """Write what its sort of pathway has."""
        written = super().write(value)
        return {key: entry for key, entry in written.items() if value.file or key == "name"}


def check_pathway(draft: dict[str, Any], spot: Spot) -> None:
    """Check that a pathway is either shipped or a file, and that a file can be joined with the tissue."""
    stated = [key for key in ("name", "file") if key in draft]
    if len(stated) != 1:
        what = "both `name` and `file` are given" if stated else "neither `name` nor `file` is given"
        spot.conflict(what, f'`name = "{PATHWAYS[0]}"`, or `file = "pathway.xml"`', "keep or add one of the two")
    elif stated == ["name"]:
        for key in _OF_FILE:
            if key in draft:
                what = f"`{key}` has no meaning beside `name`: a shipped network brings its own"
                spot.at(key).conflict(what, "`file` instead of `name`", "delete the key")
    elif draft["file"] is not MISSING:
        _check_file(draft, spot)


def _check_file(draft: dict[str, Any], spot: Spot) -> None:
    content = _read(draft["file"], spot.at("file"))
    if content is None:
        return
    digest = hashlib.sha256(content).hexdigest()
    stated = draft.get("sha256", digest)
    if stated is not MISSING and stated != digest:
        what = f"the file is not the one that was meant: its SHA-256 is `{digest[:16]}…`"
        expected = f"`{stated[:16]}…`"
        spot.at("file").tell(Fault("", what, expected, "", "restore the file, or delete the line `sha256`", "AMB-S19"))
        return
    name = PurePath(draft["file"]).name
    draft["file"], draft["sha256"] = name, digest
    spot.log.attached[name] = content
    _check_mapping(draft, content, spot)


def _read(name: str, spot: Spot) -> bytes | None:
    try:
        content = spot.log.beside.read(name, LARGEST)
    except (OSError, ValueError) as cause:
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else "no file can have that name"
        what = f"the pathway `{shown(name)}` cannot be read: {reason}"
        do = "put the file beside the scenario, or correct the name"
        spot.tell(Fault("", what, "an SBML or Antimony file", "", do, "AMB-S18"))
        return None
    if len(content) > LARGEST:
        spot.too_large(f"`{shown(name)}` has more than {LARGEST:,} bytes", f"at most {LARGEST:,} bytes", "take less")
        return None
    return content


def _check_mapping(draft: dict[str, Any], content: bytes, spot: Spot) -> None:
    """Check the mapping against the file; one that states neither inputs nor outputs maps what has the same name."""
    if any(draft.get(key) is MISSING for key in _OF_FILE):
        return
    model = _told_model(draft["file"], content, spot)
    if model is None:
        return
    if "inputs" not in draft and "outputs" not in draft:
        draft["inputs"], draft["outputs"] = signalling.by_names(model)
    mapping = mapping_of(draft)
    told = signalling.mapping_faults(model, mapping) or _unsound(draft["file"], content, _frozen(mapping))
    for path, fault in told:
        at = spot
        for key in path:
            at = at.at(key)
        at.tell(fault)


def _frozen(mapping: signalling.TissueMapping) -> _Frozen:
    parts = (mapping.inputs, mapping.outputs, mapping.spread, mapping.define)
    tables = tuple(tuple(part.items()) for part in parts)
    return tables, (mapping.second, mapping.nanomolar), mapping.start


@functools.lru_cache(maxsize=16)
def _unsound(name: str, content: bytes, frozen: _Frozen) -> list[signalling.Told]:
    """Join the file with the tissue and say what keeps its cells from beginning; a document is read several times."""
    tables, (second, nanomolar), start = frozen
    inputs, outputs, spread, define = (dict(table) for table in tables)
    mapping = signalling.TissueMapping(inputs, outputs, spread, second, nanomolar, start, define)
    try:
        parameters = Parameters(catalogue())
        joined = signalling.join(parsed(name, content), mapping, signalling.network(), parameters)
        return signalling.unsound(joined, parameters)
    except AmoeboidError as error:
        return [(("file",), _in_file(fault)) for fault in error.faults]


def _told_model(name: str, content: bytes, spot: Spot) -> SbmlModel | None:
    """Read the file, telling its faults at the line that names it."""
    try:
        return parsed(name, content)
    except AmoeboidError as error:
        for fault in error.faults:
            spot.at("file").tell(_in_file(fault))
        return None


def _in_file(fault: Fault) -> Fault:
    """Keep the place in the file as words: the place of the fault will be that in the document."""
    what = f"{fault.where}: {fault.what}" if fault.where else fault.what
    return replace(fault, where="", what=shown(what, 400))


@functools.lru_cache(maxsize=8)
def parsed(name: str, content: bytes) -> SbmlModel:
    """Read the content of a pathway file.

    Raises
    ------
    AmoeboidError
        When it is no model that can be read.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as cause:
        what = f"byte {cause.start:,} of `{shown(name)}` is not UTF-8"
        raise FormatError(Fault("", what, "a text file in UTF-8", "", "save it as UTF-8", "AMB-E38")) from cause
    return parse_antimony(text, name) if PurePath(name).suffix == ".ant" else parse_sbml(text, name)


def check_overrides(draft: Mapping[str, Any], spot: Spot) -> None:
    """Check the numbers that a scenario and its arms set in a pathway file: that there is one, and has them."""
    pathway = draft.get("pathway")
    if "pathway" in draft and not _is_readable(pathway):
        return
    owners = [(draft, spot)]
    if isinstance(draft.get("arms"), list):
        arms = spot.at("arms")
        owners += [(arm, arms.at(k)) for k, arm in enumerate(draft["arms"]) if isinstance(arm, Mapping)]
    for owner, at in owners:
        settings = owner.get("parameters")
        for key, setting in settings.items() if isinstance(settings, Mapping) else ():
            if key.startswith(OF_PATHWAY):
                _check_override(key.removeprefix(OF_PATHWAY), setting, pathway, at.at("parameters").at(key))


def _is_readable(pathway: Any) -> bool:
    """Whether the table of a pathway was read without faults in what names the file."""
    if not isinstance(pathway, Mapping):
        return False
    return not pathway.get("file") or bool(pathway.get("sha256"))


def _check_override(id: str, setting: Mapping[str, Any], pathway: Any, spot: Spot) -> None:
    if not pathway or not pathway.get("file"):
        what = f"`{OF_PATHWAY}{shown(id)}` is a number of a pathway file, but the pathway is a shipped network"
        spot.conflict(what, "the id of a value (`amoeboid evidence list` shows them)", "delete the line")
        return
    content = spot.log.attached.get(pathway["file"])
    model = _quietly(pathway["file"], content) if content else None
    if model is None:
        return
    fault = signalling.override_fault(model, id, setting["unit"])
    if fault:
        spot.tell(fault)
    elif id in pathway.get("inputs", {}) and not signalling.uses_itself(pathway["inputs"][id], id):
        what = f"`{shown(id)}` is fed by the mapping, whose formula does not use the file's own number"
        spot.conflict(what, "a number that is used", "delete the line, or the entry of `inputs`")


def _quietly(name: str, content: bytes) -> SbmlModel | None:
    """Read a file whose faults have been told."""
    try:
        return parsed(name, content)
    except AmoeboidError:
        return None


_ASKS_FOR = {"pSTAT3_mean": "pSTAT3", "pSTAT3_fold": "pSTAT3", "pMLC2_mean": "pMLC2", "pMLC2_fold": "pMLC2"}
"""Measures that rest on an output which a pathway file may lack."""


def check_questions(draft: Mapping[str, Any], spot: Spot) -> None:
    """Check that comparisons ask only for what the pathway file gives."""
    pathway = draft.get("pathway")
    comparisons = draft.get("comparisons")
    if not isinstance(pathway, Mapping) or not pathway.get("sha256") or not isinstance(comparisons, list):
        return
    given = pathway.get("outputs") or {}
    for k, entry in enumerate(comparisons):
        measure = entry.get("measure", "") if isinstance(entry, Mapping) else ""
        missing = _ASKS_FOR.get(measure) if isinstance(measure, str) else None
        if missing and missing not in given:
            what = f"`{measure}` cannot be measured: the pathway file gives no `{missing}`"
            at = spot.at("comparisons").at(k).at("measure")
            at.conflict(what, f"an output `{missing}` of the pathway", "add the output, or ask for another measure")


def mapping_of(stated: Mapping[str, Any]) -> signalling.TissueMapping:
    """Give the mapping that the table of a pathway states."""
    return signalling.TissueMapping(
        inputs=stated.get("inputs") or {},
        outputs=stated.get("outputs") or {},
        spread=stated.get("spread") or {},
        second=stated.get("time"),
        nanomolar=stated.get("concentration"),
        start=stated.get("start"),
        define=stated.get("define") or {},
    )
