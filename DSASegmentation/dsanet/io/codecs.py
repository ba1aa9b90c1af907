"""Decoders of single compressed frames: the allow-list of transfer syntaxes.

Every frame's own header is compared with the DICOM header first, so a decoder never sees a frame
that would grow beyond the memory set aside for it.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid

from dsanet.io.codestream import END_OF_IMAGE, FrameSize, frame_size
from dsanet.io.jpeg_lossless import decode_lossless_jpeg
from dsanet.io.layout import PixelLayout
from dsanet.io.packbits import decode_rle
from dsanet.io.refusal import refuse

JPEG_LOSSLESS = uid.UID("1.2.840.10008.1.2.4.57")
"""Written out: what pydicom 2.4, of Slicer 5.10, calls `JPEGLossless` is another one."""

DCT_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
LOSSLESS_FRAMES = frozenset({0xC3})
JPEG_LS_FRAMES = frozenset({0xF7})
JPEG_2000_FRAMES = frozenset({0x51})


def _with_pillow(frame: bytes, size: FrameSize) -> NDArray[Any]:
    from PIL import Image

    with Image.open(io.BytesIO(frame), formats=("JPEG", "JPEG2000")) as image:
        pixels = np.asarray(image)
    if size.marker not in JPEG_2000_FRAMES:
        return pixels
    # Pillow spreads 9- to 15-bit samples over 16 bits and shifts signed ones to begin at 0.
    container = 8 * pixels.dtype.itemsize
    unsigned = pixels >> (container - size.precision)
    if not size.signed:
        return unsigned
    return unsigned.astype(np.int32) - (1 << (size.precision - 1))


def _with_jpeg_ls(frame: bytes, size: FrameSize) -> NDArray[Any]:
    import jpeg_ls  # type: ignore[import-untyped]

    # A damaged frame without an end would keep CharLS busy for many seconds.
    decoded, _ = jpeg_ls.decode_pixel_data(frame + END_OF_IMAGE)
    pixels = np.frombuffer(decoded, np.uint8 if size.precision <= 8 else np.dtype("<u2"))
    return pixels.reshape(size.rows, size.columns)


def _with_own_decoder(frame: bytes, size: FrameSize) -> NDArray[Any]:
    return decode_lossless_jpeg(frame, size.rows, size.columns)


@dataclass(frozen=True)
class _Codec:
    """How one family of transfer syntaxes is decoded.

    Attributes:
        decode: Turns a frame and its own header into integers (H, W).
        markers: Frame headers it may begin with.
        largest_precision: Bits of a sample it can decode.
    """

    decode: Callable[[bytes, FrameSize], NDArray[Any]]
    markers: frozenset[int]
    largest_precision: int


_DCT = _Codec(_with_pillow, DCT_FRAMES, 8)
_LOSSLESS = _Codec(_with_own_decoder, LOSSLESS_FRAMES, 16)
_JPEG_LS = _Codec(_with_jpeg_ls, JPEG_LS_FRAMES, 16)
_JPEG_2000 = _Codec(_with_pillow, JPEG_2000_FRAMES, 16)

_CODECS = {
    uid.JPEGBaseline8Bit: _DCT,
    uid.JPEGExtended12Bit: _DCT,
    JPEG_LOSSLESS: _LOSSLESS,
    uid.JPEGLosslessSV1: _LOSSLESS,
    uid.JPEGLSLossless: _JPEG_LS,
    uid.JPEGLSNearLossless: _JPEG_LS,
    uid.JPEG2000Lossless: _JPEG_2000,
    uid.JPEG2000: _JPEG_2000,
}

LOSSY = frozenset({
    uid.JPEGBaseline8Bit,
    uid.JPEGExtended12Bit,
    uid.JPEGLSNearLossless,
    uid.JPEG2000,
})  # fmt: skip
"""Their values may overshoot Bits Stored: only the bits of the codestream can be cut out."""

COMPRESSED_SYNTAXES = frozenset({*_CODECS, uid.RLELossless})


def check_frame(frame: bytes, syntax: uid.UID, layout: PixelLayout) -> None:
    """Compare what a compressed frame states about itself with the DICOM header.

    Args:
        frame: One compressed frame.
        syntax: Transfer syntax, one of `COMPRESSED_SYNTAXES`.
        layout: What the DICOM header states.

    Raises:
        ReadError: Size, number of colours, process or precision do not fit.
    """
    if syntax == uid.RLELossless:
        return
    codec = _CODECS[syntax]
    size = frame_size(frame)
    if (size.rows, size.columns, size.components) != (layout.rows, layout.columns, 1):
        refuse(
            f"a compressed frame holds {size.rows} x {size.columns} pixels of {size.components} "
            "colours",
            f"{layout.rows} x {layout.columns} of 1 as the header states",
        )
    if size.marker not in codec.markers:
        refuse(f"a compressed frame has the JPEG marker FF{size.marker:02X}", syntax.name)
    most = min(codec.largest_precision, layout.bits_allocated)
    if size.precision > most:
        refuse(
            f"a compressed frame has {size.precision} bits in a sample",
            f"at most {most} with {syntax.name}",
            "export the run uncompressed",
        )


def decode_frame(frame: bytes, syntax: uid.UID, layout: PixelLayout) -> NDArray[Any]:
    """Decode one frame that `check_frame` let through.

    Returns:
        Integers (H, W) of `layout.dtype`.

    Raises:
        ReadError: The frame is damaged.
    """
    if syntax == uid.RLELossless:
        return layout.take_stored_bits(
            decode_rle(frame, layout.rows, layout.columns, layout.bits_allocated)
        )
    size = frame_size(frame)
    pixels = _CODECS[syntax].decode(frame, size)
    if pixels.shape != layout.shape[1:]:
        refuse(f"a frame decodes to {pixels.shape} pixels", f"{layout.shape[1:]}")
    if syntax in LOSSY:
        layout = replace(layout, bits_stored=size.precision, high_bit=size.precision - 1)
    return layout.take_stored_bits(pixels.astype(f"u{layout.bits_allocated // 8}"))
