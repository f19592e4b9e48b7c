"""Failures that no package of ours told: a wrong command line, a stream that is closed, a machine without memory."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

from amoeboid.errors import Fault


def usage(error: Any) -> int:
    """Tell what is wrong with a command line, and give the code of the exit; a command without words gets its help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return int(error.exit_code)
    command = error.ctx.command_path if error.ctx else "amoeboid"
    expected = " ".join(error.ctx.get_usage().removeprefix("Usage: ").split()) if error.ctx else ""
    what = " ".join(error.format_message().split()).rstrip(".")
    print(Fault(command, what, expected, "", f"`{command} --help` tells more", "AMB-X30"), file=sys.stderr)
    return int(error.exit_code)


def told(error: OSError | MemoryError) -> int:
    """Tell of a machine that refused, and give the code of the exit; a reader that has gone away is no failure."""
    if isinstance(error, BrokenPipeError):
        _close_output()
        return 0
    if isinstance(error, MemoryError):
        fault = Fault("", "there is not enough memory", "a smaller tissue, or a larger machine", "",
                      "lower the number of cells or voxels, or give fewer `--processes`", "AMB-X32")  # fmt: skip
    else:
        reason = error.strerror or str(error)
        fault = Fault(str(error.filename or "output")[:200], f"the system refused: {reason}",
                      "a file or stream that can be used", "", "check the place, its permissions and its room",
                      "AMB-X31")  # fmt: skip
        _close_output()
    print(fault, file=sys.stderr)
    return 1


def _close_output() -> None:
    """Let what is still in the buffer go nowhere, or the interpreter would stumble over it at its end."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
