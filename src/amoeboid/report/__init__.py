"""One self-contained document from a run: the answer first, then the evidence for it."""

from amoeboid.report.writing import answer, write

__all__ = ["answer", "write"]
