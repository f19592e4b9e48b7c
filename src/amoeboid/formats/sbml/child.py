"""The child process that alone calls libSBML and Antimony: a line of JSON in, a line of JSON out.

Started by `confinement`; ends when its input ends. It bounds its own memory where the platform can.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from amoeboid.errors import Fault, FormatError
from amoeboid.formats.sbml.encoding import to_json

MEMORY = 4 * 1024**3
_FILE_SIZE = 64 * 1024**2


def confine() -> None:
    """Bound memory, files written and core dumps of this process, where the platform can."""
    try:
        import resource
    except ImportError:  # not on Windows: there only the time is bounded
        return
    for name, bound in (("RLIMIT_AS", MEMORY), ("RLIMIT_FSIZE", _FILE_SIZE), ("RLIMIT_CORE", 0)):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (bound, bound))


@dataclass
class Reader:
    """Answers requests; keeps the last document for the check of its units."""

    document: Any = None
    answers: dict[str, str] = field(default_factory=dict)

    def answer(self, request: dict[str, Any]) -> str:
        """Give the answer to one request as JSON."""
        action = {"read": self.read, "antimony": self.antimony, "units": self.units}[request["do"]]
        try:
            return action(request)
        except ModuleNotFoundError as cause:
            return json.dumps({"missing": cause.name})
        except FormatError as cause:
            return json.dumps({"faults": [vars(fault) for fault in cause.faults]})
        except MemoryError:
            return json.dumps({"memory": True})
        except Exception as cause:  # the next file shall still find a reader
            return json.dumps({"broken": f"{type(cause).__name__}: {cause}"})

    def read(self, request: dict[str, Any]) -> str:
        """Read an SBML text; other files that its submodels live in come with the request."""
        if not request["others"]:
            return self.judge(request, "")
        newest = _version(request["text"]) == (3, 2)
        with tempfile.TemporaryDirectory() as folder:
            for name, text in request["others"].items():
                Path(folder, name).write_text(_raised(text) if newest else text, encoding="utf-8")
            return self.judge(request, Path(folder, "this model").as_uri())

    def judge(self, request: dict[str, Any], place: str) -> str:
        """Read, check and flatten; libSBML looks for other files only where we have put their copies."""
        import libsbml

        from amoeboid.formats.sbml.checking import check, faults, oddities
        from amoeboid.formats.sbml.extraction import extract

        where = request["where"]
        document = self.document = libsbml.readSBMLFromString(request["text"])
        document.setLocationURI(place)
        found, odd = faults(document, where), oddities(document)
        if not found:
            document.getErrorLog().clearLog()  # libSBML checks nothing where reading left an error, even one forgiven
            check(document)
            found, odd = faults(document, where), odd + oddities(document)
        if not found and document.getPlugin("comp") is not None:
            found = self.flatten(document, where)
        if found:
            return json.dumps({"faults": [vars(fault) for fault in found]})
        record = to_json(extract(document.getModel(), where))
        return f'{{"model":{record},"odd":{json.dumps(odd)}}}'

    def flatten(self, document: Any, where: str) -> list[Fault]:
        """Put submodels into one model, by libSBML."""
        import libsbml

        from amoeboid.formats.sbml.checking import faults

        document.getErrorLog().clearLog()
        wish = libsbml.ConversionProperties()
        for option in ("flatten comp", "performValidation"):
            wish.addOption(option, True)  # noqa: FBT003 - libSBML takes no keyword
        wish.addOption("abortIfUnflattenable", "none")
        if document.convert(wish) == libsbml.LIBSBML_OPERATION_SUCCESS:
            return []
        what = "its submodels cannot be put into one model"
        do = "flatten the file with the tool that made it"
        return faults(document, where) or [Fault(where, what, "submodels that fit together", "", do, "AMB-F65")]

    def units(self, _request: dict[str, Any]) -> str:
        """Check the units of the last document."""
        from amoeboid.formats.sbml.checking import check_units

        return json.dumps({"notices": check_units(self.document) if self.document is not None else []})

    def antimony(self, request: dict[str, Any]) -> str:
        """Let Antimony turn its text into SBML."""
        import antimony

        antimony.clearPreviousLoads()
        antimony.clearDirectories()
        if antimony.loadAntimonyString(request["text"]) < 0:
            return json.dumps({"antimony": str(antimony.getLastError())})
        text = antimony.getSBMLString(antimony.getMainModuleName())
        antimony.freeAll()
        return json.dumps({"sbml": text})


def _version(text: str) -> tuple[int, int]:
    import libsbml

    document = libsbml.readSBMLFromString(text)
    return document.getLevel(), document.getVersion()


def _raised(text: str) -> str:
    """Bring a file of Level 3 Version 1 to Version 2, as libSBML joins only files of one version.

    What Version 2 has no words for, a reaction that is fast, would be lost without a word: such a file stays as it is.
    """
    import libsbml

    document = libsbml.readSBMLFromString(text)
    if (document.getLevel(), document.getVersion()) != (3, 1) or document.getNumErrors(libsbml.LIBSBML_SEV_ERROR):
        return text
    parts = document.getListOfAllElements()
    every = (parts.get(i) for i in range(parts.getSize()))
    if any(part.getElementName() == "reaction" and part.getFast() for part in every):
        return text
    strictly = False
    return libsbml.writeSBMLToString(document) if document.setLevelAndVersion(3, 2, strictly) else text


def serve(source: TextIO, sink: TextIO) -> None:
    """Answer requests until there are no more."""
    reader = Reader()
    for line in source:
        sink.write(reader.answer(json.loads(line)) + "\n")
        sink.flush()


def main() -> None:
    """Serve on standard input and output; what the libraries print themselves goes nowhere."""
    confine()
    sink = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    serve(os.fdopen(os.dup(0), encoding="utf-8"), sink)


if __name__ == "__main__":
    sys.setrecursionlimit(5_000)
    main()
