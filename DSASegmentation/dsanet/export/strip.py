"""The strip: a contact sheet of a run's frames that shows where its arterial phase is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.export.overlay import WHITE, windowed
from dsanet.export.png import encode
from dsanet.export.report import NOTICE
from dsanet.prepare import PreparedRun

MOST_FRAMES = 20
COLUMNS = 5
TILE = 240
"""Pixels of a frame's longer side; every frame gets a square of it."""
CAPTION = 24
"""Pixels of the line under a frame."""
GAP = 6
BAR = 4
"""Pixels of the bar over an arterial frame; it lies in the gap and hides nothing."""
PAPER = (24, 24, 24)
COLORS = {"before": (160, 160, 160), "arterial": (255, 140, 0), "after": (110, 170, 235)}
"""Of each phase's captions; the captions name the phase too."""


def strip_png(prepared: PreparedRun, *, times_stated: bool) -> bytes:
    """Draw up to 20 frames of a run, each with its number, time and phase.

    Args:
        prepared: The run; all frames are shown in one grey scale.
        times_stated: Whether its times are seconds and not frame numbers.

    Returns:
        The content of an RGB PNG. Frames of the arterial window have a bar above them.
    """
    from PIL import Image

    chosen = chosen_frames(len(prepared.frames), prepared.arterial_window)
    tiles = _tiles(prepared, chosen)
    height, width = tiles.shape[1:]
    columns = min(COLUMNS, len(chosen))
    rows = -(-len(chosen) // columns)
    step_x, step_y = TILE + GAP, TILE + CAPTION + GAP
    sheet = Image.new("RGB", (columns * step_x + GAP, rows * step_y + GAP), PAPER)
    for nth, (frame, tile) in enumerate(zip(chosen, tiles, strict=True)):
        left, top = GAP + nth % columns * step_x, GAP + nth // columns * step_y
        sheet.paste(Image.fromarray(tile), (left + (TILE - width) // 2, top + (TILE - height) // 2))
        time = f", {prepared.times[frame]:.2f} s" if times_stated else ""
        _label(sheet, (left, top), f"frame {frame}{time}", phase(prepared, frame))
    return encode(sheet, {"DSASegmentation_Notice": NOTICE})


def chosen_frames(frame_count: int, arterial_window: tuple[int, int]) -> list[int]:
    """Choose at most `MOST_FRAMES` frames: at even distances, and both ends of the window.

    Args:
        frame_count: Number of frames T, at least 1.
        arterial_window: First and last arterial frame.

    >>> chosen_frames(3, (1, 1))
    [0, 1, 2]
    """
    if frame_count <= MOST_FRAMES:
        return list(range(frame_count))
    even = np.linspace(0, frame_count - 1, MOST_FRAMES - len(arterial_window))
    return sorted({*(round(place) for place in even.tolist()), *arterial_window})


def phase(prepared: PreparedRun, frame: int) -> str:
    """Tell whether a frame lies `before`, in (`arterial`) or `after` the arterial window."""
    first, last = prepared.arterial_window
    if frame < first:
        return "before"
    return "arterial" if frame <= last else "after"


def _tiles(prepared: PreparedRun, chosen: list[int]) -> NDArray[np.uint8]:
    """The chosen frames, shrunk or enlarged to `TILE` and windowed alike: uint8 (n, h, w)."""
    from PIL import Image

    rows, columns = prepared.field.shape
    scale = TILE / max(rows, columns)
    size = max(1, round(columns * scale)), max(1, round(rows * scale))

    def resized(image: NDArray[Any]) -> NDArray[np.float32]:
        small = Image.fromarray(image.astype(np.float32)).resize(size, Image.Resampling.BOX)
        return np.asarray(small)

    frames = np.stack([resized(prepared.frames[frame]) for frame in chosen])
    field = resized(prepared.field) > 0.5
    field = field if field.any() else np.ones_like(field)
    grey = windowed(frames, np.broadcast_to(field, frames.shape))
    return np.round(grey * (255 / WHITE)).astype(np.uint8)


def _label(sheet: Any, place: tuple[int, int], caption: str, part: str) -> None:
    from PIL import ImageDraw, ImageFont

    left, top = place
    draw = ImageDraw.Draw(sheet)
    if part == "arterial":
        draw.rectangle((left, top - BAR - 1, left + TILE - 1, top - 2), fill=COLORS[part])
    font = ImageFont.load_default(15)
    middle = top + TILE + CAPTION / 2
    draw.text((left + 2, middle), caption, fill=(255, 255, 255), font=font, anchor="lm")
    draw.text((left + TILE - 2, middle), part, fill=COLORS[part], font=font, anchor="rm")
