import numpy as np
import pytest

from dsanet.errors import PrepareError
from dsanet.prepare import PrepareChoices, prepare
from dsanet.prepare.field import EDGE_PX

VESSEL = (slice(30, 50), slice(21, 22))
EMPTY = (slice(2, 6), slice(50, 60))


def test_subtracted_run_is_used_as_stored(make_run, subtracted):
    prepared = prepare(make_run(subtracted))
    np.testing.assert_array_equal(prepared.frames, subtracted)
    assert prepared.frames.dtype == np.float32
    assert prepared.subtraction == "as stored: the run came subtracted"
    assert prepared.arterial_window == (4, 6)
    assert prepared.warnings == ()
    assert prepared.field.all()


def test_minip_is_the_minimum_over_the_window(make_run, subtracted):
    prepared = prepare(make_run(subtracted))
    np.testing.assert_array_equal(prepared.minip, subtracted[4:7].min(axis=0))


def test_background_is_zero_and_vessel_minus_one_for_the_network(make_run, subtracted):
    prepared = prepare(make_run(subtracted))
    image = prepared.normalise(prepared.minip)
    assert np.median(image[VESSEL]) == pytest.approx(-1, abs=0.05)
    assert np.median(image[EMPTY]) == pytest.approx(0, abs=0.05)


def test_bright_vessels_are_inverted_with_a_warning(make_run, subtracted):
    prepared = prepare(make_run(255 - subtracted))
    np.testing.assert_array_equal(prepared.frames, subtracted)
    assert prepared.arterial_window == (4, 6)
    assert "inverted" in prepared.warnings[0]


def test_monochrome1_needs_no_warning(make_run, subtracted):
    prepared = prepare(make_run(255 - subtracted, photometric="MONOCHROME1"))
    np.testing.assert_array_equal(prepared.frames, subtracted)
    assert prepared.warnings == ()


def test_users_polarity_goes_before_the_pixels(make_run, subtracted):
    kept = prepare(make_run(255 - subtracted), PrepareChoices(invert=False))
    np.testing.assert_array_equal(kept.frames, 255 - subtracted)
    turned = prepare(make_run(subtracted), PrepareChoices(invert=True))
    np.testing.assert_array_equal(turned.frames, 255 - subtracted)
    assert not any("inverted" in note for note in turned.warnings)


def test_native_run_is_subtracted_by_its_frames_before_contrast(make_run, native):
    prepared = prepare(make_run(native, intensity_relationship="LIN"))
    assert "pre-contrast frames 0, 1, 2, 3" in prepared.subtraction
    assert prepared.arterial_window == (4, 6)
    assert prepared.minip[VESSEL].mean() == pytest.approx(np.log(0.5), abs=0.05)
    assert np.abs(prepared.frames[(slice(None), *EMPTY)]).mean() < 0.03


def over_a_slope(pixels):
    """A native run whose only anatomy is a slope of 60 grey values."""
    return (pixels + np.linspace(-30, 30, 64).astype(np.int16)).astype(np.uint8)


def test_bright_native_run_is_inverted_before_the_logarithm(make_run, subtracted):
    native, choices = over_a_slope(subtracted), PrepareChoices(subtract="always")
    prepared = prepare(make_run(255 - native, intensity_relationship="LIN"), choices)
    expected = prepare(make_run(native, intensity_relationship="LIN"), choices)
    np.testing.assert_array_equal(prepared.frames, expected.frames)
    assert "inverted" in prepared.warnings[0]
    assert expected.warnings == ()


def test_native_logarithmic_run_is_subtracted_by_difference(make_run, native):
    stored = np.rint(400 * np.log(native.astype(float))).astype(np.uint16)
    run = make_run(stored, intensity_relationship="LOG", bits_stored=12)
    prepared = prepare(run)
    assert "values" in prepared.subtraction
    assert prepared.minip[VESSEL].mean() == pytest.approx(400 * np.log(0.5), abs=20)


def test_headers_mask_frames_go_before_the_pixels(make_run, native):
    item = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [2, 99]}
    prepared = prepare(make_run(native, mask_subtraction=(item,)))
    assert "the header's frames 1," in prepared.subtraction
    assert "[99]" in prepared.warnings[0]


