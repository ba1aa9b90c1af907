from dataclasses import replace

import numpy as np
import pytest

from dsanet.measure.lines.find import find_lines, owners_of, stations_of
from dsanet.measure.width.diameters import measure_widths
from dsanet.measure.width.doubts import Doubt
from dsanet.measure.width.fit import Profiles, fit_tubes
from dsanet.measure.width.look import find_look
from dsanet.measure.width.tube import tube

OFFSET = np.arange(-24, 25, dtype=np.float32)


def drawn(diameter, count=60, noise=0.02, blur=0.8, bend=0.0, seed=0):
    """Profiles of a tube with depth 1, its middle anywhere within half a pixel."""
    rng = np.random.default_rng(seed)
    fine = np.arange(-30, 30, 0.02)
    kernel = np.exp(-0.5 * (np.arange(-4, 4.01, 0.02) / blur) ** 2)
    values = []
    for _ in range(count):
        middle = rng.uniform(-0.5, 0.5)
        chord = 2 * np.sqrt(np.maximum((diameter / 2) ** 2 - (fine - middle) ** 2, 0)) / diameter
        depth = np.convolve(chord, kernel / kernel.sum(), mode="same")
        depth = (1 - np.exp(-bend * depth)) / bend if bend else depth
        values.append(np.interp(OFFSET, fine, depth) + 0.3 + 0.004 * OFFSET)
    noisy = np.array(values) + rng.normal(0, noise, (count, len(OFFSET)))
    weight = np.ones((count, len(OFFSET)), np.float32)
    return Profiles(OFFSET, noisy.astype(np.float32), weight, np.full(count, 0.6 * diameter))


def test_a_tube_without_blur_is_the_chord_and_its_derivatives_are_right():
    offset = np.array([[0.0, 3.0, 5.9, 7.0]], np.float32)
    radius = np.array([[6.0]], np.float32)
    value = tube(offset, radius, 0.02)[0]
    expected = 2 * np.sqrt(np.maximum(36 - offset**2, 0))
    assert value == pytest.approx(expected, rel=2e-3, abs=2e-2)
    step = np.float32(0.05)
    near = tube(offset, radius, 0.8)
    moved, grown = tube(offset + step, radius, 0.8)[0], tube(offset, radius + step, 0.8)[0]
    assert (moved - near[0]) / step == pytest.approx(near[1], abs=0.15)
    assert (grown - near[0]) / step == pytest.approx(near[2], abs=0.15)


@pytest.mark.parametrize("diameter", [4.0, 7.0, 15.0])
def test_diameters_have_no_bias_and_honest_errors(diameter):
    fit = fit_tubes(drawn(diameter), 0.8)
    off = 2 * fit.radius - diameter
    assert abs(off.mean()) < 0.1
    assert off.std() < 0.4
    assert 0.5 < off.std() / np.median(2 * fit.radius_error) < 1.3


def test_known_contrast_makes_thin_vessels_measurable():
    profiles = drawn(2.0)
    free = fit_tubes(profiles, 0.8)
    known = np.full(60, 0.5), np.full(60, 0.05)
    fixed = fit_tubes(profiles, 0.8, contrast=known)
    assert np.std(2 * fixed.radius) < 0.5 * np.std(2 * free.radius)
    assert abs(np.mean(2 * fixed.radius) - 2) < 0.1


def test_a_dark_neighbour_outside_pulls_little():
    profiles = drawn(7.0)
    values = profiles.values.copy()
    values[:, 38:41] += 0.8
    fit = fit_tubes(replace(profiles, values=values), 0.8)
    assert abs(np.median(2 * fit.radius) - 7) < 0.3


def test_bend_of_the_grey_scale_is_found_and_undone():
    profiles = drawn(12.0, bend=0.8, noise=0.01)
    look = find_look([profiles], 0.3)
    assert look.found
    plain = np.median(2 * fit_tubes(profiles, look.blur_px).radius)
    straight = np.median(2 * fit_tubes(look.straight(profiles), look.blur_px).radius)
    assert plain > 12.25
    assert abs(straight - 12) < 0.75 * (plain - 12)


def test_blur_is_assumed_where_no_wide_vessel_shows_it():
    assert not find_look([], 0.0).found


def measured(prepared, labels):
    lines = find_lines(labels)
    stations = stations_of(lines)
    owners = owners_of(labels, lines, stations)
    widths = measure_widths(
        prepared.frames, prepared.arterial_window, prepared.field, lines, stations, owners, 200.0
    )
    return lines, stations, widths


def test_diameters_of_a_run_come_from_grey_values_and_not_from_the_mask(draw):
    prepared, labels = draw(percent=0.0)
    wider = labels.copy()
    wider[(labels == 0) & (np.roll(labels, 1, 1) == 2)] = 2
    wider[(labels == 0) & (np.roll(labels, -1, 1) == 2)] = 2
    for mask in (labels, wider):
        _, stations, widths = measured(prepared, mask)
        trunk = (stations.line == 0) & (widths.doubt == Doubt.NONE)
        assert trunk.sum() > 50
        assert np.median(widths.diameter_px[trunk]) == pytest.approx(12.0, abs=0.2)


def test_meeting_places_neighbours_and_borders_are_doubted(draw):
    prepared, labels = draw(percent=0.0)
    field = prepared.field.copy()
    field[:, :44] = False
    lines, stations, widths = measured(replace(prepared, field=field), labels)
    trunk = stations.of(0)
    assert np.mean(widths.doubt[trunk] == Doubt.NONE) < 0.2
    _, stations, widths = measured(prepared, labels)
    trunk = stations.of(0)
    beside = np.abs(stations.points[trunk, 0] - 60.4) < 2
    assert np.all(widths.doubt[trunk][beside] != Doubt.NONE)
    assert len(lines) == 2
