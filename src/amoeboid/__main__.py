"""Make `python -m amoeboid` the same as `amoeboid`."""

from amoeboid.cli import main

if __name__ == "__main__":
    main()
