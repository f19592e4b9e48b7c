"""Ctrl-C as a wish, not as an accident: the first asks for a stop at the next tick, the second ends at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def asked_to_stop(stop: Callable[[], bool] | None = None) -> Iterator[Callable[[], bool]]:
    """Give a function that says whether a stop was asked for, by signal or by the caller's own function.

    Outside the main thread no signal can be caught, and the caller's function alone decides.
    """
    asked = threading.Event()
    before: dict[signal.Signals, object] = {}

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()
        restore()

    def restore() -> None:
        while before:
            number, handler = before.popitem()
            signal.signal(number, handler)  # type: ignore[arg-type]

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, ask)
    try:
        yield lambda: asked.is_set() or (stop is not None and stop())
    finally:
        restore()
