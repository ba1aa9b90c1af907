"""A run in the scene: a sequence browser node, its frames as a sequence, and a MinIP.

| what | where |
| --- | --- |
| the run | `vtkMRMLSequenceBrowserNode` with the attributes below, all under `nodes.PREFIX` |
| `Format`, `Name`, `Dtype`, `PixelSHA256` | 1, `DSARun.name`, the pixels' dtype and hash |
| `Facts`, `Spacing` | the header's facts by an allow-list, the spacing with its source or nothing |
| pixels and times | reference `Native`: a `vtkMRMLSequenceNode` of one-slice volumes |
| projection | reference `MinIP`: a `vtkMRMLScalarVolumeNode` |

Nodes are called after a number, never after a file or a patient. The scene needs the Sequences
module's logic, which keeps what is shown in step with the browser.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.io import DSARun, Spacing
from dsanet.prepare.field import exposure_field, without_edge
from dsanet.prepare.polarity import displayed
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.facts import (
    factsFromJson,
    factsToJson,
    spacingFromJson,
    spacingToJson,
)
from DSASegmentationLib.nodes import (
    factOf,
    referenceOf,
    removeNode,
    setFact,
    setImage,
    setReference,
    setSpacingFacts,
    showGrey,
)
from DSASegmentationLib.sequences import addSequence, framesIn, timesOf, volumesOf

FORMAT = 1
BROWSER = "vtkMRMLSequenceBrowserNode"
NATIVE, SUBTRACTED = "Native", "Subtracted"
MINIP, FIELD, UNCERTAINTY, FLOW_MAP = "MinIP", "Field", "Uncertainty", "FlowMap"
CHANCES = ("BVProbability", "MATProbability")
"""One picture a class, in the order of `dsanet.labels.CLASSES`."""

VOLUMES = (MINIP, FIELD, UNCERTAINTY, FLOW_MAP, *CHANCES)

OWNER = "Owner"
"""Reference of a node to the run that it is removed with: markups, tables, colours."""

OWNED = ("vtkMRMLMarkupsNode", "vtkMRMLTableNode", "vtkMRMLColorTableNode")
"""The classes, with those derived from them, of which a run may own nodes."""

GREY_PERCENTILES = (0.5, 99.5)
"""Of the exposed pixels, shown black and white; few enough to keep thin vessels."""

GREY_FRAMES, GREY_PIXELS = 6, 1 << 16
"""How many frames, and pixels of each, tell the grey values of a run; sorting all of its pixels
takes a second, in which nothing else could happen."""

FIELD_PIXELS = 1 << 18
"""How many of a frame's pixels tell which of them are exposed, well enough for grey values."""

UNSTATED_FPS = 4.0
"""Playback of runs without frame times; usual rates of DSA are 2 to 6 frames a second."""


def addRun(scene: Any, run: DSARun) -> Any:
    """Put a run into the scene, its pixels unaltered, and show its first frame's grey values well.

    Args:
        scene: The scene; the Sequences module's logic observes it.
        run: A run as read.

    Returns:
        The run's vtkMRMLSequenceBrowserNode.

    Raises:
        SceneError: The scene cannot hold the pixels, or has no Sequences logic; it is unchanged.
    """
    stored = _storable(run.pixels)
    name = _free_name(scene)
    browser = scene.AddNewNodeByClass(BROWSER, name)
    if browser is None:
        msg = "the scene has no Sequences logic, which runs need; load the Sequences module"
        raise SceneError(msg)
    try:
        _fill(browser, run, stored)
    except Exception:
        removeRun(browser)
        raise
    return browser


def runOf(browser: Any) -> DSARun:
    """Rebuild a run from the scene, also from one that was saved and opened again.

    Args:
        browser: A run's browser node.

    Raises:
        SceneError: The node is no run, its frames are missing, or they are not what was read.
    """
    run = laterRunOf(browser)()
    if run.pixel_hash != factOf(browser, "PixelSHA256"):
        msg = f"the frames of {browser.GetName()} were altered since they were read; load it again"
        raise SceneError(msg)
    return run


