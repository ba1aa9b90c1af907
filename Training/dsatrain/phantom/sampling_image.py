"""Draws the patient, the detector and the vendor's processing of a phantom."""

from typing import get_args

import numpy as np

from dsatrain.phantom.image_settings import ImageSettings, PatientSettings, Shutter
from dsatrain.phantom.noise import DOSES_UGY, photons
from dsatrain.phantom.settings import ViewSettings

STILL_SHARE = 0.2
NATIVE_BITS, BITS = (10, 12, 12, 14), (8, 8, 8, 8, 10, 12, 12, 12, 14)
"""DSCA holds 8-bit and 12-bit runs (science notes, section 1.2); 10 and 14 occur."""


def sample_patient(rng: np.random.Generator) -> PatientSettings:
    """Draw bone, motion and metal.

    Motion: 0.3 to 5 px and 0 to 2 degrees before correction (science notes, section 6), less in the
    many runs whose patients lie still or whose masks were shifted.

    Args:
        rng: Random stream.
    """
    still = bool(rng.random() < STILL_SHARE)
    motion = 0.0 if still else _between_log(rng, 0.06, 1.6)
    restless = not still and bool(rng.random() < 0.4)
    return PatientSettings(
        bone=_between(rng, 0.6, 1.3),
        motion_px=motion,
        motion_steps=0 if still else int(rng.integers(0, 4)),
        turn_deg=0.25 * motion * abs(float(rng.normal())) if restless else 0.0,
        jaw_px=_between_log(rng, 0.2, 2.0) if restless else 0.0,
        swallows=bool(rng.random() < 0.12),
        eyes_px=_between(rng, 0.5, 4.0) if rng.random() < 0.25 else 0.0,
        catheter=_between(rng, -0.12, 0.12) if rng.random() < 0.3 else 0.0,
        clips=int(rng.integers(1, 8)) if rng.random() < 0.15 else 0,
        coil_mm=_between(rng, 3, 12) if rng.random() < 0.06 else 0.0,
        wires=int(rng.integers(1, 4)) if rng.random() < 0.12 else 0,
        fillings=int(rng.integers(1, 7)) if rng.random() < 0.6 else 0,
    )


def sample_image(rng: np.random.Generator, view: ViewSettings, *, native: bool) -> ImageSettings:
    """Draw detector and processing.

    Args:
        rng: Random stream.
        view: Pixel spacing.
        native: Whether frames are stored without subtraction.
    """
    edge = _between(rng, 0.3, 1.2) if rng.random() < 0.3 else 0.0
    columns = int(rng.uniform(0.02, 0.14) * view.size[1]) if rng.random() < 0.22 else 0
    rows = int(rng.uniform(0.02, 0.1) * view.size[0]) if rng.random() < 0.08 else 0
    shutter: Shutter = get_args(Shutter)[int(rng.choice(4, p=(0.45, 0.2, 0.15, 0.2)))]
    offset = _between(rng, 0.45, 0.8)
    dose = list(DOSES_UGY)[int(rng.choice(3, p=(0.25, 0.5, 0.25)))]
    soft = shutter != "none" and not native and bool(rng.random() < 0.4)
    filtered = bool(rng.random() < 0.6)
    return ImageSettings(
        attenuation=_between_log(rng, 0.19, 0.46),
        venous=_between(rng, 0.25, 0.5),
        blush=_between_log(rng, 0.02, 0.2),
        photons=photons(_between_log(rng, *DOSES_UGY[dose]), view.pixel_mm * view.magnification),
        mask_frames=int(rng.choice((1, 1, 2, 4))),
        electronic=_between(rng, 5, 20),
        grain=_between(rng, 0.05, 0.28),
        denoising=(_between(rng, 0.35, 0.8) if filtered else 1.0) / (1 + 0.6 * edge),
        averaging=_between(rng, 0.1, 0.3) if rng.random() < 0.15 else 0.0,
        blur_px=blur_px(rng, view),
        scatter=_between(rng, 0.1, 0.6),
        glare=_between(rng, 0.0, 0.08),
        drift=_between_log(rng, 0.002, 0.03),
        stitches=int(rng.integers(1, 4)) if rng.random() < 0.2 else 0,
        edge_enhancement=edge,
        compression=_between(rng, 0.2, 0.8) if rng.random() < 0.2 else 0.0,
        shutter=shutter,
        shutter_grey=0.0 if native else float(rng.choice((0.0, 0.0, 0.1, 1.0, offset))),
        penumbra_px=_between(rng, 0.5, 4.0) if soft else 0.0,
        padding=(columns, rows),
        bits=int(rng.choice(NATIVE_BITS if native else BITS)),
        offset=offset,
        gain=offset * _between(rng, 0.65, 1.3),
        gamma=_between(rng, 0.7, 1.4) if not native and rng.random() < 0.25 else 1.0,
        native=native,
        relationship="LIN" if rng.random() < 0.5 else "LOG",
        spacing="detector" if rng.random() < 0.5 else "object by magnification",
    )


def blur_px(rng: np.random.Generator, view: ViewSettings) -> float:
    """Draw the width of the point spread function in pixels.

    Detector 0.12 to 0.2 mm, focal spot 0.3 to 0.6 mm enlarged by M - 1, both standard deviations
    and widths in the detector's plane; a uniform spot's standard deviation is its width / sqrt(12).

    Args:
        rng: Random stream.
        view: Pixel spacing and magnification.
    """
    detector = _between(rng, 0.12, 0.2)
    spot = _between(rng, 0.3, 0.6) * (view.magnification - 1) / np.sqrt(12)
    pixel = view.pixel_mm * view.magnification
    return float(np.clip(np.hypot(detector, spot) / pixel, 0.4, 1.6))


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _between_log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
