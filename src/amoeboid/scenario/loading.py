"""From TOML text to a scenario, telling all faults at once; and from a scenario back to TOML text."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path as FilePath
from typing import Any

import tomli_w

from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.formats.sbml import SbmlModel
from amoeboid.scenario import library
from amoeboid.scenario.beside import Beside
from amoeboid.scenario.document import SCENARIO, Arm, Scenario
from amoeboid.scenario.faults import Log, Spot, shown
from amoeboid.scenario.lines import Scanned, scan
from amoeboid.scenario.migrate import check_version, migrate
from amoeboid.scenario.pathways import parsed
from amoeboid.scenario.rules import Part
from amoeboid.scenario.settings import OF_PATHWAY
from amoeboid.scenario.trial import TRIAL, TrialScenario
from amoeboid.signalling import overridden

LARGEST = 1_000_000
"""Bytes of a scenario file; the largest that ships has a hundredth of that."""

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)\Z")


def load(path_or_name: str | FilePath) -> Scenario:
    """Load a scenario by the name of a shipped one, or from a file.

    Parameters
    ----------
    path_or_name : str or Path
        A name that `library.names` gives, or the path of a TOML file.

    Raises
    ------
    ScenarioError
        When there is no such file, or it says something that cannot be simulated; tells all faults.

    Examples
    --------
    >>> load("melanoma-escape").duration
    86400.0
    """
    text, where, beside = text_of(path_or_name)
    return loads(text, where, beside)


def loads(text: str, where: str = "scenario", beside: Beside | None = None) -> Scenario:
    """Load a scenario from TOML text.

    Parameters
    ----------
    text : str
        The document.
    where : str
        What errors call it.
    beside : Beside, optional
        Where the files are that belong to the document, such as a pathway; the working folder when left out.

    Raises
    ------
    ScenarioError
        When it says something that cannot be simulated; tells all faults in order of line.
    """
    log = Log(where, beside=beside or Beside())
    scenario = Scenario.model_validate(draft_of(text, log))
    if scenario.pathway.file:
        scenario.pathway.attach(log.attached[scenario.pathway.file])
    return scenario


def load_trial(path_or_name: str | FilePath) -> TrialScenario:
    """Load a trial by the name of a shipped one, or from a file.

    Raises
    ------
    ScenarioError
        When there is no such file, or it says something that cannot be simulated; tells all faults.

    Examples
    --------
    >>> load_trial("janus-1").trial.setting
    'metastatic'
    """
    text, where, _ = text_of(path_or_name)
    return loads_trial(text, where)


def loads_trial(text: str, where: str = "trial") -> TrialScenario:
    """Load a trial from TOML text.

    Raises
    ------
    ScenarioError
        When it says something that cannot be simulated; tells all faults in order of line.
    """
    return TrialScenario.model_validate(draft_of(text, Log(where), TRIAL))


def trial_to_toml(document: TrialScenario) -> str:
    """Write a resolved trial with all its defaults, so that it loads to an equal one.

    Examples
    --------
    >>> loads_trial(trial_to_toml(load_trial("janus-1"))) == load_trial("janus-1")
    True
    """
    return str(tomli_w.dumps(TRIAL.write(document)))


def is_trial(path_or_name: str | FilePath) -> bool:
    """Tell whether a shipped document or file is about patients, by its table ``[trial]``.

    Raises
    ------
    ScenarioError
        When there is no such file.

    Examples
    --------
    >>> is_trial("janus-1"), is_trial("melanoma-escape")
    (True, False)
    """
    text, _, _ = text_of(path_or_name)
    return re.search(r"(?m)^\s*\[\s*trial\s*[\].]|^\s*trial\s*[.=]", text) is not None


def attached(scenario: Scenario) -> dict[str, bytes]:
    """Give the files that belong to a scenario, by name: the one of its pathway, if it has one.

    Examples
    --------
    >>> attached(load("quick-look"))
    {}
    """
    pathway = scenario.pathway
    return {pathway.file: pathway.content} if pathway.file and pathway.content else {}


def pathway_model(scenario: Scenario, arm: Arm) -> SbmlModel:
    """Give the pathway file of a scenario, with the numbers that the scenario and an arm set in it.

    Parameters
    ----------
    scenario : Scenario
        One whose pathway is a file.
    arm : Arm
        One of its arms.
    """
    assert scenario.pathway.file, "the pathway is a shipped network"
    model = parsed(scenario.pathway.file, scenario.pathway.content)
    settings = {**scenario.parameters, **arm.parameters}
    values = {
        id.removeprefix(OF_PATHWAY): (setting.value, setting.unit)
        for id, setting in settings.items()
        if id.startswith(OF_PATHWAY)
    }
    return overridden(model, values)


def check(path_or_name: str | FilePath) -> list[Fault]:
    """Give all faults of a scenario or trial in order of line; none when it can be simulated.

    Examples
    --------
    >>> check("melanoma-escape")
    []
    """
    try:
        if is_trial(path_or_name):
            load_trial(path_or_name)
        else:
            load(path_or_name)
    except ScenarioError as error:
        return list(error.faults)
    return []


def to_toml(scenario: Scenario) -> str:
    """Write a resolved scenario with all its defaults, so that it loads to an equal one.

    Examples
    --------
    >>> loads(to_toml(load("quick-look"))) == load("quick-look")
    True
    """
    return str(tomli_w.dumps(SCENARIO.write(scenario)))


def draft_of(text: str, log: Log, rule: Part = SCENARIO) -> Any:
    """Read a document by the rule of its kind into a draft without faults.

    Raises
    ------
    ScenarioError
        When anything is wrong; tells all faults in order of line.
    """
    draft, document, top = None, _parse(text.removeprefix("\ufeff"), log), Spot((), log)
    if document is not None and check_version(document, top):
        migrated, moved = migrate(document)
        log.lines = {**log.lines, **{new: log.lines.get(old, 1) for new, old in moved.items()}}
        draft = rule.read(migrated, top)
    faults = log.faults()
    if faults:
        raise ScenarioError(*faults)
    return draft


def _parse(text: str, log: Log) -> dict[str, Any] | None:
    """Parse bounded TOML, or log one fault with its line."""
    fault: tuple[int, str, str, str] | None = None
    document: dict[str, Any] | None = None
    # tomllib ends lines at \n and \r\n only
    text = text.replace("\r\n", "\n")
    scanned = scan(text) if len(text) <= LARGEST else Scanned()
    log.lines = scanned.lines
    if len(text) > LARGEST:
        what = f"the document has more than {LARGEST:,} characters"
        fault = (1, what, f"at most {LARGEST:,} characters", "AMB-S09")
    elif scanned.refused:
        fault = (scanned.stopped, scanned.refused, "a flatter or shorter value", "AMB-S13")
    else:
        document, fault = _toml(text, scanned.stopped)
    if fault:
        line, what, expected, code = fault
        log.lines = {(): line}
        log.add((), Fault("", what, expected, "", "correct the line; what comes after was not read", code))
    return document


def _toml(text: str, stopped: int) -> tuple[dict[str, Any] | None, tuple[int, str, str, str] | None]:
    """Run `tomllib`, up to the line that the scanner did not understand: beyond it, its time is not bounded."""
    lines = text.split("\n")
    if stopped:
        text = "\n".join(lines[:stopped])
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else stopped or len(lines)
        what = f"not TOML: {_PLACE.sub('', shown(str(error), 160))}"
        return None, (line, what, "TOML (https://toml.io)", "AMB-S14")
    if stopped:
        return None, (stopped, "not TOML: the line is not understood", "TOML (https://toml.io)", "AMB-S14")
    return document, None


def text_of(path_or_name: str | FilePath) -> tuple[str, str, Beside]:
    """Give the text of a shipped scenario or file, what errors call it, and where its files are."""
    name = str(path_or_name)
    if name in (*library.names(), *library.trial_names()):
        return library.text(name), f"{name}.toml", Beside()
    try:
        with open(name, "rb") as file:
            data = file.read(LARGEST + 1)
        return data.decode("utf-8"), name, Beside(FilePath(name).parent)
    except UnicodeDecodeError as cause:
        line = data[: cause.start].count(b"\n") + 1
        where, what = f"{shown(name, 200)}, line {line}", f"byte {cause.start:,} is not UTF-8"
        fault = Fault(where, what, "a text file in UTF-8", "", "save the file as UTF-8", "AMB-S16")
        raise ScenarioError(fault) from cause
    except (OSError, ValueError) as cause:
        raise ScenarioError(_no_file(name, cause)) from cause


def _no_file(name: str, cause: Exception) -> Fault:
    reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else "no file can have that name"
    known = (*library.names(), *library.trial_names())
    expected = "a TOML file, or a shipped scenario: " + ", ".join(known)
    what = f"cannot be read: {reason}"
    return Fault(
        shown(name, 200), what, expected, nearest_name(shown(name), known), "correct the path or name", "AMB-S17"
    )
