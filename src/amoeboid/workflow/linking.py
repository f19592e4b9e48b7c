"""The link from tissue to body, built from a design of tissue runs."""

from __future__ import annotations

from pathlib import Path

from amoeboid import execution, inference


def link(
    design: str | Path = "escape-link", *, folder: str | Path = "runs", processes: int | None = None, seed: int = 1
) -> Path:
    """Run a design of tissues, fit the curves of the link, and keep them in a folder that trials can name.

    Parameters
    ----------
    design : str or path
        A scenario with a vessel and three arms or more, shipped or a TOML file.
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
        return inference.link(design, folder=folder, means=means, how=inference.LinkFitting(seed=seed))
