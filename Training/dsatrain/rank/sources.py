"""Where the runs to rank come from: cases of a data set that nobody has accepted, or any runs."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from dsanet.batch.find import find
from dsanet.cases import CaseEntry, list_cases, prepared_run, read_case
from dsanet.engine import Engine
from dsanet.errors import CaseError, DSAError
from dsanet.io import Limits, read_source
from dsatrain.rank.describe import Described, describe
from dsatrain.rank.order import Ranked, order

log = logging.getLogger(__name__)

OnRun = Callable[[int, int], None]
"""Told how many of how many runs have been looked at."""

CASE_FILE = "case.json"


def rank_cases(
    engine: Engine,
    entries: Sequence[CaseEntry],
    count: int | None = None,
    on_run: OnRun = lambda _done, _count: None,
) -> list[Ranked]:
    """Rank cases of a data set, whatever their labels say.

    Args:
        engine: The model that is to learn.
        entries: Cases; broken ones are left out.
        count: How many of the first ones; None for all.
        on_run: See `OnRun`.
    """
    described = []
    for done, entry in enumerate(entries, 1):
        try:
            case = read_case(entry.folder)
        except CaseError as error:
            log.warning("%s is left out: %s", entry.name, error)
            continue
        answer = engine.segment_prepared(prepared_run(case), {"case": entry.name})
        described.append(describe(entry.name, answer, case.facts.pixel_sha256))
        on_run(done, len(entries))
    return order(described, count)


def rank_folder(
    engine: Engine,
    folder: Path,
    count: int | None = None,
    on_run: OnRun = lambda _done, _count: None,
) -> list[Ranked]:
    """Rank the runs below a folder; of a data set the cases that nobody has accepted.

    Args:
        engine: The model that is to learn.
        folder: Of DICOM files, pictures and so on, or a data set.
        count: How many of the first ones; None for all.
        on_run: See `OnRun`.

    Raises:
        CaseError: There is nothing to rank.
    """
    if any(folder.glob(f"*/{CASE_FILE}")):
        waiting = [entry for entry in list_cases(folder) if not _is_accepted(entry)]
        ranked = rank_cases(engine, waiting, count, on_run)
    else:
        ranked = order(_runs(engine, folder, on_run), count)
    if not ranked:
        msg = f"{folder} holds no run to rank: no readable run, or all cases are accepted"
        raise CaseError(msg)
    return ranked


def _is_accepted(entry: CaseEntry) -> bool:
    return entry.record is not None and entry.record.facts.status == "accepted"


def _runs(engine: Engine, folder: Path, on_run: OnRun) -> list[Described]:
    entries, _ = find(folder, Limits(), lambda _count: None, lambda: False)
    described = []
    for done, entry in enumerate(entries, 1):
        name = entry.path.as_posix()
        try:
            run = read_source(entry.source, Limits())
            described.append(describe(name, engine.segment(run), run.pixel_hash))
        except DSAError as error:
            log.warning("%s is left out: %s", name, error)
        on_run(done, len(entries))
    return described
