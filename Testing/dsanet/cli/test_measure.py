import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dsanet.cli import main

KINDS = ("_measurements.json", "_lesions.csv", "_vessels.csv", "_diameters.csv", "_report.html")
FILES = {f"run.of frames{kind}" for kind in KINDS}


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    mask = np.zeros((40, 48), np.uint8)
    mask[5:35, 10:15] = 2
    path = tmp_path / "labels.png"
    Image.fromarray(mask).save(path)
    return path


def measure(source: Path, output: Path, *more: str) -> int:
    return main(["measure", str(source), "--output", str(output), *more])


def test_writes_five_files_and_says_what_is_missing(frames, labels, tmp_path, capsys):
    assert measure(frames, tmp_path / "out", "--labels", str(labels)) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    captured = capsys.readouterr()
    assert "no frame times" in captured.err
    assert "not a medical device" in captured.out
    facts = json.loads((tmp_path / "out" / "run.of frames_measurements.json").read_text())
    assert facts["scale"] is None
    assert facts["labels"] == {"source": "file"}
    assert facts["classes"][1]["area_px"] == 150


def test_segments_with_the_engine_where_no_labels_are_given(frames, tmp_path, loaded, capsys):
    assert measure(frames, tmp_path / "out", "--json", "--quiet") == 0
    facts = json.loads(capsys.readouterr().out)
    assert loaded == [(None, "auto")]
    assert facts["classes"][0]["area_px"] == 150
    assert facts["labels"]["backend"] == "threshold"
    assert (
        "There is no main artery trunk (MAT), so no stenosis was looked for." in facts["warnings"]
    )


def test_a_catheter_calibrates(frames, labels, tmp_path, capsys):
    options = ("--catheter-french", "6", "--catheter-px", "10", "--json", "--quiet")
    assert measure(frames, tmp_path / "out", "--labels", str(labels), *options) == 0
    scale = json.loads(capsys.readouterr().out)["scale"]
    assert scale["mm_per_px"] == pytest.approx(0.2)
    assert scale["method"] == "catheter of 6 F, 10.0 px"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--catheter-french", "6"), "give both or neither"),
        (("--catheter-px", "-3"), "not a number above 0"),
    ],
)
def test_half_a_calibration_is_refused(frames, labels, tmp_path, capsys, options, words):
    try:
        code = measure(frames, tmp_path / "out", "--labels", str(labels), *options)
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("shape", [(48, 40), (2, 40, 48)])
def test_labels_of_another_run_are_refused_in_one_line(frames, tmp_path, capsys, shape):
    path = tmp_path / "other.png"
    Image.fromarray(np.zeros(shape[-2:], np.uint8) + (7 if len(shape) == 3 else 0)).save(path)
    assert measure(frames, tmp_path / "out", "--labels", str(path)) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "choose" in error
    assert not (tmp_path / "out").exists()


def test_diameters_are_a_table(frames, labels, tmp_path):
    assert measure(frames, tmp_path / "out", "--labels", str(labels), "--quiet") == 0
    text = (tmp_path / "out" / "run.of frames_diameters.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    counted = [float(row["diameter_px"]) for row in rows if row["diameter_px"]]
    assert len(rows) > 20
    # The drawn line is a box of 5 px, which a round tube fits a little wider.
    assert np.median(counted) == pytest.approx(5.5, abs=0.7)


@pytest.fixture
def several(frames, tmp_path):
    """A folder with two runs, one of them deeper."""
    root = tmp_path / "runs"
    root.mkdir()
    shutil.copytree(frames, root / "one")
    shutil.copytree(frames, root / "deep" / "two")
    return root


def test_every_run_of_a_folder_gets_its_files_and_a_row(several, tmp_path, loaded, capsys):
    assert measure(several, tmp_path / "out") == 0
    assert len(loaded) == 1
    for stem in ("one", "deep/two"):
        for kind in KINDS:
            assert (tmp_path / "out" / f"{stem}{kind}").is_file()
    text = (tmp_path / "out" / "measurements.csv").read_text()
    rows = {row["path"]: row for row in csv.DictReader(text.splitlines())}
    assert [row["status"] for row in rows.values()] == ["done", "done"]
    assert float(rows["one"]["BV_length_px"]) > 0
    assert rows["one"]["stenoses"] == "0"
    assert "Not a medical device" in capsys.readouterr().out


def test_a_bad_run_does_not_stop_the_rest_and_tells_in_the_exit_code(
    several, labels, tmp_path, capsys
):
    given = tmp_path / "labelled"
    given.mkdir()
    shutil.copy(labels, given / "one_labels.png")
    assert measure(several, tmp_path / "out", "--labels", str(given), "--json", "--quiet") == 2
    captured = capsys.readouterr()
    rows = {row["path"]: row for row in json.loads(captured.out)["rows"]}
    assert rows["one"]["status"] == "done"
    assert rows["one"]["MAT_length_px"] > 20
    assert rows["deep/two"]["status"] == "failed"
    assert "two_labels.png" in rows["deep/two"]["reason"]
    assert "1 failed" in captured.err
    assert not (tmp_path / "out" / "deep").exists()


def test_a_folder_without_runs_is_told(tmp_path, capsys):
    (tmp_path / "none").mkdir()
    assert measure(tmp_path / "none", tmp_path / "out") == 2
    assert "no run was found" in capsys.readouterr().err
