"""Measurements as plain JSON values and as CSV tables."""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from dsanet.measure.direction import HOW
from dsanet.measure.flow.maps import QUANTITIES, FlowMap
from dsanet.measure.lines.paths import Path
from dsanet.measure.measurements import Flow, Measurements
from dsanet.measure.stenosis.lesions import RULES, Lesion
from dsanet.measure.vessels import QUANTILES, ClassStatistics
from dsanet.measure.width.doubts import DOUBTS, Doubt

LESION_COLUMNS = (
    *("path", "row", "column", "at_px", "length_px", "minimum_px", "minimum_error_px"),
    "densitometric",
    *(
        f"{rule.lower()}_{part}"
        for rule in RULES
        for part in ("percent", "low", "high", "reference_px", "reason")
    ),
    *("length_mm", "minimum_mm", "minimum_error_mm"),
)
VESSEL_COLUMNS = ("number", "name", "length_px", "diameter_px", "tortuosity", "arrival_s", "ttp_s")
DIAMETER_COLUMNS = ("path", "along_px", "row", "column", "diameter_px", "error_px", "doubt")


def to_values(measured: Measurements) -> dict[str, Any]:
    """Describe measurements as JSON values; nothing in them names a patient.

    Returns:
        Lengths in pixels; millimetres beside them only where a scale is stated.
    """
    scale = measured.scale
    look = measured.widths.look if measured.widths else None
    return {
        "rows": measured.shape[0],
        "columns": measured.shape[1],
        "scale": None
        if scale is None
        else {"mm_per_px": scale.mm_per_px, "error_mm": scale.error_mm, "method": scale.method},
        "no_scale": measured.no_scale,
        "upstream": {"by": measured.upstream, "because": HOW[measured.upstream]},
        "blur_px": None if look is None else _plain(look.blur_px),
        "blur_found": None if look is None else look.found,
        "paths": [
            {"name": path.name, "length_px": _plain(path.along[-1])} for path in measured.paths
        ],
        "lesions": [lesion_values(lesion, measured) for lesion in measured.lesions],
        "classes": [class_values(entry) for entry in measured.classes],
        "vessels": vessel_rows(measured),
        "flow": None if measured.flow is None else flow_values(measured.flow),
        "warnings": list(measured.warnings),
    }


def lesion_values(lesion: Lesion, measured: Measurements) -> dict[str, Any]:
    """One lesion, flat, by `LESION_COLUMNS`."""
    values: dict[str, Any] = {
        "path": lesion.path,
        "row": lesion.row,
        "column": lesion.column,
        "at_px": lesion.at_px,
        "length_px": lesion.length_px,
        "minimum_px": lesion.minimum_px,
        "minimum_error_px": lesion.minimum_error_px,
        "densitometric": lesion.densitometric,
    }
    for rule, percent in lesion.percents.items():
        low, high = percent.interval or (None, None)
        parts = (percent.value, low, high, percent.reference_px, percent.reason)
        names = ("percent", "low", "high", "reference_px", "reason")
        values |= {f"{rule.lower()}_{n}": part for n, part in zip(names, parts, strict=True)}
    scale = measured.scale
    if scale is not None:
        share = scale.error_mm / scale.mm_per_px
        least = lesion.minimum_px * scale.mm_per_px
        error = math.hypot(lesion.minimum_error_px * scale.mm_per_px, share * least)
        values["length_mm"] = lesion.length_px * scale.mm_per_px
        values |= {"minimum_mm": least, "minimum_error_mm": error}
    return {key: _plain(value) for key, value in values.items()}


def class_values(entry: ClassStatistics) -> dict[str, Any]:
    """One class."""
    quantiles = entry.diameters_px or (None,) * len(QUANTILES)
    return {
        "name": entry.name,
        "area_px": entry.area_px,
        "share": _plain(entry.share),
        "components": entry.components,
        "length_px": _plain(entry.length_px),
        "lines": entry.lines,
        "branchings": entry.branchings,
        "ends": entry.ends,
        "loops": entry.loops,
        **{
            f"diameter_p{100 * share:.0f}_px": _plain(value)
            for share, value in zip(QUANTILES, quantiles, strict=True)
        },
        "measured_share": _plain(entry.measured_share),
        "tortuosity": _plain(entry.tortuosity),
    }


