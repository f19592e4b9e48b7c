"""The command line: commands parse, call one public function, and print.

Data goes to stdout, everything else to stderr. An error of ours ends with code 1 and its four parts; a wrong
command line ends with code 2; an interrupted run with code 130 and the way to resume it.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and turn errors of ours into their four parts."""
    from amoeboid.cli.application import application
    from amoeboid.errors import AmoeboidError

    try:
        application()
    except AmoeboidError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


__all__ = ["main"]
