"""Exported files read by the libraries of those who made the formats: positions, units and times are equal."""

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import zarr

from amoeboid.formats import (
    CellScalar,
    Label,
    Movie,
    Volume,
    Volumes,
    write_ome_zarr,
    write_simularium,
    write_vtk_cells,
    write_vtk_volumes,
)

LABEL = Label(
    "gel <&>",
    'Who "leaves"?',
    "gel-0123456789ab",
    "osm/r1",
    "amoeboid 0.1.0",
    "Research tool, not medical advice.",
    ("Wolf 2013 <https://doi.org/10.1083/jcb.201210152>", "µ 2"),
)
TIMES = np.array([0.0, 1200.0, 3600.0])
SIZE = (200.0, 160.0, 120.0)


def movie(n=7):
    """Give cells of two types, one not yet born at time 0, one gone after the first frame."""
    rng = np.random.default_rng(4)
    position = (rng.random((3, n, 3)) * SIZE).astype(np.float32)
    position[0, 2] = np.nan
    position[1:, 5] = np.nan
    tension = np.arange(2.0 * n, dtype=np.float32).reshape(2, n)
    tension[0, 2] = np.nan
    return Movie(
        label=LABEL,
        size=SIZE,
        time=TIMES,
        position=position,
        identity=10 + np.arange(n),
        kind=np.arange(n) % 2,
        radius=np.linspace(6.0, 9.0, n)[None],
        types=("carcinoma", "fibroblast"),
        sample_time=np.array([0.0, 3600.0]),
        scalars=(CellScalar("tension", "nN/um", "cortical tension gamma", tension),),
    )


def volumes(shape=(16, 16, 32), n_times=2):
    rng = np.random.default_rng(5)
    names = (("matrix.collagen", "mg/ml", 0), ("matrix.displacement", "um", 3), ("matrix.stress", "kPa", 6))
    components = {0: (), 3: ("x", "y", "z"), 6: ("xx", "yy", "zz", "xy", "xz", "yz")}
    frames = tuple(
        tuple(Volume(name, unit, "", rng.random((*shape, n) if n else shape), components[n]) for name, unit, n in names)
        for _ in range(n_times)
    )
    return Volumes(LABEL, 5.0, tuple(900.0 * k for k in range(n_times)), frames)


@pytest.fixture
def simularium(tmp_path):
    simulariumio = pytest.importorskip("simulariumio")
    write_simularium(movie(), tmp_path / "a.simularium")
    file = simulariumio.InputFileData(file_path=str(tmp_path / "a.simularium"))
    return simulariumio.FileConverter(file)._data


def test_simulariumio_reads_positions_radii_and_types_of_the_cells_that_are_there(simularium):
    made, agents = movie(), simularium.agent_data
    for k in range(made.n_frames):
        there = made.is_present[k]
        n = int(agents.n_agents[k])
        assert n == there.sum() == 6
        np.testing.assert_array_equal(agents.unique_ids[k, :n], made.identity[there])
        centred = agents.positions[k, :n] + 0.5 * np.array(SIZE)
        np.testing.assert_allclose(centred, made.position[k, there], atol=6e-5)
        np.testing.assert_allclose(agents.radii[k, :n], made.radius[0, there])
        assert list(agents.types[k][:n]) == [made.types[kind] for kind in made.kind[there]]


def test_simulariumio_reads_times_units_and_what_the_file_says_of_itself(simularium):
    np.testing.assert_array_equal(simularium.agent_data.times, TIMES)
    assert (simularium.time_units.name, simularium.time_units.magnitude) == ("s", 1.0)
    assert (simularium.spatial_units.name, simularium.spatial_units.magnitude) in (("um", 1.0), ("µm", 1.0))
    np.testing.assert_array_equal(simularium.meta_data.box_size, SIZE)
    about = simularium.meta_data.model_meta_data.description
    for part in (LABEL.run, LABEL.notice, *LABEL.references):
        assert part in about


