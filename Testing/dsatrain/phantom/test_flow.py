from dataclasses import replace

import numpy as np
import pytest

from dsatrain.phantom.flow import (
    arterial_curves,
    gamma_variate,
    peak_times,
    phases_of,
    sac_curve,
    venous_curves,
)
from dsatrain.phantom.settings import FlowSettings

FLOW = FlowSettings(
    times=tuple(0.5 * frame for frame in range(24)),
    injection_s=1.0,
    bolus_s=1.5,
    dispersion=0.2,
    speed=1.0,
    capillary_s=1.5,
    venous_s=5.0,
    pulse=0.0,
    heart_hz=1.2,
    streaming=0.0,
)
BINS = np.linspace(0, 1.5, 4)
ALIKE = np.ones(4)


def test_the_bolus_peaks_at_one_and_is_nothing_before_arrival():
    curve = gamma_variate(np.array([-1.0, 0.0, 1.5, 20.0]), 1.5)
    assert curve[:3].tolist() == [0.0, 0.0, 1.0]
    assert curve[3] == pytest.approx(0, abs=1e-9)


def test_contrast_peaks_later_and_lower_downstream():
    curves = arterial_curves(replace(FLOW, times=tuple(np.arange(0, 8, 0.01))), BINS)
    assert np.all(np.diff(curves.argmax(axis=0)) > 0)
    assert np.all(np.diff(curves.max(axis=0)) < 0)


def test_phases_are_those_of_the_curves():
    arteries = arterial_curves(FLOW, BINS)
    window, phases = phases_of(FLOW, arteries, venous_curves(FLOW, BINS), ALIKE)
    shares = arteries / arteries.max(axis=0)
    mean = shares.mean(axis=1) / shares.mean(axis=1).max()
    assert window[0] == 3
    assert mean[window[1]] > 0.25 > mean[window[1] + 1]
    assert phases[:3] == ("mask",) * 3
    assert phases[-1] == "venous"


def test_the_window_does_not_close_while_contrast_still_rises():
    arterial = np.array([[0.0], [0.15], [0.2], [0.3], [0.9], [1.0], [0.2]])
    flow = replace(FLOW, times=tuple(range(7)), injection_s=0.0, bolus_s=0.5)
    window, _ = phases_of(flow, arterial, np.zeros((7, 0)), np.ones(1))
    assert window == (1, 5)


def test_the_arteries_with_more_area_close_the_window():
    arterial = np.array([[1.0, 1.0], [0.1, 1.0], [0.1, 0.1], [0.0, 0.0]])
    flow = replace(FLOW, times=(0.0, 1.0, 2.0, 3.0))
    trunk, twigs = (
        phases_of(flow, arterial, np.zeros((4, 0)), np.array(weights))[0]
        for weights in ([9.0, 1.0], [1.0, 9.0])
    )
    assert (trunk, twigs) == ((0, 0), (0, 1))


def test_frames_before_any_contrast_make_a_window_of_one_frame():
    early = replace(FLOW, injection_s=100.0)
    window, _ = phases_of(early, arterial_curves(early, BINS), venous_curves(early, BINS), ALIKE)
    assert window[0] == 0


def test_a_run_that_outlasts_the_veins_stays_venous():
    long = replace(FLOW, times=tuple(float(frame) for frame in range(40)))
    _, phases = phases_of(long, arterial_curves(long, BINS), venous_curves(long, BINS), ALIKE)
    assert phases[-1] == "venous"


FINE = replace(FLOW, times=tuple(np.arange(0, 14, 0.01)))


def test_the_stated_peak_is_where_the_curve_peaks():
    curves = arterial_curves(FINE, BINS)
    found = np.array(FINE.times)[curves.argmax(axis=0)]
    assert peak_times(FLOW, BINS) == pytest.approx(found, abs=0.011)


def test_the_hearts_ripple_travels_with_the_blood_and_fades():
    beating = replace(FINE, pulse=0.3)
    ripple = arterial_curves(beating, BINS) / np.maximum(arterial_curves(FINE, BINS), 1e-9)
    sizes = [np.ptp(ripple[300:600, column]) for column in range(4)]
    assert sizes[0] == pytest.approx(0.6, abs=0.01)
    assert np.all(np.diff(sizes) < 0)
    shifted = [np.argmax(ripple[250:320, column]) for column in (0, 1)]
    assert (shifted[1] - shifted[0]) % 83 == pytest.approx(50, abs=2)


def test_a_sac_fills_later_and_empties_more_slowly_than_its_artery():
    artery = arterial_curves(FINE, np.array([0.4]))[:, 0]
    sac = sac_curve(FINE, 0.4, 1.5)
    assert sac.argmax() > artery.argmax() + 50
    assert sac[-200] > 3 * artery[-200]
    assert sac.sum() == pytest.approx(artery.sum(), rel=0.05)
    assert sac[:140].max() == pytest.approx(0, abs=1e-9)
