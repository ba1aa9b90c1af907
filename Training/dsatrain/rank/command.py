"""`dsatrain rank`: the order as a table, CSV and JSON."""

import argparse
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from functools import partial

from dsanet.atomic import new_folder, write_all
from dsanet.cli.streams import show
from dsanet.engine import Engine
from dsatrain.rank.order import Ranked
from dsatrain.rank.sources import rank_folder
from dsatrain.stopping import uninterrupted
from dsatrain.telling import tell_event, telling

COLUMNS = [entry.name for entry in fields(Ranked)]


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsatrain rank`.

    Raises:
        DSAError: The model or the folder cannot be used, or a file not be written.
    """
    engine = Engine.load(arguments.model, arguments.device)
    with telling(as_json=arguments.progress_json) as on_progress:
        ranked = rank_folder(
            engine, arguments.folder, arguments.count, partial(on_progress, "runs")
        )
    facts = {
        "model_sha256": engine.package.weights_sha256,
        "runs": [asdict(entry) for entry in ranked],
    }
    text = json.dumps(facts, indent=1) + "\n"
    if arguments.output is not None:
        with uninterrupted(), new_folder(arguments.output) as folder:
            files = {"rank.csv": rank_csv(ranked), "rank.json": text}
            write_all({folder / name: content.encode() for name, content in files.items()})
    if arguments.progress_json:
        tell_event("done", **facts)
    else:
        show(text if arguments.json else _table(ranked))


def rank_csv(ranked: Sequence[Ranked]) -> str:
    """One line a run, the columns named after the attributes of `Ranked`."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(entry) for entry in ranked)
    return stream.getvalue()


def _table(ranked: Sequence[Ranked]) -> str:
    width = max(len(entry.name) for entry in ranked)
    return "".join(
        f"{entry.place:>4}  {entry.name:<{width}}  {entry.gain:.2f}  {entry.why}\n"
        for entry in ranked
    )
