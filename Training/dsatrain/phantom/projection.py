"""Projects vessels and the head onto the detector."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsatrain.phantom.settings import ViewSettings
from dsatrain.phantom.vessels import Floats, Vessels

MOST_PX = 0.8


@dataclass(frozen=True, eq=False)
class Samples:
    """Short pieces of vessel as the detector sees them.

    Attributes:
        row: float64 (n,), pixels.
        column: float64 (n,), pixels.
        radius_px: float64 (n,), radius in pixels.
        length_mm: float64 (n,), length of the piece in space.
        arrival: float64 (n,), s.
        label: uint8 (n,).
        radius_mm: float64 (n,), radius in space.
        fill: float64 (n,), share of the contrast that gets here, 0 to 1.
    """

    row: Floats
    column: Floats
    radius_px: Floats
    length_mm: Floats
    arrival: Floats
    label: NDArray[np.uint8]
    radius_mm: Floats
    fill: Floats

    def pick(self, chosen: NDArray[np.bool_]) -> "Samples":
        """Keep the pieces that are chosen, bool (n,)."""
        return Samples(**{name: getattr(self, name)[chosen] for name in self.__annotations__})


def joined(parts: list[Samples]) -> Samples:
    """Put the pieces of several sets together."""
    names = Samples.__annotations__
    return Samples(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


def rotation(view: ViewSettings) -> Floats:
    """Matrix (3, 3) from patient coordinates to (right in the image, up, towards the source).

    At angles of 0 the source is behind the patient, so the patient's left is at the image's right;
    at a primary angle of 90 the patient looks to the image's left.
    """
    primary, secondary, roll = np.deg2rad(view.angles_deg)
    cos, sin = np.cos(primary), np.sin(primary)
    turn = np.array([[cos, sin, 0], [0, 0, 1], [-sin, cos, 0]])
    cos, sin = np.cos(secondary), np.sin(secondary)
    tilt = np.array([[1, 0, 0], [0, cos, sin], [0, -sin, cos]])
    cos, sin = np.cos(roll), np.sin(roll)
    spin = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    mirror = np.diag([-1.0 if view.mirrored else 1.0, 1.0, 1.0])
    return np.asarray(mirror @ spin @ tilt @ turn)


def project(points: Floats, middle: Floats, view: ViewSettings) -> tuple[Floats, Floats, Floats]:
    """Project points by a cone beam.

    Args:
        points: float64 (N, 3), mm.
        middle: float64 (3,), the isocentre.
        view: The view.

    Returns:
        Row, column (pixels, from the centre of the top left pixel) and pixels per mm, each (N,).
    """
    right, up, near = np.einsum("ij,nj->in", rotation(view), points - middle)
    per_mm = view.source_mm / (view.source_mm - near) / view.pixel_mm
    rows, columns = view.size
    column = (columns - 1) / 2 + per_mm * right - view.centre_mm[0] / view.pixel_mm
    row = (rows - 1) / 2 - per_mm * up + view.centre_mm[1] / view.pixel_mm
    return row, column, per_mm


def sample(vessels: Vessels, middle: Floats, view: ViewSettings) -> Samples:
    """Cut vessels into pieces short enough for their discs to merge.

    Pieces of at most `MOST_PX` give the chord within 3 %.

    Args:
        vessels: What to project.
        middle: float64 (3,), the isocentre.
        view: The view.

    Returns:
        The pieces that lie on or near the image.
    """
    row, column, per_mm = project(vessels.points, middle, view)
    same = vessels.vessel[1:] == vessels.vessel[:-1]
    near = _near(row, column, vessels.radius * per_mm + 3, view.size)
    first = np.flatnonzero(same & (near[1:] | near[:-1]))
    length = np.linalg.norm(vessels.points[first + 1] - vessels.points[first], axis=1)
    pieces = np.maximum(1, np.ceil(length * per_mm[first] / MOST_PX)).astype(np.int64)
    at = np.repeat(first, pieces)
    share = (np.arange(len(at)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / np.repeat(
        pieces, pieces
    )

    def between(values: Floats) -> Floats:
        return np.asarray(values[at] + share * (values[at + 1] - values[at]))

    radius_mm = between(vessels.radius)
    return Samples(
        row=between(row),
        column=between(column),
        radius_px=radius_mm * between(per_mm),
        length_mm=np.repeat(length / pieces, pieces),
        arrival=between(vessels.arrival),
        label=vessels.label[at],
        radius_mm=radius_mm,
        fill=between(vessels.fill),
    )


def _near(row: Floats, column: Floats, margin: Floats, size: tuple[int, int]) -> NDArray[np.bool_]:
    rows, columns = size
    return (
        (row > -margin) & (row < rows + margin) & (column > -margin) & (column < columns + margin)
    )


def add_ellipsoid(
    image: NDArray[np.float32],
    centre: Floats,
    axes: Floats,
    middle: Floats,
    view: ViewSettings,
    weight: float = 1.0,
) -> None:
    """Add the length of each pixel's ray inside an ellipsoid to an image, in place.

    The beam is taken as parallel: what is added is an outline, not a vessel.

    Args:
        image: float32 (H, W), natural-log units or mm.
        centre: float64 (3,), mm.
        axes: float64 (3,), semi-axes along x, y, z, mm.
        middle: float64 (3,), the isocentre.
        view: The view.
        weight: What a mm counts.
    """
    turn = rotation(view)
    offset = turn @ (centre - middle)
    reach = np.sqrt(np.diag(turn @ np.diag(axes**2) @ turn.T))
    rows, columns = view.size
    right = (np.arange(columns) - (columns - 1) / 2) * view.pixel_mm + view.centre_mm[0] - offset[0]
    up = -(np.arange(rows) - (rows - 1) / 2) * view.pixel_mm + view.centre_mm[1] - offset[1]
    across, down = np.flatnonzero(np.abs(right) < reach[0]), np.flatnonzero(np.abs(up) < reach[1])
    if not len(across) or not len(down):
        return
    part = slice(down[0], down[-1] + 1), slice(across[0], across[-1] + 1)
    u, v = right[part[1]][None].astype(np.float32), up[part[0]][:, None].astype(np.float32)
    shape = (turn @ np.diag(1 / axes**2) @ turn.T).astype(np.float32)
    half = shape[0, 2] * u + shape[1, 2] * v
    rest = shape[0, 0] * u**2 + (2 * shape[0, 1]) * u * v + shape[1, 1] * v**2 - 1
    inside = np.maximum(half**2 - shape[2, 2] * rest, 0)
    image[part] += np.float32(2 * weight / shape[2, 2]) * np.sqrt(inside)
