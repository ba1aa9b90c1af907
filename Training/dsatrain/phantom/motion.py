"""How the patient moves against the mask, and the edges of bone that this leaves.

The head shifts and turns in steps (0.3 to 5 px and up to 2 degrees, science notes, section 6), jaw
and neck move by themselves, the throat rises when the patient swallows, the eyes turn. Every pose
that a step leads to is an exact cubic-spline warp of the native image of the head; only the slow
drift between steps, far below a pixel, is taken to first order.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import affine_transform, map_coordinates, spline_filter

from dsatrain.phantom.fields import Map
from dsatrain.phantom.head import Head
from dsatrain.phantom.layers import Layers
from dsatrain.phantom.settings import PhantomSettings
from dsatrain.phantom.vessels import Floats

DRIFT = 0.12
"""Slow drift relative to the typical shift."""
DRIFT_PX = 0.3
"""Most of it, so that the first order is right within 0.1 % of an edge's height."""
SWALLOW_S, SWALLOW_PX = 1.2, (3.0, 10.0)
STILL_PX = 0.02
"""Motion below this leaves nothing to see."""


@dataclass(frozen=True, eq=False)
class Motion:
    """Where everything is in each frame relative to the mask.

    Attributes:
        step: float64 (T, 2), rows and columns that the head has moved in steps, pixels.
        drift: float64 (T, 2), what it has drifted besides.
        turn_deg: float64 (T,), turn about the image's middle, from rows to columns.
        jaw: float64 (T, 2), pixels that jaw and neck moved besides.
        throat: float64 (T,), pixels that the throat has risen.
        eyes: float64 (T, 2), pixels that the eyeballs moved in their orbits.
    """

    step: Floats
    drift: Floats
    turn_deg: Floats
    jaw: Floats
    throat: Floats
    eyes: Floats

    @property
    def shift(self) -> Floats:
        """Rows and columns that the head has moved in all, float64 (T, 2), pixels."""
        return self.step + self.drift

    def key(self, frame: int) -> tuple[float, ...]:
        """The pose that a step led to."""
        parts = (self.step[frame], [self.turn_deg[frame]], self.jaw[frame], [self.throat[frame]])
        return tuple(float(value) for value in np.concatenate(parts))

    def field(self, frame: int, head: Head) -> Map:
        """Displacement of every pixel's content against the mask, eyeballs apart.

        Returns:
            float32 (2, H, W), rows and columns, pixels.
        """
        drift = self.drift[frame, :, None, None].astype(np.float32)
        return np.asarray(_displacement(self.key(frame), head) + drift, np.float32)


def sample_motion(settings: PhantomSettings, rng: np.random.Generator) -> Motion:
    """Draw the motion.

    Args:
        settings: The phantom; with all its pixels of motion 0 the patient lies still.
        rng: Random stream.

    Returns:
        One pose a frame.
    """
    patient, times = settings.patient, np.asarray(settings.flow.times)
    count = len(times)
    at = np.sort(rng.integers(0, count, patient.motion_steps))
    stage = np.searchsorted(at, np.arange(count), side="right")
    stages = patient.motion_steps + 1

    def poses(size: float, axes: int, start: float) -> Floats:
        walk = rng.normal(0, 1, (stages, axes)) * size
        walk[0] *= start
        return np.asarray(np.cumsum(walk, axis=0)[stage])

    most = min(DRIFT * patient.motion_px, DRIFT_PX / 2)
    drift = np.clip(np.cumsum(rng.normal(0, 1, (count, 2)), axis=0) / np.sqrt(count), -2, 2) * most
    step = poses(patient.motion_px, 2, 0.5)
    turn = poses(patient.turn_deg, 1, 0.5)[:, 0]
    jaw, eyes = poses(patient.jaw_px, 2, 0.7), poses(patient.eyes_px, 2, 0.5)
    height = float(rng.uniform(*SWALLOW_PX)) if patient.swallows else 0.0
    since = (times - rng.uniform(0, max(times[-1], 1.0))) / SWALLOW_S
    lift = np.where((since > 0) & (since < 1), np.sin(np.pi * np.clip(since, 0, 1)), 0)
    return Motion(step, drift, turn, jaw, height * np.round(2 * lift) / 2, eyes)


