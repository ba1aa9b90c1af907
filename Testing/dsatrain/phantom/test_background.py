from dataclasses import replace

import numpy as np

from dsanet import labels
from dsatrain.phantom import sample_settings
from dsatrain.phantom.background import catheter_layer, drift_layers, motion_layers
from dsatrain.phantom.head import build_head, rough
from dsatrain.phantom.tree import build_arteries, middle
from dsatrain.phantom.veins import build_veins

SETTINGS = sample_settings(4, (80, 70), 5)


def test_a_patient_who_lies_still_leaves_no_edges():
    still = replace(SETTINGS, image=replace(SETTINGS.image, motion_px=0.0))
    head = build_head(still, middle(still.vessels), still.stream("head"))
    assert not motion_layers(still, head, still.stream("motion")).weights.any()


def test_the_head_attenuates_and_the_neck_is_low():
    head = build_head(SETTINGS, middle(SETTINGS.vessels), SETTINGS.stream("head"))
    assert head.attenuation.shape == head.low.shape == (80, 70)
    assert head.attenuation.max() > 0.2
    assert 0 <= head.low.min() <= head.low.max() <= 1


def test_the_catheter_leaves_as_much_bright_as_dark_after_the_injection_only():
    settings = replace(
        SETTINGS,
        image=replace(SETTINGS.image, catheter=0.1),
        flow=replace(SETTINGS.flow, times=(0.0, 1.0, 2.0), injection_s=0.5),
        view=replace(SETTINGS.view, size=(300, 300), pixel_mm=0.9, centre_mm=(0.0, -80.0)),
    )
    tree = build_arteries(settings.vessels, 1.0, settings.stream("arteries"))
    layer = catheter_layer(tree, middle(settings.vessels), settings)
    assert (layer.weights[:, 0] > 0).tolist() == [False, True, True]
    assert layer.maps.max() > 0.2
    assert abs(layer.maps.sum()) < 0.02 * np.abs(layer.maps).sum()


def test_drift_has_a_weight_for_each_frame():
    layers = drift_layers(SETTINGS.view, SETTINGS.image, 5, SETTINGS.stream("drift"))
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
