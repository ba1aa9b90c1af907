"""A run in the scene is the run that was read."""

from typing import Any

import numpy as np
import pytest

from dsanet.io import DSARun, RunFacts, Spacing

from .conftest import ROWS, SPACING, make_run

slicer = pytest.importorskip("slicer")

from DSASegmentationLib import nodes, runs  # noqa: E402
from DSASegmentationLib.errors import SceneError  # noqa: E402

FACTS = RunFacts(
    photometric="MONOCHROME2",
    intensity_relationship="LOG",
    viewing_mode="NAT",
    bits_stored=12,
    times_stated=True,
    mask_subtraction=(
        {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1, 2], "MaskSubPixelShift": [0.1, -1.5]},
        {"MaskOperation": "TID", "TIDOffset": 1, "FramePixelShifts": {2: [0.25, 0.5]}},
        {"ContrastFrameAveraging": 2, "ApplicableFrameRange": [1, 3], "Unusable": ["TIDOffset"]},
    ),
    image_type=("ORIGINAL", "PRIMARY", "SINGLE PLANE"),
    uids={"SOPInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2", "StudyInstanceUID": "1"},
    equipment='Maker; Model: "Äx|y" 50 %',
)


def check_same(found: DSARun, run: DSARun) -> None:
    assert found.pixels.dtype == run.pixels.dtype
    assert np.array_equal(found.pixels, run.pixels)
    assert np.array_equal(found.times, run.times)
    assert (found.spacing, found.facts, found.name) == (run.spacing, run.facts, run.name)


@pytest.mark.parametrize("frames", [1, 4])
@pytest.mark.parametrize("dtype", ["u1", "i1", "<u2", ">u2", "<i2", "<u4", "<i4", "<i8", "<u8"])
def test_the_run_comes_back_exactly(host: Any, dtype: str, frames: int) -> None:
    run = make_run(frames, dtype, facts=FACTS)
    check_same(runs.runOf(runs.addRun(host.scene, run)), run)


@pytest.mark.parametrize(
    ("dtype", "value"), [("<i8", 40_000), ("<i8", 2**32 - 1), ("<u8", 2**31), ("<i8", -(2**31))]
)
def test_wide_values_take_the_width_they_need(host: Any, dtype: str, value: int) -> None:
    pixels = np.zeros((2, 4, 5), dtype)
    pixels[1, 2, 3] = value
    run = make_run(2, pixels=pixels)
    check_same(runs.runOf(runs.addRun(host.scene, run)), run)


def test_values_of_64_bits_are_refused_and_leave_nothing(host: Any) -> None:
    before = host.scene.GetNumberOfNodes()
    pixels = np.array([[[-1, 2**32]]], np.int64)
    with pytest.raises(SceneError, match="-1 to 4294967296 need 64 bits"):
        runs.addRun(host.scene, make_run(1, pixels=pixels))
    assert host.scene.GetNumberOfNodes() == before


def test_unstated_spacing_and_times_come_back_as_such(host: Any) -> None:
    run = make_run(3, spacing=None, facts=RunFacts(), times=np.arange(3.0))
    browser = runs.addRun(host.scene, run)
    check_same(runs.runOf(browser), run)
    sequence = browser.GetMasterSequenceNode()
    assert (sequence.GetIndexName(), sequence.GetIndexUnit()) == ("frame", "")
    assert browser.GetPlaybackRateFps() == runs.UNSTATED_FPS


def test_frames_closer_than_a_millisecond_are_kept(host: Any) -> None:
    run = make_run(4, times=np.array([0, 1e-4, 2e-4, 0.1 + 0.2]))
    check_same(runs.runOf(runs.addRun(host.scene, run)), run)


def test_the_browser_shows_times_in_seconds_at_the_rate_of_the_run(host: Any) -> None:
    browser = runs.addRun(host.scene, make_run(4))
    sequence = browser.GetMasterSequenceNode()
    assert (sequence.GetIndexName(), sequence.GetIndexUnit()) == ("time", "s")
    assert sequence.GetIndexTypeAsString(sequence.GetIndexType()) == "numeric"
    assert [sequence.GetNthIndexValue(nth) for nth in range(2)] == ["0.0", repr(1 / 3)]
    assert browser.GetPlaybackRateFps() == pytest.approx(3)


def test_the_frame_shown_follows_the_browser_and_alters_nothing(host: Any) -> None:
    run = make_run(4)
    browser = runs.addRun(host.scene, run)
    proxy = browser.GetProxyNode(browser.GetMasterSequenceNode())
    for frame in (3, 1):
        browser.SetSelectedItemNumber(frame)
        assert np.array_equal(nodes.imageOf(proxy), run.pixels[frame])
    nodes.arrayOf(proxy.GetImageData())[:] = 0
    browser.SetSelectedItemNumber(2)
    check_same(runs.runOf(browser), run)


def test_no_node_is_called_after_the_file(host: Any) -> None:
    runs.addRun(host.scene, make_run())
    runs.addRun(host.scene, make_run())
    nodes_ = [host.scene.GetNthNode(nth) for nth in range(host.scene.GetNumberOfNodes())]
    names = [str(node.GetName()) for node in nodes_]
    assert {"Run 1", "Run 1 native", "Run 1 MinIP", "Run 2", "Run 2 native"} <= set(names)
    assert not any("Doe" in name or "1970" in name for name in names)


def test_only_known_facts_enter_the_scene(host: Any) -> None:
    facts = RunFacts(
        mask_subtraction=({"MaskOperation": "TID", "PatientName": "Doe"},),
        uids={"SOPInstanceUID": "1.2", "PatientID": "Doe"},
    )
    browser = runs.addRun(host.scene, make_run(facts=facts, name="run"))
    attributes = [browser.GetAttribute(name) for name in browser.GetAttributeNames()]
    assert not any("Doe" in text for text in attributes)
    assert runs.runOf(browser).facts.mask_subtraction == ({"MaskOperation": "TID"},)


