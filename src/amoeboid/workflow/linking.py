"""The link from tissue to body, built from a design of tissue runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from amoeboid import execution, inference


def link(
    designs: str | Path | Sequence[str | Path] = inference.LINK_DESIGNS,
    *,
    folder: str | Path = "runs",
    processes: int | None = None,
    seed: int = 1,
) -> Path:
    """Run designs of tissues, fit the curves of the link, and keep them in a folder that trials can name.

    Parameters
    ----------
    designs : str or path, or a sequence of them
        Scenarios with a vessel and three arms or more, shipped or TOML files, each a reading of what is contested.
    folder : path
        Holds the runs and the link.
    processes : int, optional
        Members at once.
    seed : int
        Of the draws.

    Raises
    ------
    AmoeboidError
        When the design cannot be a link, or its runs fail.
    """
    with execution.shown() as told:
        means = execution.Means(processes=processes, progress=told)
        return inference.link(designs, folder=folder, means=means, how=inference.LinkFitting(seed=seed))
