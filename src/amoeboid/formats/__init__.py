"""Files and neutral records: tracks, TrackMate XML, SBML and Antimony in, viewers' files out. No biology of ours."""

from amoeboid.formats.cdisc import Endpoint, Subjects, adsl, adtte, write_trial
from amoeboid.formats.datasets import Dataset, Variable, read_dataset, write_dataset
from amoeboid.formats.movie import CellScalar, Label, Movie, Volume, Volumes
from amoeboid.formats.nonmem import DosingRecords, read_nonmem
from amoeboid.formats.ome_zarr import write_ome_zarr
from amoeboid.formats.sbml import SbmlModel, read_antimony, read_model, read_sbml, write_sbml
from amoeboid.formats.simularium import write_simularium
from amoeboid.formats.tables import read_tracks, write_tracks
from amoeboid.formats.trackmate import read_trackmate
from amoeboid.formats.tracks import Tracks
from amoeboid.formats.vtk import write_vtk_cells, write_vtk_volumes

__all__ = [
    "CellScalar",
    "Dataset",
    "DosingRecords",
    "Endpoint",
    "Label",
    "Movie",
    "SbmlModel",
    "Subjects",
    "Tracks",
    "Variable",
    "Volume",
    "Volumes",
    "adsl",
    "adtte",
    "read_dataset",
    "read_antimony",
    "read_model",
    "read_nonmem",
    "read_sbml",
    "read_trackmate",
    "read_tracks",
    "write_dataset",
    "write_ome_zarr",
    "write_sbml",
    "write_simularium",
    "write_trial",
    "write_tracks",
    "write_vtk_cells",
    "write_vtk_volumes",
]
