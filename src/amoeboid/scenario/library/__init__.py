"""The scenarios that come with the package, and the template of a new one."""

from __future__ import annotations

import functools
from importlib import resources


@functools.cache
def names() -> tuple[str, ...]:
    """Give the names of the shipped scenarios.

    Examples
    --------
    >>> "melanoma-escape" in names()
    True
    """
    found = (entry.name for entry in resources.files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@functools.cache
def trial_names() -> tuple[str, ...]:
    """Give the names of the shipped trials, which are about patients.

    Examples
    --------
    >>> "janus-1" in trial_names()
    True
    """
    found = (entry.name for entry in resources.files(__package__).joinpath("trials").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@functools.cache
def text(name: str) -> str:
    """Give the TOML text of a shipped scenario or trial.

    Raises
    ------
    KeyError
        When there is none of that name.
    """
    if name in trial_names():
        return resources.files(__package__).joinpath("trials", f"{name}.toml").read_text("utf-8")
    if name not in names():
        raise KeyError(name)
    return resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8")


def template() -> str:
    """Give a commented scenario to start from; it checks and runs as it stands.

    Examples
    --------
    >>> template().splitlines()[-1] != ""
    True
    """
    return resources.files(__package__).joinpath("template.txt").read_text("utf-8")


def compounds() -> str:
    """Give the TOML text of the shipped compounds.

    Examples
    --------
    >>> compounds().count("[[compounds]]") > 4
    True
    """
    return resources.files(__package__).joinpath("compounds", "example-compounds.toml").read_text("utf-8")
