"""Frames as PNG, JPEG or TIFF files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dsanet.io.boundary import named_errors
from dsanet.io.grid import DEFLATE_RATIO
from dsanet.io.layout import refuse_too_large
from dsanet.io.limits import Limits
from dsanet.io.refusal import refuse
from dsanet.io.run import DSARun, RunFacts

if TYPE_CHECKING:
    from PIL.Image import Image

WHOLE_GREY = ("L", "I;16", "I;16L", "I;16B")
WITH_CHANNELS = ("RGB", "RGBA", "LA", "P", "PA")
PNG_SIGNATURE = b"\x89PNG"
PNG_GREY = 0
GREY_VALUES = "grey values of 8 or 16 bits"
SPARE_TIFF_BYTES = 1 << 16
"""More bytes than the directories and notes of a TIFF file take."""
SAVE_AS_GREY = "save the frames as grey PNG"


def read_images(paths: tuple[Path, ...], name: str, limits: Limits) -> DSARun:
    """Read one frame from each file.

    Args:
        paths: PNG or JPEG files in the order of the frames, at least one.
        name: Name of the run.
        limits: What may be decoded.

    Returns:
        The run with pixels uint8 or uint16, times 0, 1, 2, ... and no spacing: resolution tags of
        image files describe paper, not patients.

    Raises:
        ReadError: A frame is damaged, not 8- or 16-bit grey, or unlike the first in size or bits.
    """
    first = _read_frame(paths[0], limits)
    shape = (len(paths), *first.shape)
    refuse_too_large(shape, len(paths) * first.nbytes, limits)
    pixels = np.empty(shape, first.dtype)
    for index, path in enumerate(paths):
        frame = _read_frame(path, limits)
        if frame.shape != first.shape or frame.dtype != first.dtype:
            refuse(
                f"{path.name} is {_describe(frame)}",
                f"{_describe(first)} as in {paths[0].name}",
                "put only the frames of one run into a folder",
            )
        pixels[index] = frame
    return _run(pixels, name)


def _describe(frame: NDArray[Any]) -> str:
    rows, columns = frame.shape
    return f"{rows} x {columns} pixels in {8 * frame.dtype.itemsize} bits"


def _read_frame(path: Path, limits: Limits) -> NDArray[Any]:
    from PIL import Image

    with named_errors(path.name):
        _refuse_deep_colour(path)
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            _refuse_bomb(image, path.stat().st_size * DEFLATE_RATIO)
            return _grey(image, limits)


def read_tiff(path: Path, name: str, limits: Limits) -> DSARun:
    """Read a TIFF file, one frame from each page.

    Args:
        path: The file.
        name: Name of the run.
        limits: What may be decoded.

    Returns:
        The run, as `read_images` does.

    Raises:
        ReadError: A page is not 8- or 16-bit grey, or differs from the first in size or bits.
        Exception: What Pillow raises for a damaged file; it comes in many types.
    """
    from PIL import Image, ImageSequence

    frames: list[NDArray[Any]] = []
    file_bytes = path.stat().st_size
    with Image.open(path, formats=("TIFF",)) as image:
        for number, page in enumerate(ImageSequence.Iterator(image), start=1):
            _refuse_packed(page)
            _refuse_bomb(page, file_bytes)
            frame = _grey(page, limits)
            frames.append(frame)
            refuse_too_large((len(frames), *frame.shape), len(frames) * frame.nbytes, limits)
            if frame.shape != frames[0].shape or frame.dtype != frames[0].dtype:
                refuse(
                    f"page {number} is {_describe(frame)}",
                    f"{_describe(frames[0])} as page 1",
                    "save only the frames of one run into a file",
                )
    pixels = np.stack(frames)
    spare = file_bytes - pixels.nbytes
    if spare > frames[0].nbytes + SPARE_TIFF_BYTES:
        refuse(f"{spare} of its bytes are on no page", "all frames on pages", "save it again")
    return _run(pixels, name)


def _refuse_bomb(image: "Image", most_pixels: int) -> None:
    """Refuse a picture whose file is too small to hold it."""
    columns, rows = image.size
    if rows * columns > most_pixels:
        refuse(f"it states {rows} x {columns} pixels", f"at most {most_pixels} in a file so small")


def _refuse_packed(page: "Image") -> None:
    """Refuse compressed TIFF: libtiff would unpack it, with its history of unsafe files."""
    packing = page.info.get("compression", "raw")
    if packing != "raw":
        refuse(f"its pixels are compressed ({packing})", "plain ones", "save it uncompressed")


def _run(pixels: NDArray[Any], name: str) -> DSARun:
    times = np.arange(len(pixels), dtype=np.float64)
    return DSARun(pixels, times, None, RunFacts(bits_stored=8 * pixels.dtype.itemsize), name)


def _grey(image: "Image", limits: Limits) -> NDArray[Any]:
    columns, rows = image.size
    refuse_too_large((1, rows, columns), rows * columns * 4, limits)
    if image.mode in WHOLE_GREY:
        stored = np.array(image)
        return stored.astype(stored.dtype.newbyteorder("="), copy=False)
    if image.mode == "I":
        return _sixteen_bits(np.array(image))
    if image.mode not in WITH_CHANNELS:
        refuse(f"its pixels are of type {image.mode}", GREY_VALUES, SAVE_AS_GREY)
    channels = np.asarray(image if image.mode == "RGB" else image.convert("RGBA"))
    red = channels[..., 0]
    if not (np.array_equal(red, channels[..., 1]) and np.array_equal(red, channels[..., 2])):
        refuse("it is a colour picture", GREY_VALUES, SAVE_AS_GREY)
    if np.any(channels[..., 3:] < 255):
        refuse("it is partly transparent", GREY_VALUES, SAVE_AS_GREY)
    return np.ascontiguousarray(red)


def _sixteen_bits(values: NDArray[Any]) -> NDArray[np.uint16]:
    """Narrow 32-bit integers, which is how Pillow before 11 opens PNG of 16 bits."""
    if values.min() < 0 or values.max() > np.iinfo(np.uint16).max:
        refuse(f"its values reach from {values.min()} to {values.max()}", GREY_VALUES, SAVE_AS_GREY)
    return values.astype(np.uint16)


def _refuse_deep_colour(path: Path) -> None:
    """Refuse PNG files whose values Pillow would change: below 8 bits, or colour of 16 bits."""
    with path.open("rb") as file:
        start = file.read(26)
    if not start.startswith(PNG_SIGNATURE) or len(start) < 26:
        return
    depth, colour_type = start[24], start[25]
    if (colour_type == PNG_GREY and depth < 8) or (colour_type != PNG_GREY and depth > 8):
        found = f"it is a PNG of colour type {colour_type} with {depth} bits"
        refuse(found, GREY_VALUES, SAVE_AS_GREY)
