"""Makes one phantom: a run as a scanner would store it, and its exact truth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsanet import labels
from dsanet.io.run import DSARun, RunFacts, Spacing
from dsatrain.phantom import background, collimator, detector, flow, hardware, motion
from dsatrain.phantom.exact import Truth
from dsatrain.phantom.fields import Map
from dsatrain.phantom.head import build_head
from dsatrain.phantom.layers import Layers, stacked, summed
from dsatrain.phantom.projection import Samples, joined, sample
from dsatrain.phantom.rule import deepest, visible
from dsatrain.phantom.sac import sac_map, sac_mask
from dsatrain.phantom.settings import PhantomSettings
from dsatrain.phantom.streaming import streamed
from dsatrain.phantom.thickness import cover, thickness_maps
from dsatrain.phantom.tree import Tree, build_arteries, middle
from dsatrain.phantom.veins import build_veins
from dsatrain.phantom.vessels import Floats, Vessels

ARTERIAL_BINS = 20
VENOUS_BINS = 6


@dataclass(frozen=True, eq=False)
class Phantom:
    """A synthetic run with its truth.

    Attributes:
        run: The run as stored, vessels dark.
        labels: uint8 (H, W), values of `dsanet.labels`, by the rule in `dsatrain.phantom.rule`.
        arterial_window: First and last arterial frame, both included, from 0.
        phases: T of `mask`, `arterial`, `capillary`, `venous`.
        settings: What it was made from.
        truth: Centrelines, times, lesions, motion, noiseless frames.
    """

    run: DSARun
    labels: NDArray[np.uint8]
    arterial_window: tuple[int, int]
    phases: tuple[str, ...]
    settings: PhantomSettings
    truth: Truth


def make_phantom(settings: PhantomSettings) -> Phantom:
    """Make the phantom that the settings describe.

    Args:
        settings: From `sample_settings`, or changed by `dataclasses.replace`.

    Returns:
        The phantom; the same settings give the same one in every process.
    """
    isocentre = middle(settings.vessels)
    tree = build_arteries(settings.vessels, settings.flow.speed, settings.stream("arteries"))
    veins = build_veins(settings.vessels, settings.stream("veins"))
    head = build_head(settings, isocentre, settings.stream("head"))
    field = collimator.exposed(settings.image, settings.view.size, settings.stream("shutter"))
    scene = detector.Scene(settings, head.attenuation, field)
    pieces, late = (sample(part, isocentre, settings.view) for part in (tree.vessels, veins))
    curves = _curves(pieces, late, scene)
    moved = motion.sample_motion(settings, settings.stream("motion"))

    contrast = _contrast(tree, late, curves, settings, isocentre)
    still = summed(
        stacked(
            [
                motion.bone_layers(moved, head),
                hardware.catheter_layers(tree.catheter, isocentre, settings),
                hardware.wire_layers(settings, settings.stream("wires")),
                hardware.seam_layers(settings, settings.stream("seams")),
                background.drift_layers(settings, settings.stream("drift")),
            ]
        )
    )
    count = len(settings.flow.times)
    signal = _moving(summed(contrast), still, moved, curves.darkest)
    pixels = detector.record(scene, signal, count, settings.stream("noise"))

    first, last = curves.window
    peak = np.interp(pieces.arrival, curves.bins, curves.arterial[first : last + 1].max(axis=0))
    shown = pieces.pick(_seen(pieces, peak, scene, curves.deepest))
    truth = Truth(settings, tree, isocentre, shown, contrast, head, moved, curves.darkest)
    return Phantom(
        _run(pixels, settings), _labels(truth, field), curves.window, curves.phases, settings, truth
    )


@dataclass(frozen=True, eq=False)
class _Curves:
    """Concentration (T, B) by arrival time (B,), and what follows from it.

    `deepest` is the deepest arteries' depth in natural-log units, see `dsatrain.phantom.rule`.
    """

    bins: Floats
    arterial: Floats
    late_bins: Floats
    venous: Floats
    window: tuple[int, int]
    phases: tuple[str, ...]
    darkest: int
    deepest: float


def _curves(pieces: Samples, late: Samples, scene: detector.Scene) -> _Curves:
    settings = scene.settings
    bins = flow.spread_bins(pieces.arrival, ARTERIAL_BINS)
    late_bins = flow.spread_bins(late.arrival, VENOUS_BINS)
    arterial = flow.arterial_curves(settings.flow, bins)
    venous = flow.venous_curves(settings.flow, late_bins)
    present = flow.bin_weights(pieces.arrival, pieces.fill * pieces.length_mm, bins)
    filled = arterial[:, (present > 0) | (present.max() == 0)]
    most = np.interp(pieces.arrival, bins, arterial.max(axis=0))
    depth = _deepest(pieces, most, scene)
    weights = _seen_area(pieces, most, bins, scene, depth)
    most = settings.image.venous * np.interp(late.arrival, late_bins, venous.max(axis=0))
    veins = _seen_area(late, most, late_bins, scene, depth) > 0
    if not weights.any():
        weights = np.ones_like(weights)
    window, phases = flow.phases_of(
        settings.flow, arterial[:, weights > 0], venous[:, veins], weights[weights > 0]
    )
    mean = filled.mean(axis=1)[window[0] : window[1] + 1]
    darkest = window[0] + int(np.argmax(mean))
    return _Curves(bins, arterial, late_bins, venous, window, phases, darkest, depth)


def _seen_area(
    pieces: Samples, peak: Floats, bins: Floats, scene: detector.Scene, deepest_depth: float
) -> Floats:
    """Area in the picture of the pieces of each bin that show in any frame, (B,)."""
    shown = _exposed(pieces, scene) & _seen(pieces, peak, scene, deepest_depth)
    area = pieces.length_mm * np.maximum(pieces.radius_px, 1.25 * scene.settings.image.blur_px)
    return flow.bin_weights(pieces.arrival[shown], area[shown], bins)


def _deepest(pieces: Samples, peak: Floats, scene: detector.Scene) -> float:
    """Depth of the deepest of the arteries in the field."""
    inside = _exposed(pieces, scene)
    depth = _depth(pieces, peak, scene)
    return deepest(pieces.pick(inside), depth[inside], int(scene.field.sum()))


def _exposed(pieces: Samples, scene: detector.Scene) -> NDArray[np.bool_]:
    """Say which pieces lie in the exposed field, (n,)."""
    rows, columns = scene.settings.view.size
    inside = (pieces.row > -0.5) & (pieces.row < rows - 0.5)
    inside &= (pieces.column > -0.5) & (pieces.column < columns - 0.5)
    inside[inside] = scene.field[_pixels(pieces.pick(inside), scene)]
    return inside


def _contrast(
    tree: Tree, late: Samples, curves: _Curves, settings: PhantomSettings, isocentre: Floats
) -> Layers:
    """Everything that contrast medium fills, in natural-log units."""
    view, image = settings.view, settings.image
    first = tree.vessels.vessel == 0
    root, others = (_part(tree.vessels, chosen) for chosen in (first, ~first))
    branches = sample(others, isocentre, view)
    arteries = joined([streamed(root, isocentre, view, settings.flow.streaming), branches])
    layers = [
        _filled(arteries, curves.bins, curves.arterial, settings, 1.0),
        _filled(late, curves.late_bins, curves.venous, settings, image.venous),
        _blush(branches, settings),
    ]
    for lesion in tree.lesions:
        if lesion.sac_mm and lesion.stasis_s:
            chords = sac_map(lesion.place_mm, lesion.sac_mm, isocentre, view, image.blur_px)
            curve = flow.sac_curve(settings.flow, lesion.arrival_s, lesion.stasis_s)
            layers.append(Layers(chords[None], image.attenuation * curve[:, None]))
    return stacked(layers)


def _part(vessels: Vessels, chosen: NDArray[np.bool_]) -> Vessels:
    return Vessels(**{name: getattr(vessels, name)[chosen] for name in vessels.__annotations__})


def _filled(
    samples: Samples, bins: Floats, curves: Floats, settings: PhantomSettings, strength: float
) -> Layers:
    maps = thickness_maps(samples, bins, settings.view.size, settings.image.blur_px)
    return Layers(maps, settings.image.attenuation * strength * curves)


def _blush(branches: Samples, settings: PhantomSettings) -> Layers:
    maps = background.blush_maps(branches, settings.view, settings.stream("blush"))
    return Layers(maps, settings.image.blush * flow.capillary_curves(settings.flow, 0.8))


def _moving(
    contrast: NDArray[np.float32],
    still: NDArray[np.float32],
    moved: motion.Motion,
    reference: int,
) -> Iterator[Map]:
    """Give frame after frame what the mask does not have."""
    for frame, (image, more) in enumerate(zip(contrast, still, strict=True)):
        yield motion.follow(image, moved, frame, reference) + more


def _seen(
    pieces: Samples, peak: Floats, scene: detector.Scene, deepest_depth: float
) -> NDArray[np.bool_]:
    """Say which pieces show where contrast reaches a peak, (n,) as a share of the trunk's."""
    noise = detector.noise_map(scene)[_pixels(pieces, scene)].astype(np.float64)
    return visible(pieces, _depth(pieces, peak, scene), noise, deepest_depth)