def laterRunOf(browser: Any) -> Callable[[], DSARun]:
    """Look a run up in the scene and leave the copying of its pixels for later.

    Args:
        browser: A run's browser node.

    Returns:
        Puts the run together, in any thread, also when the node is gone. That the pixels are those
        that were read is left to whoever compares their hash with the node's `PixelSHA256`.

    Raises:
        SceneError: The node is no run, its frames are missing, its facts are damaged, or a newer
            version of this module made it.
    """
    _check_format(browser)
    sequence, dtype = _native(browser), _dtype(browser)
    frames = framesIn(sequence)
    times, spacing = timesOf(sequence), spacingOf(browser)
    facts = factsFromJson(factOf(browser, "Facts") or {})
    name = factOf(browser, "Name") or ""

    def make() -> DSARun:
        return DSARun(np.stack(frames).astype(dtype, copy=False), times, spacing, facts, name)

    return make


def isRun(node: Any) -> bool:
    """Whether a node is a run's browser node whose frames are in the scene."""
    return node is not None and node.IsA(BROWSER) and referenceOf(node, NATIVE) is not None


def runs(scene: Any) -> list[Any]:
    """Give the browser nodes of all runs of a scene, in the order in which they came."""
    return [node for node in nodesOf(scene, BROWSER) if isRun(node)]


def removeRun(browser: Any) -> None:
    """Remove a run and all that belongs to it, segmentations too, from its scene."""
    scene = browser.GetScene()
    sequences = [referenceOf(browser, role) for role in (NATIVE, SUBTRACTED)]
    proxies = [sequence and browser.GetProxyNode(sequence) for sequence in sequences]
    others = [referenceOf(browser, role) for role in VOLUMES]
    owned = [*segmentationsOf(browser), *ownedBy(browser)]
    scene.RemoveNode(browser)
    for node in (*owned, *proxies, *sequences, *others):
        removeNode(scene, node)


def segmentationsOf(browser: Any) -> list[Any]:
    """Give the segmentation nodes of a run, in the order in which they came."""
    nodes = nodesOf(browser.GetScene(), "vtkMRMLSegmentationNode")
    return [node for node in nodes if referenceOf(node, "Run") is browser]


def nodesOf(scene: Any, kind: str) -> list[Any]:
    """Give the nodes of a class and of those derived from it, in the order in which they came."""
    return [
        scene.GetNthNodeByClass(nth, kind) for nth in range(scene.GetNumberOfNodesByClass(kind))
    ]


def ownedBy(browser: Any) -> list[Any]:
    """Give the nodes that point to a run by `OWNER` and are removed with it."""
    nodes = [node for kind in OWNED for node in nodesOf(browser.GetScene(), kind)]
    return [node for node in nodes if referenceOf(node, OWNER) is browser]


def spacingOf(browser: Any) -> Spacing | None:
    """Give the spacing of a run with its meaning, None where no source states it."""
    return spacingFromJson(factOf(browser, "Spacing"))


def sizeOf(browser: Any) -> tuple[int, int]:
    """Give a run's rows and columns."""
    columns, rows, _ = volumesOf(_native(browser))[0].GetImageData().GetDimensions()
    return rows, columns


def minipOf(browser: Any) -> Any:
    """Give the MinIP volume of a run, or None if it was removed."""
    return referenceOf(browser, MINIP)


def proxyOf(browser: Any, sequence: Any) -> Any:
    """Give the volume that shows the browser's frame of a sequence.

    Raises:
        SceneError: There is none, for no Sequences logic observes the scene.
    """
    proxy = browser.GetProxyNode(sequence)
    if proxy is None:
        msg = f"{browser.GetName()}: nothing shows its frames; load the Sequences module"
        raise SceneError(msg)
    return proxy


def putVolume(browser: Any, role: str, image: NDArray[Any]) -> Any:
    """Put a picture into the run's volume of a role, which is made if missing.

    Args:
        browser: A run's browser node.
        role: Of `VOLUMES`; also the end of the volume's name.
        image: (H, W).

    Returns:
        The vtkMRMLScalarVolumeNode.
    """
    volume = referenceOf(browser, role)
    if volume is None:
        scene = browser.GetScene()
        name = f"{browser.GetName()} {role}"
        volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
        setReference(browser, role, volume)
    setImage(volume, image, spacingOf(browser))
    return volume


