from dataclasses import replace

import numpy as np
import pytest

from dsanet import labels
from dsatrain.phantom import sample_settings
from dsatrain.phantom.background import drift_layers
from dsatrain.phantom.fields import rough
from dsatrain.phantom.hardware import catheter_layers, seam_layers, wire_layers
from dsatrain.phantom.head import build_head
from dsatrain.phantom.tree import build_arteries, middle
from dsatrain.phantom.veins import build_veins

SETTINGS = sample_settings(4, (80, 70), 5)


def with_catheter(depth):
    return replace(
        SETTINGS,
        patient=replace(SETTINGS.patient, catheter=depth),
        vessels=replace(SETTINGS.vessels, tip=0.4),
        flow=replace(SETTINGS.flow, times=(0.0, 1.0, 2.0), injection_s=0.5),
        view=replace(SETTINGS.view, size=(300, 300), pixel_mm=0.9, centre_mm=(0.0, -80.0)),
    )


def test_the_head_attenuates_and_the_neck_is_low():
    head = build_head(SETTINGS, middle(SETTINGS.vessels), SETTINGS.stream("head"))
    assert head.attenuation.shape == head.low.shape == (80, 70)
    assert np.ptp(head.attenuation) > 0.3
    for part in (head.low, head.throat, head.eyes):
        assert 0 <= part.min() <= part.max() <= 1


def test_the_catheter_leaves_as_much_bright_as_dark_after_the_injection_only():
    settings = with_catheter(0.1)
    tree = build_arteries(settings.vessels, 1.0, settings.stream("arteries"))
    layer = catheter_layers(tree.catheter, middle(settings.vessels), settings)
    assert (layer.weights[:, 0] > 0).tolist() == [False, True, True]
    assert layer.maps[0].max() > 0.2
    assert abs(layer.maps[0].sum()) < 0.02 * np.abs(layer.maps[0]).sum()


def test_the_catheter_swings_with_the_pulse():
    settings = with_catheter(0.1)
    tree = build_arteries(settings.vessels, 1.0, settings.stream("arteries"))
    swing = catheter_layers(tree.catheter, middle(settings.vessels), settings).weights[:, 1]
    beat = np.sin(2 * np.pi * settings.flow.heart_hz * (np.array(settings.flow.times) - 0.5))
    assert swing / swing[1] == pytest.approx(beat / beat[1])


def test_without_catheter_wires_and_seams_there_are_no_layers():
    patient = replace(SETTINGS.patient, catheter=0.0, wires=0)
    bare = replace(SETTINGS, patient=patient, image=replace(SETTINGS.image, stitches=0))
    tree = build_arteries(bare.vessels, 1.0, bare.stream("arteries"))
    rng = np.random.default_rng(0)
    for layers in (
        catheter_layers(tree.catheter, middle(bare.vessels), bare),
        wire_layers(bare, rng),
        seam_layers(bare, rng),
    ):
        assert layers.maps.shape == (0, 80, 70)
        assert layers.weights.shape == (5, 0)


def test_a_seam_is_a_straight_line_across_the_image():
    settings = replace(SETTINGS, image=replace(SETTINGS.image, stitches=1))
    seam = seam_layers(settings, np.random.default_rng(3)).maps[0]
    along_rows, along_columns = np.ptp(seam, axis=0).max(), np.ptp(seam, axis=1).max()
    assert min(along_rows, along_columns) == 0
    assert max(along_rows, along_columns) > 0


def test_a_wire_leaves_as_much_bright_as_dark():
    settings = replace(SETTINGS, patient=replace(SETTINGS.patient, wires=2))
    layers = wire_layers(settings, np.random.default_rng(0))
    assert len(layers.maps) == 2
    assert np.abs(layers.maps).max() > 0
    assert abs(layers.maps.sum()) < 0.2 * np.abs(layers.maps).sum()


def test_drift_has_a_weight_for_each_frame():
    layers = drift_layers(SETTINGS, SETTINGS.stream("drift"))
    assert layers.weights.shape == (5, len(layers.maps))


def test_a_rough_field_is_standardised():
    field = rough((50, 60), 4.0, np.random.default_rng(0))
    assert field.shape == (50, 60)
    assert abs(field.mean()) < 1e-4
    assert abs(field.std() - 1) < 1e-4


def test_veins_are_background_and_fill_after_the_first_of_them():
    for seed in range(6):
        settings = sample_settings(seed)
        veins = build_veins(settings.vessels, settings.stream("veins"))
        assert set(veins.label.tolist()) == {labels.BACKGROUND}
        assert veins.arrival.min() >= 0
