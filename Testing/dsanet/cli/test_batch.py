"""`dsanet batch` as a shell sees it."""

import csv
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dsanet.batch import Event, Row
from dsanet.cli import main
from dsanet.cli.batch_progress import line_of
from dsanet.cli.interrupt import ctrl_c_asks
from dsanet.engine import Engine
from dsanet.errors import CancelledError
from dsanet.packages import ModelPackage

Loaded = list[tuple[Any, str]]
Capture = pytest.CaptureFixture[str]
on_posix = pytest.mark.skipif(os.name == "nt", reason="signals to one process")


@pytest.fixture
def tree(frames: Path, tmp_path: Path) -> Path:
    """A folder with two runs, of frames and in a TIFF file, and a text."""
    folder = tmp_path / "in"
    folder.mkdir()
    frames.rename(folder / "run.of frames")
    Image.new("L", (24, 24), 90).save(folder / "still.tif")
    (folder / "notes.txt").write_text("none")
    return folder


def batch(tree: Path, *more: str) -> int:
    return main(["batch", str(tree), "--output", str(tree.parent / "out"), *more])


def test_all_runs_done_is_0_with_a_line_for_each_and_a_summary(
    tree: Path, loaded: Loaded, capsys: Capture
) -> None:
    assert batch(tree) == 0
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert [line.split(";")[0] for line in lines] == [
        "[1/2] done run.of frames",
        "[2/2] done still.tif",
    ]
    assert "BV 150, MAT 0" in lines[0]
    assert "left" in lines[0]
    assert said.out.startswith("2 done, 1 skipped\n")
    assert str(tree.parent / "out" / "summary.csv") in said.out
    assert "Not a medical device" in said.out
    assert batch(tree) == 0
    assert "2 of them done before and kept" in capsys.readouterr().out
    assert len(loaded) == 1


def test_runs_without_results_are_2_with_their_count(
    tree: Path, loaded: Loaded, capsys: Capture
) -> None:
    (tree / "bad.tif").write_bytes(b"II*\0 and nothing more")
    assert batch(tree) == 2
    said = capsys.readouterr()
    assert said.err.splitlines()[-1].endswith(
        f"1 failed, 2 of 3 runs done; {tree.parent / 'out' / 'summary.csv'} tells why"
    )
    with (tree.parent / "out" / "summary.csv").open(newline="", encoding="utf-8") as file:
        failed = [row for row in csv.DictReader(file) if row["status"] == "failed"]
    assert [row["path"] for row in failed] == ["bad.tif"]
    assert "bad.tif" in failed[0]["reason"]


def test_no_run_at_all_is_2(tmp_path: Path, loaded: Loaded, capsys: Capture) -> None:
    (tmp_path / "empty").mkdir()
    assert batch(tmp_path / "empty") == 2
    assert "no run was found" in capsys.readouterr().err
    assert loaded == []


def test_json_goes_to_stdout_alone(tree: Path, loaded: Loaded, capsys: Capture) -> None:
    assert batch(tree, "--json", "--quiet") == 0
    said = capsys.readouterr()
    assert said.err == ""
    facts = json.loads(said.out)
    assert facts["counts"] == {"done": 2, "skipped": 1, "refused": 0, "failed": 0}
    assert (facts["runs"], facts["stopped"]) == (2, False)
    done = next(row for row in facts["rows"] if row["path"] == "run.of frames")
    assert (done["status"], done["BV_pixels"], done["done_before"]) == ("done", 150, False)
    assert done["files"][0] == "run.of frames.seg.nrrd"


def test_quiet_says_nothing(tree: Path, loaded: Loaded, capsys: Capture) -> None:
    assert batch(tree, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--subtract=never", "--mask-frames=0"], "is about the mask"),
        (["--model", "none such"], "no model package"),
    ],
)
def test_a_wrong_choice_is_one_line_and_makes_nothing(
    tree: Path, capsys: Capture, more: list[str], words: str
) -> None:
    assert batch(tree, *more) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert words in line
    assert not (tree.parent / "out").exists()


def test_choices_hold_for_all_runs(tree: Path, loaded: Loaded, capsys: Capture) -> None:
    assert batch(tree, "--window=1:2") == 2
    report = json.loads((tree.parent / "out" / "run.of frames.json").read_text(encoding="utf-8"))
    assert report["arterial_window"] == [1, 2]
    assert "failed still.tif; arterial window [1, 2] does not fit" in capsys.readouterr().err


def test_a_terminal_shows_a_bar_with_bad_runs_above_it(
    tree: Path, loaded: Loaded, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tree / "[red]bad.tif").write_bytes(b"II*\0 and nothing more")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert batch(tree) == 2
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert "failed [red]bad.tif" in shown
    assert "] done " not in shown


@on_posix
def test_the_first_ctrl_c_stops_within_a_run_and_the_same_command_goes_on(
    tree: Path, loaded: Loaded, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    segment = Engine.segment

    def interrupted(self: Engine, run: Any, **options: Any) -> Any:
        if run.name == "still":
            os.kill(os.getpid(), signal.SIGINT)
        return segment(self, run, **options)

    monkeypatch.setattr(Engine, "segment", interrupted)
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert batch(tree) == 130
    said = capsys.readouterr()
    assert said.err.endswith("dsanet: interrupted after 1 of 2 runs; the same command goes on\n")
    assert "press Ctrl-C again" in said.err
    assert said.out.startswith("1 done, 1 skipped\n")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    monkeypatch.undo()
    monkeypatch.setattr(Engine, "load", lambda *_: pytest.fail("nothing is left to be done"))
    (tree / "still.tif").unlink()
    assert batch(tree) == 0


@on_posix
def test_the_second_ctrl_c_stops_at_once(
    tree: Path, loaded: Loaded, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        raise CancelledError("too late")

    monkeypatch.setattr(Engine, "segment", interrupted)
    assert batch(tree) == 130
    assert capsys.readouterr().err.endswith("interrupted; the same command goes on\n")
    assert (tree.parent / "out" / "summary.csv").exists()


@on_posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_once_and_then_stops(number: signal.Signals) -> None:
    told: list[str] = []
    with ctrl_c_asks(lambda: told.append("asked")) as asked:
        assert not asked()
        os.kill(os.getpid(), number)
        assert asked()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert told == ["asked"]


def test_a_line_is_one_line_whatever_the_name() -> None:
    row = Row(Path("a\nb"), "failed", "because\nof it", seconds=1.26)
    event = Event(9, 3, row.path, "end", 1.0, row, 250.0)
    assert line_of(event) == "[3/9] failed a b; because of it; 1.3 s; 4 min left\n"
    assert line_of(replace(event, ended=9)).endswith("1.3 s\n")
    assert line_of(replace(event, row=None)) == ""


def test_a_real_model_does_many_runs_with_one_engine(
    tree: Path, tiny_package: ModelPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino")
    load: Callable[..., Engine] = Engine.load
    loads: list[str] = []

    def counted(package: Any, device: str) -> Engine:
        loads.append(device)
        return load(package, device)

    monkeypatch.setattr(Engine, "load", counted)
    model = ("--model", str(tiny_package.folder), "--device", "openvino", "--quiet")
    assert batch(tree, *model) == 0
    assert loads == ["openvino"]
    report = json.loads((tree.parent / "out" / "still.json").read_text(encoding="utf-8"))
    assert report["batch"]["model_sha256"] == tiny_package.weights_sha256
    assert batch(tree, *model) == 0
    assert loads == ["openvino"]
