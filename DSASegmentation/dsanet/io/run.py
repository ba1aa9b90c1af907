"""DSARun: one DSA acquisition as it is stored."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

SpacingMeaning = Literal["detector", "object by magnification", "calibrated"]


@dataclass(frozen=True)
class Spacing:
    """Distance between pixel centres, with what it is a distance of.

    Attributes:
        row_mm: Between rows, in mm.
        column_mm: Between columns, in mm.
        meaning: `detector` (Imager Pixel Spacing (0018,1164), in the detector's plane), `object by
            magnification` (the same divided by the stated magnification) or `calibrated` (Pixel
            Spacing (0028,0030) with a calibration).
        source: The tag, or tags, that it was taken from.
    """

    row_mm: float
    column_mm: float
    meaning: SpacingMeaning
    source: str


@dataclass(frozen=True)
class RunFacts:
    """What the header says about a run. Never a patient's name, number or date.

    Attributes:
        photometric: MONOCHROME1 or MONOCHROME2 (0028,0004).
        intensity_relationship: LIN, LOG, DISP or None: Pixel Intensity Relationship (0028,1040).
        viewing_mode: SUB, NAT or None: Recommended Viewing Mode (0028,1090).
        bits_stored: Bits Stored (0028,0101), or the bits of an image file's samples.
        times_stated: Whether the times come from the input; if not, they are 0, 1, 2, ...
        mask_subtraction: The items of the Mask Subtraction Sequence (0028,6100), each a dict from
            keyword to plain value. Frame numbers are as stored: they count from 1.
        image_type: Image Type (0008,0008).
        uids: SOPInstanceUID, SeriesInstanceUID and StudyInstanceUID where there are any.
        equipment: Manufacturer and model, empty where not stated.
        burned_in: YES or NO: Burned In Annotation (0028,0301) of any frame; None where some frame
            does not state it. Only NO means that no text is part of the pixels.
        view: From where it was taken, such as `RAO 30 CRA 15`; empty where not stated.
    """

    photometric: str = "MONOCHROME2"
    intensity_relationship: str | None = None
    viewing_mode: str | None = None
    bits_stored: int = 8
    times_stated: bool = False
    mask_subtraction: tuple[dict[str, Any], ...] = ()
    image_type: tuple[str, ...] = ()
    uids: dict[str, str] = field(default_factory=dict)
    equipment: str = ""
    burned_in: str | None = None
    view: str = ""


@dataclass(frozen=True, eq=False)
class DSARun:
    """One DSA acquisition as stored; its arrays are read-only.

    Attributes:
        pixels: (T, H, W), any integer dtype, values as stored, row 0 on top, T >= 1.
        times: float64 (T,), seconds from the first frame, strictly increasing.
        spacing: None where the input states none.
        facts: What the header says.
        name: The file's or folder's name without extension.
    """

    pixels: NDArray[np.integer[Any]]
    times: NDArray[np.float64]
    spacing: Spacing | None
    facts: RunFacts
    name: str

    def __post_init__(self) -> None:
        """Check the shapes and times.

        Raises:
            ValueError: They contradict the description of the attributes above.
        """
        if self.pixels.ndim != 3 or 0 in self.pixels.shape:
            msg = f"pixels must be (T, H, W) with no empty axis, got shape {self.pixels.shape}"
            raise ValueError(msg)
        if self.times.shape != self.pixels.shape[:1]:
            msg = f"{self.pixels.shape[0]} frames but {self.times.shape} times"
            raise ValueError(msg)
        finite = bool(np.all(np.isfinite(self.times)))
        if not finite or self.times[0] != 0 or np.any(np.diff(self.times) <= 0):
            msg = f"times must rise from 0, got {self.times[:8]}"
            raise ValueError(msg)
        self.pixels.setflags(write=False)
        self.times.setflags(write=False)

    @property
    def frame_count(self) -> int:
        """Number of frames T."""
        return int(self.pixels.shape[0])

    @property
    def pixel_hash(self) -> str:
        """SHA-256 of the stored pixels with their shape and dtype."""
        digest = hashlib.sha256(f"{self.pixels.dtype.str}{self.pixels.shape}".encode())
        digest.update(np.ascontiguousarray(self.pixels).data)
        return digest.hexdigest()
