"""DICOM: a run in one multi-frame file, or in a series of single-frame files."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from dsanet.io.boundary import named_errors
from dsanet.io.dicom_file import open_dicom
from dsanet.io.facts import burned_in, run_facts
from dsanet.io.header import numbers, text
from dsanet.io.layout import PixelLayout, pixel_layout, refuse_too_large
from dsanet.io.limits import Limits
from dsanet.io.pixels import read_pixels
from dsanet.io.refusal import refuse, wording
from dsanet.io.run import DSARun
from dsanet.io.scope import RotationError, refuse_other_images
from dsanet.io.spacing import pixel_spacing
from dsanet.io.times import clock_times, frame_times

LARGEST_TURN = 5.0
"""Degrees between the positioner's angles in two frames of a run taken from one side."""


def read_dicom(path: Path, name: str, limits: Limits) -> DSARun:
    """Read a run that is one DICOM file, with or without preamble and extension.

    Args:
        path: The file.
        name: Name of the run.
        limits: What may be decoded.

    Raises:
        ReadError: It is damaged, no run that this version reads, or contradicts itself.
    """
    header, layout, pixels = _read_file(path, limits)
    times, stated = frame_times(header, layout.frames)
    facts = run_facts(header, bits_stored=layout.bits_stored, times_stated=stated)
    return DSARun(pixels, times, pixel_spacing(header), facts, name)


def read_series(paths: tuple[Path, ...], name: str, limits: Limits) -> DSARun:
    """Read a run that is a series of single-frame DICOM files.

    Facts and spacing are those of the first file.

    Args:
        paths: The files in the order of the frames.
        name: Name of the run.
        limits: What may be decoded.

    Raises:
        ReadError: A file cannot be read, differs from the first, or was taken from another side.
    """
    first, layout, frame = _read_file(paths[0], limits)
    refuse_too_large((len(paths), layout.rows, layout.columns), len(paths) * frame.nbytes, limits)
    pixels = np.empty((len(paths), *frame.shape[1:]), frame.dtype)
    headers = []
    for index, path in enumerate(paths):
        header, other, frame = _read_file(path, limits)
        _refuse_another(path, (header, other), paths[0], (first, layout))
        pixels[index] = frame[0]
        headers.append(header)
    times, stated = frame_times(first, len(paths))
    if not stated:
        times, stated = clock_times(headers)
    facts = run_facts(first, bits_stored=layout.bits_stored, times_stated=stated)
    facts = replace(facts, burned_in=burned_in(headers))
    return DSARun(pixels, times, pixel_spacing(first), facts, name)


def _read_file(path: Path, limits: Limits) -> tuple[Dataset, PixelLayout, NDArray[Any]]:
    with named_errors(path.name), open_dicom(path, limits) as file:
        refuse_other_images(file.header)
        layout = pixel_layout(file.header, limits)
        return file.header, layout, read_pixels(file.pixel_part(layout.nbytes), file.syntax, layout)


def _refuse_another(
    path: Path,
    found: tuple[Dataset, PixelLayout],
    first_path: Path,
    expected: tuple[Dataset, PixelLayout],
) -> None:
    """Refuse a frame that is not stored, or not seen, as the first frame of its series is."""
    descriptions = [
        f"{layout} and {text(header, 'PhotometricInterpretation')}"
        for header, layout in (found, expected)
    ]
    if descriptions[0] != descriptions[1] or found[1] != expected[1]:
        refuse(
            f"{path.name} states {descriptions[0]}",
            f"{descriptions[1]} as in {first_path.name}",
            "put only the frames of one run into a folder",
        )
    for keyword in ("PositionerPrimaryAngle", "PositionerSecondaryAngle"):
        angles = [next(iter(numbers(header, keyword)), 0.0) for header, _ in (found, expected)]
        if abs(angles[0] - angles[1]) > LARGEST_TURN:
            msg = wording(
                f"{path.name} was taken at {angles[0]:.0f} degrees",
                f"{angles[1]:.0f} as in {first_path.name}",
                "choose a run with a standing C-arm",
            )
            raise RotationError(msg)
