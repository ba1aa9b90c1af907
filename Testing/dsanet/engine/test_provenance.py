"""Every key of the provenance: what an answer needs to be made again."""

import json
import platform
import re
from importlib.metadata import version

import pytest

import dsanet
from dsanet.engine import Engine
from dsanet.prepare import PrepareChoices

CHOICES = PrepareChoices(arterial_window=(0, 1), subtract="always", mask_frames=(0,))

KEYS = {
    "model",
    "model_sha256",
    "engine",
    "libraries",
    "backend",
    "device",
    "precision",
    "temperatures",
    "vessel_threshold",
    "look_px",
    "second_look",
    "clean_up",
    "threads",
    "device_choice",
    "tiling",
    "preparation",
    "input",
    "time",
}


@pytest.fixture
def answer(tiny_package, dark_line):
    engine = Engine.load(tiny_package, "openvino", "float32")
    return engine.segment(dark_line(48, 64), choices=CHOICES)


def test_provenance_is_whole_and_plain_json(answer):
    assert set(answer.provenance) == KEYS
    assert json.loads(json.dumps(answer.provenance, allow_nan=False)) == answer.provenance


def test_it_names_the_model_and_all_software(answer, tiny_package):
    found = answer.provenance
    assert (found["model"], found["model_sha256"]) == ("tiny", tiny_package.weights_sha256)
    assert found["engine"] == f"dsanet {dsanet.__version__}"
    assert found["libraries"] == {
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "scipy", "openvino")},
    }


def test_it_says_how_was_computed_and_why_so(answer):
    found = answer.provenance
    assert (found["backend"], found["device"], found["precision"]) == ("openvino", "cpu", "float32")
    assert found["threads"] >= 1
    assert found["device_choice"] == "openvino was asked for, in float32 as asked."
    assert found["tiling"] == {"tiles": 1, "rows": 48, "columns": 64, "least_overlap": 0.0}


def test_it_holds_what_was_decided_and_found_in_the_preparation(answer):
    prepared, found = answer.prepared, answer.provenance["preparation"]
    assert set(found) == {
        "subtraction",
        "center",
        "scale",
        "arterial_window",
        "exposed_share",
        "findings",
        "choices",
    }
    assert found["subtraction"] == prepared.subtraction
    assert (found["center"], found["scale"]) == (prepared.center, prepared.scale)
    assert found["arterial_window"] == [0, 1]
    assert found["exposed_share"] == 1.0
    assert found["findings"] == list(prepared.warnings)
    assert set(found["choices"]) == set(CHOICES.__dataclass_fields__)
    assert (found["choices"]["subtract"], found["choices"]["mask_frames"]) == ("always", [0])


def test_it_names_the_input_by_its_uids_and_pixels(answer, dark_line):
    run = dark_line(48, 64)
    assert answer.provenance["input"] == {"uids": run.facts.uids, "pixel_sha256": run.pixel_hash}
    assert re.fullmatch(r"[0-9a-f]{64}", answer.provenance["input"]["pixel_sha256"])


def test_it_has_the_time_in_utc(answer):
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer.provenance["time"])


def test_a_large_run_is_said_to_be_tiled(tiny_package, stand_in, dark_line):
    prediction = Engine(tiny_package, stand_in()).segment(dark_line(20, 1024, 1), (0, 0))
    tiling = {"tiles": 3, "rows": 20, "columns": 416, "least_overlap": 0.25}
    assert prediction.provenance["tiling"] == tiling
    assert prediction.provenance["threads"] == 3
    assert prediction.provenance["device_choice"] == "Given by the caller."
