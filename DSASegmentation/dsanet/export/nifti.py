"""A label image as NIfTI, for tools that read nothing else.

Source: the header nifti1.h of the NIfTI Data Format Working Group.
"""

import gzip
import struct

import numpy as np
from numpy.typing import NDArray

from dsanet.export.report import NOTICE
from dsanet.export.segmentation import SLICE_MM
from dsanet.io import Spacing

HEADER_BYTES, DATA_OFFSET = 348, 352
UINT8 = 2
MM = 2
ALIGNED = 2
"""NIFTI_XFORM_ALIGNED_ANAT: a place to put pictures, not the scanner's."""


def labels_nifti(labels: NDArray[np.uint8], spacing: Spacing | None) -> bytes:
    """Encode a label image as NIfTI-1 with one slice, zipped: the place of `segmentation_nrrd`.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`. NIfTI has columns first: (W, H, 1).
        spacing: Between pixels; None makes pixels of 1 mm.

    Returns:
        The content of a .nii.gz file.
    """
    rows, columns = labels.shape
    row_mm, column_mm = (spacing.row_mm, spacing.column_mm) if spacing else (1.0, 1.0)
    header = bytearray(DATA_OFFSET)
    struct.pack_into("<i", header, 0, HEADER_BYTES)
    struct.pack_into("<8h", header, 40, 3, columns, rows, 1, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, UINT8, 8)
    struct.pack_into("<8f", header, 76, 1.0, column_mm, row_mm, SLICE_MM, 1.0, 1.0, 1.0, 1.0)
    struct.pack_into("<f", header, 108, DATA_OFFSET)
    struct.pack_into("<B", header, 123, MM)
    struct.pack_into("<80s", header, 148, NOTICE.encode("ascii"))
    struct.pack_into("<hh", header, 252, 0, ALIGNED)
    axes = ((-column_mm, 0.0, 0.0, 0.0), (0.0, -row_mm, 0.0, 0.0), (0.0, 0.0, SLICE_MM, 0.0))
    struct.pack_into("<12f", header, 280, *(value for axis in axes for value in axis))
    struct.pack_into("<4s", header, 344, b"n+1\0")
    return gzip.compress(bytes(header) + np.ascontiguousarray(labels).tobytes(), mtime=0)
