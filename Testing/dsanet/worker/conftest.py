import numpy as np
import pytest

from dsanet.io import DSARun, RunFacts, Spacing


@pytest.fixture
def run():
    """Four frames of 96 x 96 in which a dark vertical tube fills from frame 2."""
    pixels = np.random.default_rng(0).normal(150, 1, (4, 96, 96))
    pixels[2:, 10:80, 40:45] -= 80
    facts = RunFacts(
        viewing_mode="SUB",
        times_stated=True,
        mask_subtraction=({"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1, 2]},),
        image_type=("ORIGINAL", "PRIMARY"),
        uids={"SOPInstanceUID": "1.2.3"},
    )
    spacing = Spacing(0.3, 0.25, "detector", "ImagerPixelSpacing")
    return DSARun(pixels.astype(np.uint8), np.arange(4) / 3, spacing, facts, "gemacht ü")
