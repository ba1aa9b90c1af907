"""dicom_files(): the MinIP and its segmentation as two DICOM files."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.errors import DSAError
from dsanet.export.dicom_encode import encoded, with_meta
from dsanet.export.dicom_minip import minip_dataset
from dsanet.export.dicom_seg import AUTOMATIC, MANUAL, SEMIAUTOMATIC, segmentation_dataset
from dsanet.export.dicom_source import DicomSource
from dsanet.io import DSARun
from dsanet.prepare import PreparedRun

MINIP_FILE, SEGMENTATION_FILE = "minip.dcm", "segmentation.dcm"
IMPLEMENTATION_VERSION = "DSASEGMENTATION"


def dicom_files(
    run: DSARun,
    prepared: PreparedRun,
    labels: NDArray[np.uint8],
    source: DicomSource,
    *,
    prediction: NDArray[np.uint8] | None = None,
    provenance: Mapping[str, Any] | None = None,
    bits: int = 16,
) -> dict[str, bytes]:
    """Encode a run's MinIP and labels as DICOM, explicit VR little endian, not compressed.

    With `identified_source` the files name the patient and the study: they are for the archive
    that the run came from, and the only output of dsanet with identity.

    Args:
        run: The run as read.
        prepared: The same run, prepared.
        labels: uint8 (H, W), values of `dsanet.labels`, at least one pixel of a class.
        source: From `identified_source` or `anonymous_source`.
        prediction: uint8 (H, W), what a model proposed; None if the labels began empty.
        provenance: Of that prediction.
        bits: Per pixel of the MinIP, 8 or 16.

    Returns:
        Content by file name: `minip.dcm`, `segmentation.dcm`.

    Raises:
        DSAError: The labels do not fit the run or are empty, highdicom is missing, or the source
            holds values that DICOM does not allow.
    """
    if labels.shape != prepared.minip.shape:
        found, expected = labels.shape, prepared.minip.shape
        msg = f"the labels have {found} rows and columns, the run {expected}"
        raise DSAError(msg)
    minip = with_meta(minip_dataset(prepared, run.spacing, source, bits), IMPLEMENTATION_VERSION)
    algorithm = _algorithm(labels, prediction)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they quote the patient's name, and end up in logs
            segmentation = segmentation_dataset(labels, minip, provenance or {}, algorithm)
            return {MINIP_FILE: encoded(minip), SEGMENTATION_FILE: encoded(segmentation)}
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        msg = f"the run's header holds what DICOM does not allow in derived files: {error}"
        raise DSAError(msg) from error


def _algorithm(labels: NDArray[np.uint8], prediction: NDArray[np.uint8] | None) -> str:
    if prediction is None:
        return MANUAL
    return AUTOMATIC if np.array_equal(labels, prediction) else SEMIAUTOMATIC
