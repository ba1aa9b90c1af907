from dataclasses import replace

import numpy as np
import pytest

from dsatrain.phantom.flow import arterial_curves, gamma_variate, phases_of, venous_curves
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
)
BINS = np.linspace(0, 1.5, 4)


def test_the_bolus_peaks_at_one_and_is_nothing_before_arrival():
    curve = gamma_variate(np.array([-1.0, 0.0, 1.5, 20.0]), 1.5)
    assert curve[:3].tolist() == [0.0, 0.0, 1.0]
    assert curve[3] == pytest.approx(0, abs=1e-9)


def test_contrast_peaks_later_and_lower_downstream():
    curves = arterial_curves(replace(FLOW, times=tuple(np.arange(0, 8, 0.01))), BINS)
    assert np.all(np.diff(curves.argmax(axis=0)) > 0)
    assert np.all(np.diff(curves.max(axis=0)) < 0)


def test_phases_are_those_of_the_curves():
    window, phases = phases_of(FLOW, arterial_curves(FLOW, BINS), venous_curves(FLOW, BINS))
    assert window == (3, 9)
    assert phases[:3] == ("mask",) * 3
    assert phases[-1] == "venous"


def test_frames_before_any_contrast_make_a_window_of_one_frame():
    early = replace(FLOW, injection_s=100.0)
    window, _ = phases_of(early, arterial_curves(early, BINS), venous_curves(early, BINS))
    assert window[0] == 0


def test_a_run_that_outlasts_the_veins_stays_venous():
    long = replace(FLOW, times=tuple(float(frame) for frame in range(40)))
    _, phases = phases_of(long, arterial_curves(long, BINS), venous_curves(long, BINS))
    assert phases[-1] == "venous"
