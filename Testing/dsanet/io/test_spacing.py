import pytest
from pydicom.dataset import Dataset

from dsanet.io import Spacing
from dsanet.io.spacing import pixel_spacing

IMAGER = {"ImagerPixelSpacing": [0.4, 0.2]}


def spacing_of(**attributes):
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return pixel_spacing(dataset)


def test_pixel_spacing_counts_with_a_calibration_type():
    found = spacing_of(PixelSpacing=[0.3, 0.1], PixelSpacingCalibrationType="FIDUCIAL", **IMAGER)
    assert found == Spacing(0.3, 0.1, "calibrated", "PixelSpacing")


def test_pixel_spacing_counts_with_a_calibration_description():
    found = spacing_of(PixelSpacing=[0.3, 0.1], PixelSpacingCalibrationDescription="sphere")
    assert found == Spacing(0.3, 0.1, "calibrated", "PixelSpacing")


def test_pixel_spacing_without_calibration_does_not_count():
    assert spacing_of(PixelSpacing=[0.3, 0.1]) is None


def test_imager_spacing_is_divided_by_the_stated_magnification():
    found = spacing_of(EstimatedRadiographicMagnificationFactor=2, **IMAGER)
    source = "ImagerPixelSpacing / EstimatedRadiographicMagnificationFactor"
    assert found == Spacing(0.2, 0.1, "object by magnification", source)


def test_imager_spacing_is_divided_by_the_ratio_of_distances():
    found = spacing_of(DistanceSourceToDetector=1000, DistanceSourceToPatient=500, **IMAGER)
    source = "ImagerPixelSpacing / (DistanceSourceToDetector / DistanceSourceToPatient)"
    assert found == Spacing(0.2, 0.1, "object by magnification", source)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"EstimatedRadiographicMagnificationFactor": 0},
        {"EstimatedRadiographicMagnificationFactor": 0.5},
        {"EstimatedRadiographicMagnificationFactor": 700},
        {"DistanceSourceToDetector": 1000},
        {"DistanceSourceToDetector": 500, "DistanceSourceToPatient": 1000},
        {"DistanceSourceToDetector": 1000, "DistanceSourceToPatient": 0},
    ],
)
def test_without_a_usable_magnification_the_spacing_is_the_detectors(attributes):
    assert spacing_of(**attributes, **IMAGER) == Spacing(0.4, 0.2, "detector", "ImagerPixelSpacing")


@pytest.mark.parametrize("pair", [[0, 0.2], [-1, 0.2], 0.2, [0.1, 0.1, 0.1], ""])
def test_an_impossible_spacing_counts_as_not_stated(pair):
    assert spacing_of(ImagerPixelSpacing=pair) is None
