"""Which runs a series of Slicer's DICOM database holds, told from the database alone.

A multi-frame file is a run. Single frames are one run for each acquisition and plane. The two
planes of a biplane acquisition are two runs. These are the rules of `dsanet.io.survey`, and whether
a file is a run at all is decided by the reader's own checks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom import uid
from pydicom.dataset import Dataset

from dsanet.errors import ReadError
from dsanet.io import Limits, OutOfScopeError, RotationError
from dsanet.io.facts import view as view_of
from dsanet.io.header import integer, numbers, text, texts
from dsanet.io.layout import pixel_layout
from dsanet.io.names import natural_key
from dsanet.io.scope import ANGIOGRAPHY, COPIES, refuse_other_images
from dsanet.io.sources import in_order
from DSASegmentationLib.dicomplugin.tags import TAGS, ValueOf, headerOf

CERTAIN = 0.75
"""Above the 0.7 of Slicer's image sequence plugin, so that XA runs of two frames and more become
runs, and below the plugins that know a vendor's files."""

POSSIBLE = 0.6
"""A lone frame, fluoroscopy, and secondary captures are more often something else than DSA: they
are offered below the image sequence plugin, above the scalar volume plugin's 0.5."""

REFUSED = 0.2
"""What the reader will refuse is offered last, so that the user can read why."""

READ_CLASSES = ANGIOGRAPHY | COPIES
"""Classes that the reader takes; of other files nothing else is asked, for there may be many."""

RUN_CLASSES = (uid.XRayAngiographicImageStorage, uid.EnhancedXAImageStorage)

Key = tuple[str, ...]
"""What tells runs of one series apart."""


@dataclass(frozen=True)
class Offer:
    """One run that can be loaded.

    Attributes:
        files: One file with all frames, or one file a frame, in order.
        name: Number and description of the series, and what tells its runs apart.
        tooltip: Frames and size.
        warning: Why the run cannot be read; empty if it can as far as the database knows.
        confidence: `CERTAIN`, `POSSIBLE` or `REFUSED`.
    """

    files: tuple[str, ...]
    name: str
    tooltip: str
    warning: str
    confidence: float


@dataclass(frozen=True)
class _File:
    path: str
    header: Dataset

    @property
    def number(self) -> int:
        """Instance Number (0020,0013), -1 where there is none."""
        found = numbers(self.header, "InstanceNumber")
        return int(found[0]) if found else -1

    @property
    def frames(self) -> int:
        found = numbers(self.header, "NumberOfFrames")
        return int(found[0]) if found else 1


def offersFor(files: Sequence[str], valueOf: ValueOf) -> list[Offer]:
    """Find the runs among the files of one series; no file is opened.

    Args:
        files: Paths as the database knows them.
        valueOf: Asks the database, see `tags.ValueOf`.

    Returns:
        The runs in the order of their Instance Numbers, plane A before plane B; none where the
        series holds no X-ray projections.
    """
    groups: dict[Key, list[_File]] = {}
    projections = [file for file in files if valueOf(file, TAGS["SOPClassUID"]) in READ_CLASSES]
    for path in sorted(projections, key=lambda file: natural_key(Path(file).name)):
        header = headerOf(path, valueOf)
        if _is_projection(header):
            file = _File(path, header)
            groups.setdefault(_key(file), []).append(file)
    ordered = sorted(groups.values(), key=_place)
    return [_offer(members, alone=len(ordered) == 1) for members in ordered]


def _is_projection(header: Dataset) -> bool:
    """Whether a file is of a kind that can hold a run; rotational runs count, to be refused."""
    try:
        refuse_other_images(header)
    except RotationError:
        return True
    except OutOfScopeError:
        return False
    return True


def _key(file: _File) -> Key:
    """Tell runs apart as `dsanet.io.sources` does."""
    if file.frames != 1:
        return (file.path,)
    header = file.header
    size = text(header, "Rows"), text(header, "Columns")
    return ("", text(header, "AcquisitionNumber"), *texts(header, "ImageType")[2:3], *size)


def _place(members: list[_File]) -> tuple[int, str, list[tuple[int, str]]]:
    first = min(members, key=lambda file: file.number)
    plane = "".join(texts(first.header, "ImageType")[2:3])
    return first.number, plane, natural_key(Path(first.path).name)


def _offer(members: list[_File], *, alone: bool) -> Offer:
    ordered, warning = _ordered(members)
    first = ordered[0]
    warning = warning or _refusal(first.header)
    frames = first.frames if len(ordered) == 1 else len(ordered)
    rows, columns = text(first.header, "Rows"), text(first.header, "Columns")
    return Offer(
        files=tuple(file.path for file in ordered),
        name=_name(ordered, alone=alone),
        tooltip=f"{frames} frames of {rows} x {columns} pixels as a DSA run",
        warning=warning,
        confidence=REFUSED if warning else _confidence(first.header, frames),
    )


def _ordered(members: list[_File]) -> tuple[list[_File], str]:
    """Order frames as the reader does; where it cannot, as they are, with the reason."""
    by_path = {Path(file.path): file for file in members}
    try:
        paths = in_order([(file.number, Path(file.path)) for file in members])
    except ReadError as error:
        return members, f"{error}."
    return [by_path[path] for path in paths], ""


def _refusal(header: Dataset) -> str:
    """Say why the reader will refuse a file, empty if it will not for what the database knows."""
    try:
        integer(header, "NumberOfFrames", 1)
        refuse_other_images(header)
        pixel_layout(header, Limits())
    except ReadError as error:
        return f"{error}."
    return ""


def _confidence(header: Dataset, frames: int) -> float:
    known = text(header, "SOPClassUID") in RUN_CLASSES and frames > 1
    return CERTAIN if known else POSSIBLE


def _name(members: list[_File], *, alone: bool) -> str:
    """Name a run as Slicer names series, so that it is found again in the list.

    What tells it from the other runs of its series is the Instance Number of a multi-frame file,
    the Acquisition Number of a series of frames, and where it was taken from.
    """
    header = members[0].header
    number = text(header, "SeriesNumber")
    words = [
        f"{number}:" if number else "",
        text(header, "Modality"),
        text(header, "SeriesDescription"),
    ]
    if len(members) == 1 and members[0].number >= 0:
        words.append(f"[{members[0].number}]")
    elif not alone:
        words.append(f"[acquisition {text(header, 'AcquisitionNumber') or 'unknown'}]")
    view = view_of(header)
    words.append(f"({view})" if view else "")
    return " ".join(word for word in words if word)
