"""What the module's logic offers for learning from corrected cases, in Slicer's Python console.

With `logic` as in `DSASegmentationLib.logic`:

    logic.exportCase(run, segmentation, "/data/cases", reader="ab")
    training = logic.fineTune("/data/cases")
    report = logic.gate(training, "/data/cases")
    print(report.record.verdict, *report.reasons)
    logic.activateModel(training.name)
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from dsanet.cases.exporting import ExportTerms
from dsanet.packages import ModelPackage, RolledBack, find_package
from DSASegmentationLib import learning
from DSASegmentationLib.exporting import exportCase

Found = TypeVar("Found")


class LearningLogic:
    """Exporting, fine-tuning, judging, activating; to be inherited by the module's logic."""

    def exportCase(
        self,
        browser: Any,
        segmentation: Any,
        dataset: str | Path,
        reader: str,
        note: str | None = None,
        terms: ExportTerms | None = None,
    ) -> Path:
        """Add a run and its segments to a data set, with nothing that names the patient.

        >>> logic.exportCase(run, segmentation, "/data/cases", reader="ab")  # doctest: +SKIP

        Args:
            browser: The run's browser node.
            segmentation: The vtkMRMLSegmentationNode; its status becomes the case's.
            dataset: The data set's folder; made if missing.
            reader: Alias of who corrected the segments.
            note: What another reader should look at, one sentence without a name; what was noted
                in the scene if None.
            terms: Patient, split (`train` or `test`), answer about text in the pixels.

        Returns:
            The case's folder.

        Raises:
            DSAError: See `DSASegmentationLib.exporting.exportCase`.
        """
        where = Path(dataset)
        return exportCase(browser, segmentation, where, reader=reader, note=note, terms=terms)

    def planFineTuning(
        self, dataset: str | Path, options: learning.Options = learning.RECIPE
    ) -> learning.Plan:
        """Say what a fine-tuning would use and leave out, and why; nothing is written.

        >>> print(*logic.planFineTuning("/data/cases").lines, sep="\\n")  # doctest: +SKIP

        Args:
            dataset: The data set's folder.
            options: Parent, steps, device, Python.

        Raises:
            DSAError: There is nothing to learn, or no Python that can.
        """
        return _completed(learning.planning(Path(dataset), options))

    def fineTune(
        self,
        dataset: str | Path,
        waitForCompletion: bool = True,
        options: learning.Options = learning.RECIPE,
        listener: Callable[[dict[str, Any]], None] | None = None,
    ) -> Any:
        """Make a child of the active model that has learned from a data set's accepted cases.

        >>> training = logic.fineTune("/data/cases", listener=print)         # doctest: +SKIP
        >>> from DSASegmentationLib.learning import Options                  # doctest: +SKIP
        >>> logic.fineTune("/data/cases", options=Options(device="cuda"))    # doctest: +SKIP

        It runs in a process of its own. One that was stopped goes on when it is called again. The
        child is not used before it is activated.

        Args:
            dataset: The data set's folder.
            waitForCompletion: False gives the task at once; call its `poll()` about ten times a
                second until it has `ended`, then `result()`.
            options: Parent, steps, device, Python.
            listener: Told what happens, as JSON values.

        Returns:
            The `Training`, or the `Task`.

        Raises:
            DSAError: There is nothing to learn, or no Python that can.
        """
        task = learning.fineTuning(Path(dataset), options, listener)
        return _completed(task) if waitForCompletion else task

    def gate(
        self,
        child: Any,
        dataset: str | Path,
        split: str = "test",
        waitForCompletion: bool = True,
        options: learning.Options = learning.RECIPE,
    ) -> Any:
        """Judge whether a child may take the active model's place.

        >>> logic.gate(training, "/data/cases").record.verdict  # doctest: +SKIP
        'accept'

        Args:
            child: What `fineTune` gave, or name or folder of a model.
            dataset: Its accepted cases of the split judge.
            split: `test`, or `train` for a data set that the child has not learned from.
            waitForCompletion: As for `fineTune`.
            options: Device and Python.

        Returns:
            The `Report`, or the `Task`.

        Raises:
            DSAError: It could not be judged at all; a verdict against the child is no error.
        """
        package = child.package() if isinstance(child, learning.Training) else None
        found = package or find_package(getattr(child, "name", child))
        task = learning.gating(found, Path(dataset), split=split, options=options)
        return _completed(task) if waitForCompletion else task

    def rankRuns(
        self,
        folder: str | Path,
        count: int | None = None,
        options: learning.Options = learning.RECIPE,
    ) -> list[learning.Ranked]:
        """Order runs that nobody has corrected by what their correction would teach.

        >>> logic.rankRuns("/data/runs", 20)[0].name  # doctest: +SKIP

        Args:
            folder: Of runs, or a data set.
            count: Only the first ones; None for all.
            options: Device and Python.

        Raises:
            DSAError: The runs cannot be read, or there is no Python that can.
        """
        return _completed(learning.ranking(Path(folder), count, options))

    def activateModel(
        self, name: str, gate: str | Path | None = None, override: str = ""
    ) -> ModelPackage:
        """Use a model for all runs from now on.

        >>> logic.activateModel("dsanet-phantom-3fa9c1")                        # doctest: +SKIP
        >>> logic.activateModel("ours", override="checked by hand on 40 runs")  # doctest: +SKIP

        Args:
            name: A model of the list, or a child that was fine-tuned here.
            gate: The report that allows it; None takes the one that `gate` has left.
            override: Why it needs none, in your words; it is recorded.

        Raises:
            DSAError: There is no such model, or neither a gate nor a reason allows it.
        """
        path = Path(gate) if gate else None
        return learning.Models().activate(name, gate=path, override=override)

    def rollBackModel(self, reason: str = "") -> RolledBack:
        """Go back to the model that was active before.

        >>> logic.rollBackModel("it lost the trunk in two runs").package.name  # doctest: +SKIP

        Args:
            reason: Why, for the record.

        Raises:
            DSAError: There is no earlier model.
        """
        return learning.Models().rollBack(reason)


def _completed(task: learning.Task[Found]) -> Found:
    """Wait for a task while the application stays usable; Ctrl-C stops it."""
    try:
        learning.waitFor(lambda: task.ended, task.poll)
    finally:
        task.finish()
    return task.result()
