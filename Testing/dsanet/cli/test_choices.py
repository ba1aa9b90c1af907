"""From the words of a command line to the preparation and its provenance."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dsanet.cli import main
from dsanet.cli.arguments import build_parser
from dsanet.cli.choices import choices_from
from dsanet.cli.options import MOST_FRAMES
from dsanet.io import Limits
from dsanet.prepare import PrepareChoices

Loaded = list[tuple[Any, str]]


def parsed(*more: str) -> PrepareChoices:
    return choices_from(build_parser().parse_args(["segment", "run", "--output", "out", *more]))


def test_no_option_chooses_nothing() -> None:
    assert parsed() == PrepareChoices()


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("--window=3:12", {"arterial_window": (3, 12)}),
        ("--subtract=never", {"subtract": "never"}),
        ("--subtract=always", {"subtract": "always"}),
        ("--invert=yes", {"invert": True}),
        ("--invert=no", {"invert": False}),
        ("--invert=auto", {"invert": None}),
        ("--mask-frames=0,1,2", {"mask_frames": (0, 1, 2)}),
        ("--mask-frames=0:3", {"mask_frames": (0, 1, 2, 3)}),
        ("--mask-frames=5,0:1,1", {"mask_frames": (0, 1, 5)}),
        ("--no-register", {"register": False}),
        ("--pixel-shift=-1.5,2", {"pixel_shift": (-1.5, 2.0)}),
    ],
)
def test_each_option_is_one_choice(option: str, expected: dict[str, Any]) -> None:
    assert parsed(option) == PrepareChoices(**expected)
    arguments = build_parser().parse_args(["batch", "in", "--output", "out", option])
    assert choices_from(arguments) == PrepareChoices(**expected)
    assert choices_from(build_parser().parse_args(["info", "in", option])) == parsed(option)


@pytest.mark.parametrize(
    "option",
    [
        "--subtract=maybe",
        "--invert=1",
        "--mask-frames=",
        "--mask-frames=a",
        "--mask-frames=-1",
        "--mask-frames=3:1",
        "--mask-frames=1,,2",
        "--mask-frames=0:4096",
        "--mask-frames=0:99999999999999999999",
        "--pixel-shift=1",
        "--pixel-shift=1,2,3",
        "--pixel-shift=nan,0",
        "--pixel-shift=1,inf",
        "--pixel-shift=a,b",
        "--run=0",
        "--run=-1",
        "--run=one",
    ],
)
def test_a_wrong_option_is_one_line(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parsed(option)
    assert stop.value.code == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert option.split("=", maxsplit=1)[0] in line


def test_two_ways_to_move_the_mask_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--no-register", "--pixel-shift=1,1")
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--mask-frames=0", "--pixel-shift=1,1", "--no-register"])
def test_a_choice_about_no_mask_is_refused_in_one_line(
    frames: Path, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ["segment", str(frames), "--output", str(tmp_path / "out"), "--subtract=never", option]
    assert main(wrong) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert f"{option.split('=', maxsplit=1)[0]} is about the mask" in line
    assert not (tmp_path / "out").exists()


def test_the_limit_of_frame_numbers_is_that_of_the_reader() -> None:
    assert Limits().frames == MOST_FRAMES


def test_mask_frames_outside_the_run_name_the_run(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ["--subtract=always", "--mask-frames=2:9"]
    assert main(["segment", str(frames), "--output", str(tmp_path / "out"), *wrong]) == 2
    line = capsys.readouterr().err
    assert str(frames) in line
    assert "[2, 3, 4, 5, 6, 7, 8, 9]" in line
    assert not (tmp_path / "out").exists()


def test_choices_reach_the_preparation_and_are_in_the_report(
    frames: Path, tmp_path: Path, loaded: Loaded
) -> None:
    for number in range(4):  # a line that brightens, so that a subtraction is seen
        picture = np.full((40, 48), 200, np.uint8)
        picture[5:35, 10:15] = 60 * number
        Image.fromarray(picture).save(frames / f"{number}.png")
    chosen = ["--subtract=always", "--mask-frames=0", "--pixel-shift=0,0.5", "--invert=yes"]
    assert main(["segment", str(frames), "--output", str(tmp_path), "--quiet", *chosen]) == 0
    report = json.loads((tmp_path / "run.of frames.json").read_text(encoding="utf-8"))
    told = report["provenance"]["preparation"]
    assert told["choices"] == {
        "arterial_window": None,
        "subtract": "always",
        "invert": True,
        "mask_frames": [0],
        "register": True,
        "pixel_shift": [0, 0.5],
    }
    assert "the user's frames 0" in told["subtraction"]


def test_info_shows_what_choices_do(frames: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(frames), "--json", "--window=1:2", "--subtract=never"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["arterial_window"] == [1, 2]
    assert facts["subtraction"].startswith("as stored")


@pytest.fixture
def two_runs(tmp_path: Path) -> Path:
    """A folder with two runs of one TIFF file each: 3 frames and 2."""
    folder = tmp_path / "biplane"
    folder.mkdir()
    for name, count in (("A", 3), ("B", 2)):
        first, *more = [Image.new("L", (24, 24), 50 + 9 * n) for n in range(count)]
        first.save(folder / f"{name}.tif", save_all=True, append_images=more)
    return folder


def test_a_folder_with_two_runs_is_refused_naming_both(
    two_runs: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    output = ["--output", str(tmp_path / "out")]
    assert main(["segment", str(two_runs), *output]) == 2
    assert main(["info", str(two_runs)]) == 2
    assert main(["info", str(two_runs), "--run", "3"]) == 2
    for line in capsys.readouterr().err.splitlines():
        assert "holds 2 runs (1 A, 2 B); choose one with --run 1 to 2" in line
    assert loaded == []


def test_one_of_two_runs_is_chosen_and_named_after_its_file(
    two_runs: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    output = ["--output", str(tmp_path / "out"), "--quiet"]
    assert main(["segment", str(two_runs), *output, "--run", "1"]) == 0
    assert main(["segment", str(two_runs), *output, "--run", "2"]) == 0
    reports = {path.name: json.loads(path.read_text()) for path in tmp_path.glob("out/*.json")}
    assert {name: facts["frames"] for name, facts in reports.items()} == {"A.json": 3, "B.json": 2}
    assert main(["info", str(two_runs), "--run", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["frames"] == 2


def test_the_only_run_has_the_number_1(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    output = ["--output", str(tmp_path / "out"), "--quiet"]
    assert main(["segment", str(frames), *output, "--run", "1"]) == 0
    assert (tmp_path / "out" / "run.of frames.json").exists()
    assert main(["segment", str(frames), *output, "--run", "2"]) == 2
    assert "holds 1 run (1 run.of frames); choose one with --run 1" in capsys.readouterr().err
