"""survey(): every run of one folder, and of each other file why it is none."""

from dataclasses import dataclass, field
from pathlib import Path

from dsanet.errors import ReadError
from dsanet.io.boundary import named_errors
from dsanet.io.kinds import Kind, file_kind
from dsanet.io.limits import Limits
from dsanet.io.names import run_name
from dsanet.io.refusal import wording
from dsanet.io.scope import OutOfScopeError
from dsanet.io.sources import (
    PASSED_OVER,
    RunSource,
    group_dicom,
    in_order,
    visible_files,
    what_it_is,
)

ONE_FILE_RUNS = (Kind.TIFF, Kind.NRRD, Kind.NIFTI)
OWN_FOLDER = "put the frames of a run into a folder of their own"


@dataclass
class Survey:
    """What one folder holds.

    Attributes:
        runs: Each run with the path that people know it by: its file, or the folder where all its
            frames are.
        others: Files that are no run, with why: an OutOfScopeError where they were never meant to
            be one, another ReadError where a run may be missing.
        folders: Sub-folders, links to folders left out.
    """

    runs: list[tuple[Path, RunSource]] = field(default_factory=list)
    others: list[tuple[Path, ReadError]] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)


def survey(folder: Path, limits: Limits) -> Survey:
    """Look through one folder; no pixel is read and nothing is raised.

    A multi-frame DICOM file, a series of single-frame DICOM files, and a TIFF, NRRD or NIfTI file
    are runs. PNG and JPEG files are the frames of one run in a folder without files of these kinds;
    beside such files they are taken for previews. Hidden files and folders are passed over.

    Args:
        folder: The folder.
        limits: How many entries it may have, and how far a deflated header may grow.
    """
    found = Survey()
    try:
        with named_errors(folder.name or str(folder)):
            paths = visible_files(folder, limits)
    except ReadError as error:
        found.others.append((folder, error))
        return found
    by_kind: dict[Kind, list[Path]] = {kind: [] for kind in Kind}
    for path in paths:
        try:
            if _is_folder(path):
                found.folders.append(path)
            else:
                by_kind[_kind(path)].append(path)
        except ReadError as error:
            found.others.append((path, error))
    _add_dicom(found, by_kind[Kind.DICOM], folder, limits)
    for kind in ONE_FILE_RUNS:
        found.runs += [(path, RunSource(run_name(path), kind, (path,))) for path in by_kind[kind]]
    alone = not any(by_kind[kind] for kind in (Kind.DICOM, *ONE_FILE_RUNS))
    _add_pictures(found, by_kind[Kind.IMAGE], folder, alone=alone)
    return found


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder to look through.

    Raises:
        OutOfScopeError: It is a link to a folder, which may lead in circles.
        ReadError: The system does not tell.
    """
    with named_errors(path.name):
        is_folder, is_link = path.is_dir(), path.is_symlink()
    if is_folder and is_link:
        msg = "it is a link to a folder, and links to folders are not followed"
        raise OutOfScopeError(msg)
    return is_folder


def _kind(path: Path) -> Kind:
    """Tell the kind of a file that can hold a run.

    Raises:
        OutOfScopeError: It is a file of another kind.
        ReadError: It cannot be opened.
    """
    if path.name in PASSED_OVER:
        msg = "it is an index of other files"
        raise OutOfScopeError(msg)
    with named_errors(path.name):
        is_file, exists = path.is_file(), path.exists()
        kind = file_kind(path) if is_file else Kind.OTHER
    if not exists:
        msg = wording(what_it_is(path), "a file", "mend or remove the link")
        raise ReadError(msg)
    if kind is Kind.OTHER:
        msg = "its content is not of a known kind" if is_file else what_it_is(path)
        raise OutOfScopeError(msg)
    return kind


def _add_dicom(found: Survey, paths: list[Path], folder: Path, limits: Limits) -> None:
    groups, refused = group_dicom(paths, limits)
    found.others += refused.items()
    damaged = [path.name for path, e in refused.items() if not isinstance(e, OutOfScopeError)]
    for key, members in groups.items():
        is_series = len(key) > 1
        whole_folder = len(groups) == 1 and len(members) > 1
        path = folder if whole_folder else members[0][1]
        try:
            files = in_order(members)
            if is_series and damaged:
                _refuse_gap(damaged[0])
        except ReadError as error:
            found.others.append((path, error))
            continue
        name = run_name(path) if whole_folder else run_name(files[0])
        found.runs.append((path if whole_folder else files[0], RunSource(name, Kind.DICOM, files)))


def _refuse_gap(damaged: str) -> None:
    msg = wording(
        f"{damaged} in the same folder cannot be read and may be a frame of this run",
        "all frames of the series",
        "copy or export it again, or move it away",
    )
    raise ReadError(msg)


def _add_pictures(found: Survey, paths: list[Path], folder: Path, *, alone: bool) -> None:
    if paths and alone:
        found.runs.append((folder, RunSource(run_name(folder), Kind.IMAGE, tuple(paths))))
        return
    msg = f"it is a picture beside runs of other kinds, taken for a preview; {OWN_FOLDER}"
    found.others += [(path, OutOfScopeError(msg)) for path in paths]
