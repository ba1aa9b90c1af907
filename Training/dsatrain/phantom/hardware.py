"""Things that are not the patient: catheter, ECG wires, seams of the detector."""

import numpy as np

from dsatrain.phantom.background import walk
from dsatrain.phantom.fields import Map
from dsatrain.phantom.image_settings import ImageSettings
from dsatrain.phantom.layers import Layers
from dsatrain.phantom.metal import stamp
from dsatrain.phantom.projection import sample
from dsatrain.phantom.settings import PhantomSettings
from dsatrain.phantom.thickness import thickness_maps
from dsatrain.phantom.vessels import Floats, one_vessel

CATHETER_RADIUS_MM, CATHETER_SHIFT_MM, CATHETER_BEAT_MM = 0.75, 1.0, 0.25
"""Radius (1.3 to 2 mm across), how far it jumps when the injection begins and at each beat."""
WIRE_MM, WIRE_DEPTH, WIRE_SHIFT_PX = (0.3, 0.8), (0.03, 0.2), 0.7
"""Width, natural-log units and movement of ECG wires and tubes (a choice)."""
SEAM_DEPTH = 0.02
"""How far a seam's gain strays from its calibration, natural-log units (a choice)."""


def catheter_layers(course: Floats, middle: Floats, settings: PhantomSettings) -> Layers:
    """The line pair left by a catheter that moves at the injection and with the pulse.

    Args:
        course: float64 (K, 3), mm, from where it enters to its tip.
        middle: float64 (3,), the isocentre in mm.
        settings: The phantom.

    Returns:
        Catheter where it is now less catheter where the mask shows it; nothing without a catheter.
    """
    flow = settings.flow
    times = np.asarray(flow.times)
    if settings.patient.catheter == 0 or len(course) < 2:
        return _nothing(settings)
    jumped = np.where(times > flow.injection_s, CATHETER_SHIFT_MM, 0.0)
    beat = CATHETER_BEAT_MM * np.sin(2 * np.pi * flow.heart_hz * (times - flow.injection_s))
    before, after, swung = (
        _catheter(course + np.array((shift, shift, 0.0)), middle, settings)
        for shift in (0.0, CATHETER_SHIFT_MM, CATHETER_SHIFT_MM + CATHETER_BEAT_MM)
    )
    strength = settings.patient.catheter / (2 * CATHETER_RADIUS_MM)
    maps = np.stack((after - before, swung - after))
    weights = np.stack((jumped / CATHETER_SHIFT_MM, beat / CATHETER_BEAT_MM), axis=1)
    return Layers(maps, strength * weights)


def _catheter(course: Floats, middle: Floats, settings: PhantomSettings) -> Map:
    ones = np.ones(len(course))
    pieces = sample(one_vessel(course, CATHETER_RADIUS_MM * ones, 0 * ones, 0), middle,
                    settings.view)  # fmt: skip
    bins = np.array([0.0, 1.0])
    maps = thickness_maps(pieces, bins, settings.view.size, settings.image.blur_px)
    return np.asarray(maps[0], np.float32)


def wire_layers(settings: PhantomSettings, rng: np.random.Generator) -> Layers:
    """Wires and tubes that moved since the mask: long smooth dark and bright line pairs."""
    view = settings.view
    count, size = len(settings.flow.times), np.array(view.size)
    maps, weights = [], []
    for _ in range(settings.patient.wires):
        angle = rng.uniform(0, np.pi)
        way = np.array((np.sin(angle), np.cos(angle)))
        along = np.linspace(-0.8, 0.8, 4 * int(size.max()))[:, None] * size.max()
        bend = rng.uniform(-0.35, 0.35) * along**2 / size.max() * way[::-1] * (1, -1)
        curve = size * rng.uniform(0.1, 0.9, 2) + along * way + bend
        width = float(rng.uniform(*WIRE_MM)) / view.pixel_mm
        depth = float(rng.uniform(*WIRE_DEPTH))
        image = np.zeros((2, *view.size), np.float32)
        stamp(image[0], curve, width, depth)
        stamp(image[1], curve + rng.normal(0, WIRE_SHIFT_PX, 2), width, depth)
        maps.append(image[1] - image[0])
        weights.append(1 + 0.5 * walk(count, 1, rng))
    if not maps:
        return _nothing(settings)
    return Layers(np.stack(maps), np.stack(weights, axis=1))


def seam_layers(settings: PhantomSettings, rng: np.random.Generator) -> Layers:
    """Straight seams between parts of the detector: a line and a step of gain across the image."""
    image: ImageSettings = settings.image
    rows, columns = settings.view.size
    count = len(settings.flow.times)
    maps, weights = [], []
    for _ in range(image.stitches):
        seam = np.zeros((rows, columns), np.float32)
        upright = bool(rng.random() < 0.7)
        side = columns if upright else rows
        place = int(side * float(rng.choice((0.25, 0.5, 0.5, 0.75)))) + int(rng.integers(-9, 10))
        line = (slice(None), place) if upright else (place, slice(None))
        beyond = (slice(None), slice(place, None)) if upright else slice(place, None)
        seam[beyond] += float(rng.normal(0, 0.2))
        seam[line] += 1 + abs(float(rng.normal(0, 1)))
        maps.append(seam)
        weights.append(SEAM_DEPTH * (float(rng.normal(0, 1)) + 0.4 * walk(count, 1, rng)))
    if not maps:
        return _nothing(settings)
    return Layers(np.stack(maps), np.stack(weights, axis=1))


def _nothing(settings: PhantomSettings) -> Layers:
    return Layers(np.zeros((0, *settings.view.size), np.float32),
                  np.zeros((len(settings.flow.times), 0)))  # fmt: skip
