"""DICOM files: a run in one multi-frame file."""

from pathlib import Path

from dsanet.io.dicom_file import DicomFile, open_dicom
from dsanet.io.facts import run_facts
from dsanet.io.layout import pixel_layout
from dsanet.io.limits import Limits
from dsanet.io.names import run_name
from dsanet.io.pixels import read_pixels
from dsanet.io.run import DSARun
from dsanet.io.scope import refuse_other_images
from dsanet.io.spacing import pixel_spacing
from dsanet.io.times import frame_times


def read_dicom(path: Path, limits: Limits) -> DSARun:
    """Read a DICOM file, with or without preamble and extension.

    Args:
        path: The file.
        limits: What may be decoded.

    Raises:
        ReadError: It is no run that this version reads, or its parts contradict each other.
        Exception: What pydicom raises for a damaged file; it comes in many types.
    """
    with open_dicom(path, limits) as file:
        return _run(file, run_name(path), limits)


def _run(file: DicomFile, name: str, limits: Limits) -> DSARun:
    refuse_other_images(file.header)
    layout = pixel_layout(file.header, limits)
    pixels = read_pixels(file.pixel_part(layout.nbytes), file.syntax, layout)
    times, stated = frame_times(file.header, layout.frames)
    facts = run_facts(file.header, bits_stored=layout.bits_stored, times_stated=stated)
    return DSARun(pixels, times, pixel_spacing(file.header), facts, name)
