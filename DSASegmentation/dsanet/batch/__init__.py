"""Batch: every run below a folder, resumable, and the segmenting of one run to files."""

from dsanet.batch.folder import check_folders, segment_folder
from dsanet.batch.one import Cancel, Clock, Place, Progress, Segmented, Step, segment_source
from dsanet.batch.outcome import Batch, Event
from dsanet.batch.row import STATUSES, Row, Status
from dsanet.batch.summary import COLUMNS, SUMMARY_FILE, row_values

__all__ = [
    "COLUMNS",
    "STATUSES",
    "SUMMARY_FILE",
    "Batch",
    "Cancel",
    "Clock",
    "Event",
    "Place",
    "Progress",
    "Row",
    "Segmented",
    "Status",
    "Step",
    "check_folders",
    "row_values",
    "segment_folder",
    "segment_source",
]
