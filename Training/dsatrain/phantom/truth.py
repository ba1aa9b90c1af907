"""A phantom on disk: the run as XA DICOM, with its exact truth beside it."""

import json
from pathlib import Path

from dsanet import atomic
from dsanet.export.png import labels_png
from dsatrain.phantom.dicom_file import write_xa_dicom
from dsatrain.phantom.make import Phantom


def write_phantom(phantom: Phantom, folder: Path) -> Path:
    """Write `NAME.dcm`, `NAME_truth.png` (uint8 labels) and `NAME_truth.json`.

    Args:
        phantom: The phantom; its run's name is NAME.
        folder: Where to; it exists.

    Returns:
        The path of the DICOM file.

    Raises:
        WriteError: A file cannot be written.
    """
    name = phantom.run.name
    facts = {"arterial_window": phantom.arterial_window, "phases": phantom.phases}
    atomic.write_all(
        {
            folder / f"{name}_truth.png": labels_png(phantom.labels, {}),
            folder / f"{name}_truth.json": (json.dumps(facts, indent=2) + "\n").encode(),
        }
    )
    path = folder / f"{name}.dcm"
    write_xa_dicom(phantom.run, path)
    return path
