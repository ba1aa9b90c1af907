import io

import numpy as np
from PIL import Image

from dsanet.export import labels_png


def test_pixels_are_the_label_values_and_notes_are_kept() -> None:
    labels = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)
    image = Image.open(io.BytesIO(labels_png(labels, {"Notice": "größe"})))
    assert image.mode == "L"
    assert np.array_equal(np.asarray(image), labels)
    assert image.info["Notice"] == "größe"
