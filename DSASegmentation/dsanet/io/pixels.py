"""The pixels of a DICOM dataset, native or compressed, checked against its header."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import encaps
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import UID

from dsanet.io.codecs import check_frame, decode_frame
from dsanet.io.header import attribute_name
from dsanet.io.layout import PixelLayout
from dsanet.io.refusal import refuse

UNDEFINED_LENGTH = 0xFFFFFFFF


def read_pixels(dataset: Dataset, syntax: UID, layout: PixelLayout) -> NDArray[Any]:
    """Decode the pixel data.

    Args:
        dataset: Holds Pixel Data (7FE0,0010) and, if any, the Extended Offset Table.
        syntax: Transfer syntax.
        layout: What the header states.

    Returns:
        (T, H, W) of `layout.dtype`, values as stored.

    Raises:
        ReadError: The pixel data are missing, damaged or do not agree with the header.
    """
    element: object = dataset.get_item("PixelData")
    if not isinstance(element, RawDataElement) or element.value is None:
        refuse(f"{attribute_name('PixelData')} is missing or cut off", "an image")
    if element.length not in (len(element.value), UNDEFINED_LENGTH):
        refuse(
            f"{attribute_name('PixelData')} states {element.length} bytes and has "
            f"{len(element.value)}",
            "a whole file",
        )
    if syntax.is_encapsulated:
        return _compressed(_frames(dataset, element.value, layout), syntax, layout)
    swapped = not syntax.is_little_endian
    return _native(element.value, layout, swapped=swapped, words=element.VR == "OW")


def _native(data: bytes, layout: PixelLayout, *, swapped: bool, words: bool) -> NDArray[Any]:
    # An odd number of bytes is padded to an even one (PS3.5 8.1.1).
    if len(data) != layout.nbytes + layout.nbytes % 2:
        refuse(
            f"{attribute_name('PixelData')} holds {len(data)} bytes",
            f"{layout.nbytes} for the {layout} that the header states",
        )
    if swapped and (words or layout.bits_allocated == 16):
        data = np.frombuffer(data, np.uint16).byteswap().tobytes()
    stored = np.frombuffer(data, f"<u{layout.bits_allocated // 8}")
    stored = stored[: layout.nbytes * 8 // layout.bits_allocated].reshape(layout.shape)
    return layout.take_stored_bits(stored.astype(stored.dtype.newbyteorder("="), copy=False))


def _frames(dataset: Dataset, data: bytes, layout: PixelLayout) -> list[bytes]:
    frames = list(_split(dataset, data, layout.frames))
    if len(frames) != layout.frames:
        refuse(
            f"{attribute_name('PixelData')} holds {len(frames)} frames",
            f"{layout.frames} as {attribute_name('NumberOfFrames')} states",
        )
    return frames


def _split(dataset: Dataset, data: bytes, count: int) -> Iterator[bytes]:
    """Cut encapsulated pixel data into frames.

    Pydicom 2.4, of Slicer 5.10, knows no Extended Offset Table and needs none: a frame is then one
    fragment (PS3.3 C.7.6.3.1.8).
    """
    if not hasattr(encaps, "generate_frames"):
        yield from encaps.generate_pixel_data_frame(data, count)
        return
    table = dataset.get("ExtendedOffsetTable")
    lengths = dataset.get("ExtendedOffsetTableLengths")
    offsets = (table, lengths) if table and lengths else None
    yield from encaps.generate_frames(data, number_of_frames=count, extended_offsets=offsets)


def _compressed(frames: list[bytes], syntax: UID, layout: PixelLayout) -> NDArray[Any]:
    for frame in frames:
        check_frame(frame, syntax, layout)
    pixels = np.empty(layout.shape, layout.dtype)
    for index, frame in enumerate(frames):
        pixels[index] = decode_frame(frame, syntax, layout)
    return pixels
