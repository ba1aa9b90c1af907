"""read_run and read_runs: a file or folder, whatever its kind, becomes runs."""

from pathlib import Path

from dsanet.io.boundary import named_errors
from dsanet.io.dicom import read_dicom, read_series
from dsanet.io.images import read_images, read_tiff
from dsanet.io.kinds import Kind
from dsanet.io.limits import Limits
from dsanet.io.nifti import read_nifti
from dsanet.io.nrrd import read_nrrd
from dsanet.io.refusal import refuse
from dsanet.io.run import DSARun
from dsanet.io.sources import RunSource, find_runs


def read_run(path: Path | str, limits: Limits | None = None) -> DSARun:
    """Read one DSA run.

    Files are recognised by their content. A folder may hold DICOM files (one multi-frame file, or
    a series of single frames), the frames of one run as PNG or JPEG files in the natural order of
    their names, or one file of another kind; hidden files are passed over.

    Args:
        path: A DICOM, PNG, JPEG, TIFF, NRRD or NIfTI file, or a folder.
        limits: What may be decoded, the defaults of `Limits` if None.

    Raises:
        ReadError: The path holds no run that can be read, or more than one; the message names the
            file, what was found, what is expected and what to do.
    """
    path = Path(path)
    limits = limits or Limits()
    with named_errors(path.name or str(path)):
        sources = find_runs(path, limits)
        if len(sources) > 1:
            names = ", ".join(source.files[0].name for source in sources[:3])
            refuse(f"the folder holds {len(sources)} runs ({names} ...)", "one", "choose one file")
        return _read(sources[0], limits)


def read_runs(path: Path | str, limits: Limits | None = None) -> list[DSARun]:
    """Read all DSA runs of a file or folder, in the natural order of the file names.

    The two planes of a biplane acquisition are two runs.

    Args:
        path: As for `read_run`.
        limits: What may be decoded for one run, the defaults of `Limits` if None.

    Returns:
        At least one run.

    Raises:
        ReadError: One of the runs cannot be read, or there is none; see `read_run`.
    """
    sources = find_sources(path, limits)
    return [read_source(source, limits) for source in sources]


def read_source(source: RunSource, limits: Limits | None = None) -> DSARun:
    """Read a run whose files are known.

    Args:
        source: As `find_sources` or `survey` found it.
        limits: What may be decoded, the defaults of `Limits` if None.

    Raises:
        ReadError: It cannot be read; see `read_run`.
    """
    with named_errors(source.name if len(source.files) > 1 else source.files[0].name):
        return _read(source, limits or Limits())


def find_sources(path: Path | str, limits: Limits | None = None) -> list[RunSource]:
    """Find the runs of a file or folder without reading them.

    Args:
        path: As for `read_run`.
        limits: How many files are looked at, the defaults of `Limits` if None.

    Returns:
        At least one, in the natural order of the file names.

    Raises:
        ReadError: There is none, or a file of the folder is damaged.
    """
    path = Path(path)
    with named_errors(path.name or str(path)):
        return find_runs(path, limits or Limits())


def _read(source: RunSource, limits: Limits) -> DSARun:
    if source.kind is Kind.DICOM and len(source.files) > 1:
        return read_series(source.files, source.name, limits)
    if source.kind is Kind.IMAGE:
        return read_images(source.files, source.name, limits)
    return _READERS[source.kind](source.files[0], source.name, limits)


_READERS = {
    Kind.DICOM: read_dicom,
    Kind.TIFF: read_tiff,
    Kind.NRRD: read_nrrd,
    Kind.NIFTI: read_nifti,
}
