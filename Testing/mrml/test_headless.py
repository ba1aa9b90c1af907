"""The host without the application: a run becomes a scene and a picture."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.engine.sample_run import sample_run
from dsanet.io import read_run
from dsanet.labels import BV, CLASSES, MAT

from .conftest import COLUMNS, ROWS, make_prediction, make_run, some_labels

pytest.importorskip("slicer")
Image = pytest.importorskip("PIL.Image")

from dsanet.prepare import PrepareChoices  # noqa: E402
from DSASegmentationLib import headless, runs, segments, storage, visibility  # noqa: E402

SCALE = 8


def shown(host: Any, **changes: Any) -> tuple[Any, Any]:
    run = make_run(**changes)
    prediction = make_prediction(run)
    return headless.showPrediction(host.scene, run, prediction, PrepareChoices()), prediction


def picture(host: Any) -> np.ndarray:
    """The active run, `SCALE` screen pixels for each of its own."""
    return headless.picture(host, (ROWS * SCALE, COLUMNS * SCALE)).astype(int)


def is_bluish(rgb: np.ndarray) -> np.ndarray:
    return rgb[..., 2] - rgb[..., 0] > 25


def is_reddish(rgb: np.ndarray) -> np.ndarray:
    return rgb[..., 0] - rgb[..., 2] > 25


def centres(mask: np.ndarray) -> np.ndarray:
    """The screen pixel in the middle of each pixel of the run."""
    return mask[SCALE // 2 :: SCALE, SCALE // 2 :: SCALE]


def test_both_classes_are_seen_upright_in_their_colors(host: Any) -> None:
    shown(host, spacing=None)
    rgb = picture(host)
    assert np.array_equal(centres(is_bluish(rgb)), some_labels() == BV)
    assert np.array_equal(centres(is_reddish(rgb)), some_labels() == MAT)


def test_pixels_that_are_not_square_keep_their_shape(host: Any) -> None:
    shown(host)  # 0.5 mm rows, 0.25 mm columns: the 40 rows fill the height
    rgb = headless.picture(host, (400, 400)).astype(int)
    rows, columns = np.nonzero(is_reddish(rgb))
    drawn_rows, drawn_columns = np.nonzero(some_labels() == MAT)
    height, width = np.ptp(drawn_rows) + 1, (np.ptp(drawn_columns) + 1) / 2
    assert (np.ptp(rows) + 1) / (np.ptp(columns) + 1) == pytest.approx(height / width, rel=0.1)


@pytest.mark.parametrize("image", visibility.IMAGES)
def test_segments_are_seen_on_every_image_and_frame(host: Any, image: str) -> None:
    browser, _ = shown(host, spacing=None)
    visibility.showImage(browser, image)
    for frame in (0, 3):
        browser.SetSelectedItemNumber(frame)
        rgb = picture(host)
        assert np.array_equal(centres(is_bluish(rgb) | is_reddish(rgb)), some_labels() > 0)


def test_frames_are_shown_dark_where_vessels_are(host: Any) -> None:
    browser, _ = shown(host, spacing=None)
    runs.segmentationsOf(browser)[0].GetDisplayNode().SetVisibility(False)
    segments.setReference(browser, "Segmentation", None)
    visibility.showImage(browser, runs.NATIVE)
    browser.SetSelectedItemNumber(3)
    grey = centres(picture(host)[..., 0])
    pixels = make_run().pixels[3]
    assert grey[pixels < 60].max() < grey[pixels > 90].min()


def test_another_runs_segments_are_not_seen(host: Any) -> None:
    shown(host, spacing=None)
    other = make_run(spacing=None)
    runs_browser = headless.showPrediction(
        host.scene, other, make_prediction(other, some_labels() * 0), PrepareChoices()
    )
    assert visibility.activeRun(host.scene) is runs_browser
    rgb = picture(host)
    assert not is_bluish(rgb).any()
    assert not is_reddish(rgb).any()


def test_uncertainty_is_seen_in_yellow(host: Any) -> None:
    browser, _ = shown(host, spacing=None)
    visibility.showUncertainty(browser, True)
    rgb = centres(picture(host))
    background = rgb[some_labels() == 0]
    assert (background[:, 0] - background[:, 2] > 20).all()
    assert np.abs(background[:, 0] - background[:, 1]).max() <= 2


def test_the_command_writes_a_scene_and_a_picture(open_host: Any, tmp_path: Path) -> None:
    run = sample_run()
    folder = tmp_path / "input"
    folder.mkdir()
    for nth, frame in enumerate(run.pixels):
        Image.fromarray(frame).save(folder / f"{nth}.png")
    scene, png = tmp_path / "scene.mrb", tmp_path / "picture.png"
    done = subprocess.run(
        [sys.executable, "-m", "DSASegmentationLib.headless", folder, scene, "--picture", png],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "2"},
    )
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["scene", str(scene)], "")
    rgb = np.asarray(Image.open(png)).astype(int)
    assert rgb.shape == (*headless.PICTURE_SIZE, 3)
    assert is_bluish(rgb).mean() > 0.005
    host = open_host()
    storage.openScene(host.scene, scene)
    browser = visibility.activeRun(host.scene)
    assert runs.runOf(browser).pixel_hash == read_run(folder).pixel_hash
    (node,) = runs.segmentationsOf(browser)
    found = segments.labelsOf(node, browser)
    assert [np.count_nonzero(found == entry.value) > 100 for entry in CLASSES] == [True, True]
    assert segments.provenanceOf(node)["model"]


@pytest.mark.parametrize(
    ("scene", "message"), [("scene.mrb", "missing.dcm"), ("scene.txt", "must end in .mrb or .mrml")]
)
def test_the_command_says_what_is_wrong_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scene: str, message: str
) -> None:
    assert headless.main([str(tmp_path / "missing.dcm"), str(tmp_path / scene)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert message in told
    assert list(tmp_path.iterdir()) == []
