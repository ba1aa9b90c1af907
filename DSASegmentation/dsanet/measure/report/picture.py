"""A colour map with its legend, as one picture."""

from typing import Any

import numpy as np

from dsanet.measure.report.colours import ColourMap, colours_of


def with_legend(shown: ColourMap) -> Any:
    """Put the legend under a colour map.

    Args:
        shown: The map.

    Returns:
        A PIL image of mode RGB, as wide as the map and a strip higher.
    """
    from PIL import Image, ImageDraw, ImageFont

    rows, columns = shown.pixels.shape[:2]
    size = max(10, round(max(rows, columns) / 46))
    strip = 4 * size
    sheet = Image.new("RGB", (columns, rows + strip), (18, 18, 18))
    sheet.paste(Image.fromarray(shown.pixels), (0, 0))
    left, right = size, max(columns - size, size + 1)
    scale = colours_of(np.linspace(0, 1, right - left))[None].repeat(size, axis=0)
    sheet.paste(Image.fromarray(np.round(scale).astype(np.uint8)), (left, rows + size // 2))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size)
    y = rows + round(1.7 * size)
    texts = (
        (left, "la", f"{shown.low:.2f}"),
        (columns / 2, "ma", f"{0.5 * (shown.low + shown.high):.2f}"),
        (right, "ra", f"{shown.high:.2f}"),
    )
    for x, anchor, text in texts:
        draw.text((x, y), text, fill=(230, 230, 230), font=font, anchor=anchor)
    draw.text((columns / 2, y + 1.1 * size), shown.title, (200, 200, 200), font, anchor="ma")
    return sheet
