"""Export: a prediction becomes files for Slicer, for people and for programs."""

from dsanet.export.files import SUFFIXES, image_files
from dsanet.export.overlay import overlay_image, overlay_png
from dsanet.export.png import labels_png
from dsanet.export.report import NOTICE, report, spacing_values, to_json
from dsanet.export.segmentation import segmentation_nrrd, terminology

__all__ = [
    "NOTICE",
    "SUFFIXES",
    "image_files",
    "labels_png",
    "overlay_image",
    "overlay_png",
    "report",
    "segmentation_nrrd",
    "spacing_values",
    "terminology",
    "to_json",
]
