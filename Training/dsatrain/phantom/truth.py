"""A phantom on disk: the run as XA DICOM, with its exact truth beside it."""

import json
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from dsanet import atomic
from dsanet.export.png import labels_png
from dsatrain.phantom.dicom_file import write_xa_dicom
from dsatrain.phantom.lesions import Lesion
from dsatrain.phantom.make import Phantom


def write_phantom(phantom: Phantom, folder: Path, *, arrays: bool = False) -> Path:
    """Write a phantom.

    - `NAME.dcm`: the run.
    - `NAME_truth.png`: the labels, uint8.
    - `NAME_truth.json`: arterial window, phases, MAT rule, lesions, motion, all settings.
    - `NAME_truth.npz`, if wanted: `truth_arrays`.

    Args:
        phantom: The phantom; its run's name is NAME.
        folder: Where to; it exists.
        arrays: Write the arrays too, some tens of megabytes.

    Returns:
        The path of the DICOM file.

    Raises:
        WriteError: A file cannot be written.
    """
    name = phantom.run.name
    files = {
        folder / f"{name}_truth.png": labels_png(phantom.labels, {}),
        folder / f"{name}_truth.json": (json.dumps(truth_facts(phantom), indent=2) + "\n").encode(),
    }
    if arrays:
        buffer = BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **truth_arrays(phantom))
        files[folder / f"{name}_truth.npz"] = buffer.getvalue()
    atomic.write_all(files)
    path = folder / f"{name}.dcm"
    write_xa_dicom(phantom.run, path)
    return path


def truth_facts(phantom: Phantom) -> dict[str, Any]:
    """Give the truth that is a few numbers, ready for JSON; frames count from 0."""
    truth, motion = phantom.truth, phantom.truth.motion
    return {
        "arterial_window": phantom.arterial_window,
        "phases": phantom.phases,
        "mat_rule": phantom.settings.vessels.mat_rule,
        "reference_frame": truth.reference_frame,
        "lesions": [_lesion(lesion, phantom) for lesion in truth.lesions],
        "motion": {
            "shift_px": motion.shift.tolist(),
            "turn_deg": motion.turn_deg.tolist(),
            "jaw_px": motion.jaw.tolist(),
            "throat_px": motion.throat.tolist(),
            "eyes_px": motion.eyes.tolist(),
        },
        "settings": asdict(phantom.settings),
    }


def _lesion(lesion: Lesion, phantom: Phantom) -> dict[str, Any]:
    row, column = phantom.truth.place_px(lesion)
    rows, columns = phantom.settings.view.size
    inside = 0 <= row <= rows - 1 and 0 <= column <= columns - 1
    return {**asdict(lesion), "row": row, "column": column, "in_image": inside}


def truth_arrays(phantom: Phantom) -> dict[str, np.ndarray[Any, Any]]:
    """Give the truth that is large.

    Returns:
        - `frames`: float16 (T, H, W), contrast alone in natural-log units, without noise.
        - `arrival_s`, `peak_s`: float32 (H, W), s on the run's clock, nan outside vessels.
        - `jaw`, `throat`: float16 (H, W), 0 to 1, what moves by itself.
        - `centreline_...`: one row a node, see `dsatrain.phantom.exact.Centrelines`.
    """
    truth = phantom.truth
    lines = asdict(truth.centrelines())
    return {
        "frames": truth.frames().astype(np.float16),
        "arrival_s": truth.arrival_map(),
        "peak_s": truth.peak_map(),
        "jaw": truth.head.low.astype(np.float16),
        "throat": truth.head.throat.astype(np.float16),
        **{f"centreline_{key}": np.asarray(value) for key, value in lines.items()},
    }
