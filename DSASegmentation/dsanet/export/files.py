"""All files of one segmented run."""

from dsanet.engine.prediction import Prediction
from dsanet.export.overlay import overlay_png
from dsanet.export.png import labels_png
from dsanet.export.report import notes
from dsanet.export.segmentation import segmentation_nrrd
from dsanet.io import Spacing

SUFFIXES = {
    "segmentation": ".seg.nrrd",
    "labels": "_labels.png",
    "overlay": "_overlay.png",
    "report": ".json",
}


def image_files(prediction: Prediction, spacing: Spacing | None, stem: str) -> dict[str, bytes]:
    """Encode the segmentation, the label image and the overlay of one run.

    Args:
        prediction: What the engine answered.
        spacing: The run's.
        stem: What the file names begin with.

    Returns:
        Content by file name: `STEM.seg.nrrd`, `STEM_labels.png`, `STEM_overlay.png`.
    """
    labels, header = prediction.labels, notes(prediction.provenance)
    return {
        stem + SUFFIXES["segmentation"]: segmentation_nrrd(labels, spacing, header),
        stem + SUFFIXES["labels"]: labels_png(labels, header),
        stem + SUFFIXES["overlay"]: overlay_png(labels, prediction.prepared, header),
    }
