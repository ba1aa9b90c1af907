"""The report: what was found in a run and how, as plain JSON values."""

import json
from collections.abc import Mapping
from typing import Any

from dsanet.engine.prediction import Prediction
from dsanet.io import Spacing
from dsanet.labels import pixel_counts

NOTICE = "Research use only. Not a medical device."


def report(
    prediction: Prediction, spacing: Spacing | None, seconds: Mapping[str, float]
) -> dict[str, Any]:
    """Describe a prediction.

    Args:
        prediction: What the engine answered.
        spacing: The run's.
        seconds: Wall time of each step.

    Returns:
        JSON values: the arterial window as [first, last] from 0 in the order of the input, pixels
        of each class, spacing in mm with its meaning or null, warnings, seconds, provenance.
    """
    rows, columns = prediction.labels.shape
    return {
        "notice": NOTICE,
        "frames": len(prediction.prepared.frames),
        "rows": rows,
        "columns": columns,
        "arterial_window": list(prediction.arterial_window),
        "pixels": pixel_counts(prediction.labels),
        "no_mat": prediction.no_mat,
        "spacing_mm": spacing_values(spacing),
        "warnings": list(prediction.warnings),
        "seconds": {step: round(value, 3) for step, value in seconds.items()},
        "provenance": prediction.provenance,
    }


def spacing_values(spacing: Spacing | None) -> dict[str, Any] | None:
    """Describe a spacing: mm between rows and columns, what they are a distance of, the source."""
    if spacing is None:
        return None
    return {
        "row": spacing.row_mm,
        "column": spacing.column_mm,
        "meaning": spacing.meaning,
        "source": spacing.source,
    }


def to_json(value: Any) -> str:
    r"""Write JSON for people and machines: UTF-8, indented, with a line end, no NaN.

    >>> to_json({"größe": [1, 2]})
    '{\n  "größe": [\n    1,\n    2\n  ]\n}\n'
    """
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def notes(provenance: Mapping[str, Any]) -> dict[str, str]:
    """The notice and the provenance as one-line texts for the headers of image files."""
    return {"DSASegmentation_Notice": NOTICE, "DSASegmentation_Provenance": json.dumps(provenance)}
