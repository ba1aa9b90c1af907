"""Data sets of DICOM as the bytes of files."""

import io

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian


def with_meta(dataset: Dataset, implementation_version: str) -> Dataset:
    """Give a data set the file meta information of explicit VR little endian, not compressed.

    Source: DICOM PS3.10 section 7.1.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationVersionName = implementation_version
    dataset.file_meta = meta
    return dataset


def encoded(dataset: Dataset) -> bytes:
    """Encode a data set that has file meta information."""
    buffer = io.BytesIO()
    dataset.preamble = bytes(128)  # never copied: it may hold a program (CVE-2019-11687)
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()
