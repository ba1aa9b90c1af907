from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dsanet.engine import Engine
from dsanet.engine.backend import Array, OnFrame
from dsanet.model import DSANetConfig
from dsanet.packages import ModelPackage
from dsatrain import demo


class DarkIsBV:
    """A backend without a network: BV where the MinIP is dark, MAT nowhere."""

    name, device, precision = "threshold", "none", "float32"

    def score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> Array:
        dark = minip < -0.5
        return 9 * np.stack([~dark, dark, np.zeros_like(dark)]).astype(np.float32)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small sample run, and a stand-in for the model."""
    package = ModelPackage(Path("none"), "stand-in", DSANetConfig(), "0" * 64, {})
    monkeypatch.setattr(Engine, "load", lambda *_: Engine(package, DarkIsBV()))
    monkeypatch.setattr(demo, "SAMPLE_SIZE", (96, 80))


@pytest.mark.usefixtures("small")
def test_demo_writes_the_run_its_truth_and_results_and_shows_scores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.main(["--output", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    for word in ("BV", "MAT", "whole", "Not a medical device"):
        assert word in shown
    runs = list((tmp_path / "out").glob("*.dcm"))
    assert len(runs) == 1
    labels = np.asarray(Image.open(tmp_path / "out" / f"{runs[0].stem}_labels.png"))
    truth = np.asarray(Image.open(tmp_path / "out" / f"{runs[0].stem}_truth.png"))
    assert labels.shape == truth.shape == (96, 80)
    for path in (tmp_path / "out").glob(f"{runs[0].stem}*overlay.png"):
        assert str(path) in shown


@pytest.mark.usefixtures("small")
def test_demo_segments_the_users_own_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.main(["--output", str(tmp_path / "first")]) == 0
    run = next((tmp_path / "first").glob("*.dcm"))
    capsys.readouterr()
    assert demo.main(["--output", str(tmp_path / "own"), "--run", str(run)]) == 0
    assert sorted(path.name for path in (tmp_path / "own").iterdir()) == [
        f"{run.stem}.json",
        f"{run.stem}.seg.nrrd",
        f"{run.stem}_labels.png",
        f"{run.stem}_overlay.png",
    ]
    assert "Dice" not in capsys.readouterr().out


def test_demo_names_a_run_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.main(["--output", str(tmp_path / "out"), "--run", str(tmp_path / "gone")]) == 2
    captured = capsys.readouterr()
    assert "gone" in captured.err
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("small")
def test_demo_shows_a_path_with_brackets_and_colons_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "[red] :smile: [/]"
    assert demo.main(["--output", str(output)]) == 0
    assert str(next(output.glob("*.dcm"))) in capsys.readouterr().out


@pytest.mark.parametrize(("error", "code"), [(RuntimeError("boom"), 2), (KeyboardInterrupt(), 130)])
@pytest.mark.usefixtures("small")
def test_demo_that_fails_writes_nothing_and_says_so_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
) -> None:
    def load(*_: object) -> Engine:
        raise error

    monkeypatch.setattr(Engine, "load", load)
    assert demo.main(["--output", str(tmp_path / "out")]) == code
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("small")
def test_demo_refuses_a_file_as_output_before_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_bytes(b"mine")
    assert demo.main(["--output", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "is a file, not a folder" in captured.err
