"""Distance of points beyond a convex hull: the loop behind every measure of escape."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import kernel, scalar

Floats = NDArray[np.float64]

_LEAST = 1e-300  # um^2; keeps an edge without length from 0/0


@scalar
def to_segment(x: float, y: float, z: float, one: Floats, other: Floats) -> float:
    """Give the distance of a point to the segment between two corners [um]."""
    ax, ay, az = other[0] - one[0], other[1] - one[1], other[2] - one[2]
    bx, by, bz = x - one[0], y - one[1], z - one[2]
    along = (ax * bx + ay * by + az * bz) / max(ax * ax + ay * ay + az * az, _LEAST)
    share = min(max(along, 0.0), 1.0)
    dx, dy, dz = bx - share * ax, by - share * ay, bz - share * az
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@scalar
def to_face(x: float, y: float, z: float, corner: Floats, height: float) -> float:
    """Give the distance of a point to a triangle whose plane it is ``height`` above: to the foot, or to an edge."""
    one, two, three = corner[0], corner[1], corner[2]
    fx, fy, fz = two[0] - one[0], two[1] - one[1], two[2] - one[2]
    sx, sy, sz = three[0] - one[0], three[1] - one[1], three[2] - one[2]
    ax, ay, az = x - one[0], y - one[1], z - one[2]
    d11, d12, d22 = fx * fx + fy * fy + fz * fz, fx * sx + fy * sy + fz * sz, sx * sx + sy * sy + sz * sz
    # the edges lie in the plane, so the height drops out of these products
    p1, p2 = ax * fx + ay * fy + az * fz, ax * sx + ay * sy + az * sz
    area = d11 * d22 - d12 * d12
    u, v = d22 * p1 - d12 * p2, d11 * p2 - d12 * p1
    if u >= 0.0 and v >= 0.0 and u + v <= area:
        return height
    edge = min(to_segment(x, y, z, one, two), to_segment(x, y, z, two, three))
    return min(edge, to_segment(x, y, z, three, one))


@kernel
def beyond(low: int, high: int, points: Floats, normal: Floats, offset: Floats, corner: Floats, out: Floats) -> None:
    """Write the distance of points low to high beyond a hull [um]: exact outside and inside, negative inside.

    The nearest point of a convex body lies on a face that is seen, so no other face is looked at.

    Parameters
    ----------
    points : (n, 3) array [um]
    normal, offset : (n_faces, 3), (n_faces,) arrays
        A point is inside when ``normal @ point + offset <= 0`` for every face.
    corner : (n_faces, 3, 3) array [um]
        Corners of the triangles.
    out : (n,) array [um]
    """
    n_faces = normal.shape[0]
    for n in range(np.uintp(low), np.uintp(high)):
        x, y, z = points[n, 0], points[n, 1], points[n, 2]
        highest = -math.inf
        for face in range(np.uintp(n_faces)):
            highest = max(highest, normal[face, 0] * x + normal[face, 1] * y + normal[face, 2] * z + offset[face])
        if highest > 0.0:
            nearest = math.inf
            for face in range(np.uintp(n_faces)):
                height = normal[face, 0] * x + normal[face, 1] * y + normal[face, 2] * z + offset[face]
                # no point of a face is nearer than its plane
                if 0.0 < height < nearest:
                    nearest = min(nearest, to_face(x, y, z, corner[face], height))
            highest = nearest
        out[n] = highest
