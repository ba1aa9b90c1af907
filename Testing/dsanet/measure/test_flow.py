from dataclasses import replace

import numpy as np
import pytest

from dsanet.io import RunFacts
from dsanet.measure import circulation_time, measure
from dsanet.measure.flow.bolus import fit_boluses
from dsanet.prepare.window import MOVED

FACTS = RunFacts(times_stated=True, intensity_relationship="LOG")


def curve(times, begin, rise, exponent):
    share = np.maximum((times - begin) / rise, 0)
    return share**exponent * np.exp(exponent * (1 - share))


@pytest.mark.parametrize("step", [0.13, 0.25, 0.5])
def test_boluses_are_found_between_frames(step):
    times = np.arange(0, 6, step)
    begins = np.linspace(0.5, 1.5, 9)
    values = 80 * np.stack([curve(times, begin, 1.3, 2.6) for begin in begins])
    fit = fit_boluses(times, values, np.full(9, 1.0))
    assert fit.peak_s == pytest.approx(begins + 1.3, abs=0.15 * step + 0.01)
    fine = np.arange(0, 6, 0.001)
    arrival = [fine[np.argmax(curve(fine, begin, 1.3, 2.6) > 0.1)] for begin in begins]
    assert fit.reaching(0.1) == pytest.approx(np.array(arrival), abs=0.25 * step)


def test_moments_of_a_bolus_are_those_of_its_curve():
    times = np.arange(0, 12, 0.1)
    values = 50 * curve(times, 1.0, 1.5, 3.0)[None]
    fit = fit_boluses(times, values, np.array([0.2]))
    assert fit.area[0] == pytest.approx(values.sum() * 0.1, rel=0.02)
    assert fit.mean_s[0] == pytest.approx((times * values).sum() / values.sum(), abs=0.03)
    half = times[values[0] > 25]
    assert (fit.leaving(0.5) - fit.reaching(0.5))[0] == pytest.approx(np.ptp(half), abs=0.15)
    slope = np.diff(values[0]).max() / 0.1
    assert fit.steepest[0] == pytest.approx(slope, rel=0.03)


def test_contrast_arrives_later_downstream_within_half_a_frame(draw):
    prepared, labels = draw(percent=0.0, frames=14)
    found = measure(prepared, labels, facts=FACTS)
    assert found.upstream == "arrival"
    image = found.flow.maps["arrival"].image(found.flow.curves, found.owners)
    fine = np.arange(0, 2, 0.001)
    to_tenth = fine[np.argmax(curve(fine, 0.0, 1.2, 3.0) > 0.1)]
    for row in (40, 90, 140):
        true = 1.0 + (160 - row) / 200 + to_tenth
        assert image[row, 50] == pytest.approx(true, abs=0.125)
    assert np.isnan(image[10, 10])


@pytest.mark.parametrize("upwards", [True, False])
def test_the_trunk_begins_where_contrast_comes_from(draw, upwards):
    prepared, labels = draw(percent=0.0, upwards=upwards)
    trunk = measure(prepared, labels, facts=FACTS).trunk
    assert (trunk.points[0, 0] > trunk.points[-1, 0]) == upwards


def test_a_bolus_that_still_rises_is_withheld(draw):
    prepared, labels = draw(frames=9)
    maps = measure(prepared, labels, facts=FACTS).flow.maps
    for key in ("arrival", "ttp", "auc", "mtt"):
        assert not maps[key].valid
        assert "its contrast" in maps[key].reason


def test_maps_that_need_the_whole_bolus_wait_for_it(draw):
    short = measure(*draw(frames=13), facts=FACTS).flow.maps
    whole = measure(*draw(frames=30), facts=FACTS).flow.maps
    assert short["ttp"].valid
    assert not short["mtt"].valid
    assert "quarter" in short["mtt"].reason
    assert whole["mtt"].valid
    assert whole["wash_in"].valid


def test_motion_and_a_missing_baseline_withhold(draw):
    prepared, labels = draw(frames=14)
    moved = measure(replace(prepared, warnings=(MOVED,)), labels, facts=FACTS)
    assert {one.reason for one in moved.flow.maps.values()} == {"the patient moves"}
    late = replace(
        prepared, frames=prepared.frames[7:], times=prepared.times[:7], arterial_window=(0, 6)
    )
    found = measure(late, labels, facts=FACTS)
    assert not found.flow.maps["arrival"].valid
    assert any("no frame before contrast" in text for text in found.warnings)


def test_withheld_maps_paint_nothing(draw):
    found = measure(*draw(frames=9), facts=FACTS)
    image = found.flow.maps["ttp"].image(found.flow.curves, found.owners)
    assert np.isnan(image).all()


def test_circulation_time_between_two_regions(draw):
    prepared, labels = draw(percent=0.0, frames=16)
    first, second = np.zeros((2, *labels.shape), np.bool_)
    first[140:150, 48:53] = True
    second[40:50, 48:53] = True
    found = circulation_time(prepared, first, second, times_stated=True)
    assert found.seconds == pytest.approx(0.5, abs=0.1)
    assert found.error_s > 0
    unknown = circulation_time(prepared, first, second, times_stated=False)
    assert unknown.seconds is None
    assert unknown.reason == "the input states no frame times"
    assert circulation_time(prepared, first, first & False, times_stated=True).seconds is None
