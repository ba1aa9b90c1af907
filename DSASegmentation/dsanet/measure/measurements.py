"""Measurements: all that was measured in one run, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.measure.direction import How
from dsanet.measure.flow.bolus import Boluses
from dsanet.measure.flow.curves import Curves
from dsanet.measure.flow.maps import FlowMap
from dsanet.measure.lines.find import Line, Stations
from dsanet.measure.lines.paths import Path
from dsanet.measure.scale import Scale
from dsanet.measure.stenosis.lesions import Lesion
from dsanet.measure.vessels import ClassStatistics, LineStatistics
from dsanet.measure.width.diameters import Widths


@dataclass(frozen=True, eq=False)
class Flow:
    """When contrast is where.

    Attributes:
        curves: Time-density curves of cells, short pieces of vessels.
        boluses: Fitted to them.
        maps: By key of `dsanet.measure.flow.maps.QUANTITIES`; those withheld say why.
        class_curves: float64 (T,), mean curve of each class by its name.
    """

    curves: Curves
    boluses: Boluses
    maps: Mapping[str, FlowMap]
    class_curves: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Measurements:
    """All that was measured in one run. What could not be is missing and named in `warnings`.

    Attributes:
        shape: H and W.
        lines: The middle lines, the trunk first if there is one, its begin upstream.
        stations: Theirs, end to end.
        owners: int64 (H, W), nearest station of each labelled pixel, -1 elsewhere.
        widths: Diameters at the stations, None without any vessel.
        upstream: What told the trunk's direction.
        paths: The trunk and its first branches.
        lesions: Narrow places along the paths, most severe first on each.
        classes: Statistics of BV and MAT.
        vessels: Statistics of each line.
        density: float32, length of vessel a pixel of area in squares, see `density_map`.
        flow: None where frames or times do not allow any.
        scale: Millimetres a pixel, None where no calibration is stated.
        no_scale: Why there is none, else empty.
        times_stated: Whether times are seconds.
        warnings: What to mind, one sentence each.
    """

    shape: tuple[int, int]
    lines: tuple[Line, ...]
    stations: Stations
    owners: NDArray[np.int64]
    widths: Widths | None
    upstream: How
    paths: tuple[Path, ...]
    lesions: tuple[Lesion, ...]
    classes: tuple[ClassStatistics, ...]
    vessels: tuple[LineStatistics, ...]
    density: NDArray[np.float32]
    flow: Flow | None
    scale: Scale | None
    no_scale: str
    times_stated: bool
    warnings: tuple[str, ...]

    @property
    def trunk(self) -> Path | None:
        """The trunk's path, if there is a trunk."""
        return self.paths[0] if self.paths else None
