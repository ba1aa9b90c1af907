"""The report of a run's measurements as files: a page that needs no other file, tables, values."""

from pathlib import Path

from dsanet import atomic
from dsanet.cli.measure_files import SUFFIXES, contents_of
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.measuring.measured import Measured, preparedOrRefused, staleness
from DSASegmentationLib.segments import provenanceOf


def reportFiles(measured: Measured, folder: Path) -> list[Path]:
    """Give the paths that `writeReport` may write."""
    return [folder / (stemOf(measured) + suffix) for suffix in SUFFIXES.values()]


def writeReport(measured: Measured, folder: Path) -> Path:
    """Write report, tables and values of a run's measurements, all or none.

    Args:
        measured: The run's measurements, lesions as the user moved them.
        folder: For the files; made if missing. Files of the same name are replaced.

    Returns:
        The page, `NAME_report.html`. Nothing in the files names a patient.

    Raises:
        SceneError: The run was edited since it was measured.
        WriteError: The files cannot be written; what was there is unchanged.
    """
    changed = staleness(measured)
    if changed:
        msg = f"{changed} since {measured.run.GetName()} was measured; measure it again"
        raise SceneError(msg)
    labelled = provenanceOf(measured.segmentation) or {"source": "segments"}
    prepared = preparedOrRefused(measured.run)
    stem = stemOf(measured)
    files, _ = contents_of(measured.values, prepared, measured.labels, stem, labelled)
    with atomic.new_folder(folder):
        atomic.remove_orphans(folder)
        atomic.write_all({folder / name: content for name, content in files.items()})
    return folder / (stem + SUFFIXES["report"])


def stemOf(measured: Measured) -> str:
    """Give what the files' names begin with: the run's name in the scene, fit for any system."""
    kept = [letter if letter.isalnum() else "_" for letter in measured.run.GetName()]
    return "".join(kept)
