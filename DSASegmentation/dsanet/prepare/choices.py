"""What a user may decide about the preparation of a run."""

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
        mask_frames: Frames to average into the mask, from 0; None to take the header's, or else
            those before contrast arrives.
    """

    arterial_window: tuple[int, int] | None = None
    subtract: Literal["auto", "never", "always"] = "auto"
    invert: bool | None = None
    mask_frames: tuple[int, ...] | None = None

    def check(self, frame_count: int) -> None:
        """Check the choices against a run.

        Args:
            frame_count: Number of frames of the run.

        Raises:
            PrepareError: A choice names something that the run does not have.
        """
        if self.subtract not in ("auto", "never", "always"):
            msg = f"subtract is {self.subtract!r}; expected 'auto', 'never' or 'always'"
            raise PrepareError(msg)
        if self.arterial_window is not None:
            first, last = self.arterial_window
            if not 0 <= first <= last < frame_count:
                msg = (
                    f"arterial window [{first}, {last}] does not fit the run; expected two frames"
                    f" first <= last between 0 and {frame_count - 1}"
                )
                raise PrepareError(msg)
        if self.mask_frames is not None:
            outside = [frame for frame in self.mask_frames if not 0 <= frame < frame_count]
            if outside or not self.mask_frames:
                msg = (
                    f"mask frames {list(self.mask_frames)} do not fit the run; expected at least"
                    f" one, each between 0 and {frame_count - 1}"
                )
                raise PrepareError(msg)
