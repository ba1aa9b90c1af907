"""Opening a DICOM file: header first, pixel data only when the header was found good."""

import io
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_preamble
from pydicom.tag import BaseTag

from dsanet.io.codecs import COMPRESSED_SYNTAXES
from dsanet.io.enhanced import ENHANCED, move_functional_groups
from dsanet.io.header import attribute_name, tag_number, text
from dsanet.io.limits import MEBIBYTE, Limits
from dsanet.io.refusal import refuse
from dsanet.io.scope import ANGIOGRAPHY, COPIES

META_GROUP = 0x0002
PIXEL_GROUP = 0x7FE0
SYNTAXES = COMPRESSED_SYNTAXES | {
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.DeflatedExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
}

HEADER = """
    SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality ImageType
    Manufacturer ManufacturerModelName
    SamplesPerPixel PhotometricInterpretation NumberOfFrames Rows Columns
    BitsAllocated BitsStored HighBit PixelRepresentation
    FrameIncrementPointer FrameTime FrameTimeVector CineRate RecommendedDisplayFrameRate
    PixelSpacing PixelSpacingCalibrationType PixelSpacingCalibrationDescription
    ImagerPixelSpacing EstimatedRadiographicMagnificationFactor
    DistanceSourceToDetector DistanceSourceToPatient
    InstanceNumber AcquisitionNumber AcquisitionTime ContentTime
    PixelIntensityRelationship RecommendedViewingMode MaskSubtractionSequence
    PositionerPrimaryAngle PositionerSecondaryAngle
    PositionerPrimaryAngleIncrement PositionerSecondaryAngleIncrement
    SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence
    BurnedInAnnotation
"""
"""The only attributes that runs are read from; none of them says who the patient is."""

HEADER_TAGS = [tag_number(keyword) for keyword in HEADER.split()]

PIXEL_TAGS = [
    tag_number(keyword)
    for keyword in ("PixelData", "ExtendedOffsetTable", "ExtendedOffsetTableLengths")
]


@dataclass(frozen=True)
class DicomFile:
    """An open DICOM file whose header is read and whose pixel data are not.

    Attributes:
        header: The attributes of `HEADER_TAGS` that the file has.
        syntax: Transfer syntax, one of `SYNTAXES`.
        body: The data set, positioned at the pixel data.
        packed: The deflated data set, None where it is not deflated.
    """

    header: Dataset
    syntax: uid.UID
    body: BinaryIO
    packed: bytes | None

    def pixel_part(self, nbytes: int) -> Dataset:
        """Read the pixel data element and its offset tables.

        Args:
            nbytes: Bytes of all decoded frames; a deflated file is inflated no further than that.
        """
        body = self.body
        if self.packed is not None:
            start = body.tell()
            body = _inflate(self.packed, start + nbytes + MEBIBYTE)
            body.seek(start)
        after = PIXEL_TAGS[0]
        return _read_part(body, self.syntax, PIXEL_TAGS, lambda tag: tag > after)


@contextmanager
def open_dicom(path: Path, limits: Limits, also: Sequence[int] = ()) -> Iterator[DicomFile]:
    """Open a DICOM file, with or without preamble, and read its header.

    Args:
        path: The file.
        limits: How far a deflated header may grow.
        also: Tags to read besides `HEADER_TAGS`.

    Raises:
        ReadError: The transfer syntax is not one of `SYNTAXES`.
        Exception: What pydicom raises for a damaged file; it comes in many types.
    """
    with _BoundedFile(path) as file:
        meta, syntax = _read_meta(file)
        deflated = syntax == uid.DeflatedExplicitVRLittleEndian
        packed = file.read() if deflated else None
        body = file if packed is None else _inflate(packed, limits.header_bytes)
        header = _read_part(
            body, syntax, [*HEADER_TAGS, *also], lambda tag: tag.group >= PIXEL_GROUP
        )
        if not text(header, "SOPClassUID"):
            header.SOPClassUID = text(meta, "MediaStorageSOPClassUID")
        _refuse_cut(header, body)
        if text(header, "SOPClassUID") in ENHANCED:
            move_functional_groups(header)
        yield DicomFile(header, syntax, body, packed)


class _BoundedFile(io.BufferedReader):
    """A file that never sets aside more memory for a read than it has bytes left."""

    def __init__(self, path: Path) -> None:
        raw = io.FileIO(str(path))
        super().__init__(raw)
        self._size = os.fstat(raw.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, self._size - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left))


def _read_meta(file: BinaryIO) -> tuple[Dataset, uid.UID]:
    read_preamble(file, force=True)
    start = file.tell()
    meta = read_dataset(file, False, True, stop_when=lambda tag, *_: tag.group != META_GROUP)
    if not len(meta):
        file.seek(start)
    syntax = uid.UID(text(meta, "TransferSyntaxUID") or _guess_syntax(file))
    if syntax not in SYNTAXES:
        refuse(
            f"{attribute_name('TransferSyntaxUID')} is {syntax.name}",
            "one that can be decoded",
            "export the run uncompressed (Explicit VR Little Endian)",
        )
    return meta, syntax


def _refuse_cut(header: Dataset, body: BinaryIO) -> None:
    """Refuse an image whose file ends before its pixel data, for what it lacks is misleading."""
    at_end = not body.read(1)
    if not at_end:
        body.seek(-1, io.SEEK_CUR)
    elif text(header, "SOPClassUID") in ("", *ANGIOGRAPHY, *COPIES):
        refuse(f"{attribute_name('PixelData')} is missing or cut off", "a whole file")


def _guess_syntax(file: BinaryIO) -> str:
    """Tell the syntax from the first element, as files without preamble do not state it."""
    first = file.read(6)
    file.seek(-len(first), io.SEEK_CUR)
    return uid.ExplicitVRLittleEndian if first[4:].isalpha() else uid.ImplicitVRLittleEndian


def _read_part(
    body: BinaryIO, syntax: uid.UID, tags: list[int], stop: Callable[[BaseTag], bool]
) -> Dataset:
    return read_dataset(
        body,
        syntax.is_implicit_VR,
        syntax.is_little_endian,
        stop_when=lambda tag, *_: stop(tag),
        specific_tags=[*tags],
    )


def _inflate(packed: bytes, size: int) -> io.BytesIO:
    return io.BytesIO(zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size))
