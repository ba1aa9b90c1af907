from dataclasses import replace

import numpy as np
import pytest

from dsanet.errors import MeasureError
from dsanet.io import RunFacts, Spacing
from dsanet.measure import Scale, catheter_scale, measure, stated_scale
from dsanet.measure.report.values import comparison, lesions_csv, to_values

FACTS = RunFacts(times_stated=True, intensity_relationship="LOG")


def test_everything_of_a_drawn_run(draw):
    prepared, labels = draw()
    found = measure(prepared, labels, facts=FACTS)
    bv, mat = found.classes
    assert mat.length_px == pytest.approx(130, abs=6)
    assert bv.length_px == pytest.approx(52, abs=6)
    assert bv.diameters_px[2] == pytest.approx(5.0, abs=0.4)
    assert mat.diameters_px[2] == pytest.approx(12.0, abs=0.4)
    assert mat.tortuosity == pytest.approx(1.0, abs=0.03)
    assert [path.name for path in found.paths] == ["trunk", "branch 1"]
    assert found.density.sum() * 32 * 32 == pytest.approx(bv.length_px + mat.length_px, rel=0.15)


def test_labels_of_another_run_are_refused(draw):
    prepared, labels = draw()
    with pytest.raises(MeasureError, match="rows, columns"):
        measure(prepared, labels.T)
    with pytest.raises(MeasureError, match="0 to 2"):
        measure(prepared, labels + 5)


def nothing(labels):
    return labels * 0


def only_branches(labels):
    return np.where(labels == 2, 1, labels).astype(np.uint8)


def one_pixel(labels):
    few = labels * 0
    few[50, 60] = 1
    few[20:22, 20:22] = 2
    return few


def everywhere(labels):
    return np.full_like(labels, 2)


def a_loop(labels):
    row, column = np.mgrid[: labels.shape[0], : labels.shape[1]]
    return np.where(np.abs(np.hypot(row - 80, column - 60) - 30) < 4, 2, 0).astype(np.uint8)


def a_crossing(labels):
    crossed = labels.copy()
    crossed[120:124, 10:110] = np.where(crossed[120:124, 10:110] == 2, 2, 1)
    return crossed


@pytest.mark.parametrize("frames", [1, 2, 3, 12])
@pytest.mark.parametrize(
    "change", [nothing, only_branches, one_pixel, everywhere, a_loop, a_crossing]
)
def test_wrong_labels_give_partial_results_with_reasons(draw, change, frames):
    prepared, labels = draw(frames=frames)
    found = measure(prepared, change(labels), facts=FACTS)
    assert found.warnings or change in (a_loop, a_crossing)
    assert to_values(found)["rows"] == 160
    if change in (nothing, only_branches, one_pixel):
        assert found.lesions == ()
    if frames < 4:
        assert found.flow is None
        assert any("at least 4 frames" in text for text in found.warnings)


def test_unstated_times_give_no_seconds(draw):
    prepared, labels = draw()
    found = measure(prepared, labels)
    assert found.flow is None
    assert any("no frame times" in text for text in found.warnings)
    assert found.lesions


def test_a_flat_run_gives_no_diameters(draw):
    prepared, labels = draw()
    flat = replace(prepared, frames=np.full_like(prepared.frames, 200.0))
    found = measure(flat, labels, facts=FACTS)
    assert found.lesions == ()
    assert not any(one.valid for one in found.flow.maps.values())


@pytest.mark.parametrize(
    ("spacing", "reason"),
    [
        (None, "no spacing"),
        (Spacing(0.2, 0.2, "detector", "ImagerPixelSpacing"), "detector's plane"),
        (Spacing(0.2, 0.25, "calibrated", "PixelSpacing"), "differently"),
    ],
)
def test_millimetres_need_a_calibration_at_the_vessel(draw, spacing, reason):
    prepared, labels = draw()
    found = measure(prepared, labels, facts=FACTS, spacing=spacing)
    assert found.scale is None
    assert reason in found.no_scale
    assert "minimum_mm" not in to_values(found)["lesions"][0]


def test_a_calibration_gives_millimetres_with_their_error(draw):
    prepared, labels = draw()
    scale = catheter_scale(10.0, 0.5, 6.0)
    assert scale.mm_per_px == pytest.approx(0.2)
    assert scale.error_mm == pytest.approx(0.01)
    found = measure(prepared, labels, facts=FACTS, scale=scale)
    lesion = to_values(found)["lesions"][0]
    assert lesion["minimum_mm"] == pytest.approx(0.2 * lesion["minimum_px"], abs=1e-3)
    assert lesion["minimum_error_mm"] > 0.2 * lesion["minimum_error_px"]
    stated, _ = stated_scale(Spacing(0.3, 0.3, "calibrated", "PixelSpacing"))
    assert stated.mm_per_px == pytest.approx(0.3)


@pytest.mark.parametrize("numbers", [(0.0, 0.5, 6.0), (10.0, 0.5, -1.0), (10.0, -1.0, 6.0)])
def test_impossible_catheters_are_refused(numbers):
    with pytest.raises(MeasureError):
        catheter_scale(*numbers)


def test_a_scale_is_a_positive_finite_number():
    with pytest.raises(MeasureError):
        Scale(float("nan"), 0.1, "none")


def test_two_runs_side_by_side(draw):
    before = measure(*draw(percent=60.0), facts=FACTS)
    after = measure(*draw(percent=0.0), facts=FACTS)
    rows = comparison(before, after)
    assert rows["worst stenosis percent"]["second"] is None
    assert rows["worst stenosis percent"]["first"] == pytest.approx(60, abs=6)
    assert rows["MAT area_px"]["difference"] > 0


def test_the_same_input_gives_the_same_numbers(draw):
    prepared, labels = draw()
    first, second = (measure(prepared, labels, facts=FACTS) for _ in range(2))
    assert to_values(first) == to_values(second)
    assert lesions_csv(first) == lesions_csv(second)
    assert not np.any(prepared.frames != draw()[0].frames)


def a_slit(prepared):
    _, column = np.mgrid[:160, :120]
    return np.abs(column - 50) < 9


def specks(prepared):
    return np.random.default_rng(0).random(prepared.field.shape) > 0.2


@pytest.mark.parametrize("field_of", [a_slit, specks])
@pytest.mark.parametrize("change", [a_crossing, everywhere, a_loop])
def test_a_field_that_leaves_too_few_samples_is_no_error(draw, change, field_of):
    prepared, labels = draw()
    beside = change(labels)
    beside[:, 57:69] = 1
    found = measure(replace(prepared, field=field_of(prepared)), beside, facts=FACTS)
    numbers = [found.widths.diameter_px[found.widths.counts], found.widths.error_px]
    assert all(np.all(np.isfinite(part)) for part in numbers)
