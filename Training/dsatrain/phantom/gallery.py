"""`python -m dsatrain.phantom.gallery`: a contact sheet of phantoms, to judge them by eye."""

import argparse
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import binary_erosion

from dsanet import atomic, labels
from dsatrain.phantom.make import Phantom, make_phantom
from dsatrain.phantom.sampling import sample_settings

COLOURS = {labels.BV: (0, 230, 0), labels.MAT: (255, 40, 40)}
CAPTION_PX = 14

Picture = NDArray[np.uint8]


def write_gallery(path: Path, seeds: Sequence[int], tile_px: int = 420) -> None:
    """Write a PNG with a row for each phantom.

    From left to right: the MinIP over the arterial window, the same with the labels' outlines (MAT
    red, BV green), an early arterial frame and a late frame.

    Args:
        path: The file, in an existing folder.
        seeds: Of the phantoms.
        tile_px: Longest side of a picture.

    Raises:
        WriteError: The file cannot be written.
    """
    rows = [_row(make_phantom(sample_settings(seed)), tile_px) for seed in seeds]
    buffer = io.BytesIO()
    Image.fromarray(np.concatenate(rows)).save(buffer, "PNG")
    atomic.write_bytes(path, buffer.getvalue())


def pictures(phantom: Phantom) -> list[Picture]:
    """Give the four pictures of a phantom, uint8 (H, W, 3), windowed alike."""
    pixels = phantom.run.pixels
    first, last = phantom.arterial_window
    minip = pixels[first : last + 1].min(axis=0)
    early = pixels[min(first + 1, last)]
    late = pixels[min((last + len(pixels)) // 2, len(pixels) - 1)]
    low, high = np.percentile(minip, 0.2), np.percentile(pixels[0], 99.8)
    grey = [_windowed(image, low, high) for image in (minip, minip, early, late)]
    for value, colour in COLOURS.items():
        area = phantom.labels == value
        grey[1][area & ~binary_erosion(area)] = colour
    return grey


def _windowed(image: NDArray[np.integer], low: float, high: float) -> Picture:
    share = np.clip((image - low) / max(high - low, 1), 0, 1)
    return np.repeat((255 * share).astype(np.uint8)[..., None], 3, axis=2)


def _row(phantom: Phantom, tile_px: int) -> Picture:
    row = Image.new("RGB", (4 * tile_px, tile_px + CAPTION_PX))
    for index, picture in enumerate(pictures(phantom)):
        tile = Image.fromarray(picture)
        tile.thumbnail((tile_px, tile_px))
        row.paste(tile, (index * tile_px, CAPTION_PX))
    ImageDraw.Draw(row).text((2, 1), _caption(phantom), fill=(255, 255, 0))
    return np.asarray(row)


def _caption(phantom: Phantom) -> str:
    vessels = phantom.settings.vessels
    shares = [f"{np.mean(phantom.labels == v):.1%}" for v in (labels.BV, labels.MAT)]
    ill = " ".join(lesion.kind for lesion in phantom.truth.lesions)
    return (
        f"{phantom.run.name} {vessels.anatomy} BV {shares[0]} MAT {shares[1]} "
        f"{phantom.run.frame_count} frames, arterial {phantom.arterial_window} {ill}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: The arguments, those of the process if None.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.png")
    parser.add_argument("--seed", type=int, default=0, help="of the first phantom")
    parser.add_argument("--count", type=int, default=12)
    arguments = parser.parse_args(argv)
    write_gallery(arguments.file, range(arguments.seed, arguments.seed + arguments.count))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
