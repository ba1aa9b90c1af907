"""PixelLayout: how a DICOM header says its pixels are stored, checked before memory is taken."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from dsanet.io.header import attribute_name, integer, text
from dsanet.io.limits import MEBIBYTE, Limits
from dsanet.io.refusal import refuse

GREY = ("MONOCHROME1", "MONOCHROME2")


@dataclass(frozen=True)
class PixelLayout:
    """The Image Pixel module (DICOM PS3.3 C.7.6.3) of a grey image.

    Attributes:
        frames: Number of frames T.
        rows: Rows of a frame H.
        columns: Columns of a frame W.
        bits_allocated: 8 or 16.
        bits_stored: How many of them hold the value.
        high_bit: Place of the value's highest bit, from 0.
        signed: Whether values are two's complement.
    """

    frames: int
    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool

    @property
    def shape(self) -> tuple[int, int, int]:
        """(T, H, W)."""
        return self.frames, self.rows, self.columns

    @property
    def dtype(self) -> np.dtype[Any]:
        """Integer type of the decoded pixels, in the machine's byte order."""
        return np.dtype(f"{'i' if self.signed else 'u'}{self.bits_allocated // 8}")

    @property
    def nbytes(self) -> int:
        """Bytes of all decoded frames."""
        return self.frames * self.rows * self.columns * self.bits_allocated // 8

    def __str__(self) -> str:
        """Describe the layout in words for messages."""
        return (
            f"{self.frames} frames of {self.rows} rows x {self.columns} columns "
            f"in {self.bits_allocated} bits"
        )

    def take_stored_bits(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Cut the stored value out of the allocated bits.

        Args:
            pixels: 8- or 16-bit integers, any shape.

        Returns:
            Same shape, `dtype`: only Bits Stored (0028,0101) bits below High Bit (0028,0102)
            count; two's complement values keep their sign.
        """
        if self.bits_stored == self.bits_allocated:
            return pixels.view(self.dtype)
        above = self.bits_allocated - 1 - self.high_bit
        pushed_up = pixels.view(f"u{self.bits_allocated // 8}") << above
        return pushed_up.view(self.dtype) >> (self.bits_allocated - self.bits_stored)


def pixel_layout(header: Dataset, limits: Limits) -> PixelLayout:
    """Read the layout and refuse what is not a grey run within the limits.

    Args:
        header: DICOM header.
        limits: What may be decoded.

    Raises:
        ReadError: Colour, a palette, an unusual bit depth, an empty or too large image.
    """
    _refuse_colour(header)
    bits_allocated = integer(header, "BitsAllocated")
    bits_stored = integer(header, "BitsStored")
    layout = PixelLayout(
        frames=integer(header, "NumberOfFrames", 1),
        rows=integer(header, "Rows"),
        columns=integer(header, "Columns"),
        bits_allocated=bits_allocated,
        bits_stored=bits_stored,
        high_bit=integer(header, "HighBit", bits_stored - 1),
        signed=integer(header, "PixelRepresentation", 0) == 1,
    )
    _refuse_odd_bits(layout)
    _refuse_empty(layout)
    refuse_too_large(layout.shape, layout.nbytes, limits)
    return layout


def refuse_too_large(shape: tuple[int, int, int], nbytes: int, limits: Limits) -> None:
    """Refuse a run that is larger than the limits.

    Args:
        shape: (T, H, W) that the input states.
        nbytes: Bytes of all decoded frames.
        limits: What may be decoded.

    Raises:
        ReadError: Too many frames or bytes.
    """
    frames, rows, columns = shape
    if frames > limits.frames or nbytes > limits.decoded_bytes:
        refuse(
            f"it states {frames} frames of {rows} x {columns} pixels ({nbytes / MEBIBYTE:.0f} MiB)",
            f"at most {limits.frames} frames and {limits.decoded_bytes / MEBIBYTE:.0f} MiB",
            "split the run or check its header",
        )


def _refuse_colour(header: Dataset) -> None:
    photometric = text(header, "PhotometricInterpretation")
    samples = integer(header, "SamplesPerPixel", 1)
    if photometric not in GREY or samples != 1:
        refuse(
            f"{attribute_name('PhotometricInterpretation')} is {photometric or 'missing'} with "
            f"{samples} samples a pixel",
            "MONOCHROME1 or MONOCHROME2 with 1",
            "export the run in grey values, not as a colour copy",
        )


def _refuse_odd_bits(layout: PixelLayout) -> None:
    if layout.bits_allocated not in (8, 16):
        refuse(f"{attribute_name('BitsAllocated')} is {layout.bits_allocated}", "8 or 16")
    if not 1 <= layout.bits_stored <= layout.high_bit + 1 <= layout.bits_allocated:
        refuse(
            f"{attribute_name('BitsStored')} is {layout.bits_stored} and "
            f"{attribute_name('HighBit')} is {layout.high_bit}",
            f"them to fit into {layout.bits_allocated} allocated bits",
        )


def _refuse_empty(layout: PixelLayout) -> None:
    for keyword, found in zip(("NumberOfFrames", "Rows", "Columns"), layout.shape, strict=True):
        if found < 1:
            refuse(f"{attribute_name(keyword)} is {found}", "at least 1")
