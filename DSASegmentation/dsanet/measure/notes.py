"""What a user should mind about measurements, one sentence each."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dsanet.io import RunFacts
from dsanet.labels import BACKGROUND, MAT
from dsanet.measure.flow.maps import LEAST_FRAMES
from dsanet.measure.lines.find import Line
from dsanet.measure.measurements import Flow
from dsanet.measure.width.diameters import Widths
from dsanet.prepare import PreparedRun

FEW_SHARE = 0.5
"""Below this share of the length with diameters that count, it is said."""


def warnings_of(
    prepared: PreparedRun,
    labels: NDArray[np.uint8],
    lines: tuple[Line, ...],
    widths: Widths | None,
    facts: RunFacts,
    flow: Flow | None,
    gaps_px: tuple[float, ...] = (),
) -> tuple[str, ...]:
    """Name what could not be measured, or less well than usual, and why.

    Args:
        prepared: The run; its own warnings are repeated.
        labels: uint8 (H, W).
        lines: Found in them.
        widths: At their stations.
        facts: Of the run.
        flow: If any was measured.
        gaps_px: Lengths of gaps in the trunk's label that were followed in the picture.
    """
    found = [
        *prepared.warnings,
        *_about_labels(labels, lines),
        *_about_gaps(gaps_px),
        *_about_widths(lines, widths),
        *_about_flow(prepared, facts, flow),
    ]
    return tuple(dict.fromkeys(found))


def _about_labels(labels: NDArray[np.uint8], lines: tuple[Line, ...]) -> Iterator[str]:
    if not np.any(labels != BACKGROUND):
        yield "There are no labelled vessels, so nothing was measured."
        return
    if not lines:
        yield "The labelled vessels are too small to have a course, so only areas were measured."
    if not np.any(labels == MAT):
        yield "There is no main artery trunk (MAT), so no stenosis was looked for."
    elif lines and sum(line.value == MAT for line in lines) > 1:
        yield (
            "The trunk (MAT) is in pieces, forks or crosses itself; its longest way was taken and"
            " the rest counts as vessels beside it."
        )


def _about_gaps(gaps_px: tuple[float, ...]) -> Iterator[str]:
    if gaps_px:
        gaps = "1 gap" if len(gaps_px) == 1 else f"{len(gaps_px)} gaps"
        yield (
            f"The trunk's label has {gaps}, {sum(gaps_px):.0f} px in all, over which the picture"
            " shows the vessel; its course was followed there."
        )


def _about_widths(lines: tuple[Line, ...], widths: Widths | None) -> Iterator[str]:
    if widths is None:
        return
    if not widths.look.found:
        yield (
            "There is too little of wide vessels to tell how blurred the run is, so a usual blur"
            f" ({widths.look.blur_px:g} px) is assumed; thin diameters may be off by as much."
        )
    if np.mean(widths.counts) < FEW_SHARE:
        yield (
            f"Diameters count on {100 * np.mean(widths.counts):.0f} % of the vessels' length only;"
            " elsewhere vessels meet, cross or hide one another."
        )


def _about_flow(prepared: PreparedRun, facts: RunFacts, flow: Flow | None) -> Iterator[str]:
    if not facts.times_stated:
        yield "The input states no frame times, so no flow was measured."
        return
    if len(prepared.frames) < LEAST_FRAMES:
        yield f"Flow needs at least {LEAST_FRAMES} frames, so none was measured."
    if flow is None:
        return
    if flow.curves.baseline_frames == 0:
        yield "There is no frame before contrast arrives, so the background's grey is the baseline."
    if facts.intensity_relationship == "DISP":
        yield (
            "The grey scale was bent for display, so peak heights, areas under the curve and"
            " wash-in cannot be compared with other runs."
        )
