"""The prepared run beside its run: rebuilt exactly, and following the arterial window."""

from typing import Any

import numpy as np
import pytest

from dsanet.errors import PrepareError
from dsanet.prepare import PrepareChoices, PreparedRun, prepare, with_window

from .conftest import make_run

pytest.importorskip("slicer")

from DSASegmentationLib import nodes, prepared, runs
from DSASegmentationLib.errors import SceneError

CHOICES = (
    PrepareChoices(),
    PrepareChoices((1, 2), "always", invert=False, mask_frames=(0, 1), register=False),
    PrepareChoices(subtract="never", invert=True, pixel_shift=(0.5, -1.25)),
)


def check_same(found: PreparedRun | None, expected: PreparedRun) -> None:
    assert found is not None
    for name in ("frames", "times", "field", "minip"):
        array, wanted = getattr(found, name), getattr(expected, name)
        assert array.dtype == wanted.dtype
        assert np.array_equal(array, wanted), name
    for name in ("arterial_window", "center", "scale", "subtraction", "warnings"):
        assert getattr(found, name) == getattr(expected, name), name


def minip(browser: Any) -> np.ndarray:
    return nodes.imageOf(runs.minipOf(browser))


@pytest.mark.parametrize("choices", CHOICES)
def test_the_prepared_run_and_choices_come_back_exactly(host: Any, choices: Any) -> None:
    run = make_run(6)
    expected = prepare(run, choices)
    browser = runs.addRun(host.scene, run)
    prepared.addPrepared(browser, expected, choices)
    check_same(prepared.preparedOf(browser), expected)
    assert prepared.choicesOf(browser) == choices
    assert runs.runOf(browser).pixel_hash == run.pixel_hash


def test_a_shutter_comes_back(host: Any) -> None:
    pixels = np.zeros((4, 40, 40), np.uint16)
    pixels[:, 4:-4, 4:-4] = np.random.default_rng(0).integers(1000, 2000, (4, 32, 32))
    run = make_run(4, pixels=pixels)
    expected = prepare(run)
    assert not expected.field.all()
    browser = runs.addRun(host.scene, run)
    prepared.addPrepared(browser, expected)
    assert nodes.referenceOf(browser, runs.FIELD).GetHideFromEditors()
    check_same(prepared.preparedOf(browser), expected)


def test_before_it_is_prepared_a_run_has_the_default_choices(host: Any) -> None:
    browser = runs.addRun(host.scene, make_run())
    assert prepared.preparedOf(browser) is None
    assert prepared.arterialWindowOf(browser) is None
    assert prepared.choicesOf(browser) == PrepareChoices()
    with pytest.raises(SceneError, match="prepare it first"):
        prepared.setArterialWindow(browser, (0, 0))


def test_native_and_subtracted_frames_keep_step(host: Any) -> None:
    run = make_run(4)
    made = prepare(run, PrepareChoices(subtract="always"))
    browser = runs.addRun(host.scene, run)
    sequence = prepared.addPrepared(browser, made)
    for frame in (2, 0, 3):
        browser.SetSelectedItemNumber(frame)
        native = runs.proxyOf(browser, browser.GetMasterSequenceNode())
        assert np.array_equal(nodes.imageOf(native), run.pixels[frame])
        shown = runs.proxyOf(browser, sequence)
        assert np.array_equal(nodes.imageOf(shown), made.frames[frame])
        assert shown.GetSpacing() == native.GetSpacing()


def test_the_minip_is_that_of_the_arterial_window_and_follows_it(host: Any) -> None:
    run = make_run(8)
    made = prepare(run)
    browser = runs.addRun(host.scene, run)
    prepared.addPrepared(browser, made)
    volume = runs.minipOf(browser)
    assert np.array_equal(minip(browser), made.minip)
    moved = prepared.setArterialWindow(browser, (0, 3))
    check_same(moved, with_window(made, (0, 3)))
    check_same(prepared.preparedOf(browser), moved)
    assert runs.minipOf(browser) is volume
    assert np.array_equal(minip(browser), made.frames[:4].min(axis=0))
    assert not np.array_equal(minip(browser), made.minip)
    assert nodes.factOf(volume, "Shows") == "frames 0 to 3, from 0, subtracted"
    assert prepared.arterialWindowOf(browser) == (0, 3)
    assert prepared.choicesOf(browser).arterial_window == (0, 3)


