import numpy as np
import pytest
from scipy import ndimage

from dsanet.io import RunFacts
from dsanet.prepare import PrepareChoices
from dsanet.prepare.header_mask import FrameMask
from dsanet.prepare.mask_plan import MaskPlan, place_masks, plan_masks

SIZE = (64, 64)
FIELD = np.ones(SIZE, bool)
AVG = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [2]}


@pytest.fixture
def log_run():
    """Anatomy with edges, shifted from frame to frame, and a vessel from frame 3 on."""
    rng = np.random.default_rng(1)
    still = 5 + 0.3 * ndimage.zoom(rng.normal(size=(16, 16)), 4, order=3)
    frames = [ndimage.shift(still, (0.4 * step, 0), order=3, mode="nearest") for step in range(6)]
    log = np.stack(frames).astype(np.float32)
    log[3:, 10:54, 30:33] -= 0.8
    return log


def plan(log, *items, **choices):
    facts = RunFacts(mask_subtraction=items)
    return plan_masks(facts, PrepareChoices(**choices), log, FIELD, SIZE)


def test_users_frames_go_before_the_headers(log_run):
    found = plan(log_run, AVG, mask_frames=(4,))
    assert found == MaskPlan((FrameMask((4,)),) * 6, "the mean of the user's frames 4", ())


def test_header_goes_before_the_pixels(log_run):
    assert plan(log_run, AVG).words == "the mean of the header's frames 1"


def test_several_masks_of_the_header_are_all_named(log_run):
    items = (AVG | {"ApplicableFrameRange": [1, 3]}, AVG | {"MaskFrameNumbers": [1, 2]})
    words = plan(log_run, *items).words
    assert words == "the mean of the header's frames 1 or the mean of the header's frames 0, 1"


def test_header_that_makes_no_sense_leaves_it_to_the_pixels_with_a_warning(log_run):
    found = plan(log_run, AVG | {"MaskFrameNumbers": [70]})
    assert found.words.startswith("the mean of the pre-contrast frames")
    assert "names no mask frame" in found.warnings[0]


def test_run_whose_contrast_never_changes_has_no_mask(log_run):
    found = plan(log_run[5:].repeat(4, axis=0))
    assert found.masks == ()
    assert "no frame without contrast" in found.warnings[0]


def place(log, start=(0.0, 0.0), **choices):
    masks = MaskPlan((FrameMask((0,), shift=start),) * 6, "the mask", ())
    return place_masks(masks, PrepareChoices(**choices), log, FIELD, SIZE)


def test_mask_is_moved_onto_each_frame(log_run):
    found = place(log_run)
    np.testing.assert_allclose([m.shift[0] for m in found.masks], 0.4 * np.arange(6), atol=0.1)
    np.testing.assert_allclose([m.shift[1] for m in found.masks], 0, atol=0.1)
    assert found.words == "the mask, moved onto each frame"
    assert found.warnings == ()


def test_without_registration_the_stated_shift_stays(log_run):
    found = place(log_run, (1.0, -2.0), register=False)
    assert {mask.shift for mask in found.masks} == {(1.0, -2.0)}
    assert found.words == "the mask, not registered"


def test_users_shift_is_taken_for_all_frames(log_run):
    found = place(log_run, (1.0, -2.0), pixel_shift=(0.5, 0.25))
    assert {mask.shift for mask in found.masks} == {(0.5, 0.25)}
    assert found.words == "the mask, moved by 0.5 rows and 0.25 columns"
