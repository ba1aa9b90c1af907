"""read_run: whatever holds a run, by its content; the one place where reading errors are caught."""

import warnings
from pathlib import Path

from dsanet.errors import DSAError, ReadError
from dsanet.io.dicom import read_dicom
from dsanet.io.images import read_images
from dsanet.io.kinds import Kind, file_kind
from dsanet.io.limits import Limits
from dsanet.io.names import natural_key, run_name
from dsanet.io.refusal import refuse
from dsanet.io.run import DSARun

READABLE = "a DICOM file (XA), PNG or JPEG frames, or a folder of them"


def read_run(path: Path | str, limits: Limits | None = None) -> DSARun:
    """Read one DSA run.

    Args:
        path: A DICOM file, a PNG or JPEG file (a run of one frame), a folder with one DICOM file,
            or a folder with the frames of one run as PNG or JPEG files, taken in the natural order
            of their names. Files are recognised by content; hidden files are passed over.
        limits: What may be decoded, the defaults of `Limits` if None.

    Raises:
        ReadError: The path holds no run that can be read; the message names the file, what was
            found, what is expected and what to do.
    """
    path = Path(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(path, limits or Limits())
    except DSAError as error:
        msg = f"Cannot read {path.name}: {error}."
        raise ReadError(msg) from error
    except OSError as error:
        reason = error.strerror or "it is damaged or cut off"
        msg = f"Cannot read {path.name}: {reason}; check the file and copy or export it again."
        raise ReadError(msg) from error
    except MemoryError as error:
        msg = f"Cannot read {path.name}: memory is full; close other programs or split the run."
        raise ReadError(msg) from error
    # The boundary to pydicom and Pillow, which raise whatever a damaged file leads them into.
    except Exception as error:
        what = f"it is damaged or no image ({type(error).__name__})"
        msg = f"Cannot read {path.name}: {what}, expected {READABLE}; copy or export it again."
        raise ReadError(msg) from error


def _read(path: Path, limits: Limits) -> DSARun:
    if path.is_dir():
        return _read_folder(path, limits)
    if not path.is_file():
        refuse("there is no such file or folder", READABLE, "check the path")
    kind = file_kind(path)
    if kind is Kind.OTHER:
        refuse("its content is not of a known kind", READABLE, "choose another file")
    if kind is Kind.DICOM:
        return read_dicom(path, limits)
    return read_images([path], run_name(path), limits)


def _read_folder(folder: Path, limits: Limits) -> DSARun:
    by_kind = _files_by_kind(folder, limits)
    dicom_files, frames = by_kind[Kind.DICOM], by_kind[Kind.IMAGE]
    if len(dicom_files) > 1:
        refuse(f"the folder holds {len(dicom_files)} DICOM files", "one", "choose one of them")
    if dicom_files:
        return read_dicom(dicom_files[0], limits)
    if not frames:
        found = f"the folder holds no frames and {len(by_kind[Kind.OTHER])} files of other kinds"
        refuse(found, READABLE, "choose another folder")
    return read_images(frames, run_name(folder), limits)


def _files_by_kind(folder: Path, limits: Limits) -> dict[Kind, list[Path]]:
    by_kind: dict[Kind, list[Path]] = {kind: [] for kind in Kind}
    names = sorted((entry.name for entry in folder.iterdir()), key=natural_key)
    if len(names) > limits.files:
        refuse(
            f"the folder holds {len(names)} files",
            f"at most {limits.files}",
            "put the frames of one run into a folder of their own",
        )
    for name in names:
        path = folder / name
        if not name.startswith(".") and name != "DICOMDIR" and path.is_file():
            by_kind[file_kind(path)].append(path)
    return by_kind
