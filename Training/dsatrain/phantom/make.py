"""Makes one phantom: a run as a scanner would store it, and its exact labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet import labels
from dsanet.io.run import DSARun, RunFacts, Spacing
from dsatrain.phantom import background, detector, flow
from dsatrain.phantom.head import build_head
from dsatrain.phantom.projection import Samples, sample
from dsatrain.phantom.settings import PhantomSettings
from dsatrain.phantom.thickness import cover, thickness_maps
from dsatrain.phantom.tree import build_arteries, middle
from dsatrain.phantom.veins import build_veins
from dsatrain.phantom.vessels import Floats

ARTERIAL_BINS = 20
VENOUS_BINS = 6
VISIBLE_RADIUS_MM = 0.15
"""0.3 mm of lumen, the visible limit in the science notes."""
VISIBLE_NOISE = 1.5
"""A vessel is labelled if its depth in the MinIP exceeds this many standard deviations of noise."""
VISIBLE_DEPTH = 0.10
"""And this many natural-log units; DSCA's annotators marked vessels at a local contrast ratio of
0.47 to 0.80 (science notes, section 1.4), so hardly any fainter ones."""


@dataclass(frozen=True, eq=False)
class Phantom:
    """A synthetic run with its truth.

    Attributes:
        run: The subtracted run as stored, vessels dark.
        labels: uint8 (H, W), values of `dsanet.labels`: the vessels visible in the MinIP.
        arterial_window: First and last arterial frame, both included, from 0.
        phases: T of `mask`, `arterial`, `capillary`, `venous`.
        settings: What it was made from.
    """

    run: DSARun
    labels: NDArray[np.uint8]
    arterial_window: tuple[int, int]
    phases: tuple[str, ...]
    settings: PhantomSettings


def make_phantom(settings: PhantomSettings) -> Phantom:
    """Make the phantom that the settings describe.

    Args:
        settings: From `sample_settings`, or changed by `dataclasses.replace`.

    Returns:
        The phantom; the same settings give the same one in every process.
    """
    view, image, isocentre = settings.view, settings.image, middle(settings.vessels)
    tree = build_arteries(settings.vessels, settings.flow.speed, settings.stream("arteries"))
    arteries = sample(tree, isocentre, view)
    veins = sample(build_veins(settings.vessels, settings.stream("veins")), isocentre, view)
    bins = flow.spread_bins(tree.arrival, ARTERIAL_BINS)
    late_bins = flow.spread_bins(veins.arrival, VENOUS_BINS)
    arterial = flow.arterial_curves(settings.flow, bins)
    venous = flow.venous_curves(settings.flow, late_bins)
    filled = flow.bin_weights(arteries.arrival, arteries.length_mm, bins) > 0
    filled |= not filled.any()
    window, phases = flow.phases_of(settings.flow, arterial[:, filled], venous)

    head = build_head(settings, isocentre, settings.stream("head"))
    field = detector.exposed(image, view.size, settings.stream("shutter"))
    layers = [
        _vessel_layers(arteries, bins, arterial, settings, 1.0),
        _vessel_layers(veins, late_bins, venous, settings, image.venous),
        _blush(arteries, settings),
        background.motion_layers(settings, head, settings.stream("motion")),
        background.catheter_layer(tree, isocentre, settings),
        background.drift_layers(view, image, len(phases), settings.stream("drift")),
    ]
    signal = _signal(layers)
    signal = detector.scattered(signal, image.scatter)
    signal += detector.noise(image, head.attenuation, len(phases), settings.stream("noise"))
    signal = detector.enhanced(signal, image.edge_enhancement)
    pixels = detector.stored(signal, image, field)
    truth = _truth(arteries, bins, arterial[window[0] : window[1] + 1], settings)
    truth[~field] = labels.BACKGROUND
    return Phantom(_run(pixels, settings), truth, window, phases, settings)


def _vessel_layers(
    samples: Samples, bins: Floats, curves: Floats, settings: PhantomSettings, strength: float
) -> background.Layers:
    maps = thickness_maps(samples, bins, settings.view.size, settings.image.blur_px)
    return background.Layers(maps, settings.image.attenuation * strength * curves)


def _blush(arteries: Samples, settings: PhantomSettings) -> background.Layers:
    maps = background.blush_maps(arteries, settings.view, settings.stream("blush"))
    return background.Layers(maps, settings.image.blush * flow.capillary_curves(settings.flow, 0.8))


def _signal(layers: list[background.Layers]) -> NDArray[np.float32]:
    """Add all layers up, weighted for each frame, to (T, H, W)."""
    total: NDArray[np.float32] | None = None
    for layer in layers:
        part = np.tensordot(layer.weights.astype(np.float32), layer.maps, axes=1)
        total = part if total is None else total + part
    if total is None:
        msg = "no layers"
        raise ValueError(msg)
    return total


def _truth(
    arteries: Samples, bins: Floats, curves: Floats, settings: PhantomSettings
) -> NDArray[np.uint8]:
    """Label what can be seen on the MinIP over the arterial window."""
    image = settings.image
    peak = np.interp(arteries.arrival, bins, curves.max(axis=0))
    spread = np.maximum(arteries.radius_px, 1.25 * image.blur_px)
    depth_mm = 2 * arteries.radius_mm * (arteries.radius_px / spread)
    depth = image.attenuation * peak * depth_mm / (1 + image.scatter)
    seen = (depth > max(VISIBLE_NOISE * image.noise, VISIBLE_DEPTH)) & (
        arteries.radius_mm > VISIBLE_RADIUS_MM
    )
    masks = [
        cover(_pick(arteries, seen & (arteries.label == value)), settings.view.size)
        for value in (labels.BV, labels.MAT)
    ]
    return labels.merge(*masks)


def _pick(samples: Samples, chosen: NDArray[np.bool_]) -> Samples:
    return Samples(**{name: getattr(samples, name)[chosen] for name in Samples.__annotations__})


def _run(pixels: NDArray[np.uint8] | NDArray[np.uint16], settings: PhantomSettings) -> DSARun:
    image, view = settings.image, settings.view
    if image.spacing == "detector":
        distance = view.pixel_mm * view.magnification
        spacing = Spacing(distance, distance, "detector", "ImagerPixelSpacing")
    else:
        source = "ImagerPixelSpacing / EstimatedRadiographicMagnificationFactor"
        spacing = Spacing(view.pixel_mm, view.pixel_mm, "object by magnification", source)
    facts = RunFacts(
        photometric="MONOCHROME2",
        intensity_relationship="LOG" if image.gamma == 1 else "DISP",
        viewing_mode="SUB",
        bits_stored=image.bits,
        times_stated=True,
        mask_subtraction=({"MaskOperation": "NONE"},),
        image_type=("DERIVED", "PRIMARY", "SINGLE PLANE"),
        equipment="DSASegmentation phantom",
    )
    times = np.asarray(settings.flow.times, np.float64)
    return DSARun(pixels, times, spacing, facts, f"phantom-{settings.seed}")
