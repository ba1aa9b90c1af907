import numpy as np
import pytest

from dsanet.io import read_run
from dsanet.prepare import network_frames, prepare


@pytest.fixture(scope="module")
def head(real_data):
    return prepare(read_run(real_data / "gendsa-2d-head"))


def test_head_window_begins_with_the_first_arteries_and_ends_before_the_veins(head):
    first, last = head.arterial_window
    assert first == 4
    assert 16 <= last <= 20
    assert head.warnings == ()
    assert head.subtraction == "as stored: the run came subtracted"


def test_head_padding_is_not_exposed(head):
    assert not head.field[:, :117].any()
    assert not head.field[:, 908:].any()
    assert head.field[:, 120:905].all()


def test_head_minip_shows_the_carotid_and_no_sinus(head):
    image = head.normalise(head.minip)
    sagittal_and_transverse_sinus = head.frames[33] < 110
    sagittal_and_transverse_sinus &= head.frames[18] > 150
    assert sagittal_and_transverse_sinus.sum() > 1000
    assert np.median(image[sagittal_and_transverse_sinus]) > -0.25
    assert image[850:860, 560:570].max() < -0.9


def test_head_background_is_zero_for_the_network(head):
    frames, times = network_frames(head)
    assert len(frames) == len(times) == head.arterial_window[1] - 3
    assert abs(float(np.median(frames[:, head.field]))) < 0.05


@pytest.mark.slow
def test_coronary_cine_is_subtracted_from_the_frames_before_contrast(real_data):
    prepared = prepare(read_run(real_data / "dicom" / "0002.DCM"))
    assert "of logarithms" in prepared.subtraction
    assert "pre-contrast frames 10, 11, 12, 13, 14, 15, 16, 17," in prepared.subtraction
    assert 15 <= prepared.arterial_window[0] <= 25
    assert not prepared.field[:20, :20].any()
    assert prepared.field[100:400, 50:450].all()
    assert any("24 of them" in note for note in prepared.warnings)


@pytest.mark.slow
@pytest.mark.parametrize("run", ["Patient_1/Coro_1", "Patient_6/Coro_4"])
def test_coronary_pictures_are_subtracted(real_data, run):
    prepared = prepare(read_run(real_data / "angiodata" / run / "frames"))
    assert "pre-contrast" in prepared.subtraction
    assert 1 <= prepared.arterial_window[0] <= 6
    assert abs(float(np.median(prepared.frames[:, prepared.field]))) < 0.05


@pytest.mark.parametrize("name", ["dicom/XA1_UNC", "deepsa/example2.png"])
def test_one_native_picture_loses_its_wide_background_with_a_warning(real_data, name):
    prepared = prepare(read_run(real_data / name))
    assert prepared.subtraction == "none; wide background taken away"
    assert abs(float(np.median(prepared.frames[0][prepared.field]))) < 0.05
    assert "no frame without contrast" in prepared.warnings[0]
