"""Which Python runs the worker, in Slicer and outside of it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dsanet.worker import WorkerError
from DSASegmentationLib.application import slicerHome

LAUNCHER, REAL = "PythonSlicer", "python-real"
HOME, NO_USER_SITE = "PYTHONHOME", "PYTHONNOUSERSITE"


@dataclass(frozen=True)
class Python:
    """A Python to start.

    Attributes:
        interpreter: Its path.
        environment: Variables that it needs beyond those of this process.
    """

    interpreter: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """All variables to start it with."""
        return {**os.environ, **self.environment}


def workerPython(executable: str, home: str | None = None) -> Python:
    """Choose the Python that runs the worker.

    In Slicer `sys.executable` is the path of PythonSlicer, or empty where that is not on the PATH.
    PythonSlicer is a launcher: it sets the environment, starts `python-real` beside it and waits.
    `python-real` is taken where it lies there, for a launcher hides how its child ended and may be
    killed without it. It needs the two variables that tell it where its library is and to leave the
    user's packages alone; Slicer's own library paths it has from Slicer.

    Args:
        executable: `sys.executable`.
        home: Slicer's folder; None outside of Slicer.

    Raises:
        WorkerError: Slicer has no Python where it should be.

    Source: Slicer 5.10 `Base/QTCore/qSlicerCoreApplication.cxx` (sys.executable),
    `CMake/SlicerBlockInstallPython.cmake` (python-real),
    `SuperBuild/python_configure_python_launcher.cmake` (variables).
    """
    given = Path(executable)
    if home is None:
        return Python(executable)
    real = given.with_name(REAL + given.suffix) if executable else Path()
    if given.stem == LAUNCHER and real.is_file():
        return Python(str(real), _own(real))
    for launcher in (given, *(Path(home) / "bin" / (LAUNCHER + end) for end in ("", ".exe"))):
        if launcher.stem == LAUNCHER and launcher.is_file():
            return Python(str(launcher))
    msg = f"no {LAUNCHER} was found in {Path(home) / 'bin'}; install Slicer again"
    raise WorkerError(msg)


def applicationPython() -> Python:
    """Choose the Python that runs the worker of this process.

    Raises:
        WorkerError: See `workerPython`.
    """
    return workerPython(sys.executable or "", slicerHome())


def _own(real: Path) -> dict[str, str]:
    """What `python-real` needs, as far as this process does not have it."""
    library = real.parent.parent / "lib" / "Python"
    wanted = {NO_USER_SITE: "1", **({HOME: str(library)} if library.is_dir() else {})}
    return {name: value for name, value in wanted.items() if name not in os.environ}
