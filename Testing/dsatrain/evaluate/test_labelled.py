"""The frozen test set: always the same runs, of all numbers of frames, apart from all others."""

from itertools import islice

import pytest

from dsatrain.evaluate import frozen_phantoms, labelled, labelled_phantom
from dsatrain.phantom import sample_settings


@pytest.fixture
def settings(monkeypatch):
    """The settings of the frozen runs, without the work of making them."""
    monkeypatch.setattr(labelled, "make_phantom", lambda settings: settings)
    monkeypatch.setattr(labelled, "labelled_phantom", lambda settings: settings)
    return list(frozen_phantoms())


def test_holds_200_runs_with_every_number_of_frames_ten_times(settings):
    counts = [len(one.flow.times) for one in settings]
    assert {count: counts.count(count) for count in counts} == dict.fromkeys(range(3, 23), 10)
    assert {one.vessels.anatomy for one in settings} >= {"ICA", "VA", "ECA"}
    assert len({one.seed for one in settings}) == 200


def test_nothing_else_uses_its_seeds(settings):
    others = [
        (600_000, 700_000),
        (700_000, 730_000),
        (800_000, 810_000),
        (850_000, 860_000),
        (900_000, 910_000),
        (950_000, 970_000),
    ]
    for one in settings:
        assert not any(first <= one.seed < last for first, last in others)
        assert one.seed < 1_000_003


def test_a_run_is_the_phantom_of_its_seed():
    first = next(islice(frozen_phantoms(), 1))
    assert first.source.pixels.shape == (3, 512, 512)
    again = sample_settings(970_000, (512, 512), 3)
    same = labelled_phantom(labelled.make_phantom(again))
    assert same.source.pixel_hash == first.source.pixel_hash
    assert (same.labels == first.labels).all()