def bone_layers(motion: Motion, head: Head) -> Layers:
    """Bone in each frame less bone in the mask.

    Args:
        motion: The motion.
        head: The head in the mask's pose.

    Returns:
        A map for each pose, and its gradients for the drift.
    """
    count = len(motion.step)
    keys = [motion.key(frame) for frame in range(count)]
    maps, columns = [], []
    spline = None
    for key in sorted(set(keys)):
        here = np.array([other == key for other in keys])
        moved = head.attenuation
        if any(abs(value) > STILL_PX for value in key):
            if spline is None:
                spline = spline_filter(head.attenuation, 3, output=np.float32)
            moved = _warped(spline, _displacement(key, head))
            maps.append(moved - head.attenuation)
            columns.append(here.astype(float))
        if np.abs(motion.drift[here]).max() > STILL_PX:
            for axis, slope in enumerate(np.gradient(moved)):
                maps.append(-slope)
                columns.append(here * motion.drift[:, axis])
    if np.abs(motion.eyes).max() > STILL_PX:
        for axis, slope in enumerate(np.gradient(head.eyes)):
            maps.append(-slope)
            columns.append(motion.eyes[:, axis])
    if not maps:
        return Layers(np.zeros((0, *head.attenuation.shape), np.float32), np.zeros((count, 0)))
    return Layers(np.stack(maps).astype(np.float32), np.stack(columns, axis=1))


def follow(image: Map, motion: Motion, frame: int, reference: int) -> Map:
    """Move an image that belongs to the head from one frame's pose to another's.

    Args:
        image: float32 (H, W), as it is in the reference frame.
        motion: The motion.
        frame: Where it shall be.
        reference: Where it is.

    Returns:
        float32 (H, W), by linear interpolation; the same image where nothing moved.
    """
    shift = motion.shift[frame] - motion.shift[reference]
    angle = np.deg2rad(motion.turn_deg[frame] - motion.turn_deg[reference])
    extent = float(np.hypot(*image.shape)) / 2
    if np.abs(shift).max() + abs(angle) * extent < 5 * STILL_PX:
        return image
    if abs(angle) * extent < 5 * STILL_PX:
        return _shifted(image, shift)
    turn = np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))))
    middle = (np.array(image.shape) - 1) / 2
    offset = middle - turn @ middle - shift
    return np.asarray(affine_transform(image, turn, offset, order=1, mode="nearest"), np.float32)


def _shifted(image: Map, shift: Floats) -> Map:
    """Shift by linear interpolation; the border is continued."""
    for axis in (0, 1):
        whole = int(np.floor(shift[axis]))
        part = np.float32(shift[axis] - whole)
        index = np.clip(np.arange(image.shape[axis]) - whole, 0, image.shape[axis] - 1)
        near = np.take(image, index, axis=axis)
        far = np.take(image, np.maximum(index - 1, 0), axis=axis)
        image = near + part * (far - near)
    return image


def _displacement(key: tuple[float, ...], head: Head) -> Map:
    down, right, turn_deg, jaw_down, jaw_right, throat = map(np.float32, key)
    rows, columns = head.low.shape
    y = np.arange(rows, dtype=np.float32)[:, None] - np.float32((rows - 1) / 2)
    x = np.arange(columns, dtype=np.float32)[None] - np.float32((columns - 1) / 2)
    angle = np.deg2rad(turn_deg)
    along_rows = down + (1 - np.cos(angle)) * y - np.sin(angle) * x
    along_rows = along_rows + jaw_down * head.low - throat * head.throat
    along_columns = right + np.sin(angle) * y + (1 - np.cos(angle)) * x
    along_columns = along_columns + jaw_right * head.low
    return np.stack((along_rows, along_columns)).astype(np.float32)


def _warped(spline: Map, displacement: Map) -> Map:
    """Move an image's content, given as cubic-spline coefficients, by a displacement field."""
    at = np.indices(spline.shape, np.float32) - displacement
    return np.asarray(
        map_coordinates(spline, at, order=3, mode="nearest", prefilter=False, output=np.float32)
    )