def _depth(pieces: Samples, peak: Floats, scene: detector.Scene) -> Floats:
    """Depth of pieces where contrast reaches a peak, natural-log units, (n,)."""
    image = scene.settings.image
    spread = np.maximum(pieces.radius_px, 1.25 * image.blur_px)
    chord = 2 * pieces.radius_mm * (pieces.radius_px / spread)
    direct = detector.direct_share(scene)[_pixels(pieces, scene)]
    return np.asarray(image.attenuation * peak * pieces.fill * chord * direct)


def _pixels(pieces: Samples, scene: detector.Scene) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the pixels at pieces, the nearest ones for those outside."""
    rows, columns = scene.settings.view.size
    return (
        np.clip(np.round(pieces.row), 0, rows - 1).astype(np.int64),
        np.clip(np.round(pieces.column), 0, columns - 1).astype(np.int64),
    )


def _labels(truth: Truth, field: NDArray[np.bool_]) -> NDArray[np.uint8]:
    size = truth.settings.view.size
    masks = []
    for value in (labels.BV, labels.MAT):
        mask = cover(truth.labelled.pick(truth.labelled.label == value), size)
        for lesion in truth.lesions:
            if lesion.sac_mm and lesion.label == value:
                mask |= sac_mask(lesion.place_mm, lesion.sac_mm, truth.middle, truth.settings.view)
        masks.append(mask)
    merged = labels.merge(*masks)
    merged[~field] = labels.BACKGROUND
    return merged


def _run(pixels: detector.Pixels, settings: PhantomSettings) -> DSARun:
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
    if image.native:
        frames = [1 + index for index in range(image.mask_frames)]
        facts = replace(
            facts,
            intensity_relationship=image.relationship,
            viewing_mode="NAT",
            mask_subtraction=({"MaskOperation": "AVG_SUB", "MaskFrameNumbers": frames},),
            image_type=("ORIGINAL", "PRIMARY", "SINGLE PLANE"),
        )
    times = np.asarray(settings.flow.times, np.float64)
    return DSARun(pixels, times, spacing, facts, f"phantom-{settings.seed}")
