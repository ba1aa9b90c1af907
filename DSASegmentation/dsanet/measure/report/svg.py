"""Plots as inline SVG."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from dsanet.labels import CLASSES
from dsanet.measure.lines.paths import Path
from dsanet.measure.report.colours import ColourMap, colours_of
from dsanet.measure.stenosis.lesions import Lesion
from dsanet.measure.stenosis.profile import DiameterProfile

Floats = NDArray[np.float64]

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 240, 52, 40, 12, 12
INK, GRID, BAND, REFERENCE, MARK = "#1f2a36", "#d9dfe6", "#f7bda9", "#4878a8", "#b00020"


class Axes:
    """Where values lie in a plot."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.x, self.y = (_spread(*x), _spread(*y))

    def at(self, x: Floats, y: Floats) -> list[str]:
        """Points as `x,y` in the picture."""
        across = LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (WIDTH - LEFT - RIGHT)
        down = HEIGHT - BOTTOM - (y - self.y[0]) / (self.y[1] - self.y[0]) * (HEIGHT - BOTTOM - TOP)
        return [f"{a:.1f},{d:.1f}" for a, d in zip(across.tolist(), down.tolist(), strict=True)]

    def frame(self, x_title: str, y_title: str) -> str:
        """Grid, ticks and titles."""
        parts = []
        low = HEIGHT - BOTTOM
        for value in _ticks(*self.x):
            (place,) = self.at(np.array([value]), np.array([self.y[0]]))
            across = place.split(",")[0]
            parts.append(
                f'<line x1="{across}" y1="{TOP}" x2="{across}" y2="{low}" stroke="{GRID}"/>'
                f'<text x="{across}" y="{low + 15}" text-anchor="middle">{value:g}</text>'
            )
        for value in _ticks(*self.y):
            (place,) = self.at(np.array([self.x[0]]), np.array([value]))
            down = place.split(",")[1]
            parts.append(
                f'<line x1="{LEFT}" y1="{down}" x2="{WIDTH - RIGHT}" y2="{down}" stroke="{GRID}"/>'
                f'<text x="{LEFT - 6}" y="{down}" dy="4" text-anchor="end">{value:g}</text>'
            )
        middle = 0.5 * (LEFT + WIDTH - RIGHT)
        parts.append(
            f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_title)}</text>'
            f'<text x="14" y="{HEIGHT / 2}" text-anchor="middle"'
            f' transform="rotate(-90 14 {HEIGHT / 2})">{escape(y_title)}</text>'
        )
        return "".join(parts)


def diameter_plot(path: Path, profile: DiameterProfile, lesions: Sequence[Lesion]) -> str:
    """Draw the diameter along a path with its error, its reference and its lesions.

    Args:
        path: The path.
        profile: Its smoothed diameters.
        lesions: Those on it.
    """
    known = np.isfinite(profile.diameter_px)
    error = np.nan_to_num(profile.error_px, nan=0.0)
    top = float(np.nanmax(profile.diameter_px + error)) if known.any() else 1.0
    axes = Axes((0, float(path.along[-1])), (0, 1.1 * max(top, float(profile.reference_px.max()))))
    parts = [axes.frame(f"along the {path.name}, pixels downstream", "diameter, pixels")]
    for part in _stretches(known):
        x, y, spread = path.along[part], profile.diameter_px[part], error[part]
        outline = axes.at(x, y + spread) + axes.at(x, y - spread)[::-1]
        parts.append(f'<polygon points="{" ".join(outline)}" fill="{BAND}"/>')
        parts.append(_line(axes.at(x, y), "#e0562c", 2))
    parts.append(_line(axes.at(path.along, profile.reference_px), REFERENCE, 1.2, "5 4"))
    for number, lesion in enumerate(lesions, start=1):
        if not np.isfinite(lesion.minimum_px):
            continue
        (place,) = axes.at(np.array([lesion.at_px]), np.array([lesion.minimum_px]))
        across, down = place.split(",")
        parts.append(
            f'<circle cx="{across}" cy="{down}" r="4" fill="none" stroke="{MARK}"/>'
            f'<text x="{across}" y="{float(down) + 17:.1f}" text-anchor="middle"'
            f' fill="{MARK}">{number}</text>'
        )
    return _svg(parts)


def curve_plot(times: Floats, curves: Mapping[str, Floats]) -> str:
    """Draw time-density curves.

    Args:
        times: float64 (T,), seconds.
        curves: float64 (T,) by the name of their class.
    """
    everything = np.concatenate([np.zeros(1), *curves.values()])
    axes = Axes((0, float(times[-1])), (float(everything.min()), 1.05 * float(everything.max())))
    parts = [axes.frame("seconds from the first frame", "darkness, grey values")]
    colours = {entry.name: "#{:02x}{:02x}{:02x}".format(*entry.color) for entry in CLASSES}
    for number, (name, curve) in enumerate(curves.items()):
        colour, top = colours.get(name, INK), TOP + 6 + 18 * number
        parts.append(_line(axes.at(times, curve), colour, 2))
        parts += [
            f'<circle cx="{across}" cy="{down}" r="2.5" fill="{colour}"/>'
            for across, down in (place.split(",") for place in axes.at(times, curve))
        ]
        parts.append(
            f'<rect x="{WIDTH - 90}" y="{top}" width="14" height="4" fill="{colour}"/>'
            f'<text x="{WIDTH - 70}" y="{top + 6}">{escape(name)}</text>'
        )
    return _svg(parts)


def legend(shown: ColourMap) -> str:
    """Draw a colour map's scale with its ends and middle in figures."""
    stops = "".join(
        f'<stop offset="{share:.2f}" stop-color="rgb({red:.0f},{green:.0f},{blue:.0f})"/>'
        for share in np.linspace(0, 1, 9).tolist()
        for red, green, blue in [colours_of(np.array(share)).tolist()]
    )
    middle = 0.5 * (shown.low + shown.high)
    texts = "".join(
        f'<text x="{x}" y="34" text-anchor="{anchor}">{value:.2f}</text>'
        for x, anchor, value in (
            (4, "start", shown.low), (200, "middle", middle), (396, "end", shown.high)
        )
    )  # fmt: skip
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 56" class="legend" role="img">'
        f'<defs><linearGradient id="scale">{stops}</linearGradient></defs>'
        f'<rect x="4" y="4" width="392" height="14" fill="url(#scale)"/>{texts}'
        f'<text x="200" y="52" text-anchor="middle">{escape(shown.title)}</text></svg>'
    )


def _svg(parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        + "".join(parts)
        + "</svg>"
    )


def _line(points: list[str], colour: str, width: float, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}"'
        f' stroke-width="{width}"{dashed}/>'
    )


def _stretches(known: NDArray[np.bool_]) -> list[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(np.int8), [0]))))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2) if b - a > 1]


def _spread(low: float, high: float) -> tuple[float, float]:
    return (low, high) if high > low else (low, low + 1.0)


def _ticks(low: float, high: float) -> list[float]:
    """Some five round values between two."""
    rough = (high - low) / 5
    power = 10 ** np.floor(np.log10(rough))
    step = float(power * min((1, 2, 5, 10), key=lambda one: abs(one * power - rough)))
    first = np.ceil(low / step) * step
    return [round(float(value), 10) + 0.0 for value in np.arange(first, high + 1e-9 * step, step)]
