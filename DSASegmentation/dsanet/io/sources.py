"""RunSource: which files make up which run, found out without reading a pixel."""

import logging
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from dsanet.errors import ReadError
from dsanet.io.boundary import named_errors
from dsanet.io.dicom_file import open_dicom
from dsanet.io.header import integer, text, texts
from dsanet.io.kinds import Kind, file_kind
from dsanet.io.limits import Limits
from dsanet.io.names import natural_key, run_name
from dsanet.io.refusal import refuse
from dsanet.io.scope import OutOfScopeError, refuse_other_images

READABLE = "a DICOM file (XA), PNG or JPEG frames, TIFF, NRRD, NIfTI, or a folder of them"
PASSED_OVER = ("DICOMDIR",)

RunKey = tuple[str, ...]
"""What tells runs apart: the name of a file that is one by itself, or series and acquisition."""

Numbered = tuple[int, Path]
"""A file with its Instance Number (0020,0013), -1 where it states none."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunSource:
    """The files of one run.

    Attributes:
        name: Name of the run.
        kind: Kind of all its files.
        files: One file with all frames, or one file a frame, in order.
    """

    name: str
    kind: Kind
    files: tuple[Path, ...]


def find_runs(path: Path, limits: Limits) -> list[RunSource]:
    """Find the runs in a file or folder, in the natural order of the file names.

    In a folder DICOM files count first, then PNG and JPEG files, then files of other kinds. Hidden
    files, sub-folders, and DICOM files that hold no run from one side are passed over.

    Args:
        path: A file or folder.
        limits: How many files are looked at.

    Returns:
        At least one run.

    Raises:
        ReadError: There is none.
    """
    if path.is_dir():
        return _in_folder(path, limits)
    if not path.is_file():
        refuse(what_it_is(path), READABLE, "check the path")
    kind = file_kind(path)
    if kind is Kind.OTHER:
        refuse("its content is not of a known kind", READABLE, "choose another file")
    return [RunSource(run_name(path), kind, (path,))]


def what_it_is(path: Path) -> str:
    """What is at a path that leads to no file and no folder."""
    if path.exists():
        return "it is no plain file but a pipe, a socket or a device"
    link = "it is a link that leads nowhere"
    return link if path.is_symlink() else "there is no such file or folder"


def _in_folder(folder: Path, limits: Limits) -> list[RunSource]:
    by_kind = _files_by_kind(folder, limits)
    if by_kind[Kind.DICOM]:
        return _dicom_runs(by_kind[Kind.DICOM], run_name(folder), limits)
    if by_kind[Kind.IMAGE]:
        return [RunSource(run_name(folder), Kind.IMAGE, tuple(by_kind[Kind.IMAGE]))]
    others = [(kind, file) for kind in (Kind.TIFF, Kind.NRRD, Kind.NIFTI) for file in by_kind[kind]]
    if not others:
        found = f"the folder holds no frames and {len(by_kind[Kind.OTHER])} files of other kinds"
        refuse(found, READABLE, "choose another folder")
    return [RunSource(run_name(file), kind, (file,)) for kind, file in others]


def _files_by_kind(folder: Path, limits: Limits) -> dict[Kind, list[Path]]:
    by_kind: dict[Kind, list[Path]] = {kind: [] for kind in Kind}
    for path in visible_files(folder, limits):
        if path.name not in PASSED_OVER and path.is_file():
            by_kind[file_kind(path)].append(path)
    return by_kind


def visible_files(folder: Path, limits: Limits) -> list[Path]:
    """List what a folder holds and does not hide, sub-folders too, in natural order.

    Args:
        folder: The folder.
        limits: How many entries it may have.

    Raises:
        ReadError: It has more.
        OSError: It cannot be listed.
    """
    names = sorted((entry.name for entry in folder.iterdir()), key=natural_key)
    if len(names) > limits.files:
        refuse(
            f"the folder holds {len(names)} files",
            f"at most {limits.files}",
            "put the frames of one run into a folder of their own",
        )
    return [folder / name for name in names if not name.startswith(".")]


def _dicom_runs(paths: list[Path], folder_name: str, limits: Limits) -> list[RunSource]:
    """Group DICOM files: a multi-frame file is a run, single frames of one acquisition are one."""
    groups, refused = group_dicom(paths, limits)
    damaged = [error for error in refused.values() if not isinstance(error, OutOfScopeError)]
    if damaged or (refused and not groups):
        raise (damaged or list(refused.values()))[0]
    for path, error in refused.items():
        logger.info("%s is passed over: %s", path.name, error)
    runs = [in_order(members) for members in groups.values()]
    if len(runs) == 1 and len(runs[0]) > 1:
        return [RunSource(folder_name, Kind.DICOM, runs[0])]
    return [RunSource(run_name(files[0]), Kind.DICOM, files) for files in runs]


def group_dicom(
    paths: list[Path], limits: Limits
) -> tuple[dict[RunKey, list[Numbered]], dict[Path, ReadError]]:
    """Find out which DICOM files make up which run; only their headers are read.

    Args:
        paths: Files of one folder.
        limits: How far a deflated header may grow.

    Returns:
        The files of each run with their numbers in it, and why the other files belong to none.
    """
    groups: dict[RunKey, list[Numbered]] = {}
    refused: dict[Path, ReadError] = {}
    for path in paths:
        try:
            key, number = _place(path, limits)
        except ReadError as error:
            refused[path] = error
            continue
        groups.setdefault(key, []).append((number, path))
    return groups, refused


def _place(path: Path, limits: Limits) -> tuple[RunKey, int]:
    """Return what the file's run is known by, and the file's number in it."""
    with named_errors(path.name), open_dicom(path, limits) as file:
        header = file.header
    refuse_other_images(header)
    with named_errors(path.name):
        series = text(header, "SeriesInstanceUID")
        if integer(header, "NumberOfFrames", 1) != 1 or not series:
            return (path.name,), 0
        return (series, *_acquisition(header)), integer(header, "InstanceNumber", -1)


def _acquisition(header: Dataset) -> tuple[str, ...]:
    plane = texts(header, "ImageType")[2:3]
    size = (text(header, "Rows"), text(header, "Columns"))
    return (text(header, "AcquisitionNumber"), *plane, *size)


def in_order(members: list[Numbered]) -> tuple[Path, ...]:
    """Order frames by Instance Number, or as they are where no file states one.

    Raises:
        ReadError: Some have equal numbers.
    """
    stated = [number for number, _ in members if number >= 0]
    if stated and len(set(stated)) < len(members):
        refuse(
            f"{members[0][1].name} and {len(members) - 1} more files of one series have the "
            f"Instance Numbers (0020,0013) {sorted(stated)[:5]} ...",
            "a number of its own for each frame",
        )
    return tuple(path for _, path in sorted(members, key=lambda member: member[0]))
