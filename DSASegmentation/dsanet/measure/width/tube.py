"""The profile of a round vessel: the chord of a circle, blurred."""

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float32]

NODES = ((1.3556, 0.81623), (2.8570, 0.18377))
"""Half widths of boxes, in standard deviations, and their shares, whose mixture has a Gaussian's
moments up to the sixth (a Gaussian is a mixture of boxes whose half width is chi-distributed with
three degrees of freedom; Gauss-Laguerre quadrature with alpha 1/2 in its square). Each box over the
chord has a closed form, the whole Gaussian has none."""


def tube(offset: Reals, radius: Reals, blur: float) -> tuple[Reals, Reals, Reals]:
    """Blurred chord of a circle and its derivatives.

    Args:
        offset: float32 (N, P), distance from the axis, pixels.
        radius: float32 (N, 1), pixels, above 0.
        blur: Standard deviation of the Gaussian, pixels, above 0.

    Returns:
        The chord in pixels, 2 sqrt(r^2 - x^2) without blur, and its derivatives by offset and by
        radius, each float32 (N, P).
    """
    value, by_offset, by_radius = (np.zeros_like(offset) for _ in range(3))
    for reach, share in NODES:
        half = np.float32(reach * blur)
        far, near = (_integrals((offset + side) / radius) for side in (half, -half))
        scale = np.float32(share) / (2 * half)
        value += scale * radius**2 * (far[0] - near[0])
        by_offset += scale * 2 * radius * (far[1] - near[1])
        by_radius += scale * 2 * radius * (far[2] - near[2])
    return value, by_offset, by_radius


def _integrals(share: Reals) -> tuple[Reals, Reals, Reals]:
    """For x / r: the chord's integral over r^2, half the chord over r, the angle."""
    inside = np.clip(share, -1, 1)
    half_chord = np.sqrt(1 - inside * inside)
    angle = np.arcsin(inside)
    return inside * half_chord + angle, half_chord, angle
