from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from dsatrain.phantom import sample_settings
from dsatrain.phantom.head import Head
from dsatrain.phantom.layers import summed
from dsatrain.phantom.motion import Motion, bone_layers, follow, sample_motion

SIZE = (60, 70)
SETTINGS = sample_settings(4, SIZE, 6)


def head_with_bars() -> Head:
    bone = np.zeros(SIZE, np.float32)
    bone[20:40, 25:28] = 1
    bone[30:33, 10:60] = 1
    nowhere = np.zeros(SIZE, np.float32)
    return Head(gaussian_filter(bone, 1.2), nowhere, nowhere, nowhere)


def motion(**given) -> Motion:
    """Two frames: one as the mask, one moved."""
    still = {
        "step": (0, 0), "drift": (0, 0), "turn_deg": 0, "jaw": (0, 0), "throat": 0, "eyes": (0, 0)
    }  # fmt: skip
    moved = {**still, **given}
    return Motion(**{key: np.array((still[key], moved[key]), float) for key in still})


def test_a_patient_who_lies_still_leaves_no_edges():
    patient = replace(
        SETTINGS.patient, motion_px=0.0, turn_deg=0.0, jaw_px=0.0, eyes_px=0.0, swallows=False
    )
    still = replace(SETTINGS, patient=patient)
    layers = bone_layers(sample_motion(still, still.stream("motion")), head_with_bars())
    assert not summed(layers).any()


def test_a_large_shift_is_exact():
    head = head_with_bars()
    edges = summed(bone_layers(motion(step=(4, -3)), head))
    wanted = np.roll(head.attenuation, (4, -3), (0, 1)) - head.attenuation
    assert not edges[0].any()
    assert edges[1] == pytest.approx(wanted, abs=1e-3)


def test_a_turn_by_a_right_angle_is_exact():
    square = replace_attenuation(head_with_bars(), head_with_bars().attenuation[:, :60])
    edges = summed(bone_layers(motion(turn_deg=90), square))
    turned = np.rot90(square.attenuation, 1)
    inside = slice(3, -3), slice(3, -3)
    assert (edges[1] + square.attenuation)[inside] == pytest.approx(turned[inside], abs=1e-3)


def replace_attenuation(head: Head, attenuation: np.ndarray) -> Head:
    nowhere = np.zeros(attenuation.shape, np.float32)
    return Head(np.ascontiguousarray(attenuation), nowhere, nowhere, nowhere)


def test_small_drift_is_right_to_first_order():
    head = head_with_bars()
    exact = summed(bone_layers(motion(step=(0.25, 0.1)), head))[1]
    drift = summed(bone_layers(motion(drift=(0.25, 0.1)), head))[1]
    assert drift == pytest.approx(exact, abs=0.05 * float(head.attenuation.max()))
    assert np.corrcoef(drift.ravel(), exact.ravel())[0, 1] > 0.97


def test_swallowing_moves_the_throat_alone_and_up():
    head = head_with_bars()
    throat = np.zeros(SIZE, np.float32)
    throat[:, :40] = 1
    head = Head(head.attenuation, head.low, throat, head.eyes)
    edges = summed(bone_layers(motion(throat=5), head))[1]
    wanted = np.roll(head.attenuation, -5, 0) - head.attenuation
    assert edges[:, :38] == pytest.approx(wanted[:, :38], abs=1e-3)
    assert edges[:, 42:] == pytest.approx(0, abs=1e-3)


def test_contrast_follows_the_head():
    image = head_with_bars().attenuation
    assert follow(image, motion(), 1, 0) is image
    moved = follow(image, motion(step=(2, 3)), 1, 0)
    assert moved == pytest.approx(np.roll(image, (2, 3), (0, 1)), abs=1e-6)
    turned = follow(np.ascontiguousarray(image[:, :60]), motion(turn_deg=90), 1, 0)
    assert turned == pytest.approx(np.rot90(image[:, :60], 1), abs=1e-3)


def test_the_field_is_the_displacement_of_every_pixel():
    field = motion(step=(2, -1), drift=(0.5, 0)).field(1, head_with_bars())
    assert field[0] == pytest.approx(2.5)
    assert field[1] == pytest.approx(-1)


def test_poses_change_in_steps_at_most_as_often_as_the_patient_moves():
    patient = replace(SETTINGS.patient, motion_px=1.0, motion_steps=2, turn_deg=1.0, swallows=False)
    settings = replace(SETTINGS, patient=patient)
    for seed in range(5):
        drawn = sample_motion(settings, np.random.default_rng(seed))
        assert len({drawn.key(frame) for frame in range(6)}) <= 3
        assert np.abs(drawn.drift).max() <= 0.3


def test_turning_eyes_leave_edges_of_the_eyeballs_alone():
    head = head_with_bars()
    eyes = np.zeros(SIZE, np.float32)
    eyes[5:12, 5:12] = 0.1
    edges = summed(bone_layers(motion(eyes=(0, 1)), replace(head, eyes=eyes)))[1]
    assert edges[8, 5] < 0 < edges[8, 12]
    assert not edges[20:].any()