@pytest.mark.parametrize("spacing", [SPACING, None])
def test_volumes_state_what_their_distances_mean(host: Any, spacing: Spacing | None) -> None:
    browser = runs.addRun(host.scene, make_run(spacing=spacing))
    proxy = runs.proxyOf(browser, browser.GetMasterSequenceNode())
    for node in (browser, proxy, runs.minipOf(browser)):
        assert nodes.showsMillimetres(node) is (spacing is not None)
        expected = (spacing.meaning, spacing.source) if spacing else (nodes.PIXELS_ONLY, None)
        found = (nodes.factOf(node, "SpacingMeaning"), nodes.factOf(node, "SpacingSource"))
        assert found == expected
    assert proxy.GetSpacing() == ((0.25, 0.5, 1.0) if spacing else (1.0, 1.0, 1.0))


def test_a_node_that_says_nothing_shows_no_millimetres(host: Any) -> None:
    assert not nodes.showsMillimetres(host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode"))


def shuttered() -> np.ndarray:
    """Values 1000 to 2000 inside a shutter of 0."""
    pixels = np.zeros((3, ROWS, ROWS), np.uint16)
    noise = np.random.default_rng(0).integers(1000, 2000, (3, ROWS - 8, ROWS - 8))
    pixels[:, 4:-4, 4:-4] = noise
    return pixels


def test_grey_values_are_those_of_the_exposed_field(host: Any) -> None:
    browser = runs.addRun(host.scene, make_run(pixels=shuttered(), times=np.arange(3) / 2))
    for volume in (runs.proxyOf(browser, browser.GetMasterSequenceNode()), runs.minipOf(browser)):
        display = volume.GetDisplayNode()
        low, high = display.GetWindowLevelMin(), display.GetWindowLevelMax()
        assert 1000 <= low < 1100
        assert low < high <= 2000
        assert not display.GetAutoWindowLevel()


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_monochrome1_is_shown_inverted(host: Any, photometric: str) -> None:
    inverted = photometric == "MONOCHROME1"
    run = make_run(4, facts=RunFacts(photometric=photometric, bits_stored=8))
    browser = runs.addRun(host.scene, run)
    color = "InvertedGrey" if inverted else "Grey"
    proxy = runs.proxyOf(browser, browser.GetMasterSequenceNode())
    for volume in (proxy, runs.minipOf(browser)):
        assert volume.GetDisplayNode().GetColorNodeID() == f"vtkMRMLColorTableNode{color}"
    projection = run.pixels.max(axis=0) if inverted else run.pixels.min(axis=0)
    assert np.array_equal(nodes.imageOf(runs.minipOf(browser)), projection)


def test_a_flat_picture_is_shown(host: Any) -> None:
    flat = np.full((1, 3, 4), 7, np.uint8)
    browser = runs.addRun(host.scene, make_run(1, pixels=flat))
    display = runs.minipOf(browser).GetDisplayNode()
    assert display.GetWindowLevelMin() == 7 < display.GetWindowLevelMax()


def test_altered_frames_are_refused(host: Any) -> None:
    browser = runs.addRun(host.scene, make_run())
    frame = browser.GetMasterSequenceNode().GetNthDataNode(1)
    nodes.arrayOf(frame.GetImageData())[0, 0, 0] += 1
    with pytest.raises(SceneError, match="Run 1 were altered"):
        runs.runOf(browser)


@pytest.mark.parametrize("name", ["Facts", "Dtype", "Spacing"])
def test_damaged_attributes_are_refused(host: Any, name: str) -> None:
    for text in ("{", '"nonsense"', '{"source": 1}'):
        browser = runs.addRun(host.scene, make_run())
        browser.SetAttribute(nodes.PREFIX + name, text)
        with pytest.raises(SceneError, match="damaged"):
            runs.runOf(browser)


def test_other_nodes_are_no_runs(host: Any) -> None:
    other = host.scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "Cine")
    assert not runs.isRun(other)
    assert not runs.isRun(None)
    browser = runs.addRun(host.scene, make_run())
    assert runs.runs(host.scene) == [browser]
    with pytest.raises(SceneError, match="Cine is no run"):
        runs.runOf(other)


def test_a_run_whose_frames_were_removed_is_none(host: Any) -> None:
    browser = runs.addRun(host.scene, make_run())
    host.scene.RemoveNode(browser.GetMasterSequenceNode())
    assert runs.runs(host.scene) == []
    with pytest.raises(SceneError, match="frames were removed"):
        runs.runOf(browser)


def test_removing_a_run_leaves_the_others_and_no_trace(host: Any) -> None:
    first = runs.addRun(host.scene, make_run())
    before = host.scene.GetNumberOfNodes()
    second = runs.addRun(host.scene, make_run(dtype="u1"))
    runs.removeRun(second)
    assert host.scene.GetNumberOfNodes() == before
    check_same(runs.runOf(first), make_run())


def test_a_scene_without_sequences_logic_is_told_what_it_lacks(scene: Any) -> None:
    with pytest.raises(SceneError, match="Sequences"):
        runs.addRun(scene, make_run())


def test_a_scene_whose_frames_nothing_would_show_stays_as_it_was(scene: Any) -> None:
    scene.RegisterNodeClass(slicer.vtkMRMLSequenceBrowserNode())
    before = scene.GetNumberOfNodes()
    with pytest.raises(SceneError, match="nothing shows its frames"):
        runs.addRun(scene, make_run())
    assert scene.GetNumberOfNodes() == before
