from dataclasses import replace

import numpy as np
import pytest

from dsanet.errors import MeasureError
from dsanet.io import RunFacts
from dsanet.measure import lesion_at, measure
from dsanet.measure.report.page import page

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
    moved = lesion_at(found.trunk, lesion.at_px, reference_at_px=lesion.at_px + 30)
    assert moved.percents["NASCET"].reference_at_px == pytest.approx(lesion.at_px + 30)
    assert moved.percents["WASID"] == lesion.percents["WASID"]


def test_a_reference_beyond_the_vessel_is_withheld_with_its_reason(draw):
    prepared, labels = draw()
    found = measure(prepared, labels, facts=FACTS)
    moved = lesion_at(found.trunk, found.lesions[0].at_px, reference_at_px=1e4)
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
    assert {one.reason for one in lesion.percents.values()} == {"no diameter counts here"}
    assert all(one.value is None for one in lesion.percents.values())
    text = page(replace(found, lesions=(lesion,)), "run")
    assert "nan" not in text.lower().replace("distant", "")
    assert "no diameter counts here" in text
