"""Labels as a DICOM Segmentation on the MinIP, made by highdicom."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

import dsanet
from dsanet.errors import DSAError
from dsanet.export.dicom_minip import MANUFACTURER, MODEL, SERIES_NUMBER, Code
from dsanet.export.report import NOTICE
from dsanet.export.segmentation import terminology
from dsanet.labels import CLASSES, LabelClass

AUTOMATIC, SEMIAUTOMATIC, MANUAL = "AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"
"""Segment Algorithm Type (0062,0008): as a model left it, corrected by a reader, or drawn."""

MODEL_FAMILY = Code("123110", "DCM", "Artificial Intelligence")


def segmentation_dataset(
    labels: NDArray[np.uint8], minip: Dataset, provenance: Mapping[str, Any], algorithm: str
) -> Any:
    """Describe labels as a DICOM Segmentation (PS3.3 A.51) with one binary segment a class.

    Classes without a pixel have no segment.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`.
        minip: What they lie on, from `minip_dataset`, with its file meta information.
        provenance: Of the prediction that they began as; empty where there was none.
        algorithm: `AUTOMATIC`, `SEMIAUTOMATIC` or `MANUAL`.

    Returns:
        A highdicom data set.

    Raises:
        DSAError: No pixel is labelled, or highdicom is not installed.
    """
    highdicom = _highdicom()
    found = [entry for entry in CLASSES if np.any(labels == entry.value)]
    if not found:
        msg = "the labels hold no vessel, and a DICOM Segmentation needs at least one segment"
        raise DSAError(msg)
    numbers = np.zeros_like(labels)
    for number, entry in enumerate(found, start=1):
        numbers[labels == entry.value] = number
    made = highdicom.seg.Segmentation(
        source_images=[minip],
        pixel_array=numbers[None],
        segmentation_type="BINARY",
        segment_descriptions=[
            _segment(highdicom, number, entry, provenance, algorithm)
            for number, entry in enumerate(found, start=1)
        ],
        series_instance_uid=generate_uid(),
        series_number=SERIES_NUMBER + 1,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL,
        software_versions=dsanet.__version__,
        device_serial_number="0",
        content_label="ARTERIES",
        content_description="Main artery trunk and bifurcated vessels",
        series_description="Arteries on the MinIP",
    )
    made.ContentCreatorName = ""
    made.PositionReferenceIndicator = ""
    made.ImageComments = NOTICE
    for keyword in ("PatientIdentityRemoved", "DeidentificationMethod", "BodyPartExamined"):
        if keyword in minip:
            made[keyword] = minip[keyword]
    return made


def _segment(
    highdicom: Any, number: int, entry: LabelClass, provenance: Mapping[str, Any], algorithm: str
) -> Any:
    category, kind, modifier = _codes(highdicom, entry)
    description = highdicom.seg.SegmentDescription(
        segment_number=number,
        segment_label=entry.name,
        segmented_property_category=category,
        segmented_property_type=kind,
        algorithm_type=algorithm,
        algorithm_identification=_algorithm(highdicom, provenance, algorithm),
        tracking_uid=generate_uid(),
        tracking_id=entry.name,
    )
    description.SegmentDescription = entry.title
    made = description.SegmentedPropertyTypeCodeSequence[0]
    made.SegmentedPropertyTypeModifierCodeSequence = [modifier]
    lab = highdicom.color.CIELabColor.from_rgb(*entry.color)
    description.RecommendedDisplayCIELabValue = list(lab.value)
    return description


def _codes(highdicom: Any, entry: LabelClass) -> list[Any]:
    """Slicer's terminology entry as codes: category, type and type modifier."""
    parts = [part.split("^") for part in terminology(entry).split("~")[1:4]]
    return [
        highdicom.sr.CodedConcept(value=value, scheme_designator=scheme, meaning=meaning)
        for scheme, value, meaning in parts
    ]


def _algorithm(highdicom: Any, provenance: Mapping[str, Any], algorithm: str) -> Any:
    if algorithm == MANUAL:
        return None
    weights = str(provenance.get("model_sha256", ""))[:12]
    version = " ".join(part for part in (str(provenance.get("engine", "")), weights) if part)
    family = highdicom.sr.CodedConcept(
        value=MODEL_FAMILY.value,
        scheme_designator=MODEL_FAMILY.scheme,
        meaning=MODEL_FAMILY.meaning,
    )
    return highdicom.AlgorithmIdentificationSequence(
        name=f"DSANet {provenance.get('model', '')}".strip()[:64],
        family=family,
        version=version[:64] or "unknown",
    )


def _highdicom() -> Any:
    try:
        import highdicom
        import highdicom.color
        import highdicom.seg
        import highdicom.sr
    except ImportError as error:
        msg = (
            "DICOM Segmentations need highdicom, which Slicer 5.12 has; install it with"
            " pip install dsa-segmentation[dicom]"
        )
        raise DSAError(msg) from error
    return highdicom
