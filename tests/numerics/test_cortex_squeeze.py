"""The plate squeeze against closed forms and against its own reading."""

import math

import numpy as np
import pytest

from amoeboid.errors import NumericsError
from amoeboid.tissue.cells import curvature_from_outline, read, squeeze


def test_an_untouched_drop_has_the_laplace_pressure():
    assert squeeze(0.2, 10.0, 20.0).pressure == pytest.approx(0.040, rel=1e-9)
    assert squeeze(1.6, 10.0, 20.0).pressure == pytest.approx(0.320, rel=1e-9)
    assert squeeze(0.2, 10.0, 20.0).force == 0.0


@pytest.mark.parametrize("height", [19.9, 16.0, 10.0, 4.0])
def test_the_profile_keeps_the_volume_and_spans_the_height(height):
    seen = squeeze(0.7, 10.0, height)
    a, b, h = seen.contact_radius, seen.equator_radius, seen.mean_curvature
    t = (np.arange(200_000) + 0.5) * (math.pi / 2 / 200_000)
    r = a + (b - a) * np.sin(t)
    sine = h * (r**2 - a**2) / r
    dz = sine / np.sqrt((1 - sine) * (1 + sine)) * (b - a) * np.cos(t) * (math.pi / 2 / 200_000)
    assert 2 * dz.sum() == pytest.approx(height, rel=1e-4)
    assert 2 * math.pi * (r**2 * dz).sum() == pytest.approx(4 / 3 * math.pi * 1000, rel=1e-4)


def test_a_flat_drop_tends_to_a_disc_between_half_rounds():
    """For h much less than R the rim is a half circle: P = 2 gamma / h (1 + O(h/b)), and V = pi b^2 h."""
    seen = squeeze(1.0, 10.0, 0.05)
    assert seen.pressure == pytest.approx(2.0 / 0.05, rel=2e-3)
    assert math.pi * seen.equator_radius**2 * 0.05 == pytest.approx(4 / 3 * math.pi * 1000, rel=2e-3)


@pytest.mark.parametrize("tension", [0.2, 0.515, 1.6])
@pytest.mark.parametrize("height", [18.0, 12.0, 8.0])
def test_reading_force_area_and_curvature_gives_the_tension_back(tension, height):
    seen = squeeze(tension, 10.0, height)
    assert read(seen) == pytest.approx((tension, seen.pressure), rel=1e-9)
    outline = curvature_from_outline(seen.contact_radius, seen.equator_radius)
    assert outline == pytest.approx(seen.mean_curvature, rel=1e-9)


def test_force_is_the_derivative_of_surface_energy_by_height():
    """Virtual work: F dh = -gamma dA at constant volume."""

    def area(height):
        seen = squeeze(1.0, 10.0, height)
        a, b, h = seen.contact_radius, seen.equator_radius, seen.mean_curvature
        nodes, weights = np.polynomial.legendre.leggauss(400)
        slope = math.pi / 4 * (nodes + 1)
        root = np.sqrt(np.sin(slope) ** 2 + (2 * h * a) ** 2)
        r = (np.sin(slope) + root) / (2 * h)
        dr_over_cos = (1 + np.sin(slope) / root) / (2 * h)
        assert r.max() <= b * (1 + 1e-12)
        return 2 * math.pi * a**2 + 2 * math.pi / 4 * np.sum(weights * 2 * math.pi * r * dr_over_cos)

    slope = -(area(12.001) - area(11.999)) / 0.002
    assert squeeze(1.0, 10.0, 12.0).force == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize(("tension", "radius", "height"), [(0.2, 10, 21), (0.2, 10, 0), (0, 10, 10), (0.2, -1, 10)])
def test_what_cannot_be_squeezed_is_told(tension, radius, height):
    with pytest.raises(NumericsError, match="no squeeze"):
        squeeze(tension, radius, height)


def test_plates_that_do_not_touch_cannot_be_read():
    with pytest.raises(NumericsError, match="no contact"):
        read(squeeze(0.2, 10.0, 20.0))
