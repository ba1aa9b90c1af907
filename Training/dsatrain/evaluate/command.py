"""`dsatrain evaluate`: scores a model on labelled runs, as tables and pictures."""

import argparse
import csv
import io
import json
import logging
import sys
from collections.abc import Iterable, Iterator
from math import isfinite, nan
from pathlib import Path
from typing import Any

from dsanet.atomic import new_folder, write_all
from dsanet.cli.streams import show
from dsanet.engine import Engine
from dsatrain.evaluate.cases import judged_cases, labelled_cases
from dsatrain.evaluate.labelled import (
    CLASS_NAMES,
    FROZEN_COUNT,
    LabelledRun,
    frozen_phantoms,
    held_out_phantoms,
)
from dsatrain.evaluate.pictures import Gallery
from dsatrain.evaluate.score import CaseScore, evaluate
from dsatrain.evaluate.summary import by_group, summarise
from dsatrain.evaluate.table import score_table
from dsatrain.metrics import MASK_SCORES

log = logging.getLogger(__name__)


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsatrain evaluate`.

    Raises:
        DSAError: The model cannot be used or a result not be written.
    """
    from rich.progress import track

    engine = Engine.load(arguments.model, arguments.device)
    count, runs = _runs(arguments)
    cases = track(runs, total=count, description="runs", disable=not sys.stderr.isatty())
    facts, table = judge(engine, cases, arguments.output, true_window=arguments.true_window)
    show(_json(facts) if arguments.json else table)


def judge(
    engine: Engine, cases: Iterable[LabelledRun], output: Path | None, *, true_window: bool = False
) -> tuple[dict[str, Any], str]:
    """Score a model on runs.

    Args:
        engine: The model.
        cases: The runs.
        output: A folder for tables and pictures; None writes none.
        true_window: Give the engine the true arterial window instead of letting it find one.

    Returns:
        All numbers, as JSON values, and a table of them.

    Raises:
        DSAError: A run cannot be segmented or a result not be written.
    """
    scores, gallery = _score(engine, cases, true_window)
    total, groups = summarise(scores), by_group(scores)
    facts = {"model_sha256": engine.package.weights_sha256, **total, "groups": groups}
    table = score_table(total, groups)
    if output is not None:
        _write(output, facts, table, scores, gallery)
    return facts, table


def _runs(arguments: argparse.Namespace) -> tuple[int, Iterator[LabelledRun]]:
    """How many runs there are to score, and the runs.

    Raises:
        CaseError: The data set has no case that can be scored.
    """
    if arguments.frozen:
        return FROZEN_COUNT, frozen_phantoms()
    if arguments.data is None:
        return arguments.count, held_out_phantoms(arguments.count)
    entries, others = judged_cases(arguments.data, arguments.split)
    for name, reason in others:
        log.warning("%s is left out: %s", name, reason)
    return len(entries), labelled_cases(entries)


def _score(
    engine: Engine, cases: Iterable[LabelledRun], true_window: bool
) -> tuple[list[CaseScore], Gallery]:
    gallery = Gallery()
    scores = []
    for case, prediction, score in evaluate(engine, cases, true_window=true_window):
        gallery.add(case, prediction, score)
        scores.append(score)
    return scores, gallery


def _write(
    folder: Path, facts: dict[str, Any], table: str, scores: list[CaseScore], gallery: Gallery
) -> None:
    """Write `scores.json`, `scores.md`, `cases.csv` and the gallery."""
    with new_folder(folder):
        write_all(
            {
                folder / "scores.json": _json(facts).encode(),
                folder / "scores.md": table.encode(),
                folder / "cases.csv": cases_csv(scores).encode(),
            }
        )
        gallery.write(folder)


def cases_csv(scores: list[CaseScore]) -> str:
    """One line a case, one column a class and score; empty where a score has no meaning."""
    keys = list(dict.fromkeys(key for score in scores for key in score.groups))
    columns = [(of, name) for of in CLASS_NAMES for name in MASK_SCORES]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["case", *keys, *(f"{of} {name}" for of, name in columns), "MAT found"])
    for score in scores:
        values = [score.scores.get(of, {}).get(name, nan) for of, name in columns]
        cells = [f"{value:.4f}" if isfinite(value) else "" for value in values]
        groups = [score.groups.get(key, "") for key in keys]
        writer.writerow([score.name, *groups, *cells, score.mat_found])
    return stream.getvalue()


def _json(facts: dict[str, Any]) -> str:
    return json.dumps(facts, indent=2) + "\n"
