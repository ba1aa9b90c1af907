import gzip
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from dsanet.export import segmentation_nrrd
from dsanet.io import Spacing

SPACING = Spacing(row_mm=0.5, column_mm=0.25, meaning="detector", source="(0018,1164)")


def header_of(content: bytes) -> dict[str, str]:
    text = content.partition(b"\n\n")[0].decode()
    return dict(line.replace(":=", ": ", 1).split(": ", 1) for line in text.splitlines()[1:])


def labels() -> np.ndarray:
    image = np.zeros((4, 6), np.uint8)
    image[0, 1:3] = 1
    image[3, 5] = 2
    return image


def test_header_names_segments_layer_and_geometry() -> None:
    header = header_of(segmentation_nrrd(labels(), SPACING, {"Note": "one line"}))
    assert header["sizes"] == "6 4 1"
    assert header["space"] == "left-posterior-superior"
    assert header["space directions"] == "(0.25,0,0) (0,0.5,0) (0,0,1.0)"
    assert header["Segment0_Name"] == "BV"
    assert header["Segment0_LabelValue"] == "1"
    assert header["Segment1_Name"] == "MAT"
    assert header["Segment1_LabelValue"] == "2"
    assert header["Segment1_Extent"] == "0 5 0 3 0 0"
    assert header["Segment0_Layer"] == header["Segment1_Layer"] == "0"
    assert "SCT^51114001^Artery" in header["Segment0_Tags"]
    assert header["Note"] == "one line"


def test_pixels_are_the_labels_row_by_row() -> None:
    pixels = segmentation_nrrd(labels(), None, {}).partition(b"\n\n")[2]
    assert gzip.decompress(pixels) == labels().tobytes()


def test_labels_that_are_a_view_are_written_as_seen() -> None:
    pixels = segmentation_nrrd(labels().T, None, {}).partition(b"\n\n")[2]
    assert gzip.decompress(pixels) == labels().T.copy().tobytes()


def test_without_spacing_a_pixel_is_one_millimetre() -> None:
    header = header_of(segmentation_nrrd(labels(), None, {}))
    assert header["space directions"] == "(1.0,0,0) (0,1.0,0) (0,0,1.0)"


def test_same_labels_give_the_same_bytes() -> None:
    assert segmentation_nrrd(labels(), SPACING, {}) == segmentation_nrrd(labels(), SPACING, {})


def test_itk_reads_labels_and_spacing(tmp_path: Path) -> None:
    path = tmp_path / "a.seg.nrrd"
    path.write_bytes(segmentation_nrrd(labels(), SPACING, {}))
    image = sitk.ReadImage(str(path))
    assert np.array_equal(sitk.GetArrayFromImage(image), labels()[None])
    assert image.GetSpacing() == (0.25, 0.5, 1.0)
    assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
