"""The constitutive law of collagen: elastic ground, fibres that carry tension only, and flow.

    stress = dW/de (e),   e' = D - flow(e),   flow = e / t_creep + (1 - y / |e|)+ e / t_relax

W is the convex energy of `amoeboid.kernels.fibres`, e the elastic strain, D the rate of strain, |e| the Frobenius norm.
Below the yield strain y a gel creeps slowly, above it the excess relaxes fast (nam-2016: relaxation is faster at larger
strain). Since W is convex with its least value at 0 and flow only shortens e, no step makes energy. Range of validity:
elastic strains to some tenths, times above a minute (no poroelastic delay of the liquid in the pores).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters
from amoeboid.kernels import fibres
from amoeboid.kernels.threads import run_chunks
from amoeboid.tissue.matrix.refresh import Rest, modulus_at

Floats = NDArray[np.float64]

AFFINE = 6.0
"""Modulus of fibres in all directions over the Young's modulus of the network that they make, all of them strained."""


@dataclass(frozen=True)
class FibreLaw:
    """Numbers of the constitutive law.

    Attributes
    ----------
    rest : Rest
        Modulus and density of the gel without load.
    ground_share : float
        Share of the modulus that does not buckle.
    poisson : float
        Of the ground.
    stretch : fibres.Stretch
        How fibres stiffen.
    yield_strain : float
    relaxation, creep : float
        Times [s] above and below yield.
    liquid, tissue : float
        Modulus of liquid and of a voxel full of cells [kPa]; neither
        remembers a strain from one solve to the next.
    """

    rest: Rest
    ground_share: float
    poisson: float
    stretch: fibres.Stretch
    yield_strain: float
    relaxation: float
    creep: float
    liquid: float
    tissue: float


def fibre_law(rest: Rest, parameters: Parameters) -> FibreLaw:
    """Read the numbers of the law of a gel.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> from amoeboid.tissue.matrix import Material, rest
    >>> p = Parameters(catalogue())
    >>> fibre_law(rest(Material("collagen", 2.0), p), p).stretch.scale == p["matrix.stiffening_strain"]
    True
    """
    p = parameters
    return FibreLaw(
        rest=rest,
        ground_share=p["matrix.ground_share"],
        poisson=p["matrix.ground_poisson"],
        stretch=fibres.Stretch(rest.stiffening_strain, p["matrix.stiffening_most"]),
        yield_strain=p["matrix.yield_strain"],
        relaxation=p["matrix.relaxation_time"],
        creep=p["matrix.creep_time"],
        liquid=rest.modulus * p["matrix.liquid_share"],
        tissue=p["mechanics.modulus"],
    )


def lame(modulus: Floats, poisson: float) -> tuple[Floats, Floats]:
    """Give lambda and mu [kPa] of isotropic Young's moduli [kPa].

    Examples
    --------
    >>> [round(float(x), 3) for x in lame(np.array(1.0), 0.25)]
    [0.4, 0.4]
    """
    shear = modulus / (2.0 * (1.0 + poisson))
    return np.asarray(2.0 * shear * poisson / (1.0 - 2.0 * poisson)), np.asarray(shear)


def gel_moduli(density: Floats, law: FibreLaw) -> Floats:
    """Give lambda and mu of the ground and k of the fibres [kPa], shape (..., 3), of gel of any density [mg/ml]."""
    modulus = modulus_at(density, law.rest)
    first, second = lame(law.ground_share * modulus, law.poisson)
    return np.stack([first, second, AFFINE * (1.0 - law.ground_share) * modulus], axis=-1)


@dataclass(frozen=True)
class Response:
    """What gel of a strain answers: stress (..., 6), tangent (..., 21) [kPa], energy density (...) [kPa]."""

    stress: Floats
    tangent: Floats
    energy: Floats


def respond(strain: Floats, orientation: Floats, moduli: Floats, law: FibreLaw) -> Response:
    """Give stress, tangent and energy of gel.

    Parameters
    ----------
    strain, orientation : (..., 6) arrays
        Elastic strain with shears not doubled; fibre tensor of trace 1.
    moduli : (..., 3) array
        From `gel_moduli`.
    law : FibreLaw
    """
    shape = strain.shape[:-1]
    n = int(np.prod(shape))
    out = (np.empty((n, 6)), np.empty((n, fibres.PAIRS)), np.empty(n))
    arrays = [np.ascontiguousarray(array).reshape(n, -1) for array in (strain, orientation, moduli)]
    run_chunks(fibres.respond, n, *arrays, law.stretch, out)
    return Response(out[0].reshape(*shape, 6), out[1].reshape(*shape, -1), out[2].reshape(shape))


def size(strain: Floats) -> Floats:
    """Give the Frobenius norm of (..., 6) tensors, shears counted twice."""
    square = strain * strain
    return np.asarray(np.sqrt(square[..., :3].sum(axis=-1) + 2.0 * square[..., 3:].sum(axis=-1)))


def flow(strain: Floats, dt: float, law: FibreLaw) -> Floats:
    """Give the elastic strain that is left after `dt` [s] without motion.

    What lies above the yield strain relaxes with one time, all with another; each exact for any `dt`, one after the
    other.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> from amoeboid.tissue.matrix import Material, rest
    >>> p = Parameters(catalogue())
    >>> strain = np.array([0.4, 0.0, 0.0, 0.0, 0.0, 0.0])
    >>> left = flow(strain, 1e4, fibre_law(rest(Material("collagen", 2.0), p), p))
    >>> bool(left[0] <= p["matrix.yield_strain"])
    True
    """
    norm = size(strain)
    above = np.maximum(norm - law.yield_strain, 0.0)
    kept = norm - above * -np.expm1(-dt / law.relaxation)
    share = np.exp(-dt / law.creep) * np.divide(kept, norm, out=np.ones_like(norm), where=norm > 0.0)
    return np.asarray(strain * share[..., None])
