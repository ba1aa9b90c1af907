import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset

from dsanet.errors import ReadError
from dsanet.io import Spacing, read_run


def group(**macros):
    """A functional group: a macro's sequence keyword and its attributes."""
    item = Dataset()
    for sequence, attributes in macros.items():
        macro = Dataset()
        for keyword, value in attributes.items():
            setattr(macro, keyword, value)
        setattr(item, sequence, [macro])
    return item


@pytest.fixture
def write_enhanced(write_xa, pixels):
    def write(shared=None, frames=(), **attributes):
        return write_xa(
            pixels,
            SOPClassUID=attributes.pop("SOPClassUID", uid.EnhancedXAImageStorage),
            FrameTime=None,
            FrameIncrementPointer=None,
            SharedFunctionalGroupsSequence=[shared or Dataset()],
            PerFrameFunctionalGroupsSequence=list(frames),
            **attributes,
        )

    return write


@pytest.mark.parametrize("sop_class", [uid.EnhancedXAImageStorage, uid.EnhancedXRFImageStorage])
def test_enhanced_run_is_read(write_enhanced, pixels, sop_class):
    run = read_run(write_enhanced(SOPClassUID=sop_class))
    assert np.array_equal(run.pixels, pixels)
    assert run.times.tolist() == [0, 1, 2, 3]
    assert run.spacing is None


def test_times_come_from_the_frames_clocks(write_enhanced):
    clocks = ["20240101235959.750", "20240102000000", "20240102000000.5", "20240102000001"]
    frames = [group(FrameContentSequence={"FrameAcquisitionDateTime": clock}) for clock in clocks]
    run = read_run(write_enhanced(frames=frames))
    assert run.facts.times_stated
    assert run.times.tolist() == pytest.approx([0, 0.25, 0.75, 1.25])


def test_clocks_that_stand_still_state_no_times(write_enhanced):
    frames = [group(FrameContentSequence={"FrameReferenceDateTime": "20240101120000"})] * 4
    assert not read_run(write_enhanced(frames=frames)).facts.times_stated


def test_a_frame_without_clock_leaves_the_times_unstated(write_enhanced):
    clock = {"FrameAcquisitionDateTime": "20240101120000"}
    assert not read_run(
        write_enhanced(frames=[group(FrameContentSequence=clock), Dataset()] * 2)
    ).facts.times_stated


def test_spacing_and_relationship_come_from_the_shared_groups(write_enhanced):
    shared = group(
        FramePixelDataPropertiesSequence={
            "PixelIntensityRelationship": "LOG",
            "ImagerPixelSpacing": [0.4, 0.2],
        },
        XRayGeometrySequence={"DistanceSourceToDetector": 1000, "DistanceSourceToIsocenter": 500},
    )
    run = read_run(write_enhanced(shared))
    assert run.facts.intensity_relationship == "LOG"
    source = "ImagerPixelSpacing / (DistanceSourceToDetector / DistanceSourceToIsocenter)"
    assert run.spacing == Spacing(0.2, 0.1, "object by magnification", source)


def test_spacing_comes_from_the_first_frames_groups(write_enhanced):
    stated = {"ObjectPixelSpacingInCenterOfBeam": [0.5, 0.25]}
    frames = [group(ProjectionPixelCalibrationSequence=stated)] * 4
    assert read_run(write_enhanced(frames=frames)).spacing == Spacing(
        0.5, 0.25, "object by magnification", "ObjectPixelSpacingInCenterOfBeam"
    )


@pytest.mark.parametrize("keyword", ["PositionerPrimaryAngle", "PositionerIsocenterPrimaryAngle"])
def test_rotational_enhanced_run_is_refused(write_enhanced, keyword):
    frames = [group(IsocenterReferenceSystemSequence={keyword: 40.0 * i}) for i in range(4)]
    with pytest.raises(ReadError, match=r"rotational run: .* adds up to 120 degrees"):
        read_run(write_enhanced(frames=frames))


def test_standing_enhanced_run_is_read(write_enhanced):
    frames = [group(IsocenterReferenceSystemSequence={"PositionerPrimaryAngle": 30.0})] * 4
    assert read_run(write_enhanced(frames=frames)).frame_count == 4


def mask_item(**attributes):
    item = Dataset()
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return item


def pixel_shift(item_id, shift):
    return group(FramePixelShiftSequence={"SubtractionItemID": item_id, "MaskSubPixelShift": shift})


def test_pixel_shifts_of_the_frames_go_to_the_item_with_their_number(write_enhanced):
    items = [
        mask_item(MaskOperation="AVG_SUB", MaskFrameNumbers=[1], SubtractionItemID=number)
        for number in (100, 200)
    ]
    frames = [Dataset(), *(pixel_shift(100, [float(row), -0.5]) for row in (1, 2, 3))]
    path = write_enhanced(
        shared=pixel_shift(200, [4.0, 5.0]), frames=frames, MaskSubtractionSequence=items
    )
    first, second = read_run(path).facts.mask_subtraction
    assert first["FramePixelShifts"] == {2: [1.0, -0.5], 3: [2.0, -0.5], 4: [3.0, -0.5]}
    assert second["FramePixelShifts"] == {number: [4.0, 5.0] for number in (1, 2, 3, 4)}


def test_pixel_shifts_without_a_number_belong_to_no_item(write_enhanced):
    items = [mask_item(MaskOperation="AVG_SUB", MaskFrameNumbers=[1])]
    frames = [pixel_shift(100, [1.0, 1.0])] * 4
    path = write_enhanced(frames=frames, MaskSubtractionSequence=items)
    (item,) = read_run(path).facts.mask_subtraction
    assert "FramePixelShifts" not in item


@pytest.mark.parametrize("shift", [[float("nan"), 0.0], [1.0], [1.0, 2.0, 3.0]])
def test_pixel_shift_that_is_no_pair_of_numbers_is_told(write_enhanced, shift):
    items = [mask_item(MaskOperation="AVG_SUB", MaskFrameNumbers=[1], MaskSubPixelShift=shift)]
    (item,) = read_run(write_enhanced(MaskSubtractionSequence=items)).facts.mask_subtraction
    assert item["Unusable"] == ["MaskSubPixelShift"]
    assert "MaskSubPixelShift" not in item
