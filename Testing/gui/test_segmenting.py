"""The Segment button with a real worker: segments, progress, cancel, death, retry."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import SimpleITK as sitk

from dsanet.engine.sample_run import sample_run
from DSASegmentationLib import installing, runs, segments
from DSASegmentationLib.selftest import overlap

from .conftest import addRun, settle
from .test_runtab import rows

PATIENCE = 60


@pytest.fixture
def tab(panel: Any) -> Any:
    return panel.tabs["RunTab"]


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        settle()
        time.sleep(0.01)
        assert time.monotonic() < end


def addSample(app: Any) -> Any:
    browser = runs.addRun(app.host.scene, sample_run())
    settle()
    return browser


def workers() -> list[int]:
    """Child processes that run the worker, from Linux's list of processes."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and "dsanet.worker" in (entry / "cmdline").read_text():
                found.append(int(entry.name))
    return found


def test_from_file_to_segments_cancel_death_and_retry(app: Any, tab: Any, tmp_path: Path) -> None:
    path = tmp_path / "sample.nrrd"
    sitk.WriteImage(sitk.GetImageFromArray(sample_run().pixels), str(path))
    tab.place.load([path])
    browser, ui = tab.place.active, tab.ui
    assert ui.segmentButton.text == "Segment"

    ui.segmentButton.click()  # cancelled while it works
    assert ui.segmentButton.text == "Cancel"
    assert ui.progressFrame.isHidden() is False
    until(lambda: ui.stageLabel.text == "Segmenting")
    assert rows(tab)[0].endswith("\nsegmenting")
    ui.segmentButton.click()
    until(lambda: not tab.place.segmenter.busy)
    assert ui.segmentButton.text == "Segment"
    assert ui.progressFrame.isHidden() is True
    assert segments.segmentationOf(browser) is None
    assert app.messages.errors == []

    for _ in range(20):  # its worker is killed while it works; a fast one may be done before
        ui.segmentButton.click()
        until(lambda: ui.stageLabel.text == "Segmenting" or not tab.place.segmenter.busy)
        for worker in workers():
            os.kill(worker, signal.SIGKILL)
        until(lambda: not tab.place.segmenter.busy)
        if app.messages.errors:
            break
        tab.place.scene.RemoveNode(segments.segmentationOf(browser))
    assert len(app.messages.errors) == 1
    assert "Traceback" not in app.messages.errors[0]
    assert rows(tab)[0].endswith("\ncould not be segmented")
    assert ui.segmentButton.text == "Segment"

    stages, shares = [], []
    listen = tab.place.onJob
    tab.place.onJob = lambda job: (listen(job), stages.append(job.stage), shares.append(job.share))
    ui.segmentButton.click()  # and at last it is left to work
    until(lambda: not tab.place.segmenter.busy)
    assert rows(tab)[0].endswith("\nsegmented")
    labels = segments.labelsOf(segments.segmentationOf(browser), browser)
    assert overlap(labels, sample_run()) > 0.5
    assert tab._plot._curve.pixels == "vessels"
    assert "Segmenting" in stages
    assert any(share is not None and 0 < share < 1 for share in shares)
    assert len(app.messages.errors) == 1

    first = segments.segmentationOf(browser)  # what a reader has begun is never overwritten
    segments.setStatus(first, "in progress")
    ui.segmentButton.click()
    until(lambda: not tab.place.segmenter.busy)
    assert runs.segmentationsOf(browser) == [first, segments.segmentationOf(browser)]
    assert segments.statusOf(first) == "in progress"

    app.host.scene.InvokeEvent(app.host.scene.StartCloseEvent)
    assert workers() == []


def test_what_is_missing_is_installed_first_or_nothing_happens(
    app: Any, tab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    addRun(app)
    asked = []
    monkeypatch.setattr(installing, "missing", lambda: ["openvino"])
    monkeypatch.setattr(installing, "ensure", lambda parent: asked.append(parent) or False)
    tab.ui.segmentButton.click()
    assert asked == [None]
    assert tab.place.segmenter.busy is False
    assert tab.ui.segmentButton.text == "Segment"


def test_an_installation_that_fails_is_told_in_a_sentence(
    app: Any, tab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    addRun(app)

    def fail(_parent: Any) -> bool:
        msg = "openvino could not be installed; look at the log"
        raise installing.InstallError(msg)

    monkeypatch.setattr(installing, "missing", lambda: ["openvino"])
    monkeypatch.setattr(installing, "ensure", fail)
    tab.ui.segmentButton.click()
    assert app.messages.errors == ["openvino could not be installed; look at the log"]


def test_a_run_that_goes_while_it_is_segmented_is_forgotten(app: Any, tab: Any) -> None:
    browser = addSample(app)
    tab.ui.segmentButton.click()
    until(lambda: tab.ui.stageLabel.text != "Waiting")
    tab.ui.removeButton.click()
    settle()
    until(lambda: not tab.place.segmenter.busy)
    assert runs.runs(app.host.scene) == []
    assert tab.place.jobs == {}
    assert tab.ui.progressFrame.isHidden() is True
    assert app.messages.errors == []
    del browser


def test_two_runs_wait_for_each_other_and_each_shows_its_own_progress(app: Any, tab: Any) -> None:
    addSample(app)
    tab.ui.segmentButton.click()
    second = addRun(app)
    tab._list.setCurrentRow(1)
    assert tab.place.active is second
    assert tab.ui.segmentButton.text == "Segment"
    tab.ui.segmentButton.click()
    until(lambda: tab.place._timer.isActive() and "segmenting" in rows(tab)[0])
    assert rows(tab)[1].endswith("\nwaiting")
    tab.ui.segmentButton.click()
    assert rows(tab)[1].endswith("\nnot segmented")
    assert rows(tab)[0].endswith("\nsegmenting")
    tab._list.setCurrentRow(0)
    assert tab.ui.segmentButton.text == "Cancel"
