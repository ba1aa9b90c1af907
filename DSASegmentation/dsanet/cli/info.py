"""`dsanet info`: what is known about a run before it is segmented."""

import argparse
from typing import Any

from dsanet.cli.streams import show
from dsanet.export import spacing_values, to_json
from dsanet.io import DSARun, read_run
from dsanet.prepare import PreparedRun, prepare


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet info`.

    Raises:
        DSAError: The run cannot be read or prepared.
    """
    run = read_run(arguments.input)
    facts = describe(run, prepare(run))
    show(to_json(facts) if arguments.json else _card(facts))


def describe(run: DSARun, prepared: PreparedRun) -> dict[str, Any]:
    """Describe a run.

    Args:
        run: As read.
        prepared: As prepared.

    Returns:
        JSON values: name, size, times, header facts, spacing, subtraction, arterial window.
    """
    _, rows, columns = run.pixels.shape
    facts = run.facts
    return {
        "name": run.name,
        "frames": run.frame_count,
        "rows": rows,
        "columns": columns,
        "seconds": float(run.times[-1]),
        "times": run.times.tolist(),
        "times_stated": facts.times_stated,
        "spacing_mm": spacing_values(run.spacing),
        "bits_stored": facts.bits_stored,
        "photometric": facts.photometric,
        "intensity_relationship": facts.intensity_relationship,
        "viewing_mode": facts.viewing_mode,
        "equipment": facts.equipment,
        "subtraction": prepared.subtraction,
        "arterial_window": list(prepared.arterial_window),
        "warnings": list(prepared.warnings),
    }


def _card(facts: dict[str, Any]) -> str:
    first, last = facts["arterial_window"]
    rows = {
        "run": facts["name"],
        "frames": f"{facts['frames']} of {facts['columns']} x {facts['rows']} pixels"
        f" (width x height), {facts['bits_stored']} bits",
        "duration": f"{facts['seconds']:.2f} s" if facts["times_stated"] else "not stated",
        "spacing": _spacing_text(facts["spacing_mm"]),
        "equipment": facts["equipment"] or "not stated",
        "subtraction": facts["subtraction"],
        "arterial": f"frames {first} to {last}, counted from 0",
    }
    lines = [f"{title:<12} {value}" for title, value in rows.items()]
    lines += [f"{'warning':<12} {text}" for text in facts["warnings"]]
    return "\n".join(lines) + "\n"


def _spacing_text(spacing: dict[str, Any] | None) -> str:
    if spacing is None:
        return "not stated"
    return (
        f"{spacing['row']:.4g} mm between rows, {spacing['column']:.4g} mm between columns"
        f" ({spacing['meaning']}; {spacing['source']})"
    )
