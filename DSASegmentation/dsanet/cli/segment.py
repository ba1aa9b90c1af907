"""`dsanet segment`: from a run on disk to its results on disk, all or none."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsanet.atomic import new_folder, remove_orphans, write_all
from dsanet.cli.interrupt import Progress, ctrl_c_until
from dsanet.cli.progress import progress_bar
from dsanet.cli.streams import show, tell
from dsanet.engine import Engine, Prediction
from dsanet.errors import WriteError
from dsanet.export import SUFFIXES, image_files, report, to_json
from dsanet.io import DSARun, read_run
from dsanet.io.names import run_name


@dataclass(frozen=True, eq=False)
class Segmented:
    """A run that was segmented and written.

    Attributes:
        run: As read.
        prediction: What the engine answered.
        report: The content of `STEM.json`.
        files: Where the results are, by the keys of `dsanet.export.SUFFIXES`.
    """

    run: DSARun
    prediction: Prediction
    report: dict[str, Any]
    files: dict[str, Path]


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
                arterial_window=arguments.window,
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
    arterial_window: tuple[int, int] | None = None,
    progress: Progress,
) -> Segmented:
    """Segment a run and write its results.

    Args:
        source: The run, a file or a folder of frames.
        output: Folder for the results; it is made if missing.
        model: Name or folder of a model package; None is the bundled one.
        device: One of `dsanet.engine.DEVICES`.
        arterial_window: First and last frame with arteries, from 0; None finds it.
        progress: Told how far `read`, `load`, `prepare`, `infer` and `write` are, 0 to 1.

    Returns:
        What was found, and where it was written.

    Raises:
        DSAError: A step failed; nothing was written and no folder made.
    """
    check_output(source, output)
    clock = _Clock(progress)
    run = clock.time("read", lambda: read_run(source))
    engine = clock.time("load", lambda: Engine.load(model, device))
    prediction = engine.segment(run, arterial_window=arterial_window, progress=progress)
    clock.seconds.update(prediction.seconds)
    stem = stem_of(source)
    contents = clock.time("write", lambda: image_files(prediction, run.spacing, stem))
    facts = report(prediction, run.spacing, clock.seconds)
    contents[stem + SUFFIXES["report"]] = to_json(facts).encode("utf-8")
    with new_folder(output):
        remove_orphans(output)
        write_all({output / name: content for name, content in contents.items()})
    files = {kind: output / (stem + suffix) for kind, suffix in SUFFIXES.items()}
    return Segmented(run, prediction, facts, files)


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


class _Clock:
    """Reports each stage's begin and end, and keeps its wall time."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    def time(self, stage: str, step: Callable[[], Any]) -> Any:
        """Do one stage."""
        self.progress(stage, 0.0)
        started = time.perf_counter()
        result = step()
        self.seconds[stage] = time.perf_counter() - started
        self.progress(stage, 1.0)
        return result


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
