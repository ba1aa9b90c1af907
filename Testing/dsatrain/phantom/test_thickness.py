import numpy as np
import pytest

from dsatrain.phantom.projection import Samples, add_ellipsoid, joined, sample
from dsatrain.phantom.settings import ViewSettings
from dsatrain.phantom.streaming import streamed
from dsatrain.phantom.thickness import cover, earliest, thickness_maps
from dsatrain.phantom.vessels import one_vessel

VIEW = ViewSettings(
    size=(41, 61),
    angles_deg=(0.0, 0.0, 0.0),
    pixel_mm=0.25,
    centre_mm=(0.0, 0.0),
    source_mm=1e9,
    magnification=1.3,
    mirrored=False,
)
ORIGIN = np.zeros(3)
BINS = np.array([0.0, 1.0])


def tube(direction: tuple[float, float, float], radius_mm: float, arrival: float = 0.0) -> Samples:
    points = np.linspace(-30, 30, 61)[:, None] * np.array(direction)
    ones = np.ones(61)
    return sample(one_vessel(points, radius_mm * ones, arrival * ones, 1), ORIGIN, VIEW)


@pytest.mark.parametrize("radius_mm", [0.75, 1.5, 3.0])
def test_a_straight_tube_has_the_chord_as_its_profile(radius_mm):
    maps = thickness_maps(tube((1, 0, 0), radius_mm), BINS, VIEW.size, blur_px=0)
    x_mm = (np.arange(41) - 20) * VIEW.pixel_mm
    chord = 2 * np.sqrt(np.maximum(radius_mm**2 - x_mm**2, 0))
    inside = np.abs(x_mm) < radius_mm - VIEW.pixel_mm
    assert maps[0, inside, 30] == pytest.approx(chord[inside], rel=0.03)


@pytest.mark.parametrize("radius_mm", [0.05, 0.2, 1.0])
def test_the_area_of_the_cross_section_is_kept_however_thin_or_blurred(radius_mm):
    for blur_px in (0.0, 1.0):
        maps = thickness_maps(tube((1, 0, 0), radius_mm), BINS, VIEW.size, blur_px)
        area = maps[0, :, 30].sum() * VIEW.pixel_mm
        assert area == pytest.approx(np.pi * radius_mm**2, rel=0.05)


def test_an_oblique_tube_is_thicker_by_the_sine_of_its_angle():
    straight = thickness_maps(tube((1, 0, 0), 1.5), BINS, VIEW.size, 0)[0, 20, 30]
    oblique = thickness_maps(tube((0.5, 0.75**0.5, 0), 1.5), BINS, VIEW.size, 0)[0, 20, 30]
    assert oblique == pytest.approx(2 * straight, rel=0.02)


def test_crossing_tubes_add_up():
    first, second = tube((1, 0, 0), 1.5), tube((0, 0, 1), 1.0)
    maps = [thickness_maps(part, BINS, VIEW.size, 0)[0, 20, 30] for part in (first, second)]
    assert sum(maps) == pytest.approx(5.0, rel=0.03)


def test_arrival_between_two_bins_is_shared_linearly():
    maps = thickness_maps(tube((1, 0, 0), 1.0, arrival=0.25), BINS, VIEW.size, 0)
    assert maps[1, 20, 30] == pytest.approx(maps[0, 20, 30] / 3, rel=1e-5)


def test_cover_marks_the_pixels_within_the_radius():
    marked = cover(tube((1, 0, 0), 0.6), VIEW.size)
    assert np.flatnonzero(marked[:, 30]).tolist() == [18, 19, 20, 21, 22]


def test_cover_keeps_the_thinnest_vessel_whole():
    assert cover(tube((1, 0, 0), 0.01), VIEW.size)[20].all()


def test_an_ellipsoid_is_as_thick_as_its_axis_along_the_ray():
    path = np.zeros(VIEW.size, np.float32)
    add_ellipsoid(path, ORIGIN, np.array([3.0, 7.0, 2.0]), ORIGIN, VIEW)
    assert path[20, 30] == pytest.approx(14)
    assert path[20, 30 + 11] == pytest.approx(14 * np.sqrt(1 - (2.75 / 3) ** 2), rel=1e-3)
    assert path[20, 30 + 13] == 0
    add_ellipsoid(path, np.array((500.0, 0, 0)), np.ones(3), ORIGIN, VIEW)
    assert path[20, 60] == 0


def test_earliest_is_the_smallest_value_of_what_covers_a_pixel():
    across, along = tube((0, 0, 1), 0.6), tube((1, 0, 0), 0.6)
    both = joined([across, along])
    values = np.concatenate((np.full(len(across.row), 3.0), np.full(len(along.row), 2.0)))
    found = earliest(both, values, VIEW.size)
    assert found[20, 30] == found[20, 5] == 2
    assert found[5, 30] == 3
    assert np.isnan(found[5, 5])


def test_streaming_contrast_keeps_its_amount_and_leaves_the_axis():
    points = np.linspace(-7, 53, 61)[:, None] * np.array((1.0, 0, 0))
    root = one_vessel(points, np.full(61, 1.5), np.linspace(0, 1, 61), 2)
    plain = sample(root, ORIGIN, VIEW)
    stream = streamed(root, ORIGIN, VIEW, 0.5)
    maps = [
        thickness_maps(part, BINS, VIEW.size, blur_px=0).sum(axis=0) for part in (plain, stream)
    ]
    assert maps[1].sum() == pytest.approx(maps[0].sum(), rel=0.01)
    rows = np.arange(41)[:, None]
    middle = [(image * rows).sum() / image.sum() for image in maps]
    assert abs(middle[1] - middle[0]) > 0.3
    assert streamed(root, ORIGIN, VIEW, 0.0).row.tolist() == plain.row.tolist()
