import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dsanet.cli import main
from dsanet.cli.info import card, describe, rate
from dsanet.io import DSARun, RunFacts, Spacing
from dsanet.prepare import PreparedRun

TIMES = np.array([0, 0.2, 0.4, 1.0])
SPACING = Spacing(0.25, 0.5, "detector", "ImagerPixelSpacing")


def run_with(times_stated: bool = True, frames: int = 4, spacing: Spacing | None = None) -> DSARun:
    facts = RunFacts(times_stated=times_stated, intensity_relationship="LOG", equipment="Maker X")
    return DSARun(np.zeros((frames, 2, 3), np.uint8), TIMES[:frames], spacing, facts, "a run")


def prepared(window: tuple[int, int]) -> PreparedRun:
    return PreparedRun(
        frames=np.zeros((4, 2, 3), np.float32),
        times=TIMES,
        field=np.ones((2, 3), bool),
        arterial_window=window,
        minip=np.zeros((2, 3), np.float32),
        center=0.0,
        scale=1.0,
        subtraction="as stored",
        warnings=("Look out.",),
    )


def test_rate_is_that_of_the_median_interval() -> None:
    found = rate(run_with())
    assert found is not None
    expected = {"frames_per_second": 5, "shortest_s": 0.2, "median_s": 0.2, "longest_s": 0.6}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("run", [run_with(times_stated=False), run_with(frames=1)], ids=str)
def test_there_is_no_rate_without_times_or_with_one_frame(run: DSARun) -> None:
    assert rate(run) is None


def test_the_card_says_everything_in_one_line_each() -> None:
    text = card(describe(run_with(spacing=SPACING), prepared((1, 2))))
    assert text.splitlines() == [
        "run          a run",
        "frames       4 of 3 x 2 pixels (width x height), 8 bits, counted from 0",
        "times        stated, 1.00 s in all",
        "rate         5 frames/s; 0.2 s from frame to frame"
        " (median; shortest 0.2 s, longest 0.6 s)",
        "before       frame 0, at 0.00 s",
        "arterial     frames 1 to 2, 0.20 to 0.40 s",
        "after        frame 3, at 1.00 s",
        "spacing      0.25 mm between rows, 0.5 mm between columns (detector; ImagerPixelSpacing)",
        "values       MONOCHROME2, intensity relationship LOG, viewing mode not stated",
        "equipment    Maker X",
        "subtraction  as stored",
        "warning      Look out.",
    ]


def test_times_that_are_not_stated_are_not_shown() -> None:
    text = card(describe(run_with(times_stated=False), prepared((0, 3))))
    lines = dict(line.split(maxsplit=1) for line in text.splitlines())
    assert lines["times"] == lines["rate"] == lines["spacing"] == "not stated"
    assert lines["arterial"] == "frames 0 to 3"
    assert lines["before"] == lines["after"] == "no frames"


def test_json_tells_rate_and_arterial_seconds() -> None:
    facts = json.loads(json.dumps(describe(run_with(), prepared((1, 2)))))
    assert facts["arterial_seconds"] == [0.2, 0.4]
    assert facts["rate"]["longest_s"] == pytest.approx(0.6)
    assert describe(run_with(times_stated=False), prepared((1, 2)))["arterial_seconds"] is None


def test_strip_is_written_beside_the_card(
    frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strip = tmp_path / "strip.png"
    assert main(["info", str(frames), "--strip", str(strip)]) == 0
    assert capsys.readouterr().out.startswith("run ")
    with Image.open(strip) as picture:
        assert picture.format == "PNG"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["strip.png"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (lambda frames: frames / "strip.png", "lies inside the input folder"),
        (lambda frames: frames.parent / "none" / "strip.png", "does not exist"),
        (lambda frames: frames, "is the run itself"),
    ],
    ids=["among the frames", "no folder", "the input"],
)
def test_a_strip_that_cannot_be_written_is_refused(
    frames: Path,
    capsys: pytest.CaptureFixture[str],
    target: Callable[[Path], Path],
    words: str,
) -> None:
    before = sorted(frames.rglob("*"))
    assert main(["info", str(frames), "--strip", str(target(frames))]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err.count("\n") == 1
    assert words in found.err
    assert sorted(frames.rglob("*")) == before


def test_a_strip_never_replaces_the_run(frames: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = frames / "0.png"
    before = source.read_bytes()
    assert main(["info", str(source), "--strip", str(source)]) == 2
    assert "is the run itself" in capsys.readouterr().err
    assert source.read_bytes() == before