def test_the_simularium_plots_leave_out_cells_that_are_not_there(tmp_path):
    write_simularium(movie(), tmp_path / "a.simularium")
    plot = json.loads((tmp_path / "a.simularium").read_text("utf-8"))["plotData"]["data"][0]
    assert plot["data"][0]["y"] == pytest.approx([(0 + 1 + 3 + 4 + 5 + 6) / 6, np.arange(7, 14).mean()])
    assert plot["layout"]["yaxis"]["title"] == "tension [nN/um]"


@pytest.fixture
def poly_data(tmp_path):
    """Give the frames of the collection as VTK reads them, by time."""
    vtk = pytest.importorskip("vtk")
    collection = write_vtk_cells(movie(), tmp_path)
    entries = ElementTree.parse(collection).getroot().findall("Collection/DataSet")
    found = {}
    for entry in entries:
        reader = vtk.vtkXMLPolyDataReader()
        reader.SetFileName(str(tmp_path / entry.get("file")))
        reader.Update()
        assert reader.GetErrorCode() == 0
        found[float(entry.get("timestep"))] = reader.GetOutput()
    return found


def test_vtk_reads_the_positions_and_times_of_the_collection(poly_data):
    from vtk.util.numpy_support import vtk_to_numpy

    made = movie()
    assert list(poly_data) == TIMES.tolist()
    for k, frame in enumerate(poly_data.values()):
        there = made.is_present[k]
        np.testing.assert_array_equal(vtk_to_numpy(frame.GetPoints().GetData()), made.position[k, there])
        assert frame.GetNumberOfVerts() == there.sum()
        clock = frame.GetFieldData().GetArray("TimeValue")
        assert clock.GetTuple1(0) == TIMES[k]


def test_vtk_reads_numbers_of_cells_with_their_units_from_the_latest_sample(poly_data):
    from vtk.util.numpy_support import vtk_to_numpy

    made = movie()
    for k, sample in ((0, 0), (1, 0), (2, 1)):
        data, there = poly_data[TIMES[k]].GetPointData(), made.is_present[k]
        np.testing.assert_array_equal(vtk_to_numpy(data.GetArray("id")), made.identity[there])
        np.testing.assert_array_equal(vtk_to_numpy(data.GetArray("radius [um]")), made.radius[0, there])
        found = vtk_to_numpy(data.GetArray("tension [nN/um]"))
        np.testing.assert_array_equal(found, made.scalars[0].value[sample, there])


def test_vtk_reads_what_the_file_says_of_itself(poly_data):
    facts = poly_data[0.0].GetFieldData()
    for name, wanted in LABEL.as_dict().items():
        array = facts.GetAbstractArray(name)
        found = [array.GetValue(k) for k in range(array.GetNumberOfValues())]
        assert found == (wanted if isinstance(wanted, list) else [wanted])
    assert facts.GetAbstractArray("length unit").GetValue(0) == "um"


def test_a_frame_without_any_cell_is_read_as_empty(tmp_path):
    vtk = pytest.importorskip("vtk")
    empty = movie()
    empty.position[1] = np.nan
    write_vtk_cells(empty, tmp_path)
    reader = vtk.vtkXMLPolyDataReader()
    reader.SetFileName(str(tmp_path / "cells_0001.vtp"))
    reader.Update()
    assert reader.GetErrorCode() == 0
    assert reader.GetOutput().GetNumberOfPoints() == 0


