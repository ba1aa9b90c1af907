"""BatchRun: a folder of runs through `dsanet batch`, in a process of its own."""

import json
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from subprocess import Popen, TimeoutExpired
from typing import Any

from dsanet.batch import check_folders
from dsanet.cli.options import INVERT
from dsanet.errors import CancelledError
from dsanet.prepare import PrepareChoices
from dsanet.worker import WorkerError
from dsanet.worker.launch import Launch, end_now
from DSASegmentationLib.jobs.pipes import readLines
from DSASegmentationLib.jobs.python import Python, applicationPython

COMMAND = ("-m", "dsanet", "batch", "--json")
GRACE_SECONDS = 5.0
"""What a batch gets to finish its run when it is asked to stop; what is done stays either way."""


@dataclass(frozen=True)
class BatchResult:
    """What became of a folder.

    Attributes:
        summary: The CSV file with one row for each run.
        rows: The same rows; `dsanet.batch.COLUMNS` has their keys, `done_before` is one more.
        problem: One sentence when not all runs have results; empty when they have.
    """

    summary: Path
    rows: tuple[dict[str, Any], ...]
    problem: str


class BatchRun:
    """A batch in work. The host polls it; nothing but `finish` waits.

    What was done before is kept, so that a batch that was cancelled goes on when it is started
    again.
    """

    def __init__(
        self,
        inputFolder: str | Path,
        outputFolder: str | Path,
        *,
        model: str | Path | None = None,
        device: str = "auto",
        choices: PrepareChoices | None = None,
        listener: Callable[[str], None] | None = None,
        python: Python | None = None,
    ) -> None:
        """Start it.

        Args:
            inputFolder: Every run below it is segmented.
            outputFolder: For the results; made if missing.
            model: Name or folder of a model package; None is the active one.
            device: One of `dsanet.engine.DEVICES`.
            choices: What was decided about the preparation of all runs.
            listener: Told a line for each run, from `poll`.
            python: What runs it; None is `applicationPython`.

        Raises:
            ReadError, WriteError: The folders cannot work.
            WorkerError: There is no Python to start.
        """
        source, output = Path(inputFolder).absolute(), Path(outputFolder).absolute()
        check_folders(source, output)
        chosen = python or applicationPython()
        options = [*_choices(choices or PrepareChoices()), "--device", device]
        options += ["--model", str(model)] if model else []
        program = (*COMMAND, *options, str(source), "--output")  # whose value follows
        launch = Launch(chosen.interpreter, chosen.variables(), program=program)
        self._listener = listener or (lambda _line: None)
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._last = ""
        self._cancelled = False
        self._process = _started(launch, output)
        assert self._process.stdout
        assert self._process.stderr
        weakref.finalize(self, end_now, self._process)  # also when the application ends
        self._read: list[str] = []
        self._answer: SimpleQueue[str] = SimpleQueue()
        self._threads = [
            readLines(self._process.stdout, self._answer, "dsanet batch"),
            readLines(self._process.stderr, self._lines, "dsanet batch"),
        ]

    @property
    def ended(self) -> bool:
        """Whether the process has ended and all that it said was read."""
        return self._process.poll() is not None and not any(t.is_alive() for t in self._threads)

    def poll(self) -> None:
        """Tell the listener what is new; takes no time."""
        while not self._lines.empty():
            self._last = self._lines.get()
            self._listener(self._last)

    def cancel(self) -> None:
        """Ask it to stop after the step in work; what is done stays."""
        self._cancelled = True
        self._process.terminate()

    def finish(self) -> None:
        """End it: at once if it was not cancelled before, else after `GRACE_SECONDS` at most."""
        if self._cancelled:
            with suppress(TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
        end_now(self._process)
        self._process.wait()

    def _said(self) -> list[str]:
        """All lines of its answer; they are kept, for it may be asked for again."""
        while not self._answer.empty():
            self._read.append(self._answer.get())
        return self._read

    def result(self) -> BatchResult:
        """Give what became of the folder, once it has ended.

        Raises:
            CancelledError: It was cancelled.
            WorkerError: It broke down; the message has its own last line.
        """
        self.poll()
        if self._cancelled:
            msg = "the batch was cancelled; what is done stays, and the same call goes on"
            raise CancelledError(msg)
        code = self._process.returncode
        try:
            found = json.loads("\n".join(self._said()))
            rows = tuple(found["rows"])
            return BatchResult(Path(found["summary"]), rows, self._last if code else "")
        except (ValueError, KeyError) as error:
            msg = f"the batch ended with exit code {code}: {self._last or 'it said nothing'}"
            raise WorkerError(msg) from error


def _started(launch: Launch, output: Path) -> Popen[bytes]:
    try:
        process = launch.start(output)
    except OSError as error:
        msg = f"the batch could not be started with {launch.interpreter}: {error}"
        raise WorkerError(msg) from error
    assert process.stdin
    process.stdin.close()
    return process


def _choices(choices: PrepareChoices) -> list[str]:
    """Say choices in the words of the command line."""
    word = next(word for word, value in INVERT.items() if value is choices.invert)
    said = ["--subtract", choices.subtract, "--invert", word]
    if choices.arterial_window:
        said += ["--window", ":".join(map(str, choices.arterial_window))]
    if choices.mask_frames:
        said += ["--mask-frames", ",".join(map(str, choices.mask_frames))]
    if choices.pixel_shift:
        said += ["--pixel-shift=" + ",".join(map(str, choices.pixel_shift))]
    elif not choices.register:
        said += ["--no-register"]
    return said
