"""The command line: commands parse, call one public function, and print.

Data goes to stdout, everything else to stderr. An error of ours ends with code 1 and its four parts; a wrong
command line ends with code 2 and the same four parts; an interrupted run with code 130 and the way to resume it.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and turn failures into their four parts."""
    from amoeboid.cli.application import application
    from amoeboid.cli.failing import told, usage
    from amoeboid.errors import AmoeboidError

    try:
        code = application(prog_name="amoeboid", standalone_mode=False)
        sys.stdout.flush()
    except AmoeboidError as error:
        print(error, file=sys.stderr)
        code = 1
    except (OSError, MemoryError) as error:
        code = told(error)
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        if not hasattr(error, "format_message"):  # no word of the parser: a fault of ours, told in full
            raise
        code = usage(error)
    sys.exit(code or 0)


__all__ = ["main"]
