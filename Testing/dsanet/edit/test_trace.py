import numpy as np
import pytest
from scipy import ndimage

from dsanet.edit import Tracer, stroke_mask

SHAPE = (90, 130)


def tube(points, width, shape=SHAPE, depth=1.0, noise=0.05):
    """A dark tube through points, as a shadow that is deep where it is thick."""
    fine = np.linspace(0, 1, 400)
    way = np.column_stack(
        [np.interp(fine, np.linspace(0, 1, len(points)), part) for part in np.transpose(points)]
    )
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    squared = np.full(shape, np.inf)
    for row, column in way:
        np.minimum(squared, (rows - row) ** 2 + (columns - column) ** 2, out=squared)
    thick = depth * np.sqrt(np.clip(1 - squared / (width / 2) ** 2, 0, None))
    shadow = -ndimage.gaussian_filter(thick, 0.6)
    return (shadow + np.random.default_rng(0).normal(0, noise, shape)).astype(np.float32)


BEND = [(15, 10), (70, 60), (20, 118)]


@pytest.mark.parametrize("width", [3, 6, 20])
def test_the_path_follows_a_bend_in_the_middle_of_the_vessel(width: int) -> None:
    tracer = Tracer(tube(BEND, width))
    tracer.start(BEND[0])
    path = tracer.path(BEND[-1])
    assert tuple(path[0]) == BEND[0]
    assert tuple(path[-1]) == BEND[-1]
    assert np.abs(np.diff(path, axis=0)).max() == 1
    assert stroke_mask(SHAPE, BEND, max(width, 5))[tuple(path.T)].all()


@pytest.mark.parametrize("width", [3, 6, 10, 20])
def test_the_fitted_width_is_the_tubes_to_a_pixel(width: int) -> None:
    ends = (45, 10), (38, 120)
    tracer = Tracer(tube(ends, width))
    tracer.start(ends[0])
    line = tracer.line(tracer.path(ends[1]))
    assert abs(np.median(line.widths) - width) < 0.2 * width + 0.6
    true_rows = np.interp(line.points[:, 1], [10, 120], [45, 38])
    assert np.abs(line.points[:, 0] - true_rows)[5:-5].max() < 1


def test_a_faint_thin_vessel_is_followed_past_a_wide_dark_one() -> None:
    thin, wide = [(60, 8), (75, 65), (60, 122)], [(20, 0), (20, 129)]
    tracer = Tracer(tube(thin, 2.5, depth=0.4, noise=0.03) + tube(wide, 16, noise=0))
    tracer.start(thin[0])
    assert stroke_mask(SHAPE, thin, 6)[tuple(tracer.path(thin[-1]).T)].all()


def test_clicks_outside_count_as_the_nearest_pixel_inside() -> None:
    tracer = Tracer(tube(BEND, 5))
    tracer.start((-7, -3))
    path = tracer.path((500, 40))
    assert tuple(path[0]) == (0, 0)
    assert tuple(path[-1]) == (89, 40)


def test_a_path_to_the_start_is_the_start() -> None:
    tracer = Tracer(tube(BEND, 5))
    tracer.start((15, 10))
    path = tracer.path((15, 10))
    assert path.tolist() == [[15, 10]]
    assert np.isfinite(tracer.line(path).widths).all()


def test_a_large_picture_is_searched_in_blocks_and_the_path_has_no_gaps() -> None:
    ends = (20, 5), (30, 895)
    tracer = Tracer(tube(ends, 4, (60, 901)))
    tracer.start(ends[0])
    path = tracer.path(ends[1])
    assert [tuple(path[0]), tuple(path[-1])] == list(ends)
    assert np.abs(np.diff(path, axis=0)).max() == 1
    assert stroke_mask((60, 901), ends, 6)[tuple(path.T)].mean() > 0.99


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (3, 5)])
def test_tiny_and_constant_pictures_give_straight_finite_paths(shape: tuple[int, int]) -> None:
    tracer = Tracer(np.full(shape, 3, np.float32))
    tracer.start((0, 0))
    path = tracer.path(shape)
    line = tracer.line(path)
    assert len(path) == max(shape)
    assert np.isfinite(line.points).all()
    assert np.isfinite(line.widths).all()


