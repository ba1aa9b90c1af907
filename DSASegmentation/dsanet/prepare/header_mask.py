"""The Mask Subtraction Sequence (0028,6100): which mask the header wants for which frame.

Source: DICOM PS3.3 C.7.6.10 (Mask Module), C.7.6.16.2.14 (Frame Pixel Shift of Enhanced XA).
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from dsanet.io import RunFacts

LARGEST_SHARE = 0.5
"""A Mask Sub-pixel Shift beyond this share of the picture is taken for a mistake."""


@dataclass(frozen=True)
class FrameMask:
    """How one frame is subtracted.

    Attributes:
        frames: Frames to average into the mask, from 0, at least one.
        averaged: Frames from this one on that are averaged before the mask is taken away, 1 for
            none: Contrast Frame Averaging (0028,6112).
        shift: Rows down and columns to the right by which the mask moves, in pixels.
    """

    frames: tuple[int, ...]
    averaged: int = 1
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class HeaderMasks:
    """What the header wants.

    Attributes:
        masks: One a frame, None for frames that no item of the sequence covers; empty where the
            header asks for no subtraction that can be done.
        operation: AVG_SUB, TID or REV_TID of the first item that is used, empty without one.
        warnings: What in the header cannot be used, one sentence each.
    """

    masks: tuple[FrameMask | None, ...] = ()
    operation: str = ""
    warnings: tuple[str, ...] = ()


def header_masks(facts: RunFacts, frame_count: int, size: tuple[int, int]) -> HeaderMasks:
    """Read the masks that the header wants.

    Where several items cover a frame, the first one counts. Items that make no sense are left out
    with a warning; values that make no sense are replaced by the default with a warning.

    Args:
        facts: What the header says.
        frame_count: Number of frames of the run.
        size: Rows and columns.

    Returns:
        The masks, from 0 while the header counts from 1, and warnings.
    """
    masks: list[FrameMask | None] = [None] * frame_count
    operation, notes = "", []
    for item in facts.mask_subtraction:
        kind = str(item.get("MaskOperation", "NONE"))
        if kind == "NONE":
            continue
        reader = _Item(item, frame_count, size)
        found = reader.masks(kind)
        notes += reader.notes
        operation = operation or (kind if found else "")
        for frame, mask in found.items():
            masks[frame] = masks[frame] or mask
    return HeaderMasks(tuple(masks) if operation else (), operation, tuple(dict.fromkeys(notes)))


@dataclass
class _Item:
    """One item of the sequence; `notes` collects what is wrong with it."""

    item: dict[str, Any]
    frame_count: int
    size: tuple[int, int]
    notes: list[str] = field(default_factory=list)

    def masks(self, operation: str) -> dict[int, FrameMask]:
        """The mask of each frame that the item covers."""
        sources = {"AVG_SUB": self._average, "TID": self._earlier, "REV_TID": self._mirrored}
        if operation not in sources:
            self._note(f"Mask Operation {operation!r} is not known")
            return {}
        for keyword in self.item.get("Unusable", ()):
            self._note(f"{keyword} holds no numbers")
        shift = self._shift(self.item.get("MaskSubPixelShift"))
        shifts = self.item.get("FramePixelShifts", {})
        found = {}
        for frame, numbers in sources[operation]().items():
            moved = self._shift(shifts[frame + 1]) if frame + 1 in shifts else shift
            found[frame] = FrameMask(numbers, self._averaged(), moved)
        return found

    def _average(self) -> dict[int, tuple[int, ...]]:
        stated = self.item.get("MaskFrameNumbers", [])
        outside = [number for number in stated if not 1 <= number <= self.frame_count]
        inside = tuple(sorted({number - 1 for number in stated if number not in outside}))
        if not inside:
            self._note("an item with AVG_SUB names no mask frame of the run")
            return {}
        if outside:
            self._note(f"Mask Frame Numbers {outside} are outside the run")
        default = range(self.frame_count - self._averaged() + 1)
        return dict.fromkeys(self._covered(default), inside)

    def _earlier(self) -> dict[int, tuple[int, ...]]:
        offset = self._offset()
        return self._inside({frame: frame - offset for frame in self._covered(self._all())})

    def _mirrored(self) -> dict[int, tuple[int, ...]]:
        """The further a frame lies behind the first one, the further its mask lies before it."""
        frames = self._covered(())
        mirror = 2 * next(iter(frames), 0) - self._offset()
        return self._inside({frame: mirror - frame for frame in frames})

    def _inside(self, masks: dict[int, int]) -> dict[int, tuple[int, ...]]:
        """Keep the frames whose mask is another frame of the run."""
        kept: dict[int, tuple[int, ...]] = {
            frame: (mask,)
            for frame, mask in masks.items()
            if 0 <= mask < self.frame_count and mask != frame
        }
        if not kept:
            self._note(f"TID Offset {self._offset()} leads to no mask frame of the run")
        return kept

    def _all(self) -> range:
        return range(self.frame_count)

    def _offset(self) -> int:
        return int(self.item.get("TIDOffset", 1))

    def _covered(self, default: Iterable[int]) -> list[int]:
        """Frames from 0 that Applicable Frame Range (0028,6102) names, in its order."""
        stated = self.item.get("ApplicableFrameRange", [])
        pairs = list(zip(stated[::2], stated[1::2], strict=False))
        sound = [pair for pair in pairs if 1 <= pair[0] <= pair[1] <= self.frame_count]
        if 2 * len(sound) != len(stated):
            self._note(f"Applicable Frame Range {stated} does not fit the run")
        numbers = itertools.chain.from_iterable(range(min(p), max(p) + 1) for p in pairs)
        found = dict.fromkeys(number - 1 for number in numbers if number - 1 in self._all())
        return list(found) or list(default)

    def _averaged(self) -> int:
        stated = int(self.item.get("ContrastFrameAveraging", 1))
        if 1 <= stated <= self.frame_count:
            return stated
        self._note(f"Contrast Frame Averaging {stated} does not fit the run")
        return 1

    def _shift(self, stated: list[float] | None) -> tuple[float, float]:
        """Mask Sub-pixel Shift (0028,6114) as rows down and columns to the right.

        In the file a positive row offset goes toward the lower rows and a positive column offset
        toward the left-hand columns (C.7.6.10.1.2).
        """
        row, column = stated or (0.0, 0.0)
        if abs(row) <= LARGEST_SHARE * self.size[0] and abs(column) <= LARGEST_SHARE * self.size[1]:
            return row, 0.0 - column
        self._note(f"Mask Sub-pixel Shift {[row, column]} is too large")
        return 0.0, 0.0

    def _note(self, found: str) -> None:
        self.notes.append(
            f"In the header's Mask Subtraction Sequence {found} of {self.frame_count} frames, which"
            " was ignored."
        )


def without_gaps(masks: tuple[FrameMask | None, ...]) -> tuple[FrameMask, ...]:
    """Give frames without a mask that of the nearest frame that has one.

    The standard shows such frames as they are; in a MinIP they would hide every other frame.

    Args:
        masks: At least one is not None.

    Returns:
        One mask a frame. Frames that had none are not averaged.
    """
    present = [(frame, mask) for frame, mask in enumerate(masks) if mask is not None]
    filled = []
    for frame, mask in enumerate(masks):
        away = [abs(frame - other) for other, _ in present]
        _, nearest = present[away.index(min(away))]
        filled.append(mask or replace(nearest, averaged=1))
    return tuple(filled)
