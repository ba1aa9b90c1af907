"""The audit on phantoms: the right way passes, every other way is caught, nothing is guessed."""

from dataclasses import replace

import numpy as np
import pytest

from dsanet.cases import prepared_run
from dsatrain.data.audit import audit
from dsatrain.data.orientations import AS_STORED, ORIENTATIONS
from dsatrain.data.phantoms import phantom_case
from dsatrain.phantom import make_phantom, sample_settings

SIDE = 192


@pytest.fixture(scope="module", params=[3, 5])
def square_case(request):
    """A phantom of the whole head in few pixels, as a case."""
    settings = sample_settings(request.param)
    view = settings.view
    coarse = view.pixel_mm * max(view.size) / SIDE
    view = replace(view, size=(SIDE, SIDE), pixel_mm=coarse)
    return phantom_case(make_phantom(replace(settings, view=view)))


def test_labels_the_right_way_round_pass(square_case):
    found = audit(prepared_run(square_case), square_case.labels)
    assert (found.verdict, found.best) == ("right", AS_STORED)
    assert found.stated == found.best_fit > found.next_fit + 0.15
    assert str(found).startswith("labels fit (0.")


@pytest.mark.parametrize("name", [name for name in ORIENTATIONS if name != AS_STORED])
def test_labels_any_other_way_are_caught_and_the_cure_is_named(square_case, name):
    turned = np.ascontiguousarray(ORIENTATIONS[name](square_case.labels))
    found = audit(prepared_run(square_case), turned)
    assert found.verdict == "wrong"
    assert np.array_equal(ORIENTATIONS[found.best](turned), square_case.labels)


def test_some_of_the_vessels_are_enough(square_case):
    some = square_case.labels.copy()
    some[: SIDE // 2] = 0
    assert some.any()
    assert audit(prepared_run(square_case), some).verdict == "right"


def test_labels_of_another_run_and_empty_ones_are_unclear(square_case):
    rng = np.random.default_rng(0)
    noise = (rng.random((SIDE, SIDE)) < 0.05).astype(np.uint8)
    assert audit(prepared_run(square_case), noise).verdict == "unclear"
    empty = np.zeros((SIDE, SIDE), np.uint8)
    assert audit(prepared_run(square_case), empty).verdict == "unclear"


def test_bright_vessels_are_named(square_case):
    prepared = prepared_run(square_case)
    found = audit(replace(prepared, minip=-prepared.minip), square_case.labels)
    assert found.verdict != "right"
    assert "vessels should be dark" in str(found)


def test_a_picture_that_is_no_square_is_tried_in_the_four_ways_that_keep_its_sides(square_case):
    prepared = prepared_run(square_case)
    cut = replace(prepared, minip=prepared.minip[20:], field=prepared.field[20:])
    labels = square_case.labels[20:]
    assert audit(cut, labels).verdict == "right"
    assert audit(cut, np.ascontiguousarray(labels[:, ::-1])).best == "mirrored"


def test_the_eight_ways_are_all_there_are():
    corner = np.arange(6).reshape(2, 3)
    seen = {
        orient(corner).tobytes() + bytes(orient(corner).shape) for orient in ORIENTATIONS.values()
    }
    assert len(seen) == len(ORIENTATIONS) == 8
    assert np.array_equal(ORIENTATIONS["quarter-turn-left"](corner), np.rot90(corner))
    assert np.array_equal(ORIENTATIONS["quarter-turn-right"](corner), np.rot90(corner, -1))
