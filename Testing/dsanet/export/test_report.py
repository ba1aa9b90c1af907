import json

import pytest

from dsanet.engine.prediction import Prediction
from dsanet.export import NOTICE, image_files, report, to_json
from dsanet.io import Spacing


def test_report_states_window_pixels_spacing_and_times(prediction: Prediction) -> None:
    spacing = Spacing(0.5, 0.25, "detector", "(0018,1164)")
    facts = json.loads(to_json(report(prediction, spacing, {"read": 0.12345, "infer": 1.5})))
    assert facts == {
        "notice": NOTICE,
        "frames": 3,
        "rows": 4,
        "columns": 6,
        "arterial_window": [1, 2],
        "pixels": {"BV": 6, "MAT": 1},
        "no_mat": False,
        "spacing_mm": {
            "row": 0.5,
            "column": 0.25,
            "meaning": "detector",
            "source": "(0018,1164)",
        },
        "warnings": ["Look out."],
        "seconds": {"read": 0.123, "infer": 1.5},
        "provenance": {"model": "größe", "device": "cpu"},
    }


def test_spacing_that_is_not_stated_is_null(prediction: Prediction) -> None:
    assert report(prediction, None, {})["spacing_mm"] is None


def test_json_refuses_values_that_are_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"center": float("nan")})


def test_every_image_file_carries_notice_and_provenance(prediction: Prediction) -> None:
    files = image_files(prediction, None, "run.v2")
    assert list(files) == ["run.v2.seg.nrrd", "run.v2_labels.png", "run.v2_overlay.png"]
    for content in files.values():
        assert NOTICE.encode() in content
        assert b'"device": "cpu"' in content
