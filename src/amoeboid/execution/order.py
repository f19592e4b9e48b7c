"""What workers of any kind are brought for, and the error when they cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from amoeboid.errors import ExecutionError, Fault
from amoeboid.execution.carrying import Progress
from amoeboid.store import Study


@dataclass(frozen=True)
class Order:
    """What workers are brought for: the tasks of a study that nobody works on.

    Parameters
    ----------
    study : Study
    keys : tuple of str
    told : callable
        Told (task, 1.0, 1.0) when it is finished.
    stop : callable
        Says whether to stop.
    same_code : bool
        Workers refuse a study of another version.
    """

    study: Study
    keys: tuple[str, ...]
    told: Progress
    stop: Callable[[], bool]
    same_code: bool = True

    def settle(self, key: str, answer: str) -> None:
        """Pass progress on."""
        if answer == "finished":
            self.told(key, 1.0, 1.0)


def unusable(name: str, what: str, expected: str, do: str) -> ExecutionError:
    """Give the error for an executor that cannot be had in this way, or not here."""
    return ExecutionError(Fault(f"executor `{name}`", what, expected, "", do, "AMB-X697"))
