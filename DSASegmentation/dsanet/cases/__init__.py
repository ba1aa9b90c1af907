"""Cases: labelled runs in a data set folder, without DICOM and without a patient's name."""

from dsanet.cases.case import (
    LABEL_KINDS,
    SPLITS,
    STATUSES,
    Case,
    CaseFacts,
    case_name,
    label_values,
    patient_key,
)
from dsanet.cases.convert import make_case, prepared_run
from dsanet.cases.folder import CaseEntry, list_cases, read_case, write_case

__all__ = [
    "LABEL_KINDS",
    "SPLITS",
    "STATUSES",
    "Case",
    "CaseEntry",
    "CaseFacts",
    "case_name",
    "label_values",
    "list_cases",
    "make_case",
    "patient_key",
    "prepared_run",
    "read_case",
    "write_case",
]
