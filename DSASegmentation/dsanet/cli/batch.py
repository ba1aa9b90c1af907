"""`dsanet batch`: every run below a folder."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dsanet.batch import Batch, row_values, segment_folder
from dsanet.cli.batch_progress import Report, batch_bar, line_of
from dsanet.cli.choices import choices_from
from dsanet.cli.interrupt import ctrl_c_asks
from dsanet.cli.streams import show, tell
from dsanet.engine import ALL_STEPS, NO_STEPS
from dsanet.errors import DSAError
from dsanet.export import NOTICE, to_json

STOPPING = "\nstopping, what is done stays; press Ctrl-C again to stop at once\n"
GO_ON = "the same command goes on"


class UnfinishedError(DSAError):
    """Some runs of a batch have no results."""


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet batch`.

    Raises:
        UnfinishedError: Some runs were refused or failed, or there is none.
        DSAError: The batch could not begin, or its summary not be written.
        KeyboardInterrupt: It was stopped.
    """
    choices = choices_from(arguments)
    with ctrl_c_asks(lambda: tell(STOPPING)) as asked, reporting(arguments) as report:
        try:
            batch = segment_folder(
                arguments.input,
                arguments.output,
                model=arguments.model,
                device=arguments.device,
                choices=choices,
                clean_up=NO_STEPS if arguments.no_clean_up else ALL_STEPS,
                report=report,
                cancel=asked,
            )
        except KeyboardInterrupt:
            msg = f"interrupted; {GO_ON}"
            raise KeyboardInterrupt(msg) from None
    if arguments.json:
        show(to_json(describe(batch)))
    elif not arguments.quiet:
        show(_summary(batch))
    judge(batch)


def describe(batch: Batch) -> dict[str, Any]:
    """Describe a batch.

    Args:
        batch: As `segment_folder` returns it.

    Returns:
        JSON values: the summary's path, whether it was stopped, how many runs were found and how
        many rows have which status, and the rows in the columns of the summary, each with
        whether it was `done_before`.
    """
    return {
        "notice": NOTICE,
        "summary": str(batch.summary),
        "stopped": batch.cancelled,
        "runs": batch.total,
        "counts": batch.counts(),
        "rows": [{**row_values(row), "done_before": row.before} for row in batch.rows],
    }


@contextmanager
def reporting(arguments: argparse.Namespace) -> Iterator[Report]:
    """What to tell the progress: nobody, a bar on a terminal, or a line for each run.

    Args:
        arguments: Whether it is to be quiet.
    """
    if arguments.quiet:
        yield lambda _event: None
        return
    with batch_bar(enabled=sys.stderr.isatty()) as report:
        if report is not None:
            yield report
            return
        yield lambda event: tell(line_of(event)) if event.row else None


def _summary(batch: Batch) -> str:
    before = sum(row.before for row in batch.rows)
    counts = [f"{count} {word}" for word, count in batch.counts().items() if count]
    lines = [
        ", ".join(counts) or "nothing found",
        *([f"{before} of them done before and kept"] if before else []),
        str(batch.summary),
        NOTICE,
    ]
    return "\n".join(lines) + "\n"


def judge(batch: Batch, go_on: str = GO_ON) -> None:
    """Raise unless every run has results.

    Args:
        batch: That ended.
        go_on: What to say about a batch that was stopped.

    Raises:
        UnfinishedError: Some runs were refused or failed, or there is none.
        KeyboardInterrupt: It was stopped.
    """
    done = batch.count("done")
    if batch.cancelled:
        msg = f"interrupted after {done} of {batch.total} runs; {go_on}"
        raise KeyboardInterrupt(msg)
    missing = {"failed": batch.count("failed"), "refused": batch.count("refused")}
    if any(missing.values()):
        words = " and ".join(f"{count} {word}" for word, count in missing.items() if count)
        msg = f"{words}, {done} of {batch.total} runs done; {batch.summary} tells why"
        raise UnfinishedError(msg)
    if not batch.total:
        msg = f"no run was found; {batch.summary} tells what else there is"
        raise UnfinishedError(msg)
