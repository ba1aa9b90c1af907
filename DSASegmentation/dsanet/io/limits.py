"""How much a reader may take before it refuses."""

from dataclasses import dataclass

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """The most that one input may hold; checked before memory is taken.

    Attributes:
        decoded_bytes: Bytes of all decoded frames together.
        frames: Number of frames in a run.
        header_bytes: Bytes before the pixel data in a deflated DICOM file, after inflating.
        files: Number of files looked at in one folder.
    """

    decoded_bytes: int = 4096 * MEBIBYTE
    frames: int = 4096
    header_bytes: int = 16 * MEBIBYTE
    files: int = 20_000
