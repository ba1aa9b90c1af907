import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dsanet.cli import main
from dsanet.cli.segment import stem_of
from dsanet.errors import CancelledError, EngineError
from dsanet.packages import ModelPackage

FILES = {
    "run.of frames.seg.nrrd",
    "run.of frames_labels.png",
    "run.of frames_overlay.png",
    "run.of frames.json",
}
Loaded = list[tuple[Any, str]]
Fail = Callable[[BaseException], None]


def segment(source: Path, output: Path, *more: str) -> int:
    return main(["segment", str(source), "--output", str(output), *more])


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_writes_four_files_named_after_the_run(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(frames, tmp_path / "new" / "out") == 0
    assert set(content(tmp_path / "new" / "out")) == FILES
    labels = np.asarray(Image.open(tmp_path / "new" / "out" / "run.of frames_labels.png"))
    expected = np.zeros((40, 48), np.uint8)
    expected[5:35, 10:15] = 1
    assert np.array_equal(labels, expected)
    captured = capsys.readouterr()
    assert str(tmp_path / "new" / "out" / "run.of frames.seg.nrrd") in captured.out
    assert "BV 150 pixels, MAT 0 pixels" in captured.out
    assert captured.err == "warning: No main artery trunk (MAT) was found in this run.\n"
    assert loaded == [(None, "auto")]


def test_json_goes_to_stdout_alone_and_is_the_file(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(frames, tmp_path / "out", "--json", "--quiet", "--window", "1:2") == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.encode() == (tmp_path / "out" / "run.of frames.json").read_bytes()
    facts = json.loads(captured.out)
    assert facts["arterial_window"] == [1, 2]
    assert facts["pixels"] == {"BV": 150, "MAT": 0}
    assert facts["spacing_mm"] is None
    assert facts["warnings"] == ["No main artery trunk (MAT) was found in this run."]
    assert facts["provenance"]["model"] == "stand-in"
    assert {"read", "prepare", "infer", "write"} <= set(facts["seconds"])
    assert "not a medical device" in facts["notice"].lower()


def test_quiet_says_nothing(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(frames, tmp_path / "out", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_model_and_device_reach_the_engine(frames: Path, tmp_path: Path, loaded: Loaded) -> None:
    assert segment(frames, tmp_path / "out", "--model", "mine", "--device", "openvino") == 0
    assert loaded == [("mine", "openvino")]


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (EngineError("the device cuda\nis not there"), 2, "the device cuda is not there"),
        (CancelledError("segmentation was cancelled"), 2, "segmentation was cancelled"),
        (RuntimeError("boom"), 2, "unexpected RuntimeError (boom)"),
        (MemoryError(), 2, "no backend could segment this run"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_a_failure_is_one_line_a_code_and_nothing_written(
    frames: Path,
    tmp_path: Path,
    failing: Fail,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    line: str,
) -> None:
    failing(error)
    before = set(tmp_path.rglob("*"))
    assert segment(frames, tmp_path / "a" / "b", "--json") == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert line in captured.err
    assert set(tmp_path.rglob("*")) == before


def test_debug_shows_where_an_error_came_from(frames: Path, tmp_path: Path, failing: Fail) -> None:
    failing(RuntimeError("boom"))
    with pytest.raises(RuntimeError, match="boom"):
        segment(frames, tmp_path / "out", "--debug")


def test_a_missing_input_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert segment(tmp_path / "gone.dcm", tmp_path / "out") == 2
    assert "gone.dcm" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_window_outside_the_run_names_the_run(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(frames, tmp_path / "out", "--window", "2:9") == 2
    line = capsys.readouterr().err
    assert str(frames) in line
    assert "[2, 9]" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("window", ["", "3", "5:2", "-1:2", "a:b", "1:2:3"])
def test_a_window_that_is_none_is_refused(
    frames: Path, tmp_path: Path, window: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        segment(frames, tmp_path / "out", f"--window={window}")
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_old_results_stay_when_writing_fails_at_the_last_file(
    frames: Path, tmp_path: Path, loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    output.mkdir()
    old = dict.fromkeys(FILES, b"old")
    for name, data in old.items():
        (output / name).write_bytes(data)
    replace = Path.replace

    def fail_at_report(self: Path, target: Path) -> Path:
        if target.suffix == ".json" and self.read_bytes() != b"old":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail_at_report)
    assert segment(frames, output) == 2
    assert content(output) == old
    monkeypatch.undo()


def test_old_results_are_replaced_by_a_success(
    frames: Path, tmp_path: Path, loaded: Loaded
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.of frames.json").write_bytes(b"old")
    (tmp_path / "out" / "other.txt").write_bytes(b"kept")
    assert segment(frames, tmp_path / "out") == 0
    written = content(tmp_path / "out")
    assert set(written) == FILES | {"other.txt"}
    assert written["other.txt"] == b"kept"
    assert json.loads(written["run.of frames.json"])["frames"] == 4


def test_an_output_that_is_a_file_is_refused_before_work(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    assert segment(frames, tmp_path / "file") == 2
    assert segment(frames, tmp_path / "file" / "out") == 2
    assert capsys.readouterr().err.count("is a file, not a folder") == 2
    assert (tmp_path / "file").read_bytes() == b"mine"
    assert loaded == []


def test_results_never_go_among_the_frames(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(frames)
    assert segment(frames, frames) == 2
    assert segment(frames, frames / "out") == 2
    assert "inside the input folder" in capsys.readouterr().err
    assert content(frames) == before


def test_stem_keeps_dots_but_for_known_extensions_of_files(tmp_path: Path) -> None:
    names = {
        "run.v2.dcm": "run.v2",
        "run.nii.gz": "run",
        "a.seq.nrrd": "a",
        "1.2.840.10008": "1.2.840.10008",
        "FRAME.PNG": "FRAME",
        "IM0001": "IM0001",
    }
    assert {name: stem_of(tmp_path / name) for name in names} == names
    folder = tmp_path / "case 1.png"
    folder.mkdir()
    assert stem_of(folder) == "case 1.png"


def test_stem_of_the_current_folder_is_its_name(
    frames: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(frames)
    assert stem_of(Path()) == "run.of frames"


def test_a_terminal_shows_a_bar_and_leaves_nothing_of_it(
    frames: Path,
    tmp_path: Path,
    loaded: Loaded,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert segment(frames, tmp_path / "out", "--json") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["frames"] == 4
    assert "Segmenting" in captured.err
    shutil.rmtree(tmp_path / "out")
    assert segment(frames, tmp_path / "out", "--json", "--quiet") == 0
    assert capsys.readouterr().err == ""


def test_without_rich_there_is_no_bar(
    frames: Path,
    tmp_path: Path,
    loaded: Loaded,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert segment(frames, tmp_path / "out") == 0
    assert capsys.readouterr().err.count("\n") == 1


def test_a_real_model_and_engine_answer(
    frames: Path, tmp_path: Path, tiny_package: ModelPackage
) -> None:
    pytest.importorskip("openvino")
    model = ("--model", str(tiny_package.folder), "--device", "openvino")
    assert segment(frames, tmp_path / "out", *model) == 0
    facts = json.loads((tmp_path / "out" / "run.of frames.json").read_text(encoding="utf-8"))
    assert facts["provenance"]["model_sha256"] == tiny_package.weights_sha256
    labels = np.asarray(Image.open(tmp_path / "out" / "run.of frames_labels.png"))
    assert labels.shape == (40, 48)
    assert facts["pixels"]["MAT"] == int((labels == 2).sum())
