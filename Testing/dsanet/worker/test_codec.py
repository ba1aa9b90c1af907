"""Messages survive the way there and back, and nothing else than messages comes in."""

import json
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest

from dsanet.engine import Engine
from dsanet.errors import EngineError, ReadError, WriteError
from dsanet.io.boundary import NamedReadError
from dsanet.prepare import PrepareChoices
from dsanet.worker import ReadRequest, RunLater, SegmentRequest, WorkerError, codec
from dsanet.worker.arrays import ArrayFiles
from dsanet.worker.codec import dump, load
from dsanet.worker.messages import Failed, Job, Result


@pytest.fixture
def files(tmp_path):
    return ArrayFiles(tmp_path, "test")


def there_and_back(value, files):
    return load(dump(Result(1, value), files), files).value


def same(left, right):
    """Whether two values agree in type, dtype and every bit."""
    if is_dataclass(left):
        names = [part.name for part in fields(left)]
        alike = all(same(getattr(left, name), getattr(right, name)) for name in names)
        return type(left) is type(right) and alike
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(left, right)
    return type(left) is type(right) and left == right


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -3,
        0.1 + 0.2,
        float("inf"),
        "größe \udcff",
        [1, [2.5, "x"], ()],
        ((1, 2), [3]),
        {"a": {"b": (1, None)}, "array": "no file", "tuple": []},
        Path("/tmp/with space/ü"),
        PrepareChoices(arterial_window=(1, 2), mask_frames=(0,), invert=False),
    ],
)
def test_plain_values_come_back_the_same(value, files):
    assert same(there_and_back(value, files), value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24, dtype=np.uint16).reshape(2, 3, 4),
        np.arange(6, dtype=">i2").reshape(2, 3),
        np.asfortranarray(np.random.default_rng(0).random((3, 4), np.float32)),
        np.arange(20.0)[::3],
        np.array([[True, False]]),
        np.zeros((0, 3), np.float16),
        np.ones((), np.uint8),
    ],
)
def test_arrays_come_back_the_same_and_leave_no_file(array, files, tmp_path):
    assert same(there_and_back(array, files), array)
    assert list(tmp_path.iterdir()) == []


def test_numpy_scalars_become_plain_numbers(files):
    back = there_and_back([np.float32(0.5), np.int64(7), np.bool_(True)], files)
    assert same(back, [0.5, 7, True])


def test_a_run_and_its_prediction_come_back_the_same(run, files):
    prediction = Engine.load(device="openvino").segment(run)
    assert same(there_and_back(run, files), run)
    assert same(there_and_back(prediction, files), prediction)


def test_a_request_comes_back_the_same_and_its_paths_are_whole(run, files, monkeypatch):
    request = SegmentRequest(run, Path("/models/mine"), "cpu", PrepareChoices(subtract="never"))
    assert same(load(dump(Job(3, request), files), files).request, request)
    monkeypatch.chdir("/")
    assert there_and_back(ReadRequest(Path("run.dcm")), files).path == Path("/run.dcm")


def test_a_run_for_later_is_put_together_when_it_is_sent(run, files):
    made = []
    request = SegmentRequest(RunLater(lambda: made.append(run) or run))
    assert made == []
    for _ in range(2):
        assert same(load(dump(Job(3, request), files), files).request.source, run)
    assert len(made) == 2


@pytest.mark.parametrize("error", [ReadError("a"), EngineError("ü\n"), WorkerError("b", "c\nd")])
def test_errors_come_back_with_class_message_and_details(error, files):
    back = load(dump(Failed(1, error), files), files).error
    assert type(back) is type(error)
    assert (str(back), vars(back)) == (str(error), vars(error))


def test_an_error_of_a_private_class_comes_back_as_the_public_one(files):
    back = load(dump(Failed(1, NamedReadError("x")), files), files).error
    assert type(back) is ReadError


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", lambda: None, 1j])
def test_what_no_line_can_hold_is_refused(value, files):
    with pytest.raises(TypeError, match="a message cannot hold"):
        dump(Result(1, value), files)


def test_arrays_of_objects_are_refused(files):
    with pytest.raises(ValueError, match="Python objects"):
        dump(Result(1, np.array([{}])), files)


def test_a_message_that_cannot_be_sent_leaves_no_file(files, tmp_path):
    with pytest.raises(TypeError):
        dump(Result(1, [np.zeros(3), object()]), files)
    assert list(tmp_path.iterdir()) == []


def test_too_long_a_message_is_not_sent(files, monkeypatch):
    monkeypatch.setattr(codec, "MAX_LINE", 100)
    with pytest.raises(ValueError, match="expected at most 100"):
        dump(Result(1, "x" * 100), files)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}\n",
        b'{"Beat": {}}',
        b'{"Beat": {}, "tuple": []}\n',
        b'{"Beat": {"extra": 1}}\n',
        b'{"DSAError": {}}\n',
        b'{"error": ["SystemExit", "1", ""]}\n',
        b'{"array": "test-9.npy"}\n',
        b"\xff\n",
        b"[" * 5000 + b"\n",
    ],
)
def test_what_is_no_message_is_refused(line, files):
    with pytest.raises((ValueError, TypeError, KeyError, OSError, RecursionError)):
        load(line, files)


def test_a_file_outside_the_private_folder_is_neither_read_nor_removed(tmp_path):
    (tmp_path / "private").mkdir()
    inside = ArrayFiles(tmp_path / "private", "test")
    ArrayFiles(tmp_path, "test").save(np.arange(3))
    for name in ("../test-0.npy", str(tmp_path / "test-0.npy")):
        with pytest.raises(ValueError, match="no name of an array file"):
            inside.load(name)
    assert (tmp_path / "test-0.npy").exists()


def test_pickled_arrays_are_refused(files, tmp_path):
    np.save(tmp_path / "test-0.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        load(json.dumps({"array": "test-0.npy"}).encode() + b"\n", files)


def test_a_cut_off_array_is_refused(files, tmp_path):
    name = files.save(np.arange(1000.0))
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[:-1])
    with pytest.raises(ValueError, match="read all data|EOF|reshape"):
        files.load(name)


def test_a_full_disk_is_told_with_what_is_needed(files, monkeypatch):
    def full(path, data):
        msg = f"{path} could not be written"
        raise WriteError(msg)

    monkeypatch.setattr("dsanet.worker.arrays.write_scratch", full)
    with pytest.raises(WriteError):
        dump(Result(1, np.zeros(3)), files)
