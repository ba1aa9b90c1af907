"""A gate's report: JSON for the registry, a table for people, pictures of what changed most."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

import dsanet
from dsanet.atomic import new_folder, remove_orphans, write_all
from dsanet.export import NOTICE, overlay_image
from dsanet.export.png import encode
from dsanet.packages import ModelPackage
from dsanet.packages.gate_record import GATE_FORMAT, GATE_KIND
from dsatrain.gate.judging import GateReport
from dsatrain.gate.pairs import Pair
from dsatrain.metrics import MASK_SCORES

JSON_FILE, TABLE_FILE = "gate.json", "gate.md"
PICTURES = 6
GAP_PX = 4
"""Between the pictures on a sheet."""


def report_json(report: GateReport) -> str:
    """Give the report as `dsanet.packages.gate_record` reads it, with the scores of every run."""
    return json.dumps(_facts(report), indent=1, allow_nan=False) + "\n"


def report_table(report: GateReport) -> str:
    """Give the report as Markdown: verdict, reasons, one line a rule."""
    data = report.data
    lines = [
        f"**{report.verdict}**: {report.child.name} in place of {report.parent.name}, on"
        f" {data['cases']} runs of {data['patients']} patients",
        "",
        *(f"- {reason}" for reason in report.reasons),
    ]
    if report.findings:
        lines += ["", "| rule | passed | found | runs |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {entry.rule} | {'yes' if entry.passed else '**no**'} | {entry.words} | {entry.cases} |"
        for entry in report.findings
    ]
    return "\n".join([*lines, "", NOTICE, ""])


def write_report(report: GateReport, folder: Path) -> Path:
    """Write `gate.json`, `gate.md` and the pictures, all or none.

    Args:
        report: What was found.
        folder: Where to; it is made if missing. Pictures of an earlier report are removed.

    Returns:
        The JSON file.

    Raises:
        WriteError: A file could not be written.
    """
    files = {
        **{folder / name: picture for name, picture in pictures(report.pairs).items()},
        folder / TABLE_FILE: report_table(report).encode(),
        folder / JSON_FILE: report_json(report).encode(),
    }
    with new_folder(folder):
        remove_orphans(folder)
        write_all(files)
        for old in set(folder.glob("change_*.png")) - set(files):
            old.unlink()
    return folder / JSON_FILE


def pictures(pairs: Sequence[Pair]) -> dict[str, bytes]:
    """Draw the runs whose labels changed most: truth, parent, child from left to right.

    Returns:
        PNG files by name, `change_PLACE_GAIN_RUN.png`.
    """
    ranked = sorted(pairs, key=lambda pair: (-changed_pixels(pair), pair.case.run.name))
    return {
        f"change_{place}_{100 * pair.gain:+.1f}_{pair.case.run.name}.png": _sheet(pair)
        for place, pair in enumerate(ranked[:PICTURES], 1)
        if changed_pixels(pair)
    }


def changed_pixels(pair: Pair) -> int:
    """How many pixels child and parent label differently."""
    return int(np.count_nonzero(pair.child_labels != pair.parent_labels))


def _sheet(pair: Pair) -> bytes:
    from PIL import Image

    prepared = pair.case.prepared
    answers = (pair.case.run.labels, pair.parent_labels, pair.child_labels)
    drawn = [overlay_image(labels, prepared) for labels in answers]
    width, height = drawn[0].size
    sheet = Image.new("RGB", (len(drawn) * (width + GAP_PX) - GAP_PX, height), "white")
    for place, picture in enumerate(drawn):
        sheet.paste(picture, (place * (width + GAP_PX), 0))
    return encode(sheet, {"order": "truth, parent, child", "notice": NOTICE})


def _facts(report: GateReport) -> dict[str, Any]:
    return {
        "format": GATE_FORMAT,
        "kind": GATE_KIND,
        "notice": NOTICE,
        "verdict": report.verdict,
        "reasons": list(report.reasons),
        "child": _described(report.child),
        "parent": _described(report.parent),
        "is_child": report.child.manifest.get("parent") == report.parent.weights_sha256,
        "data": report.data,
        "findings": [_plain(asdict(entry)) for entry in report.findings],
        "runs": [_run(pair) for pair in report.pairs],
        "phantom_runs": [_run(pair) for pair in report.phantom_pairs],
        **report.facts,
        "dsanet": dsanet.__version__,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _described(package: ModelPackage) -> dict[str, str]:
    return {
        "name": package.name,
        "weights_sha256": package.weights_sha256,
        "fingerprint": package.fingerprint,
    }


def _run(pair: Pair) -> dict[str, Any]:
    sides = {"child": pair.child, "parent": pair.parent}
    return {
        "name": pair.case.run.name,
        "groups": pair.case.run.groups,
        **{
            side: {
                "mat_found": bool(score.mat_found),
                **{
                    of: _plain({key: values[key] for key in MASK_SCORES})
                    for of, values in score.scores.items()
                },
            }
            for side, score in sides.items()
        },
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Numbers as JSON has them, which knows no nan."""
    return {
        key: (round(float(value), 5) if isfinite(value) else None)
        if isinstance(value, float)
        else value
        for key, value in values.items()
    }
