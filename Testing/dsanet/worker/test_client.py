"""The client with its real worker: the same answers as in the process, from a worker kept warm."""

import shutil
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dsanet.engine import Engine
from dsanet.errors import PackageError, PrepareError, ReadError
from dsanet.io import read_run
from dsanet.packages import find_package
from dsanet.prepare import PrepareChoices
from dsanet.worker import (
    Client,
    LoadRequest,
    Progress,
    ReadRequest,
    Ready,
    SegmentRequest,
    Stopped,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("private")


@pytest.fixture(scope="module")
def client(folder):
    with Client(folder=folder) as client:
        yield client


@pytest.fixture
def frames(run, tmp_path):
    """The run as a folder of PNG frames."""
    for number, frame in enumerate(run.pixels):
        Image.fromarray(frame).save(tmp_path / f"{number}.png")
    return tmp_path


def ask(client, request, on_event=None):
    return client.wait(client.submit(request), timeout=60, on_event=on_event)


def differences(left, right, name="value"):
    """Where two values differ, but for the time of day and the seconds taken."""
    if is_dataclass(left):
        return [
            line
            for part in fields(left)
            if part.name != "seconds"
            for line in differences(
                getattr(left, part.name), getattr(right, part.name), f"{name}.{part.name}"
            )
        ]
    if isinstance(left, dict) and left.keys() == right.keys():
        return [
            line
            for key in left
            if key != "time"
            for line in differences(left[key], right[key], f"{name}[{key!r}]")
        ]
    if isinstance(left, np.ndarray):
        alike = left.dtype == right.dtype and np.array_equal(left, right)
    else:
        alike = type(left) is type(right) and left == right
    return [] if alike else [f"{name}: {left!r} and {right!r}"]


def test_a_run_in_memory_is_segmented_as_in_the_process(client, run):
    expected = Engine.load(None, "openvino").segment(run)
    found = ask(client, SegmentRequest(run, device="openvino"))
    assert differences(expected, found) == []
    assert set(found.seconds) == set(expected.seconds)
    assert expected.labels.any()


def test_a_path_is_segmented_as_in_the_process_and_by_choice(client, frames):
    choices = PrepareChoices(arterial_window=(2, 3), subtract="always", mask_frames=(0, 1))
    expected = Engine.load(None, "openvino").segment(read_run(frames), choices=choices)
    found = ask(client, SegmentRequest(frames, device="openvino", choices=choices))
    assert differences(expected, found) == []
    assert found.arterial_window == (2, 3)


def test_runs_are_read_as_in_the_process(client, frames):
    (found,) = ask(client, ReadRequest(frames))
    assert differences(read_run(frames), found) == []
    assert not found.pixels.flags.writeable


def test_a_package_is_found_by_its_folder_in_a_worker_that_stays(client, run, tmp_path):
    package = find_package()
    shutil.copytree(package.folder, tmp_path / "copy")
    events = []
    request = LoadRequest(tmp_path / "copy", "openvino")
    loaded = ask(client, request, events.append)
    assert loaded["model_sha256"] == package.weights_sha256
    assert (loaded["backend"], loaded["device"]) == ("openvino", "cpu")
    segment = SegmentRequest(run, request.model, "openvino")
    prediction = ask(client, segment, events.append)
    assert prediction.provenance["model_sha256"] == package.weights_sha256
    assert not [event for event in events if isinstance(event, Stopped)]


def test_progress_is_told_by_stage(client, frames):
    events = []
    ask(client, SegmentRequest(frames, device="openvino"), events.append)
    told = [(event.stage, event.done) for event in events if isinstance(event, Progress)]
    assert list(dict.fromkeys(stage for stage, _ in told)) == ["read", "load", "prepare", "infer"]
    assert [stage for stage, done in told if done == 1] == ["read", "load", "prepare", "infer"]


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (ReadRequest(Path("/nowhere/run.dcm")), ReadError, "run.dcm"),
        (LoadRequest("nothing"), PackageError, "no model package 'nothing'"),
    ],
)
def test_what_is_wrong_with_a_request_is_told_as_in_the_process(client, request_, error, words):
    with pytest.raises(error, match=words):
        ask(client, request_)
    assert ask(client, LoadRequest(device="openvino"))["backend"] == "openvino"


def test_a_choice_that_does_not_fit_is_told(client, run):
    choices = PrepareChoices(arterial_window=(3, 9))
    with pytest.raises(PrepareError, match="between 0 and 3"):
        ask(client, SegmentRequest(run, device="openvino", choices=choices))


def test_no_file_is_left_between_requests(client, folder, run):
    ask(client, SegmentRequest(run, device="openvino"))
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["owner"]


def test_wait_keeps_what_belongs_to_others(client):
    first, second = (client.submit(LoadRequest(device="openvino")) for _ in range(2))
    assert first < second
    assert client.wait(second, 60)["backend"] == "openvino"
    assert client.wait(first, 60)["backend"] == "openvino"
    with pytest.raises(ValueError, match=f"request {first} has no answer to wait for"):
        client.wait(first)


def test_wait_ends_in_time_and_the_request_goes_on(client):
    number = client.submit(LoadRequest(device="openvino"))
    with pytest.raises(TimeoutError, match="no answer after 0"):
        client.wait(number, timeout=0)
    assert client.wait(number, 60)["backend"] == "openvino"


def test_a_worker_can_be_started_before_there_is_work_and_ends_with_its_client(tmp_path):
    with Client(folder=tmp_path) as client:
        client.start()
        client.start()
        events = []
        while not events:
            events = client.poll()
        assert [type(event) for event in events] == [Ready]
    assert list(tmp_path.iterdir()) == []


def test_the_client_imports_without_what_slicer_lacks():
    code = """
import sys
for name in ("torch", "openvino", "cv2", "monai", "rich", "PIL"):
    sys.modules[name] = None
import dsanet.worker
for name in dsanet.worker.__all__:
    getattr(dsanet.worker, name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_the_package_itself_imports_nothing_that_could_print():
    code = "import sys, dsanet.worker.streams; print(any(n in sys.modules for n in ('numpy',)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "False\n"
