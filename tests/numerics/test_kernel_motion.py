"""One mechanics step against its NumPy twin; same bytes for threads and for storage; momentum."""

import numpy as np
import pytest
from mechanics_scene import law, scene

from amoeboid.kernels import motion, neighbours, threads
from amoeboid.kernels.reference import motion as twin


def run(cells, position, gel, space, numbers, dt=30.0, wider=1.0):
    n = len(position)
    near = neighbours.Builder().build(position, cells.radius, numbers.reach + wider)
    packed = motion.packed_array(n)
    done = threads.run_chunks(motion.gather, n, position, position.copy(), cells.radius + 1.0, cells, numbers, packed)
    out = motion.Moved(
        position.copy(),
        np.empty((n, 3)),
        np.empty(n),
        np.empty(n),
        np.empty(n),
        np.empty(n, np.int64),
        np.empty((n, 3)),
        np.empty(n),
    )
    status = threads.run_chunks(motion.step, n, packed, near, cells, gel, space, numbers, dt, out)
    assert max(status) < 0
    assert max(row for _, row in done) < 0
    return out


@pytest.mark.parametrize("rigid", [False, True])
@pytest.mark.parametrize("loosening", [0.0, 0.5])
@pytest.mark.parametrize("coupling", [1.0, 0.3])
def test_a_step_equals_its_twin(rigid, loosening, coupling):
    cells, position, gel, space = scene(1500, seed=3, rigid=rigid)
    numbers = law()._replace(loosening=loosening, coupling=coupling)
    got = run(cells, position, gel, space, numbers)
    expected = twin.step(position, cells, gel, space, numbers, 30.0)
    for name in motion.Moved._fields:
        np.testing.assert_allclose(getattr(got, name), getattr(expected, name), rtol=1e-10, atol=1e-12, err_msg=name)
    assert got.contacts.mean() > 3
    assert 0.0 < got.passage.min() + 1e-9 < got.passage.max()


@pytest.mark.parametrize("heterotypic", [0.0, 0.5, 1.5])
def test_a_step_of_two_kinds_of_junction_equals_its_twin(heterotypic):
    cells, position, gel, space = scene(1500, seed=10)
    kind = np.random.default_rng(2).integers(0, 3, 1500)  # epithelial, mesenchymal, both
    mixed = cells._replace(
        sticky=np.where(kind == 1, 0.0, cells.sticky), mesenchymal=np.where(kind == 0, 0.0, 0.9 * cells.sticky)
    )
    numbers = law()._replace(heterotypic=heterotypic, loosening=0.3)
    got = run(mixed, position, gel, space, numbers)
    expected = twin.step(position, mixed, gel, space, numbers, 30.0)
    for name in motion.Moved._fields:
        np.testing.assert_allclose(getattr(got, name), getattr(expected, name), rtol=1e-10, atol=1e-12, err_msg=name)
    assert got.pressure.max() > 0.0


def test_how_unlike_junctions_hold_changes_no_byte_where_no_cell_is_mesenchymal():
    cells, position, gel, space = scene(2000, seed=11)
    usual = run(cells, position, gel, space, law())
    other = run(cells, position, gel, space, law()._replace(heterotypic=7.0))
    for name in motion.Moved._fields:
        assert getattr(usual, name).tobytes() == getattr(other, name).tobytes(), name


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_threads_do_not_change_a_byte(n_threads):
    before = threads.threads()
    cells, position, gel, space = scene(6000, seed=4)
    try:
        threads.set_threads(1)
        one = run(cells, position, gel, space, law())
        threads.set_threads(n_threads)
        many = run(cells, position, gel, space, law())
    finally:
        threads.set_threads(before)
    for name in motion.Moved._fields:
        assert getattr(one, name).tobytes() == getattr(many, name).tobytes(), name