def test_pixels_that_are_not_finite_or_outside_the_field_are_no_vessel() -> None:
    image = tube([(45, 5), (45, 125)], 6)
    field = np.ones(SHAPE, bool)
    field[:20] = False
    image[:20] = np.nan
    tracer = Tracer(image, field)
    tracer.start((45, 5))
    path = tracer.path((45, 125))
    assert np.abs(path[:, 0] - 45).max() <= 3
    assert np.isfinite(tracer.line(path).widths).all()


def test_a_path_needs_a_start() -> None:
    with pytest.raises(ValueError, match="start"):
        Tracer(np.zeros((4, 5), np.float32)).path((1, 1))


def test_a_branch_leaves_the_labels_where_the_vessel_does() -> None:
    trunk, twig = [(80, 4), (80, 125)], [(80, 60), (40, 75), (8, 60)]
    tracer = Tracer(tube(trunk, 8) + tube(twig, 3, noise=0))
    labelled = stroke_mask(SHAPE, trunk, 8)
    tracer.start_at_vessels(labelled)
    path = tracer.path(twig[-1])
    assert labelled[tuple(path[0])]
    assert not labelled[tuple(path[1:].T)].any()
    assert np.abs(np.diff(path, axis=0)).max() == 1
    assert stroke_mask(SHAPE, twig, 5)[tuple(path.T)].all()
    assert tracer.path((80, 30)).tolist() == [[80, 30]]


def test_a_branch_is_never_wider_than_long() -> None:
    ends = (45, 0), (45, 129)
    tracer = Tracer(tube(ends, 20))
    tracer.start_at_vessels(stroke_mask(SHAPE, ends, 8))
    path = tracer.path((51, 60))
    assert len(path) < 5
    assert set(tracer.line(path).widths) == {2.0}


def test_a_branch_needs_a_vessel_to_leave() -> None:
    tracer = Tracer(np.zeros((9, 12), np.float32))
    with pytest.raises(ValueError, match="labelled vessel"):
        tracer.start_at_vessels(np.zeros((9, 12), np.bool_))


def test_a_start_after_a_branch_counts() -> None:
    tracer = Tracer(np.zeros((9, 12), np.float32))
    tracer.start_at_vessels(np.eye(9, 12, dtype=np.bool_))
    tracer.start((8, 0))
    assert tracer.path((8, 3)).tolist() == [[8, 0], [8, 1], [8, 2], [8, 3]]


def test_a_very_thin_vessel_is_painted_on_its_path() -> None:
    ends = (45, 10), (38, 120)
    tracer = Tracer(tube(ends, 2, noise=0.02))
    tracer.start(ends[0])
    path = tracer.path(ends[1])
    line = tracer.line(path)
    assert np.array_equal(line.points, path)
    assert set(line.widths) == {2.0}


def test_a_branch_leaves_a_thin_vessel_of_a_large_picture() -> None:
    picture = np.zeros((900, 60), np.float32)
    labelled = np.zeros_like(picture, np.bool_)
    labelled[501] = True
    tracer = Tracer(picture)
    tracer.start_at_vessels(labelled)
    path = tracer.path((100, 20))
    assert abs(int(path[0][0]) - 501) <= 1


def test_what_the_model_saw_in_all_frames_shows_the_way_where_the_picture_does_not() -> None:
    thin = [(70, 8), (15, 65), (70, 122)]
    picture = tube(thin, 2.5, depth=0.01, noise=0.05)
    chance = np.where(stroke_mask(SHAPE, thin, 2.5), 0.1, 0.0005).astype(np.float32)

    def share(tracer: Tracer) -> float:
        tracer.start(thin[0])
        return float(stroke_mask(SHAPE, thin, 6)[tuple(tracer.path(thin[-1]).T)].mean())

    assert share(Tracer(picture, chance=chance)) == 1
    assert share(Tracer(picture)) < 0.7
