import numpy as np
import pytest

from dsatrain.phantom.sac import sac_map, sac_mask
from dsatrain.phantom.settings import ViewSettings

VIEW = ViewSettings((81, 91), (0.0, 0.0, 0.0), 0.25, (0.0, 0.0), 1e9, 1.3, mirrored=False)
ORIGIN = np.zeros(3)


def test_a_sac_is_a_sphere_along_every_ray():
    chords = sac_map((0, 0, 0), 8.0, ORIGIN, VIEW, blur_px=0)
    assert chords[40, 45] == pytest.approx(8.0)
    assert chords[40, 45 + 12] == pytest.approx(2 * np.sqrt(16 - 9))
    assert chords.sum() * 0.25**2 == pytest.approx(4 / 3 * np.pi * 4**3, rel=0.01)


def test_blur_keeps_the_volume():
    chords = sac_map((1, 0, 2), 5.0, ORIGIN, VIEW, blur_px=1.5)
    assert chords.sum() * 0.25**2 == pytest.approx(4 / 3 * np.pi * 2.5**3, rel=0.01)


def test_the_mask_is_the_outline():
    mask = sac_mask((0, 0, 0), 8.0, ORIGIN, VIEW)
    assert mask.sum() == pytest.approx(np.pi * 16**2, rel=0.02)
    assert mask[40, 45 + 15]
    assert not mask[40, 45 + 16]
