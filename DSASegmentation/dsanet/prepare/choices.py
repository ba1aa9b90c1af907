"""What a user may decide about the preparation of a run."""

import math
from dataclasses import dataclass
from typing import Literal

from dsanet.errors import PrepareError


@dataclass(frozen=True)
class PrepareChoices:
    """Choices that go before what is found in the data; the defaults choose nothing.

    Attributes:
        arterial_window: First and last frame to use, both included, from 0.
        subtract: `always` subtracts a mask even from a run that looks subtracted, `never` leaves
            the frames as they are, `auto` decides from the header and the pixels.
        invert: True when vessels are brighter than their surroundings as displayed, False when they
            are darker, None to decide from the pixels.
        mask_frames: Frames to average into the mask of all frames, from 0; None to take the
            header's, or else those before contrast arrives.
        register: Whether the mask is moved onto each frame by a shift that is measured. False
            leaves it where the header's Mask Sub-pixel Shift (0028,6114) puts it.
        pixel_shift: Rows down and columns to the right by which the mask is moved for all frames,
            in pixels of the run; nothing is measured then. None to measure.
    """

    arterial_window: tuple[int, int] | None = None
    subtract: Literal["auto", "never", "always"] = "auto"
    invert: bool | None = None
    mask_frames: tuple[int, ...] | None = None
    register: bool = True
    pixel_shift: tuple[float, float] | None = None

    def check(self, frame_count: int, size: tuple[int, int] | None = None) -> None:
        """Check the choices against a run.

        Args:
            frame_count: Number of frames of the run.
            size: Its rows and columns; None to leave `pixel_shift` unchecked against them.

        Raises:
            PrepareError: A choice names something that the run does not have.
        """
        if self.subtract not in ("auto", "never", "always"):
            msg = f"subtract is {self.subtract!r}; expected 'auto', 'never' or 'always'"
            raise PrepareError(msg)
        self._check_window(frame_count)
        self._check_mask_frames(frame_count)
        self._check_pixel_shift(size)

    def _check_window(self, frame_count: int) -> None:
        if self.arterial_window is None:
            return
        first, last = self.arterial_window
        if not 0 <= first <= last < frame_count:
            msg = (
                f"arterial window [{first}, {last}] does not fit the run; expected two frames"
                f" first <= last between 0 and {frame_count - 1}"
            )
            raise PrepareError(msg)

    def _check_mask_frames(self, frame_count: int) -> None:
        if self.mask_frames is None:
            return
        outside = [frame for frame in self.mask_frames if not 0 <= frame < frame_count]
        if outside or not self.mask_frames:
            msg = (
                f"mask frames {list(self.mask_frames)} do not fit the run; expected at least"
                f" one, each between 0 and {frame_count - 1}"
            )
            raise PrepareError(msg)

    def _check_pixel_shift(self, size: tuple[int, int] | None) -> None:
        if self.pixel_shift is None:
            return
        rows, columns = self.pixel_shift
        limits = size or (math.inf, math.inf)
        if not (abs(rows) < limits[0] and abs(columns) < limits[1]):
            picture = "" if size is None else f" smaller than the picture of {size[0]} x {size[1]}"
            msg = f"pixel shift {self.pixel_shift} is not usable; expected rows, columns{picture}"
            raise PrepareError(msg)
