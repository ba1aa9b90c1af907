"""From attenuation to stored pixels, frame after frame."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dsatrain.phantom.collimator import penumbra
from dsatrain.phantom.fields import Map
from dsatrain.phantom.image_settings import ImageSettings
from dsatrain.phantom.looks import Processing, graded
from dsatrain.phantom.noise import correlated, standard_deviation
from dsatrain.phantom.scatter import WIDTH_MM, Spreader, scattered, spreader
from dsatrain.phantom.settings import PhantomSettings

Pixels = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Scene:
    """What stays the same in all frames.

    Attributes:
        settings: The phantom.
        head: float32 (H, W), attenuation without contrast in the mask's pose.
        field: bool (H, W), exposed pixels.
    """

    settings: PhantomSettings
    head: Map
    field: NDArray[np.bool_]

    @cached_property
    def spread(self) -> Spreader:
        """The kernel of scatter."""
        view = self.settings.view
        return spreader(view.size, WIDTH_MM / view.pixel_mm)

    @cached_property
    def mask_light(self) -> Map:
        """Light that is detected behind the head without contrast, float32 (H, W)."""
        return light_of(self.head, self.settings.image, self.spread)


def light_of(attenuation: Map, image: ImageSettings, spread: Spreader) -> Map:
    """Light that is detected behind an attenuation of natural-log units, float32 (H, W)."""
    primary = np.exp(-attenuation)
    return scattered(primary, spread(primary), image.scatter, image.glare)


def noise_map(scene: Scene) -> Map:
    """Standard deviation of a subtracted pixel before processing, float32 (H, W)."""
    image = scene.settings.image
    frame = standard_deviation(image, scene.mask_light)
    return np.asarray(frame * np.float32(np.sqrt(1 + 1 / image.mask_frames)), np.float32)


def direct_share(scene: Scene) -> Map:
    """Share of the light that is primary, float32 (H, W): what is left of a vessel's contrast."""
    image = scene.settings.image
    part = np.float32((1 - image.glare) / (1 + image.scatter)) * np.exp(-scene.head)
    return np.asarray(part / scene.mask_light, np.float32)


def record(scene: Scene, signal: Iterable[Map], count: int, rng: np.random.Generator) -> Pixels:
    """Expose, subtract, process and store every frame.

    Args:
        scene: What stays the same.
        signal: For each frame float32 (H, W), attenuation that the mask does not have.
        count: Number of frames T.
        rng: Random stream of the noise.

    Returns:
        uint8 or, above 8 bits, uint16 (T, H, W), vessels dark.
    """
    image, view, spread = scene.settings.image, scene.settings.view, scene.spread
    mask = np.log(scene.mask_light)
    mask_noise = standard_deviation(image, scene.mask_light) / np.float32(
        np.sqrt(image.mask_frames)
    )
    mask -= mask_noise * _grain(image, view.size, rng)
    low, high = np.percentile(mask[scene.field], (1, 99)) if scene.field.any() else (0.0, 0.0)
    process, shadow = Processing(image, spread), penumbra(image, scene.field)
    pixels = np.empty((count, *view.size), np.uint8 if image.bits == 8 else np.uint16)
    for frame, more in enumerate(signal):
        light = light_of(scene.head + more, image, spread)
        noise = standard_deviation(image, light)
        noise *= _grain(image, view.size, rng)
        exposed = np.log(light, out=light)
        exposed += noise
        if image.native:
            grey = _native(process(exposed), image, float(low), float(high))
        else:
            grey = image.offset - np.float32(image.gain) * process(mask - exposed)
        pixels[frame] = graded(grey, image, scene.field, shadow)
    return pixels


def _native(exposed: Map, image: ImageSettings, low: float, high: float) -> Map:
    """Grey of a frame that is not subtracted, as a share of full scale, linear or logarithmic."""
    if image.relationship == "LIN":
        return np.asarray(0.9 * np.exp(exposed - np.float32(high)), np.float32)
    room = max(high - low, 0.2) + 1.2
    return np.asarray(0.95 + (exposed - np.float32(high)) / np.float32(room), np.float32)


def _grain(image: ImageSettings, size: tuple[int, int], rng: np.random.Generator) -> Map:
    return correlated(rng.standard_normal(size, np.float32), image.grain)