def test_contrast_in_the_first_frame_takes_the_last_frames_as_mask(make_run, subtracted):
    native = over_a_slope(subtracted)[[6, 7, 8, 14, 15]]
    choices = PrepareChoices(subtract="always")
    prepared = prepare(make_run(native, intensity_relationship="LIN"), choices)
    assert "the washed-out frames 2, 3, 4," in prepared.subtraction
    (note,) = prepared.warnings
    assert "first frame shows contrast already" in note
    assert prepared.minip[20:22, 30:45].mean() < np.log(0.6)


def test_time_interval_differences_are_taken_as_the_header_says(make_run, native):
    item = {"MaskOperation": "TID", "TIDOffset": 2}
    choices = PrepareChoices(register=False)
    prepared = prepare(make_run(native, mask_subtraction=(item,)), choices)
    assert "the header's TID" in prepared.subtraction
    assert "time-interval differences" in prepared.warnings[0]
    log = np.log(native.astype(np.float32))
    np.testing.assert_allclose(prepared.frames[5], log[5] - log[3], atol=1e-5)
    np.testing.assert_allclose(prepared.frames[1], log[1] - log[0], atol=1e-5)


def test_headers_contrast_frames_are_averaged(make_run, native):
    item = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1], "ContrastFrameAveraging": 2}
    choices = PrepareChoices(register=False)
    prepared = prepare(make_run(native, mask_subtraction=(item,)), choices)
    log = np.log(native.astype(np.float32))
    np.testing.assert_allclose(prepared.frames[5], (log[5] + log[6]) / 2 - log[0], atol=1e-5)
    np.testing.assert_allclose(prepared.frames[15], log[15] - log[0], atol=1e-5)


def test_headers_pixel_shift_is_used_as_it_is_without_registration(make_run, native):
    moved = native.copy()
    moved[1:] = np.roll(native[1:], (2, -3), (1, 2))
    item = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1], "MaskSubPixelShift": [2.0, 3.0]}
    run = make_run(moved, mask_subtraction=(item | {"ApplicableFrameRange": [2, 16]},))
    prepared = prepare(run, PrepareChoices(register=False))
    assert "not registered" in prepared.subtraction
    assert np.abs(prepared.frames[14, 6:50, 6:20]).mean() < 0.03


def test_users_pixel_shift_is_used_as_it_is(make_run, native):
    moved = native.copy()
    moved[1:] = np.roll(native[1:], (2, -3), (1, 2))
    choices = PrepareChoices(mask_frames=(0,), pixel_shift=(2.0, -3.0))
    prepared = prepare(make_run(moved), choices)
    assert "moved by 2 rows and -3 columns" in prepared.subtraction
    assert np.abs(prepared.frames[14, 6:50, 6:20]).mean() < 0.03


def test_measured_shift_corrects_a_header_that_is_wrong(make_run, native):
    item = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1], "MaskSubPixelShift": [2.0, 2.0]}
    prepared = prepare(make_run(native, mask_subtraction=(item,)))
    assert np.abs(prepared.frames[(slice(None), *EMPTY)]).mean() < 0.03


def test_users_mask_frames_go_before_the_headers(make_run, native):
    item = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [2]}
    run = make_run(native, mask_subtraction=(item,))
    prepared = prepare(run, PrepareChoices(mask_frames=(0, 3)))
    assert "the user's frames 0, 3," in prepared.subtraction


def test_user_may_forbid_and_demand_subtraction(make_run, native, subtracted):
    never = prepare(make_run(native), PrepareChoices(subtract="never"))
    np.testing.assert_array_equal(never.frames, native)
    assert never.subtraction == "as stored: the user chose no subtraction"
    always = prepare(make_run(subtracted), PrepareChoices(subtract="always"))
    assert "logarithms" in always.subtraction


