"""Who a patient is: the one place that reads it, for files that go back to where they came from."""

from collections.abc import Sequence
from pathlib import Path

from pydicom.dataset import Dataset

from dsanet.io.boundary import named_errors
from dsanet.io.dicom_file import open_dicom
from dsanet.io.header import tag_number
from dsanet.io.limits import Limits


def read_identity(path: Path, keywords: Sequence[str], limits: Limits | None = None) -> Dataset:
    """Read attributes of a DICOM file that readers of runs pass over.

    Args:
        path: The file.
        keywords: Of the DICOM dictionary.
        limits: How far a deflated header may grow.

    Returns:
        Those of them that the file has, besides those that every reader takes.

    Raises:
        ReadError: The file cannot be read.
    """
    tags = [tag_number(keyword) for keyword in keywords]
    with named_errors(path.name), open_dicom(path, limits or Limits(), tags) as file:
        return file.header
