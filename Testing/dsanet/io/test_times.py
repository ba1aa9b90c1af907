import numpy as np
import pytest
from pydicom.dataset import Dataset

from dsanet.io.times import frame_times

VECTOR, TIME = 0x00181065, 0x00181063


def header(**attributes):
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"FrameTime": 250}, [0, 0.25, 0.5]),
        ({"FrameTimeVector": [0, 500, 1000]}, [0, 0.5, 1.5]),
        ({"FrameTimeVector": [99, 500, 1000]}, [0, 0.5, 1.5]),
        ({"CineRate": 4}, [0, 0.25, 0.5]),
        ({"RecommendedDisplayFrameRate": 2}, [0, 0.5, 1]),
        ({"CineRate": 4, "RecommendedDisplayFrameRate": 2}, [0, 0.25, 0.5]),
        ({"FrameTime": 100, "CineRate": 4}, [0, 0.1, 0.2]),
        ({"FrameTime": 100, "FrameTimeVector": [0, 500, 500]}, [0, 0.5, 1]),
    ],
)
def test_stated_times_are_seconds_from_the_first_frame(attributes, expected):
    times, stated = frame_times(header(**attributes), 3)
    assert stated
    assert times.tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [(TIME, [0, 0.1, 0.2]), (VECTOR, [0, 0.5, 1]), ([0x00181520, TIME], [0, 0.1, 0.2])],
)
def test_frame_increment_pointer_decides_between_contradicting_times(pointer, expected):
    both = header(FrameTime=100, FrameTimeVector=[0, 500, 500], FrameIncrementPointer=pointer)
    assert frame_times(both, 3)[0].tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"FrameTime": 0},
        {"FrameTime": -5},
        {"FrameTime": ""},
        {"FrameTime": [1, 2]},
        {"FrameTimeVector": [0, 500]},
        {"FrameTimeVector": [0, 500, 0]},
        {"FrameTimeVector": [0, 500, -1]},
        {"CineRate": 0},
        {"FrameTime": "1e-323"},
    ],
)
def test_values_that_cannot_be_times_count_as_not_stated(attributes):
    times, stated = frame_times(header(**attributes), 3)
    assert not stated
    assert times.tolist() == [0, 1, 2]


def test_unusable_vector_leaves_the_word_to_frame_time_and_is_logged(caplog):
    caplog.set_level("INFO")
    short = header(FrameTimeVector=[0, 500], FrameTime=100, FrameIncrementPointer=VECTOR)
    assert frame_times(short, 3)[0].tolist() == pytest.approx([0, 0.1, 0.2])
    assert "Frame Time Vector (0018,1065) cannot be times" in caplog.text


def test_one_frame_is_at_zero():
    times, stated = frame_times(header(FrameTime=40), 1)
    assert stated
    assert times.dtype == np.float64
    assert times.tolist() == [0]
