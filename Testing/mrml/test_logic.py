"""The functions for Slicer's Python console, with the real worker and the real command line."""

import csv
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dsanet.errors import CancelledError, DSAError, PackageError, ReadError, WriteError
from dsanet.packages import DEFAULT_NAME, find_package
from dsanet.prepare import PrepareChoices
from dsanet.worker import WorkerError

from .conftest import make_run
from .working import PROGRAM

pytest.importorskip("slicer")

import slicer

from DSASegmentationLib import loading, runs, segments, visibility
from DSASegmentationLib.jobs import BatchRun, Segmenter
from DSASegmentationLib.logic import SegmentationLogic


class Logic(SegmentationLogic):
    """As in Slicer, but for the scene."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene

    @property
    def scene(self) -> Any:
        return self._scene


@pytest.fixture
def logic(host: Any) -> Iterator[Logic]:
    logic = Logic(host.scene)
    yield logic
    logic.cleanup()


@pytest.fixture
def quick(host: Any, tmp_path: Path) -> Iterator[Logic]:
    """The same with a worker that answers as its model's name says."""
    logic = Logic(host.scene)
    logic._segmenter = Segmenter(host.scene, sys.executable, program=PROGRAM, folder=tmp_path)
    yield logic
    logic.cleanup()


def write_frames(folder: Path, count: int = 3) -> Path:
    folder.mkdir(parents=True)
    for number, frame in enumerate(make_run(count).pixels):
        Image.fromarray(frame.astype(np.uint8)).save(folder / f"{number}.png")
    return folder


def test_a_run_is_loaded_segmented_and_shown(
    logic: Logic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[int] = []
    monkeypatch.setattr(
        slicer,
        "app",
        SimpleNamespace(processEvents=lambda: events.append(1), slicerHome=None),
        raising=False,
    )
    browser = logic.loadRun(write_frames(tmp_path / "run"))
    assert visibility.activeRun(logic.scene) is browser
    told: list[str] = []
    node = logic.segment(
        browser,
        model=DEFAULT_NAME,
        choices=PrepareChoices(arterial_window=(0, 1)),
        listener=lambda job: told.append(job.stage),
    )
    assert segments.segmentationOf(browser) is node
    assert segments.provenanceOf(node)["model_sha256"] == find_package(DEFAULT_NAME).weights_sha256
    assert segments.provenanceOf(node)["preparation"]["arterial_window"] == [0, 1]
    assert told[-1] == "Done"
    assert events
    with pytest.raises(PackageError, match="no model package 'unheard of'"):
        logic.segment(browser, model="unheard of")


def test_several_runs_are_loaded_and_the_first_is_shown(logic: Logic, tmp_path: Path) -> None:
    browsers = logic.loadRuns(write_frames(tmp_path / "run"))
    assert browsers == runs.runs(logic.scene)
    assert visibility.activeRun(logic.scene) is browsers[0]


def test_what_goes_wrong_is_raised(quick: Logic) -> None:
    browser = runs.addRun(quick.scene, make_run())
    with pytest.raises(DSAError, match="the run has 2 frames"):
        quick.segment(browser, "refuse")
    job = quick.segment(browser, "long", waitForCompletion=False)
    assert job.state == "waiting"

    def remove(job: Any) -> None:
        if job.stage == "Segmenting":
            runs.removeRun(job.run)

    other = runs.addRun(quick.scene, make_run(5))
    quick.segmenter.cancel(job)
    with pytest.raises(CancelledError, match="nothing was changed"):
        quick.segment(other, "long", listener=remove)
    with pytest.raises(DSAError, match="no run of this scene"):
        quick.segment(None)


def test_an_interruption_cancels_the_job(quick: Logic, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = runs.addRun(quick.scene, make_run())
    jobs: list[Any] = []

    def interrupt() -> None:
        if jobs:
            raise KeyboardInterrupt

    monkeypatch.setattr("DSASegmentationLib.application.processEvents", interrupt)
    with pytest.raises(KeyboardInterrupt):
        quick.segment(browser, "long", listener=jobs.append)
    assert jobs[0].state == "cancelled"
    assert runs.segmentationsOf(browser) == []


def test_the_module_has_one_segmenter_for_its_scene(logic: Logic, open_host: Any) -> None:
    first = logic.segmenter
    assert logic.segmenter is first
    logic._scene = open_host().scene
    assert logic.segmenter is not first


def test_a_folder_is_segmented_and_the_same_call_goes_on(logic: Logic, tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_frames(tmp_path / "in" / name)
    (tmp_path / "in" / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM")
    told: list[str] = []
    choices = PrepareChoices(arterial_window=(0, 1), subtract="never", invert=False)
    for repeat in (False, True):
        found = logic.segmentFolder(
            tmp_path / "in",
            tmp_path / "out",
            model=find_package(DEFAULT_NAME).folder,
            choices=choices,
            listener=told.append,
        )
        assert [row["status"] for row in found.rows].count("done") == 2
        assert [row["done_before"] for row in found.rows if row["status"] == "done"] == [repeat] * 2
    assert "done first" in "\n".join(told)
    assert "1 failed" in found.problem
    with found.summary.open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == len(found.rows) == 3
    assert runs.runs(logic.scene) == []


def test_folders_and_models_that_cannot_work_are_refused(logic: Logic, tmp_path: Path) -> None:
    write_frames(tmp_path / "in" / "run")
    with pytest.raises(ReadError, match="not there"):
        logic.segmentFolder(tmp_path / "missing", tmp_path / "out")
    with pytest.raises(WriteError, match="results would lie"):
        logic.segmentFolder(tmp_path / "in", tmp_path)
    with pytest.raises(WorkerError, match="no model package 'unheard of'"):
        logic.segmentFolder(tmp_path / "in", tmp_path / "out", model="unheard of")


def test_an_interrupted_folder_leaves_no_process(
    logic: Logic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_frames(tmp_path / "in" / "run")
    started: list[int] = []
    begin = BatchRun.poll

    def poll(batch: BatchRun) -> None:
        begin(batch)
        started.append(batch._process.pid)
        raise KeyboardInterrupt

    monkeypatch.setattr(BatchRun, "poll", poll)
    with pytest.raises(KeyboardInterrupt):
        logic.segmentFolder(tmp_path / "in", tmp_path / "out")
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


def test_choices_reach_the_command_line_whole(tmp_path: Path) -> None:
    from dsanet.cli.arguments import build_parser
    from dsanet.cli.choices import choices_from
    from DSASegmentationLib.jobs import batch

    for choices in (
        PrepareChoices(),
        PrepareChoices((2, 5), "always", True, (0, 1), pixel_shift=(-1.5, 2.0)),
        PrepareChoices(None, "never", False),
        PrepareChoices(register=False),
    ):
        said = [*batch.COMMAND[2:], *batch._choices(choices), "in", "--output", "out"]
        assert choices_from(build_parser().parse_args(said)) == choices


def test_loading_is_what_the_logic_calls(logic: Logic, tmp_path: Path) -> None:
    folder = write_frames(tmp_path / "run")
    assert logic.loadRun(folder) is loading.loadRun(logic.scene, folder)
