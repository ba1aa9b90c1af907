from dataclasses import replace

import numpy as np
import pytest

from dsanet.errors import MeasureError
from dsanet.io import RunFacts
from dsanet.measure import lesion_at, measure
from dsanet.measure.lines.paths import Path
from dsanet.measure.report.page import page
from dsanet.measure.width.doubts import Doubt

FACTS = RunFacts(times_stated=True, intensity_relationship="LOG")


@pytest.mark.parametrize("percent", [40.0, 60.0])
def test_a_stenosis_is_found_and_graded_by_each_rule(draw, percent):
    prepared, labels = draw(percent=percent)
    (lesion,) = measure(prepared, labels, facts=FACTS).lesions
    assert lesion.row == pytest.approx(100, abs=2)
    assert lesion.column == pytest.approx(50.3, abs=1)
    for rule in ("NASCET", "WASID", "ECST"):
        found = lesion.percents[rule]
        assert found.value == pytest.approx(percent, abs=5)
        assert found.interval[0] <= percent <= found.interval[1]
    assert 15 < lesion.length_px < 35


def test_a_healthy_trunk_has_none(draw):
    prepared, labels = draw(percent=0.0)
    assert measure(prepared, labels, facts=FACTS).lesions == ()


def test_the_reference_is_recorded_and_can_be_moved(draw):
    prepared, labels = draw()
    found = measure(prepared, labels, facts=FACTS)
    lesion = found.lesions[0]
    assert lesion.percents["NASCET"].reference_at_px > lesion.end_px
    assert lesion.percents["WASID"].reference_at_px < lesion.begin_px
    moved = lesion_at(found.trunk, lesion.at_px, references={"NASCET": lesion.at_px + 30})
    assert moved.percents["NASCET"].reference_at_px == pytest.approx(lesion.at_px + 30)
    assert moved.percents["WASID"] == lesion.percents["WASID"]


def test_a_reference_beyond_the_vessel_is_withheld_with_its_reason(draw):
    prepared, labels = draw()
    found = measure(prepared, labels, facts=FACTS)
    moved = lesion_at(found.trunk, found.lesions[0].at_px, references={"NASCET": 1e4})
    percent = moved.percents["NASCET"]
    assert percent.value is None
    assert percent.reason == "the normal artery beyond the lesion is not seen"


def test_below_three_pixels_the_lumen_is_densitometric(draw):
    prepared, labels = draw(percent=82.0)
    labels[100, 49:52] = 2
    found = measure(prepared, labels, facts=FACTS)
    lesion = found.lesions[0]
    assert lesion.densitometric
    assert lesion.percents["NASCET"].value == pytest.approx(82, abs=6)


def test_a_path_without_diameters_is_refused(draw):
    prepared, labels = draw()
    trunk = measure(prepared, labels, facts=FACTS).trunk
    with pytest.raises(MeasureError, match="too few diameters"):
        lesion_at(type(trunk)(**{**trunk.__dict__, "counts": trunk.counts & False}), 10.0)


def test_where_no_diameter_counts_nothing_is_graded_and_the_page_holds_no_nan(draw):
    prepared, labels = draw()
    found = measure(prepared, labels, facts=FACTS)
    trunk = found.trunk
    blind = np.abs(trunk.along - 70) > 8
    lesion = lesion_at(replace(trunk, counts=trunk.counts & blind), 70.0)
    assert np.isnan(lesion.minimum_px)
    assert {one.reason for one in lesion.percents.values()} == {
        "not measurable here: its diameter is too uncertain"
    }
    assert all(one.value is None for one in lesion.percents.values())
    text = page(replace(found, lesions=(lesion,)), "run")
    assert "nan" not in text.lower().replace("distant", "")
    assert "not measurable here" in text


@pytest.mark.parametrize("length", [10.0, 14.0, 28.0])
@pytest.mark.parametrize("percent", [30.0, 50.0, 70.0])
def test_short_stenoses_are_not_underestimated_and_their_intervals_hold(length, percent):
    along = np.arange(0.0, 121.0)
    fine = np.arange(-10, 131, 0.05)
    apart = np.clip((fine - 60) / (length / 2), -1, 1)
    lumen = 12.0 * (1 - percent / 100 * 0.5 * (1 + np.cos(np.pi * apart)))
    kernel = np.exp(-0.5 * ((along[:, None] - fine) / 1.04) ** 2)
    smooth = np.sqrt(kernel @ lumen**2 / kernel.sum(axis=1))
    inside = []
    for seed in range(20):
        seen = smooth + np.random.default_rng(seed).normal(0, 0.25, len(along))
        lesion = lesion_at(path_of(along, seen, blur=0.7), 60.0)
        found = lesion.percents["ECST"]
        assert found.value == pytest.approx(percent, abs=7)
        inside.append(found.interval[0] <= percent <= found.interval[1])
    assert np.mean(inside) >= 0.9


def test_a_stenosis_shorter_than_the_picture_resolves_is_said_to_be_so():
    along = np.arange(0.0, 121.0)
    seen = 12.0 - 6 * np.exp(-0.5 * ((along - 60) / 1.2) ** 2)
    lesion = lesion_at(path_of(along, seen, blur=0.9), 60.0)
    assert lesion.percents["NASCET"].value is None
    reason = lesion.percents["NASCET"].reason
    assert reason == "not measurable here: it is shorter than the picture resolves"


def test_where_another_vessel_crosses_that_is_the_reason():
    along = np.arange(0.0, 121.0)
    path = path_of(along, np.full(121, 12.0), blur=0.7)
    over = np.abs(along - 60) < 12
    path = replace(path, counts=~over, doubt=np.where(over, int(Doubt.CROSSING), 0))
    reasons = {one.reason for one in lesion_at(path, 60.0).percents.values()}
    assert reasons == {"not measurable here: another vessel crosses here"}


def test_a_place_far_wider_than_its_reference_has_its_value_in_the_interval():
    along = np.arange(0.0, 121.0)
    path = path_of(along, np.where(np.abs(along - 60) < 30, 14.0, 5.0), blur=0.7)
    for percent in lesion_at(
        path, 60.0, references={"NASCET": 110.0, "WASID": 10.0}
    ).percents.values():
        assert percent.value is not None
        assert percent.interval[0] <= percent.value <= percent.interval[1]


def test_a_vessel_without_width_has_no_percentage():
    along = np.arange(0.0, 121.0)
    lesion = lesion_at(path_of(along, np.full(121, 1e-9), blur=0.7), 60.0)
    assert {one.value for one in lesion.percents.values()} == {None}
    assert all(one.reason for one in lesion.percents.values())


def path_of(along, diameter, blur):
    count = len(along)
    return Path(
        name="trunk",
        lines=(0,),
        points=np.stack((along, np.full(count, 40.0)), axis=1),
        along=along,
        diameter_px=diameter,
        error_px=np.full(count, 0.25),
        counts=np.ones(count, np.bool_),
        doubt=np.zeros(count, np.int64),
        stations=np.arange(count),
        blur_px=blur,
    )
