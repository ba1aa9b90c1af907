"""The engine: backends agree, memory stays flat, cancel stops, provenance is complete."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from dsanet import labels
from dsanet.engine import Engine
from dsanet.engine.cleanup import NO_STEPS
from dsanet.engine.openvino_backend import OpenVINOBackend
from dsanet.engine.postprocess import to_labels
from dsanet.engine.torch_backend import TorchBackend, load_network
from dsanet.errors import CancelledError, EngineError, PackageError, PrepareError
from dsanet.io import DSARun, RunFacts
from dsanet.prepare import PrepareChoices, network_frames


def dark_vessel_run(frame_count=6, height=40, width=56, name="made"):
    """A flat grey run in which a dark vertical tube fills from frame 2."""
    rng = np.random.default_rng(0)
    pixels = np.full((frame_count, height, width), 150.0)
    pixels += rng.normal(0, 1, pixels.shape)
    pixels[2:, :, 20:24] -= 80
    return DSARun(
        pixels=pixels.astype(np.uint8),
        times=np.arange(frame_count) / 4,
        spacing=None,
        facts=RunFacts(viewing_mode="SUB", times_stated=True),
        name=name,
    )


def inputs(count, height, width, seed=0):
    rng = np.random.default_rng(seed)
    frames = rng.standard_normal((count, height, width), np.float32)
    times = np.cumsum(rng.random(count)).astype(np.float32)
    return frames, frames.min(axis=0), times


def nothing():
    pass


def test_openvino_answers_as_torch_does_whatever_it_met_first(tiny_package):
    torch_backend = TorchBackend(tiny_package, "cpu")
    openvino_backend = OpenVINOBackend(tiny_package)
    for count, height, width in [(1, 64, 64), (1, 32, 32), (3, 64, 96), (1, 64, 96), (9, 32, 160)]:
        case = inputs(count, height, width)
        np.testing.assert_allclose(
            openvino_backend.score(*case, nothing), torch_backend.score(*case, nothing), atol=3e-3
        )


def test_streaming_frame_by_frame_gives_the_network_s_own_answer(tiny_package):
    frames, minip, times = inputs(5, 32, 64)
    with torch.inference_mode():
        whole = load_network(tiny_package)(
            torch.from_numpy(frames)[None],
            torch.from_numpy(minip)[None],
            torch.from_numpy(times)[None],
        )[0][0]
    streamed = TorchBackend(tiny_package, "cpu").score(frames, minip, times, nothing)
    np.testing.assert_allclose(streamed, whole.numpy(), atol=1e-4)


@pytest.mark.parametrize("device", ["openvino", "cpu", "auto"])
def test_a_run_is_segmented_on_its_own_grid(tiny_package, device):
    run = dark_vessel_run()
    prediction = Engine.load(tiny_package, device).segment(run)
    assert prediction.labels.shape == (40, 56)
    assert prediction.labels.dtype == np.uint8
    assert prediction.probabilities.shape == (3, 40, 56)
    assert prediction.probabilities.dtype == np.float16
    np.testing.assert_allclose(prediction.probabilities.astype(float).sum(axis=0), 1, atol=2e-3)


def test_the_user_s_window_is_used(tiny_package):
    prediction = Engine.load(tiny_package).segment(dark_vessel_run(), arterial_window=(3, 4))
    assert prediction.arterial_window == (3, 4)


def test_the_user_s_other_choices_are_used(tiny_package):
    engine = Engine.load(tiny_package)
    choices = PrepareChoices(subtract="always", mask_frames=(0, 1), arterial_window=(2, 2))
    prediction = engine.segment(dark_vessel_run(), choices=choices)
    assert prediction.arterial_window == (2, 2)
    assert "the user's frames 0, 1" in prediction.provenance["preparation"]["subtraction"]
    assert engine.segment(dark_vessel_run(), (3, 4), choices=choices).arterial_window == (3, 4)


def test_a_window_outside_the_run_is_refused(tiny_package):
    with pytest.raises(PrepareError, match="between 0 and 5"):
        Engine.load(tiny_package).segment(dark_vessel_run(), arterial_window=(3, 6))


@pytest.mark.parametrize("frame_count", [1, 2, 30])
def test_few_and_many_frames_are_segmented(tiny_package, frame_count):
    run = dark_vessel_run(frame_count)
    prediction = Engine.load(tiny_package, "openvino").segment(run, (0, frame_count - 1))
    assert prediction.labels.shape == (40, 56)


@pytest.mark.parametrize("frame_count", [1, 3, 8, 11])
def test_a_model_of_eight_fixed_frames_answers_alike_everywhere(fixed8_package, frame_count):
    run = dark_vessel_run(frame_count)
    window = (0, frame_count - 1)
    answer = Engine.load(fixed8_package, "openvino", "float32").segment(run, window)
    on_openvino, prepared = answer.probabilities, answer.prepared
    frames, times = network_frames(prepared)
    with torch.inference_mode():
        whole = load_network(fixed8_package)(
            torch.from_numpy(frames)[None],
            torch.from_numpy(prepared.normalise(prepared.minip))[None],
            torch.from_numpy(times.astype(np.float32))[None],
        )[0][0].softmax(0)
    np.testing.assert_allclose(on_openvino.astype(float), whole.numpy(), atol=2e-3)


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (33, 95)])
def test_odd_and_tiny_sizes_are_segmented(tiny_package, size):
    run = dark_vessel_run(3, *size)
    for device in ("openvino", "cpu"):
        assert Engine.load(tiny_package, device).segment(run, (0, 2)).labels.shape == size


def test_the_same_run_gives_the_same_answer_twice(tiny_package):
    engine = Engine.load(tiny_package, "openvino")
    first, second = (engine.segment(dark_vessel_run()).probabilities for _ in range(2))
    assert np.array_equal(first, second)


def test_provenance_says_where_an_answer_comes_from(tiny_package):
    run = dark_vessel_run()
    provenance = Engine.load(tiny_package, "openvino").segment(run).provenance
    assert provenance["model_sha256"] == tiny_package.weights_sha256
    assert provenance["input"]["pixel_sha256"] == run.pixel_hash
    assert (provenance["backend"], provenance["device"]) == ("openvino", "cpu")
    json.dumps(provenance)


def test_progress_rises_to_one_in_each_stage(tiny_package):
    told = []
    Engine.load(tiny_package).segment(
        dark_vessel_run(), progress=lambda stage, done: told.append((stage, done))
    )
    for stage in ("prepare", "infer"):
        shares = [done for name, done in told if name == stage]
        assert shares == sorted(shares)
        assert shares[-1] == 1


def test_cancel_stops_between_frames(tiny_package):
    asked = []

    def cancel():
        asked.append(True)
        return len(asked) == 2

    with pytest.raises(CancelledError):
        Engine.load(tiny_package).segment(dark_vessel_run(), (0, 5), cancel=cancel)
    assert len(asked) == 2


def test_labels_are_the_most_probable_class_inside_the_field():
    probabilities = np.array(
        [[[0.8, 0.1, 0.1, 0.1]], [[0.1, 0.7, 0.2, 0.7]], [[0.1, 0.2, 0.7, 0.2]]], np.float32
    )
    field = np.array([[True, True, True, False]])
    found = to_labels(probabilities, field)
    assert found.tolist() == [[labels.BACKGROUND, labels.BV, labels.MAT, labels.BACKGROUND]]


@pytest.mark.parametrize(("threshold", "expected"), [(None, 0), (0.5, 0), (0.375, 1), (0.25, 1)])
def test_a_vessel_that_is_probable_enough_is_one(threshold, expected):
    """Of the more probable kind; outside the field it is none."""
    probabilities = np.array(
        [[[0.625, 0.625, 0.625, 0.0]], [[0.25, 0.125, 0.25, 0.5]], [[0.125, 0.25, 0.125, 0.5]]],
        np.float32,
    )
    field = np.array([[True, True, False, True]])
    found = to_labels(probabilities, field, threshold)
    kinds = [labels.BV * expected, labels.MAT * expected]
    assert found.tolist() == [[*kinds, labels.BACKGROUND, labels.BV]]


def test_the_engine_reads_its_packages_threshold(tiny_package):
    def count(threshold):
        said = {**tiny_package.manifest, "vessel_threshold": threshold}
        package = replace(tiny_package, manifest=said)
        found = Engine.load(package).segment(dark_vessel_run(), (0, 5), clean_up=NO_STEPS)
        assert found.provenance["vessel_threshold"] == threshold
        chance = 1 - found.probabilities[labels.BACKGROUND].astype(np.float64)
        if threshold is not None:
            clear = np.abs(chance - threshold) > 1e-3  # kept in half precision
            assert np.array_equal((found.labels > 0)[clear], (chance >= threshold)[clear])
        return np.count_nonzero(found.labels)

    counts = [count(threshold) for threshold in (0.9, 0.6, 0.2, 0.05)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_run_of_one_grey_value_has_no_vessel(value):
    run = DSARun(
        pixels=np.full((4, 33, 47), value, np.uint8),
        times=np.arange(4.0),
        spacing=None,
        facts=RunFacts(),
        name="flat",
    )
    prediction = Engine.load().segment(run)
    assert not prediction.labels.any()
    assert prediction.no_mat
    assert "No vessel was found in this run." in prediction.warnings


def test_an_unknown_device_is_refused_with_the_known_ones(tiny_package):
    with pytest.raises(EngineError, match="device is 'tpu', expected one of auto, cuda"):
        Engine.load(tiny_package, "tpu")


def test_a_device_that_is_not_there_is_refused(tiny_package):
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    with pytest.raises(EngineError, match="finds no cuda device"):
        Engine.load(tiny_package, "cuda")


def test_weights_of_another_architecture_are_refused(tiny_package, tmp_path):
    from dataclasses import replace

    from dsanet.model import DSANetConfig

    wrong = replace(tiny_package, config=DSANetConfig(width=4, layers=1))
    with pytest.raises(PackageError, match="do not fit"):
        TorchBackend(wrong, "cpu")


def test_torch_without_safetensors_falls_back_to_openvino(tiny_package, monkeypatch):
    for name in ("safetensors", "safetensors.torch"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "dsanet.engine.torch_backend", raising=False)
    assert Engine.load(tiny_package, "auto").backend.name == "openvino"
    with pytest.raises(EngineError, match="needs torch and safetensors"):
        Engine.load(tiny_package, "cpu")


def test_openvino_needs_no_torch(tiny_package, tmp_path):
    code = f"""
import sys
for name in ("torch", "safetensors", "monai", "cv2"):
    sys.modules[name] = None
import numpy as np
from pathlib import Path
from dsanet.engine.openvino_backend import OpenVINOBackend
from dsanet.engine.postprocess import to_labels
from dsanet.packages import load_package
backend = OpenVINOBackend(load_package(Path({str(tiny_package.folder)!r})))
frames = np.zeros((2, 32, 32), np.float32)
scores = backend.score(frames, frames[0], np.arange(2, dtype=np.float32), lambda: None)
sys.stdout.write(str(scores.shape))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "(3, 32, 32)"
