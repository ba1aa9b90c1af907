"""`dsanet info`: what is known about a run before it is segmented."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from dsanet.atomic import write_bytes
from dsanet.cli.choices import choices_from
from dsanet.cli.segment import check_output, choose_source
from dsanet.cli.streams import show
from dsanet.errors import WriteError
from dsanet.export import spacing_values, to_json
from dsanet.export.strip import strip_png
from dsanet.io import DSARun, find_sources, read_source
from dsanet.prepare import PreparedRun, prepare

NOT_STATED = "not stated"


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet info`.

    Raises:
        DSAError: The run cannot be read or prepared, or the strip cannot be written.
    """
    if arguments.strip:
        _check_strip(arguments.input, arguments.strip)
    sources = find_sources(arguments.input)
    run = read_source(choose_source(arguments.input, sources, arguments.run))
    prepared = prepare(run, choices_from(arguments))
    if arguments.strip:
        content = strip_png(prepared, times_stated=run.facts.times_stated)
        write_bytes(arguments.strip, content)
    facts = describe(run, prepared)
    show(to_json(facts) if arguments.json else card(facts))


def describe(run: DSARun, prepared: PreparedRun) -> dict[str, Any]:
    """Describe a run.

    Args:
        run: As read.
        prepared: As prepared.

    Returns:
        JSON values: name, size, times, header facts, spacing, subtraction, phases. Frames count
        from 0; `rate` and `arterial_seconds` are null where the input states no times.
    """
    _, rows, columns = run.pixels.shape
    facts = run.facts
    first, last = prepared.arterial_window
    arterial_seconds = [float(run.times[first]), float(run.times[last])]
    return {
        "name": run.name,
        "frames": run.frame_count,
        "rows": rows,
        "columns": columns,
        "seconds": float(run.times[-1]),
        "times": run.times.tolist(),
        "times_stated": facts.times_stated,
        "rate": rate(run),
        "spacing_mm": spacing_values(run.spacing),
        "bits_stored": facts.bits_stored,
        "photometric": facts.photometric,
        "intensity_relationship": facts.intensity_relationship,
        "viewing_mode": facts.viewing_mode,
        "equipment": facts.equipment,
        "subtraction": prepared.subtraction,
        "arterial_window": [first, last],
        "arterial_seconds": arterial_seconds if facts.times_stated else None,
        "warnings": list(prepared.warnings),
    }


def rate(run: DSARun) -> dict[str, float] | None:
    """Describe how fast frames follow one another.

    Args:
        run: As read.

    Returns:
        Frames per second at the median interval, and the shortest, median and longest interval in
        seconds; None where the input states no times or holds one frame.
    """
    if not run.facts.times_stated or run.frame_count < 2:
        return None
    intervals = np.diff(run.times)
    median = float(np.median(intervals))
    return {
        "frames_per_second": 1 / median,
        "shortest_s": float(intervals.min()),
        "median_s": median,
        "longest_s": float(intervals.max()),
    }


def card(facts: dict[str, Any]) -> str:
    """Lay a description out for people, one fact a line.

    Args:
        facts: As `describe` returns them.
    """
    first, last = facts["arterial_window"]
    rows = {
        "run": facts["name"],
        "frames": f"{facts['frames']} of {facts['columns']} x {facts['rows']} pixels"
        f" (width x height), {facts['bits_stored']} bits, counted from 0",
        "times": f"stated, {facts['seconds']:.2f} s in all"
        if facts["times_stated"]
        else NOT_STATED,
        "rate": _rate_text(facts["rate"]),
        "before": _frames_text(facts, 0, first - 1),
        "arterial": _frames_text(facts, first, last),
        "after": _frames_text(facts, last + 1, facts["frames"] - 1),
        "spacing": _spacing_text(facts["spacing_mm"]),
        "values": f"{facts['photometric']}, intensity relationship"
        f" {facts['intensity_relationship'] or NOT_STATED}, viewing mode"
        f" {facts['viewing_mode'] or NOT_STATED}",
        "equipment": facts["equipment"] or NOT_STATED,
        "subtraction": facts["subtraction"],
    }
    lines = [f"{title:<12} {value}" for title, value in rows.items()]
    lines += [f"{'warning':<12} {text}" for text in facts["warnings"]]
    return "\n".join(lines) + "\n"


def _rate_text(found: dict[str, float] | None) -> str:
    if found is None:
        return NOT_STATED
    return (
        f"{found['frames_per_second']:.4g} frames/s; {found['median_s']:.4g} s from frame to frame"
        f" (median; shortest {found['shortest_s']:.4g} s, longest {found['longest_s']:.4g} s)"
    )


def _frames_text(facts: dict[str, Any], first: int, last: int) -> str:
    if first > last:
        return "no frames"
    frames = f"frame {first}" if first == last else f"frames {first} to {last}"
    if not facts["times_stated"]:
        return frames
    start, end = facts["times"][first], facts["times"][last]
    return frames + (f", at {start:.2f} s" if first == last else f", {start:.2f} to {end:.2f} s")


def _spacing_text(spacing: dict[str, Any] | None) -> str:
    if spacing is None:
        return NOT_STATED
    return (
        f"{spacing['row']:.4g} mm between rows, {spacing['column']:.4g} mm between columns"
        f" ({spacing['meaning']}; {spacing['source']})"
    )


def _check_strip(source: Path, strip: Path) -> None:
    """Refuse early to write among the frames of the run, or over it."""
    check_output(source, strip.parent)
    if strip.exists() and source.exists() and strip.samefile(source):
        msg = f"{strip} is the run itself; choose another name for the strip"
        raise WriteError(msg)
