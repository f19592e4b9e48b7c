"""From JAK1 to escape: a simulator of contractile cancer cells, with a source behind every number."""

__version__ = "0.1.0"
