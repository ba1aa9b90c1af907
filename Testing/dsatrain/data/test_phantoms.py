"""A phantom through a case gives the network what the phantom itself gives."""

from dataclasses import replace

import numpy as np
import pytest

from dsanet.cases import prepared_run, read_case, write_case
from dsanet.prepare import PrepareChoices, network_frames, prepare
from dsatrain.data.phantoms import phantom_case
from dsatrain.phantom import make_phantom, sample_settings


@pytest.fixture(scope="module")
def phantom():
    settings = sample_settings(7)
    view = replace(settings.view, size=(96, 128), pixel_mm=1.6)
    return make_phantom(replace(settings, view=view))


def test_the_network_sees_the_same(phantom, tmp_path):
    write_case(tmp_path / "case", phantom_case(phantom))
    case = read_case(tmp_path / "case")
    choices = PrepareChoices(arterial_window=phantom.arterial_window, subtract="never")
    direct, stored = prepare(phantom.run, choices), prepared_run(case)
    for one, other in zip(network_frames(direct), network_frames(stored), strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(direct.normalise(direct.minip), stored.normalise(stored.minip))
    assert np.array_equal(case.labels, phantom.labels)
    assert case.facts.spacing == phantom.run.spacing
    assert (case.facts.source, case.facts.status) == ("phantom", "accepted")
