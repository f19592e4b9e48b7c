"""The scale of one cell: a reaction network as data, its equations, and the process that integrates every cell."""

from amoeboid.signalling.network import Network, network
from amoeboid.signalling.translate import System, translate

__all__ = ["Network", "System", "network", "translate"]
