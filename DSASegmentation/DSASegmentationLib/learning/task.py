"""Task: one command of dsatrain in a process of its own, polled by the host."""

import json
import os
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from subprocess import Popen, TimeoutExpired
from typing import Any, Generic, TypeVar

import dsanet
from dsanet.errors import CancelledError
from dsanet.worker.launch import Launch, end_now
from DSASegmentationLib.jobs.pipes import readLines
from DSASegmentationLib.jobs.python import Python, applicationPython
from DSASegmentationLib.learning.errors import LearningError, MissingPackagesError

Found = TypeVar("Found")
OnEvent = Callable[[dict[str, Any]], None]

BOOT = Path(__file__).with_name("boot.py")
GRACE_SECONDS = 5.0
"""What a process gets to finish its step when it is asked to stop."""

NEEDED = {
    "torch": "torch>=2.10",
    "monai": "monai>=1.5",
    "skimage": "scikit-image>=0.24",
    "matplotlib": "matplotlib>=3.8",
    "safetensors": "safetensors>=0.5",
    "openvino": "openvino>=2025.2",
    "SimpleITK": "SimpleITK>=2.3",
    "scipy": "scipy>=1.11",
    "pydicom": "pydicom>=3.0.2",
    "PIL": "pillow>=10.3",
}
"""What training imports, and the packages that it comes in, as pip takes them. Source: the extra
`train` of pyproject.toml."""


class Task(Generic[Found]):
    """A command in work. The host polls it; nothing but `finish` waits.

    It ends with this object, or with the application however that ends: a fine-tuning then goes on
    from its last checkpoint when it is started again.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        last: Path,
        read: Callable[[list[str], str], Found],
        *,
        python: Python | None = None,
        listener: OnEvent | None = None,
        needed: Mapping[str, str] = NEEDED,
    ) -> None:
        """Start it.

        Args:
            arguments: Of dsatrain, but for the last one.
            last: The last one, a path.
            read: Makes the result of the lines that it said and of its own words for what went
                wrong, empty where nothing did; it raises where there is no result.
            python: What runs it; None is `applicationPython`.
            listener: Told each line that is a JSON object, from `poll`.
            needed: Packages by module, without which it is not begun.

        Raises:
            LearningError: There is no Python to start.
            WorkerError: Slicer's Python is not where it should be.
        """
        chosen = python or applicationPython()
        pairs = ",".join(f"{module}={package}" for module, package in needed.items())
        program = (str(BOOT), os.pathsep.join(_folders()), pairs, *arguments)
        self._interpreter = chosen.interpreter
        self._read, self._listener = read, listener or (lambda _event: None)
        self._cancelled = False
        self._problem = ""
        self._said: list[str] = []
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._problems: SimpleQueue[str] = SimpleQueue()
        self._missing: tuple[str, ...] = ()
        launch = Launch(chosen.interpreter, _variables(chosen), program=program)
        self._process = _started(launch, last.absolute())
        assert self._process.stdout
        assert self._process.stderr
        self._end = weakref.finalize(self, _leave, self._process)  # also with the application
        self._threads = [
            readLines(self._process.stdout, self._lines, "dsatrain"),
            readLines(self._process.stderr, self._problems, "dsatrain"),
        ]

    @property
    def ended(self) -> bool:
        """Whether the process has ended and all that it said was read."""
        return self._process.poll() is not None and not any(t.is_alive() for t in self._threads)

    @property
    def cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._cancelled

    def poll(self) -> None:
        """Tell the listener what is new; takes no time."""
        while not self._problems.empty():
            self._problem = self._problems.get() or self._problem
        while not self._lines.empty():
            self._hear(self._lines.get())

    def cancel(self) -> None:
        """Ask it to stop after the step in work; asked again, it is ended at once."""
        if self._cancelled:
            end_now(self._process)
        elif self._process.poll() is None:
            self._cancelled = True
            _ask_to_stop(self._process)

    def finish(self) -> None:
        """End it; one that was not asked to stop before is asked now. Waits `GRACE_SECONDS`."""
        if not self.ended:
            self._cancelled = True
        self._end()

    def result(self) -> Found:
        """Give what it came to, once it has ended.

        Raises:
            CancelledError: It was cancelled.
            MissingPackagesError: The Python lacks what training needs.
            LearningError: It broke down or refused; the message has its own words.
        """
        self.poll()
        if self._missing:
            raise MissingPackagesError(self._interpreter, self._missing)
        code = self._process.returncode
        if self._cancelled and code:
            msg = "it was cancelled; what is done stays, and the same call goes on"
            raise CancelledError(msg)
        return self._read(self._said, self._words(code))

    def _hear(self, line: str) -> None:
        event = _event(line)
        if event is None:
            self._said.append(line)
        elif event.get("event") == "missing":
            self._missing = tuple(map(str, event["packages"]))
        else:
            self._said.append(line)
            self._listener(event)

    def _words(self, code: int) -> str:
        """What went wrong in the program's own words."""
        if not code:
            return ""
        return self._problem.partition("dsatrain: ")[2] or (
            f"the process ended with exit code {code}: {self._problem or 'it said nothing'}"
        )


def failed(words: str) -> LearningError:
    """Give the error for what a process said."""
    return LearningError(words or "the process ended without a result")


def _folders() -> list[str]:
    """Where dsanet and dsatrain lie: beside each other in an installed Slicer, not in a checkout.

    Raises:
        LearningError: There is no dsatrain.
    """
    root = Path(dsanet.__file__).resolve().parents[1]
    for folder in (root, root.parent / "Training"):
        if (folder / "dsatrain" / "cli.py").is_file():
            return [str(root), str(folder)]
    msg = f"there is no dsatrain in {root}; install the extension DSASegmentation again"
    raise LearningError(msg)


def _variables(python: Python) -> dict[str, str]:
    """The environment: text in UTF-8, told at once."""
    return {**python.variables(), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def _started(launch: Launch, last: Path) -> "Popen[bytes]":
    try:
        process = launch.start(last)
    except OSError as error:
        why = error.strerror or str(error)
        msg = f"{launch.interpreter} could not be started ({why}); name another Python"
        raise LearningError(msg) from error
    return process


def _ask_to_stop(process: "Popen[bytes]") -> None:
    """See `boot`."""
    assert process.stdin
    with suppress(OSError):
        process.stdin.close()


def _leave(process: "Popen[bytes]") -> None:
    """End a process: it may finish its step, and leave a checkpoint, before it is ended."""
    _ask_to_stop(process)
    if process.poll() is None:
        with suppress(TimeoutExpired):
            process.wait(GRACE_SECONDS)
    end_now(process)
    process.wait()


def _event(line: str) -> dict[str, Any] | None:
    """Read a line as a JSON object, None where it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
