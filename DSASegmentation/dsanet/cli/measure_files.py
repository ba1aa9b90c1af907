"""The files that `dsanet measure` writes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.export import NOTICE, overlay_png, to_json
from dsanet.export.png import encode
from dsanet.measure import Measurements
from dsanet.measure.flow.maps import QUANTITIES
from dsanet.measure.report.colours import ColourMap, colour_map
from dsanet.measure.report.page import page
from dsanet.measure.report.picture import with_legend
from dsanet.measure.report.values import diameters_csv, lesions_csv, to_values, vessels_csv
from dsanet.prepare import PreparedRun

SUFFIXES = {
    "measurements": "_measurements.json",
    "lesions": "_lesions.csv",
    "vessels": "_vessels.csv",
    "diameters": "_diameters.csv",
    "map": "_arrival.png",
    "report": "_report.html",
}

SHOWN = ("arrival", "ttp")
"""The first of these maps that holds is painted."""


def contents_of(
    measured: Measurements,
    prepared: PreparedRun,
    labels: NDArray[np.uint8],
    stem: str,
    labelled: dict[str, Any],
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Encode all files of one run's measurements.

    Args:
        measured: What was measured.
        prepared: In which run.
        labels: uint8 (H, W).
        stem: What the file names begin with.
        labelled: Where the labels come from, JSON values.

    Returns:
        Content by file name, the colour map only where one holds; and the JSON file's values.
    """
    facts = {"notice": NOTICE, "labels": labelled, **to_values(measured)}
    painted = _painted(measured, prepared)
    picture = None if painted is None else (painted, _png(painted))
    overlay = overlay_png(labels, prepared, {"DSASegmentation_Notice": NOTICE})
    files = {
        "measurements": to_json(facts).encode("utf-8"),
        "lesions": lesions_csv(measured).encode("utf-8"),
        "vessels": vessels_csv(measured).encode("utf-8"),
        "diameters": diameters_csv(measured.paths).encode("utf-8"),
        "report": page(measured, stem, overlay=overlay, colours=picture).encode("utf-8"),
    }
    if painted is not None:
        files["map"] = encode(with_legend(painted), {"DSASegmentation_Notice": NOTICE})
    return {stem + SUFFIXES[kind]: content for kind, content in files.items()}, facts


def _painted(measured: Measurements, prepared: PreparedRun) -> ColourMap | None:
    if measured.flow is None:
        return None
    for key in SHOWN:
        one = measured.flow.maps[key]
        values = one.image(measured.flow.curves, measured.owners)
        title = f"{QUANTITIES[key].title}, seconds from the first frame"
        painted = colour_map(values, prepared.minip, prepared.field, title)
        if painted is not None:
            return painted
    return None


def _png(painted: ColourMap) -> bytes:
    from PIL import Image

    return encode(Image.fromarray(painted.pixels), {"DSASegmentation_Notice": NOTICE})
