import numpy as np
import pytest

from dsanet.prepare import prepare


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_arterial_window_of_most_phantoms_is_right_within_a_frame():
    phantom = pytest.importorskip("dsatrain.phantom")
    hits = []
    for seed in range(300, 310):
        made = phantom.make_phantom(phantom.sample_settings(seed))
        prepared = prepare(made.run)
        assert prepared.subtraction == "as stored: the run came subtracted"
        assert not any("inverted" in note for note in prepared.warnings)
        ends = np.subtract(prepared.arterial_window, made.arterial_window)
        hits.append(np.abs(ends).max() <= 1)
    assert np.mean(hits) >= 0.7
