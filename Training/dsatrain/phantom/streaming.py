"""Contrast that has not yet mixed with the blood: it runs along one wall behind the catheter."""

from dataclasses import replace

import numpy as np

from dsatrain.phantom.projection import Samples, joined, sample
from dsatrain.phantom.settings import ViewSettings
from dsatrain.phantom.vessels import Floats, Vessels, arc_length

MIXED_AFTER = 8.0
"""Tube diameters after which contrast is mixed fully
(https://doi.org/10.1007/s13239-012-0090-x)."""
STREAM = 0.62
"""Radius of the stream relative to the lumen."""


def streamed(root: Vessels, middle: Floats, view: ViewSettings, share: float) -> Samples:
    """Split the injected artery's pieces into contrast that fills the lumen and a stream.

    No contrast is lost: the stream is as much denser as it is thinner. Only what is drawn changes;
    lumen, labels and truth stay.

    Args:
        root: The artery that holds the catheter, one polyline from its start.
        middle: float64 (3,), the isocentre in mm.
        view: The view.
        share: Share of the contrast that streams at the tip.

    Returns:
        What to draw instead of the artery.
    """
    trunk = sample(root, middle, view)
    if share == 0 or len(trunk.row) < 2:
        return trunk
    along = arc_length(root.points)
    from_tip = along - along[int(np.argmax(root.fill == root.fill.max()))]
    way = sample(replace(root, arrival=from_tip), middle, view).arrival
    mixing = np.exp(-np.maximum(way, 0) / (0.5 * MIXED_AFTER * 2 * trunk.radius_mm))
    part = share * mixing
    down, right = np.gradient(trunk.row), np.gradient(trunk.column)
    length = np.maximum(np.hypot(down, right), 1e-6)
    aside = (1 - STREAM) * trunk.radius_px
    stream = replace(
        trunk,
        row=trunk.row + aside * right / length,
        column=trunk.column - aside * down / length,
        radius_px=STREAM * trunk.radius_px,
        radius_mm=STREAM * trunk.radius_mm,
        fill=trunk.fill * part / STREAM**2,
    )
    return joined([replace(trunk, fill=trunk.fill * (1 - part)), stream])
