"""What the worker does for each class of request, with the models kept warm."""

from pathlib import Path

from dsanet.engine import Engine, Prediction
from dsanet.io import DSARun, read_run, read_runs
from dsanet.packages import find_package
from dsanet.worker.memory import limited_memory
from dsanet.worker.requests import LoadRequest, ReadRequest, RunLater, SegmentRequest
from dsanet.worker.serve import Table, Task

MOST_ENGINES = 4
"""Kept open at a time; the one used longest ago goes first."""


class Tasks:
    """Reads and segments; opens each model once."""

    def __init__(self) -> None:
        self._engines: dict[tuple[Path, str, str], Engine] = {}

    def table(self) -> Table:
        """What answers each class of request."""
        return {ReadRequest: self.read, LoadRequest: self.load, SegmentRequest: self.segment}

    def read(self, request: ReadRequest, task: Task) -> list[DSARun]:
        """Read every run of a file or folder.

        Raises:
            ReadError: See `dsanet.io.read_runs`.
        """
        task.report("read", 0.0)
        with limited_memory():
            runs = read_runs(request.path)
        task.report("read", 1.0)
        return runs

    def load(self, request: LoadRequest, task: Task) -> dict[str, str]:
        """Open a model and say on what it runs.

        Raises:
            PackageError, EngineError: See `Engine.load`.
        """
        engine = self._engine(request, task)
        return {
            "model": engine.package.name,
            "model_sha256": engine.package.weights_sha256,
            "backend": engine.backend.name,
            "device": engine.backend.device,
            "precision": engine.backend.precision,
        }

    def segment(self, request: SegmentRequest, task: Task) -> Prediction:
        """Segment a run, which is read first if the request holds a path.

        Raises:
            DSAError: See `dsanet.io.read_run`, `Engine.load` and `Engine.segment`.
        """
        run = request.source
        if isinstance(run, RunLater):
            run = run.make()
        if not isinstance(run, DSARun):
            task.report("read", 0.0)
            with limited_memory():
                run = read_run(run)
            task.report("read", 1.0)
            task.check()
        engine = self._engine(request, task)
        task.check()
        return engine.segment(
            run,
            progress=task.report,
            cancel=task.cancelled,
            choices=request.choices,
            clean_up=request.clean_up,
        )

    def _engine(self, request: LoadRequest | SegmentRequest, task: Task) -> Engine:
        """Open a model, or take the one already open as long as its files are the same."""
        task.report("load", 0.0)
        package = find_package(request.model)
        key = (package.folder, package.weights_sha256, request.device)
        engine = self._engines.pop(key, None) or Engine.load(package, request.device)
        self._engines[key] = engine
        if len(self._engines) > MOST_ENGINES:
            del self._engines[next(iter(self._engines))]
        task.report("load", 1.0)
        return engine
