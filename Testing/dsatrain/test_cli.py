import sys
from pathlib import Path

import pytest

from dsatrain import cli


@pytest.mark.parametrize(
    "wrong",
    [
        ["phantom", "--output", "out", "--count", "0"],
        ["phantom", "--output", "out", "--seed", "-1"],
        ["phantom", "--output", ""],
        ["train", "--output", "out", "--batch-size", "many"],
        ["evaluate", "--count", "-3"],
        ["nothing"],
    ],
)
def test_a_wrong_argument_is_one_line(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(wrong)
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (OSError("the disk is gone"), 2, "dsatrain: the disk is gone"),
        (KeyError("average"), 2, "dsatrain: unexpected KeyError ('average')"),
        (ModuleNotFoundError("No module named 'torch'"), 2, "dsa-segmentation[train]"),
        (KeyboardInterrupt(), 130, "dsatrain: interrupted"),
    ],
)
def test_a_failure_is_one_line_a_code_and_no_new_folder(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    line: str,
) -> None:
    def make_phantom(_: object) -> None:
        raise error

    monkeypatch.setattr("dsatrain.phantom.make_phantom", make_phantom)
    assert cli.main(["phantom", "--output", str(tmp_path / "a" / "b")]) == code
    captured = capsys.readouterr()
    assert line in captured.err
    assert captured.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_torch_training_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "dsatrain.train.command", None)
    assert cli.main(["train", "--output", str(tmp_path / "out")]) == 2
    assert "dsa-segmentation[train]" in capsys.readouterr().err


def test_a_package_of_no_training_leaves_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    assert cli.main(["package", str(tmp_path / "no"), "--output", str(tmp_path / "model")]) == 2
    assert "holds no checkpoint" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
