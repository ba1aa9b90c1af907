"""`dsanet segment`: from a run on disk to its results on disk, all or none."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from dsanet.batch import Clock, Place, Progress, Segmented, Step, segment_source
from dsanet.cli.choices import choices_from
from dsanet.cli.interrupt import ctrl_c_until
from dsanet.cli.progress import progress_bar
from dsanet.cli.streams import show, tell
from dsanet.engine import ALL_STEPS, NO_STEPS, CleanUp, Engine
from dsanet.errors import ReadError, WriteError
from dsanet.export import to_json
from dsanet.io import Limits, RunSource, find_sources
from dsanet.io.names import run_name
from dsanet.prepare import PrepareChoices

MOST_NAMED = 10
"""Runs that a refusal of a folder with several names."""


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet segment`.

    Raises:
        DSAError: It failed; nothing was written.
    """
    with ctrl_c_until("write") as watching:
        with progress_bar(enabled=sys.stderr.isatty() and not arguments.quiet) as progress:
            result = segment_to_folder(
                arguments.input,
                arguments.output,
                model=arguments.model,
                device=arguments.device,
                number=arguments.run,
                choices=choices_from(arguments),
                clean_up=NO_STEPS if arguments.no_clean_up else ALL_STEPS,
                progress=watching(progress),
            )
        if not arguments.quiet:
            tell("".join(f"warning: {text}\n" for text in result.report["warnings"]))
        if arguments.json:
            show(to_json(result.report))
        elif not arguments.quiet:
            show(_summary(result))


def segment_to_folder(
    source: Path,
    output: Path,
    *,
    model: str | Path | None = None,
    device: str = "auto",
    number: int | None = None,
    choices: PrepareChoices | None = None,
    clean_up: CleanUp = ALL_STEPS,
    progress: Progress,
) -> Segmented:
    """Segment a run and write its results.

    Args:
        source: The run, a file or a folder of frames.
        output: Folder for the results; it is made if missing.
        model: Name or folder of a model package; None is the active one.
        device: One of `dsanet.engine.DEVICES`.
        number: Which run of a folder with several, from 1; None where there is only one.
        choices: What the user decided about the preparation.
        clean_up: The steps that tidy the labels.
        progress: Told how far `read`, `load`, `prepare`, `infer` and `write` are, 0 to 1.

    Returns:
        What was found, and where it was written.

    Raises:
        DSAError: A step failed; nothing was written and no folder made.
    """
    check_output(source, output)
    step = Step(
        open_engine=lambda: Engine.load(model, device),
        choices=choices or PrepareChoices(),
        clean_up=clean_up,
        limits=Limits(),
        progress=progress,
    )
    sources = Clock(progress).time("read", lambda: find_sources(source, step.limits))
    chosen = choose_source(source, sources, number)
    stem = stem_of(source) if len(sources) == 1 else chosen.name
    return segment_source(chosen, Place(output, stem), step)


def choose_source(path: Path, sources: list[RunSource], number: int | None) -> RunSource:
    """Choose one of the runs of a file or folder.

    Args:
        path: The file or folder.
        sources: Its runs, at least one.
        number: The chosen one, from 1; None where there is only one.

    Raises:
        ReadError: The number is none of theirs, or is missing.
    """
    if number is None and len(sources) == 1:
        return sources[0]
    if number is not None and number <= len(sources):
        return sources[number - 1]
    names = [f"{nth} {one.name}" for nth, one in enumerate(sources[:MOST_NAMED], start=1)]
    more = ["..."] if len(sources) > MOST_NAMED else []
    runs = "1 run" if len(sources) == 1 else f"{len(sources)} runs"
    msg = (
        f"{path} holds {runs} ({', '.join([*names, *more])}); choose one with --run"
        f" {'1' if len(sources) == 1 else f'1 to {len(sources)}'}, or segment all with dsanet batch"
    )
    raise ReadError(msg)


def stem_of(source: Path) -> str:
    """The results' common name: a file's without its extension, or a folder's whole name.

    >>> stem_of(Path("data/run.v2.dcm")), stem_of(Path("run.nii.gz")), stem_of(Path("1.2.840"))
    ('run.v2', 'run', '1.2.840')
    """
    if source.name in ("", ".."):
        source = source.resolve()
    return source.name if _is(Path.is_dir, source) else run_name(source)


def check_output(source: Path, output: Path) -> None:
    """Refuse early what could only fail after the work.

    Args:
        source: The run, which may be missing.
        output: The folder for the results, which may be missing.

    Raises:
        WriteError: The results cannot be written there, or would lie among the frames.
    """
    if _is(Path.is_dir, source) and output.resolve().is_relative_to(source.resolve()):
        msg = f"the output folder {output} lies inside the input folder; choose one outside"
        raise WriteError(msg)
    check_writable(output)


def check_writable(output: Path) -> None:
    """Refuse early a folder for results that cannot be made or written to.

    Args:
        output: The folder, which may be missing.

    Raises:
        WriteError: The results cannot be written there.
    """
    folders = (output, *output.parents)
    nearest = next(path for path in folders if _is(Path.exists, path) or _is(Path.is_symlink, path))
    if not _is(Path.is_dir, nearest):
        what = "a file, not a folder" if _is(Path.exists, nearest) else "a link that leads nowhere"
        msg = f"{nearest} is {what}; choose another output folder"
        raise WriteError(msg)
    if not os.access(nearest, os.W_OK | os.X_OK):
        msg = f"the folder {nearest} is read-only for you; choose another output folder"
        raise WriteError(msg)


def _is(test: Callable[[Path], bool], path: Path) -> bool:
    """Whether a path is of a kind; not if the system refuses it, as one of too long a name."""
    try:
        return test(path)
    except OSError:
        return False


def _summary(result: Segmented) -> str:
    facts = result.report
    first, last = facts["arterial_window"]
    pixels = ", ".join(f"{name} {count} pixels" for name, count in facts["pixels"].items())
    seconds = sum(facts["seconds"].values())
    lines = [
        f"{pixels}; arterial frames {first} to {last} of {facts['frames']}; {seconds:.1f} s"
        f" with {facts['provenance'].get('backend', 'the engine')}",
        *(str(path) for path in result.files.values()),
        facts["notice"],
    ]
    return "\n".join(lines) + "\n"
