"""Trilinear sampling, its adjoint, and the pore law, against their twins."""

import numpy as np
import pytest

from amoeboid.kernels import pores, sampling
from amoeboid.kernels.reference import pores as pores_twin
from amoeboid.kernels.reference import sampling as twin


def sampled(field, points, inverse):
    value = np.empty(len(points))
    sampling.sample(0, len(points), field, points, inverse, value)
    return value


@pytest.mark.parametrize("shape", [(5, 6, 7), (1, 1, 4), (1, 1, 1)])
def test_sampling_equals_its_twin_inside_and_outside_the_grid(shape):
    draw = np.random.default_rng(1)
    field = draw.random(shape)
    points = draw.uniform(-20.0, 90.0, (500, 3))
    np.testing.assert_allclose(sampled(field, points, 0.1), twin.sample(field, points, 0.1), rtol=1e-13)


def test_spreading_equals_its_twin_and_is_the_adjoint_of_sampling():
    draw = np.random.default_rng(2)
    shape, points = (5, 6, 7), draw.uniform(-5.0, 75.0, (300, 3))
    amount, field = draw.random(300), draw.random(shape)
    out = np.zeros(shape)
    sampling.deposit(points, amount, 0.1, out)
    np.testing.assert_allclose(out, twin.deposit(shape, points, amount, 0.1), rtol=1e-12)
    assert out.sum() == pytest.approx(amount.sum(), rel=1e-13)
    assert (sampled(field, points, 0.1) * amount).sum() == pytest.approx((field * out).sum(), rel=1e-13)


def test_a_linear_field_is_sampled_exactly():
    z, y, x = np.meshgrid(*(np.arange(n) + 0.5 for n in (5, 6, 7)), indexing="ij")
    field = 2.0 + 0.3 * x - 0.7 * y + 0.11 * z
    points = np.random.default_rng(3).uniform([0.5, 0.5, 0.5], [6.5, 5.5, 4.5], (200, 3))
    want = 2.0 + points @ np.array([0.3, -0.7, 0.11])
    np.testing.assert_allclose(sampled(field, points, 1.0), want, rtol=1e-13)


def test_the_order_of_sampling_a_curved_field_is_two():
    errors = []
    points = np.random.default_rng(4).uniform(0.2, 0.8, (2000, 3))
    for n in (16, 32, 64):
        c = (np.arange(n) + 0.5) / n
        field = np.sin(3 * c)[:, None, None] * np.sin(2 * c)[:, None] * np.cos(2 * c)
        want = np.sin(3 * points[:, 2]) * np.sin(2 * points[:, 1]) * np.cos(2 * points[:, 0])
        errors.append(np.sqrt(np.mean((sampled(field, points, float(n)) - want) ** 2)))
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert np.all(np.abs(orders - 2.0) < 0.1), orders


def test_a_point_that_is_not_a_number_reads_the_corner_instead_of_foreign_memory():
    field = np.arange(8.0).reshape(2, 2, 2)
    assert sampled(field, np.full((1, 3), np.nan), 1.0)[0] == pytest.approx(0.0)


@pytest.mark.parametrize("rigid", [False, True])
def test_the_pore_law_equals_its_twin(rigid):
    draw = np.random.default_rng(5)
    n = 400
    area0, z, gamma = draw.uniform(1, 60, n), draw.normal(size=n), draw.uniform(0, 1.6, n)
    radius, stiffness, closed = draw.uniform(6, 10, n), draw.uniform(0, 0.5, n), draw.uniform(-0.2, 1.3, n)
    found = [
        pores.passage(area0[i], 0.8, z[i], gamma[i], radius[i], stiffness[i], closed[i], 70.0, 0.1, 0.5, rigid)
        for i in range(n)
    ]
    want = pores_twin.passage(area0, 0.8, z, gamma, radius, stiffness, closed, 70.0, 0.1, 0.5, rigid)
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-13)
    assert min(found) >= 0.0
    assert max(found) <= 1.0
    assert [pores.closed_share(c, 0.5, t) for c, t in ((0.2, 0.0), (3.0, 0.25))] == [0.4, 0.75]
    np.testing.assert_allclose(pores_twin.closed_share([0.2, 3.0], 0.5, [0.0, 0.25]), [0.4, 0.75])