def test_a_window_outside_the_run_changes_nothing(host: Any) -> None:
    browser = runs.addRun(host.scene, make_run(4))
    prepared.addPrepared(browser, prepare(make_run(4)))
    before = (minip(browser), prepared.arterialWindowOf(browser), prepared.choicesOf(browser))
    with pytest.raises(PrepareError):
        prepared.setArterialWindow(browser, (0, 4))
    assert np.array_equal(minip(browser), before[0])
    assert (prepared.arterialWindowOf(browser), prepared.choicesOf(browser)) == before[1:]


def test_preparing_again_replaces_what_was_there(host: Any) -> None:
    run = make_run(4)
    browser = runs.addRun(host.scene, run)
    prepared.addPrepared(browser, prepare(run))
    before = host.scene.GetNumberOfNodes()
    choices = PrepareChoices(subtract="always")
    again = prepare(run, choices)
    prepared.addPrepared(browser, again, choices)
    assert host.scene.GetNumberOfNodes() == before
    check_same(prepared.preparedOf(browser), again)
    browser.SetSelectedItemNumber(1)
    shown = runs.proxyOf(browser, nodes.referenceOf(browser, runs.SUBTRACTED))
    assert np.array_equal(nodes.imageOf(shown), again.frames[1])


def test_another_runs_frames_are_refused(host: Any) -> None:
    browser = runs.addRun(host.scene, make_run())
    other = make_run(4, pixels=np.random.default_rng(0).integers(0, 99, (4, 20, 30), np.uint8))
    with pytest.raises(SceneError, match=r"\(20, 30\)"):
        prepared.addPrepared(browser, prepare(other))
    other = make_run(5)
    with pytest.raises(SceneError, match="5 frames"):
        prepared.addPrepared(browser, prepare(other))


@pytest.mark.parametrize("role", [runs.FIELD, runs.MINIP])
def test_a_removed_part_is_named_and_comes_back_with_preparing(host: Any, role: str) -> None:
    run = make_run()
    made = prepare(run)
    browser = runs.addRun(host.scene, run)
    prepared.addPrepared(browser, made)
    nodes.removeNode(host.scene, nodes.referenceOf(browser, role))
    with pytest.raises(SceneError, match=f"Run 1 {role} was removed"):
        prepared.preparedOf(browser)
    prepared.addPrepared(browser, made)
    check_same(prepared.preparedOf(browser), made)


def test_removed_subtracted_frames_come_back_with_preparing(host: Any) -> None:
    run = make_run()
    made = prepare(run)
    browser = runs.addRun(host.scene, run)
    prepared.addPrepared(browser, made)
    host.scene.RemoveNode(nodes.referenceOf(browser, runs.SUBTRACTED))
    assert prepared.preparedOf(browser) is None
    prepared.addPrepared(browser, made)
    check_same(prepared.preparedOf(browser), made)


@pytest.mark.parametrize("text", ["[", '"x"', '{"mask_frames": 3}'])
def test_damaged_choices_are_refused(host: Any, text: str) -> None:
    browser = runs.addRun(host.scene, make_run())
    browser.SetAttribute(nodes.PREFIX + "Choices", text)
    with pytest.raises(SceneError, match="damaged"):
        prepared.choicesOf(browser)


def test_grey_values_leave_the_shutter_out(host: Any) -> None:
    pixels = np.zeros((3, 40, 40), np.uint16)
    pixels[:, 4:-4, 4:-4] = np.random.default_rng(0).integers(1000, 2000, (3, 32, 32))
    run = make_run(3, pixels=pixels)
    browser = runs.addRun(host.scene, run)
    sequence = prepared.addPrepared(browser, prepare(run, PrepareChoices(subtract="never")))
    for volume in (runs.proxyOf(browser, sequence), runs.minipOf(browser)):
        assert volume.GetDisplayNode().GetWindowLevelMin() >= 1000