def vessel_rows(measured: Measurements) -> list[dict[str, Any]]:
    """One row a line, by `VESSEL_COLUMNS`; times are the medians over its cells."""
    return [
        {
            "number": vessel.number,
            "name": vessel.name,
            "length_px": _plain(vessel.length_px),
            "diameter_px": _plain(vessel.diameter_px),
            "tortuosity": _plain(vessel.tortuosity),
            "arrival_s": _line_median(measured.flow, "arrival", vessel.number),
            "ttp_s": _line_median(measured.flow, "ttp", vessel.number),
        }
        for vessel in measured.vessels
    ]


def flow_values(flow: Flow) -> dict[str, Any]:
    """Each map's validity and quartiles, and the mean curves."""
    return {
        "baseline_frames": flow.curves.baseline_frames,
        "maps": {key: _map_values(one) for key, one in flow.maps.items()},
        "times_s": [_plain(value) for value in flow.curves.times.tolist()],
        "curves": {
            name: [_plain(value) for value in curve.tolist()]
            for name, curve in flow.class_curves.items()
        },
    }


def _map_values(one: FlowMap) -> dict[str, Any]:
    quantity = QUANTITIES[one.key]
    values = one.values[np.isfinite(one.values)]
    quartiles = None
    if one.valid and values.size:
        quartiles = [_plain(value) for value in np.quantile(values, (0.25, 0.5, 0.75)).tolist()]
    return {
        "title": quantity.title,
        "unit": quantity.unit,
        "valid": one.valid,
        "reason": one.reason,
        "quartiles": quartiles,
    }


def _line_median(flow: Flow | None, key: str, line: int) -> float | None:
    if flow is None or not flow.maps[key].valid:
        return None
    values = flow.maps[key].values[flow.curves.line == line]
    values = values[np.isfinite(values)]
    return _plain(float(np.median(values))) if values.size else None


def lesions_csv(measured: Measurements) -> str:
    """One line a lesion; only the header where there is none."""
    return _table(LESION_COLUMNS, [lesion_values(one, measured) for one in measured.lesions])


def vessels_csv(measured: Measurements) -> str:
    """One line a vessel between two nodes."""
    return _table(VESSEL_COLUMNS, vessel_rows(measured))


def diameters_csv(paths: Iterable[Path]) -> str:
    """One line a station of the paths; diameters that do not count are empty and say why."""
    rows = [
        {
            "path": path.name,
            "along_px": _plain(path.along[n]),
            "row": _plain(path.points[n, 0]),
            "column": _plain(path.points[n, 1]),
            "diameter_px": _plain(path.diameter_px[n]) if path.counts[n] else None,
            "error_px": _plain(path.error_px[n]) if path.counts[n] else None,
            "doubt": DOUBTS[Doubt(int(path.doubt[n]))],
        }
        for path in paths
        for n in range(len(path.along))
    ]
    return _table(DIAMETER_COLUMNS, rows)


def comparison(one: Measurements, other: Measurements) -> dict[str, Any]:
    """Two runs side by side, as before and after a treatment or left and right.

    Returns:
        For each class and each number of `class_values`: both values and, where both exist, the
        second less the first. Lengths are in pixels and compare only at the same magnification.
    """
    rows: dict[str, Any] = {}
    for first, second in zip(one.classes, other.classes, strict=True):
        left, right = class_values(first), class_values(second)
        for key, value in left.items():
            if key != "name":
                rows[f"{first.name} {key}"] = _side_by_side(value, right[key])
    worst = [
        max((_worst(lesion) for lesion in each.lesions), default=None) for each in (one, other)
    ]
    rows["worst stenosis percent"] = _side_by_side(*worst)
    return rows


def _worst(lesion: Lesion) -> float:
    return max(
        (one.value for one in lesion.percents.values() if one.value is not None), default=0.0
    )


def _side_by_side(first: Any, second: Any) -> dict[str, Any]:
    known = first is not None and second is not None
    return {
        "first": _plain(first),
        "second": _plain(second),
        "difference": _plain(second - first) if known else None,
    }


def _table(columns: tuple[str, ...], rows: list[Mapping[str, Any]] | list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _plain(value: Any) -> Any:
    """A number with four digits after the point that JSON can hold; None for nan."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return round(float(value), 4) if math.isfinite(value) else None
    return value