def test_one_native_frame_loses_its_wide_background_with_a_warning(make_run, native):
    prepared = prepare(make_run(native[6:7]))
    assert abs(float(prepared.frames[0][prepared.field].mean())) < 0.05
    assert prepared.subtraction == "none; wide background taken away"
    assert prepared.arterial_window == (0, 0)
    assert "no frame without contrast" in prepared.warnings[0]


def test_one_subtracted_frame_is_its_own_minip(make_run, subtracted):
    prepared = prepare(make_run(subtracted[6:7]))
    np.testing.assert_array_equal(prepared.minip, subtracted[6])
    assert prepared.warnings == ()


def test_two_frames_are_prepared(make_run, subtracted):
    assert prepare(make_run(subtracted[[0, 6]])).arterial_window == (1, 1)


def test_users_window_wins(make_run, subtracted):
    prepared = prepare(make_run(subtracted), PrepareChoices(arterial_window=(2, 11)))
    assert prepared.arterial_window == (2, 11)
    np.testing.assert_array_equal(prepared.minip, subtracted[2:12].min(axis=0))


def test_long_window_is_mentioned(make_run, subtracted):
    run = make_run(np.repeat(subtracted, 2, axis=0))
    prepared = prepare(run, PrepareChoices(arterial_window=(0, 24)))
    assert "25 frames" in prepared.warnings[0]


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (PrepareChoices(arterial_window=(-1, 3)), r"\[-1, 3\].*0 and 15"),
        (PrepareChoices(arterial_window=(4, 3)), r"\[4, 3\]"),
        (PrepareChoices(arterial_window=(0, 16)), r"\[0, 16\]"),
        (PrepareChoices(mask_frames=()), "at least one"),
        (PrepareChoices(mask_frames=(0, 16)), r"\[0, 16\].*0 and 15"),
        (PrepareChoices(subtract="sometimes"), "'sometimes'"),
        (PrepareChoices(pixel_shift=(np.nan, 0.0)), r"\(nan, 0.0\)"),
        (PrepareChoices(pixel_shift=(0.0, 64.0)), r"\(0.0, 64.0\).*64 x 64"),
    ],
)
def test_choice_that_does_not_fit_is_refused(make_run, subtracted, choices, message):
    with pytest.raises(PrepareError, match=message):
        prepare(make_run(subtracted), choices)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32])
@pytest.mark.parametrize("value", [0, 200])
def test_constant_run_is_prepared_with_a_warning(make_run, dtype, value):
    prepared = prepare(make_run(np.full((4, 20, 20), value, dtype)))
    assert prepared.arterial_window == (0, 3)
    assert "No contrast" in prepared.warnings[0]
    assert not prepared.normalise(prepared.minip).any()


def test_negative_pixels_are_prepared(make_run, subtracted):
    prepared = prepare(make_run(subtracted.astype(np.int16) - 1000, bits_stored=12))
    assert prepared.arterial_window == (4, 6)


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 1, 7), (3, 257, 3), (1, 300, 517)])
def test_any_size_is_prepared(make_run, shape):
    pixels = np.random.default_rng(0).integers(90, 110, shape).astype(np.uint8)
    prepared = prepare(make_run(pixels))
    assert prepared.minip.shape == shape[1:]
    assert np.isfinite(prepared.normalise(prepared.minip)).all()


def test_shutter_changes_neither_window_nor_scale(make_run, subtracted):
    framed = np.zeros((16, 64, 100), np.uint8)
    framed[:, :, 20:84] = subtracted
    plain, prepared = prepare(make_run(subtracted)), prepare(make_run(framed))
    assert prepared.field.sum() == 64 * (64 - 2 * EDGE_PX)
    assert prepared.arterial_window == plain.arterial_window
    assert (prepared.center, prepared.scale) == (plain.center, plain.scale)


def test_run_is_never_altered(make_run, native):
    run = make_run(native.copy(), photometric="MONOCHROME1")
    before = run.pixel_hash
    prepare(run)
    assert run.pixel_hash == before


def test_header_of_a_stored_subtraction_changes_nothing(make_run, subtracted):
    run = make_run(subtracted, viewing_mode="SUB", intensity_relationship="DISP")
    np.testing.assert_array_equal(prepare(run).frames, prepare(make_run(subtracted)).frames)
