"""Draws the PNG icons from `Resources/DSASegmentation.svg`; needs PySide6 (`pip install PySide6`).

`python Testing/packaging/draw_icons.py` writes the extension's icon and copies drawing and picture
to the module, whose icon Slicer looks for in `Resources/Icons`.
"""

import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DRAWING = ROOT / "Resources" / "DSASegmentation.svg"
ICONS = ROOT / "DSASegmentation" / "Resources" / "Icons"
SIDE = 128


def draw(side: int) -> Any:
    """Draw the icon as a QImage of a size in pixels."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    return image


def main() -> None:
    draw(SIDE).save(str(DRAWING.with_suffix(".png")))
    for suffix in (".svg", ".png"):
        shutil.copyfile(DRAWING.with_suffix(suffix), ICONS / f"DSASegmentation{suffix}")


if __name__ == "__main__":
    main()