def test_storage_order_does_not_change_a_byte():
    cells, position, gel, space = scene(3000, seed=5)
    straight = run(cells, position, gel, space, law())
    shuffle = np.random.default_rng(1).permutation(3000)
    by_row = cells._fields[: cells._fields.index("nucleus")]
    stored = cells._replace(**{name: getattr(cells, name)[shuffle] for name in by_row})
    mixed = run(stored, position[shuffle], gel, space, law())
    for name in motion.Moved._fields:
        assert getattr(straight, name)[shuffle].tobytes() == getattr(mixed, name).tobytes(), name


@pytest.mark.parametrize("wider", [0.0, 20.0])
def test_pairs_beyond_reach_add_exactly_nothing(wider):
    """Lists of 15 and of hundreds of cells: other groups, other order, batches that fit and batches that do not."""
    cells, position, gel, space = scene(3000, seed=12)
    usual = run(cells, position, gel, space, law())
    other = run(cells, position, gel, space, law(), wider=wider)
    for name in motion.Moved._fields:
        assert getattr(usual, name).tobytes() == getattr(other, name).tobytes(), name


def test_a_coincident_pair_in_a_crowd_leaves_the_others_alone():
    cells, position, gel, space = scene(200, seed=13, collagen=0.0)
    still = cells._replace(vigour=np.zeros(200))
    position[100] = position[7]
    one = run(still, position, gel, space, law())
    shifted = position.copy()
    shifted[100] += [1e-12, 0.0, 0.0]
    two = run(still, shifted, gel, space, law())
    assert np.all(np.isfinite(one.velocity))
    np.testing.assert_allclose(one.velocity, two.velocity, rtol=1e-6, atol=1e-9)
    expected = twin.step(np.where(np.arange(200)[:, None] == 100, 1e-9 * np.eye(3)[0], 0) + position,
                         still, gel, space, law(), 30.0)  # fmt: skip
    np.testing.assert_allclose(one.velocity, expected.velocity, rtol=1e-6, atol=1e-9)


def test_contact_forces_sum_to_nothing():
    cells, position, gel, space = scene(2000, seed=6, collagen=0.0)
    wide = space._replace(size_x=1e4, size_y=1e4, size_z=1e4)
    resting = cells._replace(vigour=np.zeros(2000))
    out = run(resting, position + 500.0, gel, wide, law())
    size = np.abs(out.velocity).sum()
    assert size > 0.1
    assert np.abs(out.velocity.sum(axis=0)).max() < 1e-13 * size


def test_no_active_force_exceeds_stall():
    cells, position, gel, space = scene(2000, seed=7)
    strong = cells._replace(vigour=np.full(2000, 100.0))
    out = run(strong, position, gel, space, law())
    np.testing.assert_allclose(out.drive_force.max(), twin.stall_force(cells.tension, law()).max())
    assert np.all(out.drive_force <= twin.stall_force(cells.tension, law()) * (1 + 1e-12))


def test_cut_coupling_hides_tension_from_motion():
    cells, position, gel, space = scene(1000, seed=8)
    blind = law()._replace(coupling=0.0)
    low = run(cells._replace(tension=np.full(1000, 0.2), drive=np.zeros(1000)), position, gel, space, blind)
    high = run(cells._replace(tension=np.full(1000, 1.6), drive=np.ones(1000)), position, gel, space, blind)
    assert low.position.tobytes() == high.position.tobytes()
    seeing = run(cells._replace(tension=np.full(1000, 1.6), drive=np.ones(1000)), position, gel, space, law())
    assert np.abs(seeing.position - low.position).max() > 1e-3


def test_coincident_cells_part_with_opposite_finite_forces():
    cells, position, gel, space = scene(4, seed=9, collagen=0.0)
    position[:] = 60.0
    position[2:] = 120.0
    wide = space._replace(size_x=300.0, size_y=300.0, size_z=300.0)
    out = run(cells._replace(vigour=np.zeros(4)), position, gel, wide, law())
    assert np.all(np.isfinite(out.velocity))
    np.testing.assert_allclose(out.velocity[0], -out.velocity[1])
    assert out.velocity[0, 0] < 0 < out.velocity[1, 0]
