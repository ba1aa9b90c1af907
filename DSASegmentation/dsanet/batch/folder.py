"""segment_folder(): all runs below a folder, one after the other, with one warm engine."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from dsanet.atomic import new_folder
from dsanet.batch.course import Course
from dsanet.batch.job import Job
from dsanet.batch.lock import locked
from dsanet.batch.one import Cancel
from dsanet.batch.outcome import Batch, Event
from dsanet.batch.record import request
from dsanet.engine import ALL_STEPS, CleanUp, Engine
from dsanet.errors import ReadError, WriteError
from dsanet.io import Limits
from dsanet.packages import ModelPackage, find_package
from dsanet.prepare import PrepareChoices


def segment_folder(
    folder: Path | str,
    output: Path | str,
    *,
    model: ModelPackage | str | Path | None = None,
    device: str = "auto",
    choices: PrepareChoices | None = None,
    clean_up: CleanUp = ALL_STEPS,
    limits: Limits | None = None,
    report: Callable[[Event], None] = lambda _event: None,
    cancel: Cancel = lambda: False,
) -> Batch:
    """Segment every run below a folder.

    The results of each run go to the same relative path below the output folder. What an earlier
    call did is kept where input, model, engine version and choices are the same; so a call that
    was stopped or killed goes on when it is repeated. Results that were changed after they were
    written are never replaced. An error ends one run and not the batch.

    Args:
        folder: Where the runs are; see `dsanet.io.survey` for what is one.
        output: Folder for the results and `summary.csv`; it is made if missing and may lie inside
            `folder`.
        model: A model package, or the name or folder of one; None is the active model.
        device: One of `dsanet.engine.DEVICES`.
        choices: What the user decided about the preparation of all runs.
        clean_up: The steps that tidy the labels.
        limits: What may be decoded for one run.
        report: Told how far it is.
        cancel: Asked now and then whether to stop.

    Returns:
        What became of each run.

    Raises:
        ReadError: There is no such folder.
        PackageError: The model is missing or damaged.
        EngineError: The device is not there.
        WriteError: Another batch is writing there, or the summary cannot be written.
    """
    folder, output = Path(folder), Path(output)
    check_folders(folder, output)
    package = model if isinstance(model, ModelPackage) else find_package(model)
    decided = choices or PrepareChoices()
    with new_folder(output), locked(output):
        return Job(
            folder=folder,
            output=output,
            wanted=request(package, decided, clean_up),
            open_engine=cache(lambda: Engine.load(package, device)),
            choices=decided,
            clean_up=clean_up,
            limits=limits or Limits(),
            course=Course(report),
            cancel=cancel,
        ).run()


def check_folders(folder: Path, output: Path) -> None:
    """Refuse folders that cannot work.

    Args:
        folder: Of the runs.
        output: Of the results.

    Raises:
        ReadError: The folder is none.
        WriteError: The results would lie among the runs.
    """
    if not folder.is_dir():
        what = "a file; use `dsanet segment`" if folder.exists() else "not there; check the path"
        msg = f"the folder {folder} is {what}"
        raise ReadError(msg)
    if folder.resolve().is_relative_to(output.resolve()):
        msg = (
            f"the output folder {output} is the input folder or holds it, so that results would lie"
            " among the runs; choose a folder of its own"
        )
        raise WriteError(msg)
