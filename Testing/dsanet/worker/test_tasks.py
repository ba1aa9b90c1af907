"""What the worker does for a request: models stay open, cancels are heeded between the steps."""

import shutil

import pytest

from dsanet.engine import Engine
from dsanet.errors import CancelledError
from dsanet.packages import find_package
from dsanet.worker import LoadRequest, ReadRequest, SegmentRequest, tasks
from dsanet.worker.serve import Task
from dsanet.worker.tasks import Tasks


def task(cancelled=False):
    return Task(report=lambda _stage, _done: None, cancelled=lambda: cancelled)


@pytest.fixture
def opened(monkeypatch):
    """The packages and devices that models were opened for; none is really opened."""
    asked = []

    def load(package, device):
        asked.append((package.folder.name, device))
        return Engine(package, None)

    monkeypatch.setattr(Engine, "load", load)
    return asked


@pytest.fixture
def copies(tmp_path):
    """Five copies of the bundled package."""
    folders = [tmp_path / f"copy{number}" for number in range(5)]
    for folder in folders:
        shutil.copytree(find_package().folder, folder)
    return folders


def test_a_model_is_opened_once_for_each_device(opened, copies):
    open_it = Tasks()._engine
    first = open_it(LoadRequest(copies[0], "cpu"), task())
    assert open_it(SegmentRequest(None, copies[0], "cpu"), task()) is first
    assert open_it(LoadRequest(copies[0], "openvino"), task()) is not first
    assert opened == [("copy0", "cpu"), ("copy0", "openvino")]


def test_the_model_used_longest_ago_is_closed_first(opened, copies):
    open_it = Tasks()._engine
    for number in (0, 1, 2, 3, 0, 4, 0, 1):
        open_it(LoadRequest(copies[number], "cpu"), task())
    assert [name for name, _ in opened] == ["copy0", "copy1", "copy2", "copy3", "copy4", "copy1"]


def test_every_class_of_request_is_answered():
    assert set(Tasks().table()) == {ReadRequest, LoadRequest, SegmentRequest}


def test_a_cancel_is_heeded_before_the_model_is_opened(opened, run, monkeypatch, tmp_path):
    monkeypatch.setattr(tasks, "read_run", lambda _path: run)
    with pytest.raises(CancelledError):
        Tasks().segment(SegmentRequest(tmp_path), task(cancelled=True))
    assert opened == []


def test_a_cancel_is_heeded_before_the_run_is_prepared(opened, run):
    with pytest.raises(CancelledError):
        Tasks().segment(SegmentRequest(run), task(cancelled=True))
    assert len(opened) == 1
