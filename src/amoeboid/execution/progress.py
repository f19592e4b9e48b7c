"""Progress for people: a bar with the time left on a terminal, plain lines at each tenth elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time as clock
from collections.abc import Callable, Iterator
from typing import TextIO

from amoeboid.execution.carrying import Progress


class Tally:
    """How much of a run is done, and how long the rest will take.

    A member's first report is where it starts; only what is done since then tells the speed.

    Examples
    --------
    >>> tally = Tally(now=lambda: 0.0)
    >>> tally.add("a/r0", 30.0, 60.0)
    >>> tally.add("b/r0", 0.0, 60.0)
    >>> tally.share
    0.25
    """

    def __init__(self, now: Callable[[], float] = clock.monotonic) -> None:
        self._now = now
        self._began = now()
        self._first: dict[str, float] = {}
        self._done: dict[str, float] = {}

    def add(self, member: str, time: float, duration: float) -> None:
        """Take down how far a member is."""
        share = min(1.0, time / duration) if duration > 0.0 else 1.0
        self._first.setdefault(member, share)
        self._done[member] = share

    @property
    def share(self) -> float:
        """Share of all members' time that is done, 0 to 1."""
        return sum(self._done.values()) / max(1, len(self._done))

    @property
    def n_finished(self) -> int:
        """Members that are done."""
        return sum(share >= 1.0 for share in self._done.values())

    @property
    def n_members(self) -> int:
        """Members heard of."""
        return len(self._done)

    @property
    def left(self) -> float | None:
        """Seconds to go, or None while nothing is known."""
        gained = sum(self._done.values()) - sum(self._first.values())
        if gained <= 0.0:
            return None
        return (self._now() - self._began) * (len(self._done) - sum(self._done.values())) / gained


def in_words(seconds: float | None) -> str:
    """Give a span of time in words.

    Examples
    --------
    >>> in_words(75.0), in_words(7300.0)
    ('1 min 15 s', '2 h 1 min')
    """
    if seconds is None:
        return "unknown"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@contextlib.contextmanager
def shown(stream: TextIO | None = None) -> Iterator[Progress]:
    """Give a function that shows progress on a stream while the body runs; standard error when not given."""
    stream = stream or sys.stderr
    with _bar(stream) if stream.isatty() else _lines(stream) as told:
        yield told


@contextlib.contextmanager
def _lines(stream: TextIO) -> Iterator[Progress]:
    tally, shown_tenth = Tally(), 0

    def told(member: str, time: float, duration: float) -> None:
        nonlocal shown_tenth
        tally.add(member, time, duration)
        tenth = int(tally.share * 10.0 + 1e-9)
        if tally.left is not None and tenth > shown_tenth:
            shown_tenth = tenth
            print(f"{10 * tenth} % done, {in_words(tally.left)} left", file=stream, flush=True)

    yield told


@contextlib.contextmanager
def _bar(stream: TextIO) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    tally = Tally()
    columns = (
        TextColumn("{task.fields[members]}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TextColumn("{task.fields[left]}"),
    )
    with Bar(*columns, console=Console(file=stream), transient=True) as bar:
        task = bar.add_task("", total=1.0, members="", left="")

        def told(member: str, time: float, duration: float) -> None:
            tally.add(member, time, duration)
            members = f"{tally.n_finished} of {tally.n_members} simulations"
            bar.update(task, completed=tally.share, members=members, left=f"{in_words(tally.left)} left")

        yield told


def quiet(member: str, time: float, duration: float) -> None:
    """Tell nothing."""
