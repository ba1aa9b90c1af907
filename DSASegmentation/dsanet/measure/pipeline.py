"""measure(): from a prepared run and its labels to all that can be measured."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsanet.errors import MeasureError
from dsanet.io import RunFacts, Spacing
from dsanet.labels import BACKGROUND, CLASS_COUNT, CLASSES
from dsanet.measure.direction import How, upstream_end
from dsanet.measure.flow.bolus import Boluses, fit_boluses
from dsanet.measure.flow.curves import Curves, curves_of, mean_curve
from dsanet.measure.flow.maps import LEAST_FRAMES, flow_maps
from dsanet.measure.lines.bridge import bridged
from dsanet.measure.lines.find import Line, Stations, find_lines, owners_of, stations_of
from dsanet.measure.lines.paths import find_paths
from dsanet.measure.measurements import Flow, Measurements
from dsanet.measure.notes import warnings_of
from dsanet.measure.scale import Scale, stated_scale
from dsanet.measure.stenosis.lesions import find_lesions
from dsanet.measure.vessels import class_statistics, density_map, line_statistics
from dsanet.measure.width.diameters import Widths, measure_widths
from dsanet.prepare import PreparedRun
from dsanet.prepare.window import MOVED

NO_FACTS = RunFacts()


@dataclass(frozen=True, eq=False)
class _Seen:
    """The lines with their stations and, where there are frames enough, their curves."""

    lines: tuple[Line, ...]
    stations: Stations
    owners: NDArray[np.int64]
    curves: Curves | None
    boluses: Boluses | None


def measure(
    prepared: PreparedRun,
    labels: NDArray[np.uint8],
    *,
    facts: RunFacts = NO_FACTS,
    spacing: Spacing | None = None,
    scale: Scale | None = None,
) -> Measurements:
    """Measure a run: lines, diameters, stenoses, vessel statistics and flow.

    Args:
        prepared: The run, subtracted, vessels dark.
        labels: uint8 (H, W), values of `dsanet.labels`, of the prepared run's size.
        facts: Of the run; whether its times are stated and its grey scale is logarithmic.
        spacing: The run's; it becomes millimetres only if it holds at the vessel.
        scale: The user's calibration, as from `catheter_scale`; it outweighs the spacing.

    Returns:
        What could be measured; what could not is named in the warnings.

    Raises:
        MeasureError: The labels have another size or type, or hold other values.
    """
    _check(prepared, labels)
    labels = np.where(prepared.field, labels, BACKGROUND).astype(np.uint8)
    whole = bridged(labels, prepared.center - prepared.minip, prepared.field)
    lines, how = _directed(find_lines(whole.labels), prepared, whole.labels)
    seen = _see(prepared, lines, whole.labels)
    widths = _widths(prepared, seen)
    paths = () if widths is None else find_paths(seen.lines, seen.stations, widths)
    obstacle = "the patient moves" if MOVED in prepared.warnings else ""
    flow = _flow(seen, prepared, obstacle) if facts.times_stated else None
    known, no_scale = (scale, "") if scale is not None else stated_scale(spacing)
    return Measurements(
        shape=(labels.shape[0], labels.shape[1]),
        lines=seen.lines,
        stations=seen.stations,
        owners=seen.owners,
        widths=widths,
        upstream=how,
        paths=paths,
        lesions=tuple(lesion for path in paths for lesion in find_lesions(path)),
        classes=class_statistics(labels, prepared.field, seen.lines, seen.stations, widths),
        vessels=line_statistics(seen.lines, seen.stations, widths),
        density=density_map(seen.stations, (labels.shape[0], labels.shape[1])),
        flow=flow,
        scale=known,
        no_scale=no_scale,
        times_stated=facts.times_stated,
        warnings=warnings_of(prepared, labels, seen.lines, widths, facts, flow, whole.gaps_px),
    )


def _check(prepared: PreparedRun, labels: NDArray[np.uint8]) -> None:
    size = prepared.frames.shape[1:]
    if labels.shape != size:
        msg = (
            f"the labels are {labels.shape} and the run's frames {size} (rows, columns); choose the"
            " labels of this run"
        )
        raise MeasureError(msg)
    if labels.dtype != np.uint8 or int(labels.max(initial=0)) >= CLASS_COUNT:
        msg = (
            f"labels are uint8 from 0 to {CLASS_COUNT - 1}, got {labels.dtype} up to"
            f" {labels.max(initial=0)}; choose a label image that dsanet segment wrote"
        )
        raise MeasureError(msg)


def _see(prepared: PreparedRun, lines: tuple[Line, ...], labels: NDArray[np.uint8]) -> _Seen:
    """Stations, owners and curves of lines."""
    stations = stations_of(lines)
    owners = owners_of(labels, lines, stations)
    if not lines or len(prepared.frames) < LEAST_FRAMES:
        return _Seen(lines, stations, owners, None, None)
    first = prepared.arterial_window[0]
    curves = curves_of(prepared.frames, prepared.times, first, prepared.center, stations, owners)
    return _Seen(
        lines, stations, owners, curves, fit_boluses(curves.times, curves.values, curves.noise)
    )


def _directed(
    lines: tuple[Line, ...], prepared: PreparedRun, labels: NDArray[np.uint8]
) -> tuple[tuple[Line, ...], How]:
    """The same lines with the trunk's begin upstream, and what told that."""
    if not lines or lines[0].kind != "trunk":
        return lines, "none"
    trunk = lines[0]
    alone = _see(prepared, (trunk,), labels)
    turn, how = upstream_end(trunk, prepared.field, alone.curves, alone.boluses)
    if not turn:
        return lines, how
    turned = replace(
        trunk,
        course=trunk.course.reversed(),
        nodes=trunk.nodes[::-1],
        degrees=trunk.degrees[::-1],
    )
    return (turned, *lines[1:]), how


def _widths(prepared: PreparedRun, seen: _Seen) -> Widths | None:
    if not seen.lines:
        return None
    return measure_widths(
        prepared.frames,
        prepared.arterial_window,
        prepared.field,
        seen.lines,
        seen.stations,
        seen.owners,
        prepared.center,
    )


def _flow(seen: _Seen, prepared: PreparedRun, obstacle: str) -> Flow | None:
    if seen.curves is None or seen.boluses is None:
        return None
    values = np.array([line.value for line in seen.lines])[seen.curves.line]
    means = {
        entry.name: mean_curve(seen.curves, values == entry.value)
        for entry in CLASSES
        if np.any(values == entry.value)
    }
    maps = flow_maps(seen.curves, seen.boluses, obstacle)
    return Flow(seen.curves, seen.boluses, maps, means)
