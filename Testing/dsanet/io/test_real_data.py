"""The public angiograms of the data folder, where it is at hand."""

import numpy as np
import pytest

from dsanet.errors import ReadError
from dsanet.io import read_run


def test_real_cine_run(real_data):
    run = read_run(real_data / "dicom" / "0002.DCM")
    assert run.pixels.shape == (96, 512, 512)
    assert run.pixels.dtype == np.uint8
    assert run.times.tolist() == pytest.approx([0.033 * frame for frame in range(96)])
    assert run.facts.times_stated
    assert run.spacing is None
    assert run.facts.intensity_relationship == "LIN"
    assert run.facts.viewing_mode == "NAT"
    assert run.facts.mask_subtraction == ({"MaskOperation": "NONE", "MaskFrameNumbers": [0]},)
    assert "Rubo" not in repr(run.facts)


@pytest.mark.parametrize("name", ["XA1_JPLL", "XA1_J2KR", "XA1_JLSL"])
def test_every_lossless_encoding_of_one_image_gives_the_same_pixels(real_data, name):
    reference = read_run(real_data / "dicom" / "XA1_UNC")
    run = read_run(real_data / "dicom" / name)
    assert run.pixels.max() == 504
    assert run.facts.bits_stored == 10
    assert run.pixel_hash == reference.pixel_hash


@pytest.mark.parametrize(
    ("folder", "shape"),
    [
        ("gendsa-2d-head", (37, 1024, 1024)),
        ("angiodata/Patient_1/Coro_1/frames", (20, 512, 512)),
        ("angiodata/Patient_4/Coro_5/frames", (36, 512, 512)),
        ("angiodata/Patient_6/Coro_4/frames", (25, 512, 512)),
        ("angiodata/Patient_7/Coro_4/frames", (52, 512, 512)),
        ("deepsa", (3, 512, 512)),
    ],
)
def test_real_folders_of_frames(real_data, folder, shape):
    run = read_run(real_data / folder)
    assert run.pixels.shape == shape
    assert run.pixels.dtype == np.uint8


def test_a_coloured_figure_is_refused(real_data):
    with pytest.raises(ReadError, match="colour picture"):
        read_run(real_data / "drsam" / "figure_1.png")
