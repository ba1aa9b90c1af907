"""The overlay: the MinIP with the outlines of BV and MAT, to look at."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.export.png import encode
from dsanet.labels import CLASSES
from dsanet.prepare import PreparedRun

WINDOW_PERCENTILES = (0.3, 99.0)
"""Grey values of the exposed field that become black and white; few enough to keep vessels."""

WHITE = 200.0
"""Grey level of the bright end: the coloured lines stay brighter than any background."""

LEGEND_MIN_SIDE = 200
"""Below this many pixels a side a legend would hide the image."""


def overlay_png(
    labels: NDArray[np.uint8], prepared: PreparedRun, notes: Mapping[str, str]
) -> bytes:
    """Draw the outlines of the classes on the MinIP, as RGB PNG of the same size.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`.
        prepared: The run that they belong to.
        notes: Text chunks, key to value.

    Returns:
        The file's content.
    """
    return encode(overlay_image(labels, prepared), notes)


def overlay_image(labels: NDArray[np.uint8], prepared: PreparedRun) -> Any:
    """Draw the outlines of the classes on the MinIP.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`.
        prepared: The run that they belong to.

    Returns:
        A PIL image of mode RGB, the run's size.
    """
    from PIL import Image

    picture = windowed(prepared.minip, prepared.field)[..., None].repeat(3, axis=2)
    for entry in CLASSES:
        free = labels >= entry.value  # BV's line hides no vessel; MAT's also parts it from BV
        alpha = outline(labels == entry.value, free, line_width(labels.shape))[..., None]
        picture += alpha * (np.array(entry.color, np.float32) - picture)
    image = Image.fromarray(np.round(picture).astype(np.uint8))
    if min(labels.shape) >= LEGEND_MIN_SIDE:
        _draw_legend(image)
    return image


def windowed(image: NDArray[np.float32], field: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Spread the exposed field's grey values over 0 to `WHITE`; black elsewhere.

    Args:
        image: float32 (H, W).
        field: bool (H, W), at least one pixel.

    Returns:
        float32 (H, W), 0 to `WHITE`.
    """
    low, high = np.percentile(image[field], WINDOW_PERCENTILES)
    spread = np.clip((image - low) / max(high - low, 1e-6), 0, 1) * WHITE
    return np.where(field, spread, 0).astype(np.float32)


def line_width(shape: tuple[int, ...]) -> float:
    """Width of an outline in pixels: 1 up to 512 rows and columns, 2 from 1024."""
    return float(np.clip(max(shape) / 512, 1, 2))


def outline(mask: NDArray[np.bool_], free: NDArray[np.bool_], width: float) -> NDArray[np.float32]:
    """Draw a line around a mask, on its outside so that thin vessels stay visible.

    Args:
        mask: bool (H, W), what to go around.
        free: bool (H, W), where no line may lie.
        width: Of the line, in pixels.

    Returns:
        float32 (H, W), the line's opacity, 0 to 1.
    """
    from scipy.ndimage import distance_transform_edt

    if not mask.any():
        return np.zeros(mask.shape, np.float32)
    distance = distance_transform_edt(~mask).astype(np.float32)
    opacity: NDArray[np.float32] = np.clip(width + 0.9 - distance, 0, 1)
    return np.where(free, np.float32(0), opacity)


def _draw_legend(image: Any) -> None:
    """Name the colours in the lower left corner."""
    from PIL import ImageDraw, ImageFont

    size = max(10, round(max(image.size) / 46))
    font = ImageFont.load_default(size)
    draw = ImageDraw.Draw(image, "RGBA")
    titles = [entry.title.lower() for entry in CLASSES]
    width = max(draw.textlength(title, font) for title in titles) + 5.6 * size
    top = image.height - (1.5 * len(CLASSES) + 0.8) * size
    draw.rectangle((0, top, width, image.height), fill=(0, 0, 0, 160))
    for nth, (entry, title) in enumerate(zip(CLASSES, titles, strict=True)):
        y = top + (1.5 * nth + 1.15) * size
        draw.line((0.7 * size, y, 1.7 * size, y), fill=entry.color, width=max(2, size // 5))
        draw.text((2.1 * size, y), entry.name, fill=(255, 255, 255), font=font, anchor="lm")
        draw.text((4.9 * size, y), title, fill=(220, 220, 220), font=font, anchor="lm")
