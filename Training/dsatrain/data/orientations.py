"""The eight ways to lay a square on itself; four of them keep the sides of other pictures."""

from collections.abc import Callable
from typing import Any

AS_STORED = "as-stored"
ORIENTATIONS: dict[str, Callable[[Any], Any]] = {
    AS_STORED: lambda image: image,
    "transposed": lambda image: image.T,
    "upside-down": lambda image: image[::-1],
    "mirrored": lambda image: image[:, ::-1],
    "half-turn": lambda image: image[::-1, ::-1],
    "quarter-turn-left": lambda image: image.T[::-1],
    "quarter-turn-right": lambda image: image[::-1].T,
    "transposed-half-turn": lambda image: image[::-1, ::-1].T,
}
"""Each takes an array (H, W) and gives a view of it, (H, W) or (W, H)."""
