"""What a DICOM export takes from the run's own files, and what it takes where there are none."""

from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import UID, generate_uid

from dsanet.errors import ReadError
from dsanet.io.header import attribute_name, integer, text
from dsanet.io.identity import read_identity
from dsanet.io.kinds import Kind
from dsanet.io.sources import RunSource

PATIENT_AND_STUDY = (
    *("SpecificCharacterSet", "PatientName", "PatientID", "IssuerOfPatientID"),
    *("PatientBirthDate", "PatientSex", "PatientAge", "PatientSize", "PatientWeight"),
    *("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName"),
    *("StudyID", "StudyDescription", "BodyPartExamined", "Laterality"),
)
"""Taken over as they are. PS3.3 C.7.1.1, C.7.2.1, C.7.2.2, C.7.3.1."""

MANDATORY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "StudyID"),
)
"""Type 2: there with or without a value."""

NEEDED = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")


@dataclass(frozen=True, eq=False)
class DicomSource:
    """What is taken over into derived objects.

    Attributes:
        common: Attributes of patient and study, Study Instance UID among them.
        series: Series Instance UID of the source; empty where nothing may lead back to it.
        instances: SOP Class and SOP Instance UID of the files, in the order of the frames; none
            where nothing may lead back to them.
        multi_frame: Whether one file holds several frames.
        burned_in: Burned In Annotation (0028,0301) of the source.
    """

    common: Dataset
    series: str
    instances: tuple[tuple[UID, UID], ...]
    multi_frame: bool
    burned_in: str


def identified_source(source: RunSource) -> DicomSource:
    """Take over who the patient is and which run it was: for the archive that it came from.

    Args:
        source: The run's files.

    Raises:
        ReadError: They are no DICOM files, or lack a UID.
    """
    if source.kind is not Kind.DICOM:
        msg = (
            f"{source.name} is no DICOM run, so that derived DICOM has no patient and no study;"
            " export without identity, or as nrrd"
        )
        raise ReadError(msg)
    headers = [_header(path) for path in source.files]
    first = headers[0]
    common = Dataset()
    for keyword in (*PATIENT_AND_STUDY, "StudyInstanceUID"):
        if keyword in first:
            common[keyword] = first[keyword]
    return DicomSource(
        common=with_mandatory(common),
        series=text(first, "SeriesInstanceUID"),
        instances=tuple(
            (UID(text(header, "SOPClassUID")), UID(text(header, "SOPInstanceUID")))
            for header in headers
        ),
        multi_frame=integer(first, "NumberOfFrames", 1) > 1,
        burned_in=text(first, "BurnedInAnnotation"),
    )


def anonymous_source(patient: str) -> DicomSource:
    """Take over nothing at all.

    Args:
        patient: What to call the patient, such as a key of `dsanet.cases.patient_key`.

    Source: DICOM PS3.15 E.3, PS3.3 C.7.1.1 (Patient Identity Removed).
    """
    common = Dataset()
    common.PatientName, common.PatientID = f"{patient}^", patient
    common.PatientIdentityRemoved = "YES"
    common.DeidentificationMethod = "Made anew from an allow-list, no attribute taken over"
    common.StudyInstanceUID = generate_uid()
    return DicomSource(with_mandatory(common), "", (), multi_frame=False, burned_in="NO")


def with_mandatory(common: Dataset) -> Dataset:
    """Add what every file must have, without a value."""
    for keyword in MANDATORY:
        if keyword not in common:
            setattr(common, keyword, "")
    if "BodyPartExamined" not in common and "Laterality" not in common:
        common.Laterality = ""  # type 2C: only a body part that is no pair allows it to be absent
    return common


def _header(path: Path) -> Dataset:
    header = read_identity(path, PATIENT_AND_STUDY)
    for keyword in NEEDED:
        if not text(header, keyword):
            msg = f"{path.name} lacks {attribute_name(keyword)}; it cannot be referred to"
            raise ReadError(msg)
    return header
