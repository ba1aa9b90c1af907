import numpy as np
import pytest

from dsanet.prepare import prepare


@pytest.mark.slow
def test_arterial_window_of_most_phantoms_is_right_within_a_frame():
    phantom = pytest.importorskip("dsatrain.phantom")
    hits, fields = [], []
    for seed in range(500, 520):
        made = phantom.make_phantom(phantom.sample_settings(seed))
        prepared = prepare(made.run)
        assert prepared.subtraction == "as stored"
        ends = np.subtract(prepared.arterial_window, made.arterial_window)
        hits.append(np.abs(ends).max() <= 1)
        fields.append(prepared.field.mean())
    assert np.mean(hits) >= 0.7
    assert min(fields) > 0.25
