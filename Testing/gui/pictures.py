"""Pictures of the panel and of what the red view shows beside it."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from DSASegmentationLib.offscreen import OffscreenSlice

from . import conftest

Picture = NDArray[np.uint8]
COLOURS = 128
GAP, WHITE = 6, 255


def grabbed(widget: Any, size: tuple[int, int] | None = None) -> Picture:
    """The picture of a widget, uint8 (rows, columns, 3).

    Args:
        widget: A QWidget.
        size: Columns and rows that it gets; None leaves it as it is.
    """
    if size is not None:
        widget.resize(*size)
    widget.show()
    conftest.settle()
    image = widget.grab().toImage().convertToFormat(conftest.qt.QImage.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    pixels = lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    return pixels.copy()  # the image's memory goes with it


def beside(*pictures: Picture) -> Picture:
    """Several pictures side by side, on white."""
    rows = max(len(picture) for picture in pictures)
    parts = []
    for picture in pictures:
        filled = np.full((rows, picture.shape[1] + GAP, 3), WHITE, np.uint8)
        filled[: len(picture), : picture.shape[1]] = picture
        parts.append(filled)
    return np.hstack(parts)[:, :-GAP]


def save(picture: Picture, path: Path) -> None:
    """Write a picture with few colours, which makes a small file."""
    Image.fromarray(picture).quantize(COLOURS).save(path, optimize=True)


class RedView:
    """The red view, opened once, so that it can be moved and drawn on between two pictures."""

    def __init__(self, app: Any, size: tuple[int, int]) -> None:
        """Open it.

        Args:
            app: The application.
            size: Rows and columns of the pictures.
        """
        self._view = OffscreenSlice(app.host.application, app.host.view, size)
        self._actors: list[Any] = []

    def fit(self) -> None:
        """Show the whole picture."""
        self._view.fit()

    def draw(self, actors: list[Any]) -> None:
        """Draw these vtkActor2Ds, and none of an earlier call."""
        renderer = self._view.window.GetRenderers().GetFirstRenderer()
        for actor in self._actors:
            renderer.RemoveViewProp(actor)
        self._actors = list(actors)
        for actor in actors:
            renderer.AddViewProp(actor)

    def grab(self, *clicks: tuple[int, int]) -> Picture:
        """Give the picture, with rings around points of the view, x and y from below."""
        image = Image.fromarray(self._view.grab())
        draw = ImageDraw.Draw(image)
        for x, y in clicks:
            row = image.height - 1 - y
            draw.ellipse((x - 8, row - 8, x + 8, row + 8), outline=(220, 0, 60), width=2)
        return np.array(image, np.uint8)

    def close(self) -> None:
        self._view.close()