def greyRange(frames: NDArray[Any], field: NDArray[np.bool_]) -> tuple[float, float]:
    """Give the grey values to show black and white.

    Args:
        frames: (T, H, W), of which a few are looked at.
        field: bool (H, W), the exposed pixels.

    Returns:
        Percentiles inside the field.
    """
    few = _thinned(frames[:: max(1, len(frames) // GREY_FRAMES)], GREY_PIXELS)
    inside = _thinned(field, GREY_PIXELS)
    low, high = np.percentile(few[:, inside if inside.any() else ...], GREY_PERCENTILES)
    return float(low), float(high)


def _thinned(frames: NDArray[Any], pixels: int) -> NDArray[Any]:
    """Pass over rows and columns, (..., H, W), until about so many pixels a frame are left."""
    rows, columns = frames.shape[-2:]
    step = max(1, round(float(np.sqrt(rows * columns / pixels))))
    return frames[..., ::step, ::step]


def _fill(browser: Any, run: DSARun, stored: NDArray[Any]) -> None:
    """Give a new browser node its facts, frames and MinIP."""
    _describe(browser, run)
    _set_playback(browser, run)
    grey = displayed(run)
    inverted = grey is not run.pixels
    seen = _thinned(run.pixels, FIELD_PIXELS)
    field = without_edge(exposure_field(_thinned(grey, FIELD_PIXELS)))
    sequence = addSequence(browser, NATIVE, stored, run.times, run.facts.times_stated, run.spacing)
    showGrey(proxyOf(browser, sequence), *greyRange(seen, field), inverted=inverted)
    projection = stored.max(axis=0) if inverted else stored.min(axis=0)
    volume = putVolume(browser, MINIP, projection)
    flat = _thinned(projection[None], FIELD_PIXELS)
    showGrey(volume, *greyRange(flat, field), inverted=inverted)
    setFact(volume, "Shows", "all frames as stored")


def _describe(browser: Any, run: DSARun) -> None:
    setFact(browser, "Format", FORMAT)
    setFact(browser, "Name", run.name)
    setFact(browser, "Dtype", run.pixels.dtype.str)
    setFact(browser, "PixelSHA256", run.pixel_hash)
    setFact(browser, "Facts", factsToJson(run.facts))
    setFact(browser, "Spacing", spacingToJson(run.spacing))
    setSpacingFacts(browser, run.spacing)


def _check_format(browser: Any) -> None:
    stated = factOf(browser, "Format")
    if isinstance(stated, int) and stated > FORMAT:
        msg = (
            f"{browser.GetName()} was made by a newer version of this module (format {stated}, this"
            f" one knows {FORMAT}); update the module"
        )
        raise SceneError(msg)


def _dtype(browser: Any) -> np.dtype[Any]:
    try:
        stored: np.dtype[Any] = np.dtype(factOf(browser, "Dtype"))
    except (TypeError, ValueError) as error:
        msg = f"the pixels' type in the scene is damaged ({error}); load the run again"
        raise SceneError(msg) from error
    return stored


def _set_playback(browser: Any, run: DSARun) -> None:
    """Play at the mean rate at which the run was taken."""
    timed = run.facts.times_stated and run.frame_count > 1
    fps = (run.frame_count - 1) / run.times[-1] if timed else UNSTATED_FPS
    browser.SetPlaybackRateFps(float(fps))
    browser.SetPlaybackItemSkippingEnabled(False)


def _free_name(scene: Any) -> str:
    number = 1
    while scene.GetFirstNodeByName(f"Run {number}"):
        number += 1
    return f"Run {number}"


def _native(browser: Any) -> Any:
    if not isRun(browser):
        name = browser.GetName() if browser is not None else "nothing"
        msg = f"{name} is no run, or its frames were removed from the scene; load the run again"
        raise SceneError(msg)
    return referenceOf(browser, NATIVE)


def _storable(pixels: NDArray[Any]) -> NDArray[Any]:
    """Give the same values in a dtype that Slicer reads and writes: 8 bits unsigned, 16, 32.

    Raises:
        SceneError: The values need more than 32 bits.
    """
    native = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    if native.dtype in (np.uint8, np.uint16, np.int16, np.uint32, np.int32):
        return native
    for dtype in (np.int16, np.int32, np.uint32):
        if np.array_equal(native.astype(dtype), native):
            return native.astype(dtype)
    msg = f"pixels from {native.min()} to {native.max()} need 64 bits; the scene holds up to 32"
    raise SceneError(msg)
