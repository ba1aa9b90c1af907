"""PNG files: the label image, and the encoder that it shares with the overlay."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def labels_png(labels: NDArray[np.uint8], notes: Mapping[str, str]) -> bytes:
    """Encode a label image as an 8-bit grey PNG whose pixels are the label values.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`.
        notes: Text chunks, key to value.

    Returns:
        The file's content.
    """
    from PIL import Image

    return encode(Image.fromarray(labels), notes)


def encode(image: Any, notes: Mapping[str, str]) -> bytes:
    """Encode a PIL image as PNG with text chunks.

    Args:
        image: The image.
        notes: Text chunks, key to value.

    Returns:
        The file's content.
    """
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for key, value in notes.items():
        info.add_itxt(key, value)
    stream = io.BytesIO()
    image.save(stream, "PNG", pnginfo=info)
    return stream.getvalue()
