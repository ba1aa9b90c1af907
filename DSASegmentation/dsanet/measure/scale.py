"""From pixels to millimetres: only with a calibration that is stated."""

import math
from dataclasses import dataclass

from dsanet.errors import MeasureError
from dsanet.io import Spacing

MM_A_FRENCH = 1 / 3
"""Outer diameter of a catheter: 3 French are 1 mm."""

SAME_SHARE = 0.01
"""Row and column spacing that differ by more make no one scale."""

STATED_ERROR_SHARE = {"calibrated": 0.03, "object by magnification": 0.1}
"""Standard deviation of a stated scale: the vessel lies nearer to or farther from the detector than
what was calibrated; 100 mm off the isocentre at 750 mm are 13 % (a choice)."""


@dataclass(frozen=True)
class Scale:
    """How long a pixel is.

    Attributes:
        mm_per_px: Millimetres.
        error_mm: Its standard deviation.
        method: How it was found, for people.
    """

    mm_per_px: float
    error_mm: float
    method: str

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            MeasureError: They are no scale.
        """
        good = math.isfinite(self.mm_per_px) and self.mm_per_px > 0
        if not (good and math.isfinite(self.error_mm) and self.error_mm >= 0):
            msg = f"a scale is a positive number of mm with an error, got {self}"
            raise MeasureError(msg)


def stated_scale(spacing: Spacing | None) -> tuple[Scale | None, str]:
    """Take the scale from a spacing at the vessel, never from one in the detector's plane.

    Args:
        spacing: The run's.

    Returns:
        The scale or None, and why there is none.
    """
    if spacing is None:
        return None, "the input states no spacing"
    if spacing.meaning not in STATED_ERROR_SHARE:
        return None, "the stated spacing lies in the detector's plane, not at the vessel"
    if abs(spacing.row_mm / spacing.column_mm - 1) > SAME_SHARE:
        return None, "rows and columns are spaced differently"
    mean = 0.5 * (spacing.row_mm + spacing.column_mm)
    share = STATED_ERROR_SHARE[spacing.meaning]
    return Scale(mean, share * mean, f"{spacing.meaning} ({spacing.source})"), ""


def catheter_scale(width_px: float, error_px: float, french: float) -> Scale:
    """Calibrate with a catheter of known size.

    Args:
        width_px: Its outer width, from two clicks on its edges or a measurement, pixels.
        error_px: Standard deviation of that; about 0.7 for two clicks.
        french: Its size in French.

    Raises:
        MeasureError: A number is not positive.

    >>> round(catheter_scale(10.0, 0.5, 6.0).mm_per_px, 3)
    0.2
    """
    if min(width_px, french) <= 0 or error_px < 0:
        msg = f"a catheter has a positive width and size, got {width_px} px and {french} F"
        raise MeasureError(msg)
    per_px = french * MM_A_FRENCH / width_px
    return Scale(
        per_px, per_px * error_px / width_px, f"catheter of {french:g} F, {width_px:.1f} px"
    )