def test_vtk_reads_voxels_with_their_edges_vectors_and_tensors(tmp_path):
    vtk = pytest.importorskip("vtk")
    from vtk.util.numpy_support import vtk_to_numpy

    made = volumes()
    write_vtk_volumes(made, tmp_path)
    reader = vtk.vtkXMLImageDataReader()
    reader.SetFileName(str(tmp_path / "volumes_0001.vti"))
    reader.Update()
    image = reader.GetOutput()
    n_z, n_y, n_x = made.shape
    assert image.GetSpacing() == (5.0, 5.0, 5.0)
    assert image.GetOrigin() == (0.0, 0.0, 0.0)
    assert image.GetDimensions() == (n_x + 1, n_y + 1, n_z + 1)
    data = image.GetCellData()
    collagen, displacement, stress = made.frames[1]
    found = vtk_to_numpy(data.GetArray("matrix.collagen [mg/ml]")).reshape(made.shape)
    np.testing.assert_array_equal(found, collagen.value.astype(np.float32))
    found = vtk_to_numpy(data.GetArray("matrix.displacement [um]")).reshape(*made.shape, 3)
    np.testing.assert_array_equal(found, displacement.value.astype(np.float32))
    tensor = data.GetArray("matrix.stress [kPa]")
    assert [tensor.GetComponentName(k) for k in range(6)] == ["XX", "YY", "ZZ", "XY", "YZ", "XZ"]
    ours = dict(zip(("XX", "YY", "ZZ", "XY", "XZ", "YZ"), np.moveaxis(stress.value, -1, 0), strict=True))
    for k, name in enumerate(("XX", "YY", "ZZ", "XY", "YZ", "XZ")):
        found = vtk_to_numpy(tensor)[:, k].reshape(made.shape)
        np.testing.assert_array_equal(found, ours[name].astype(np.float32))
    # the voxel that holds a point is the one whose index is the point's over the edge
    assert image.ComputeCellId([3, 2, 1]) == (1 * n_y + 2) * n_x + 3


def test_ome_zarr_models_accepts_the_image_and_reads_scale_units_and_voxels(tmp_path):
    models = pytest.importorskip("ome_zarr_models.v05.image")
    made = volumes()
    write_ome_zarr(made, tmp_path / "a.ome.zarr")
    image = models.Image.from_zarr(zarr.open_group(tmp_path / "a.ome.zarr", mode="r"))
    scales = image.attributes.ome.multiscales[0]
    assert [(axis.name, axis.unit) for axis in scales.axes] == [
        ("t", "second"),
        ("c", None),
        ("z", "micrometer"),
        ("y", "micrometer"),
        ("x", "micrometer"),
    ]
    scale, shift = scales.datasets[0].coordinateTransformations
    assert list(scale.scale) == [900.0, 1.0, 5.0, 5.0, 5.0]
    assert list(shift.translation) == [0.0, 0.0, 2.5, 2.5, 2.5]
    array = zarr.open_group(tmp_path / "a.ome.zarr", mode="r")["0"]
    assert array.shape == (2, 1 + 3 + 6, *made.shape)
    for t, (collagen, displacement, stress) in enumerate(made.frames):
        np.testing.assert_array_equal(array[t, 0], collagen.value.astype(np.float32))
        np.testing.assert_array_equal(array[t, 3], displacement.value[..., 2].astype(np.float32))
        np.testing.assert_array_equal(array[t, 9], stress.value[..., 5].astype(np.float32))


def test_each_coarser_level_of_the_image_keeps_the_mean_and_the_place(tmp_path):
    made = volumes()
    write_ome_zarr(made, tmp_path / "a.ome.zarr")
    group = zarr.open_group(tmp_path / "a.ome.zarr", mode="r")
    datasets = group.attrs["ome"]["multiscales"][0]["datasets"]
    assert len(datasets) == 2
    # the corner of the image is where it was: translation less half a voxel
    for one in datasets:
        scale, shift = (step[step["type"]] for step in one["coordinateTransformations"])
        np.testing.assert_allclose(np.array(shift[2:]) - 0.5 * np.array(scale[2:]), 0.0)
        extent = np.array(group[one["path"]].shape[2:]) * np.array(scale[2:])
        np.testing.assert_allclose(extent, [80.0, 80.0, 160.0])
    np.testing.assert_allclose(group["1"][...].mean(axis=(2, 3, 4)), group["0"][...].mean(axis=(2, 3, 4)), rtol=1e-6)


def test_the_image_names_its_channels_its_times_and_its_run(tmp_path):
    write_ome_zarr(volumes(), tmp_path / "a.ome.zarr")
    attributes = zarr.open_group(tmp_path / "a.ome.zarr", mode="r").attrs
    labels = [channel["label"] for channel in attributes["ome"]["omero"]["channels"]]
    assert labels[:2] == ["matrix.collagen [mg/ml]", "matrix.displacement x [um]"]
    assert attributes["amoeboid"]["time [s]"] == [0.0, 900.0]
    assert {key: attributes["amoeboid"][key] for key in LABEL.as_dict()} == LABEL.as_dict()
