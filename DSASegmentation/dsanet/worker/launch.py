"""How the child is started: which interpreter, in which environment, from where."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import dsanet

PROGRAM = ("-m", "dsanet.worker")
_ROOT = Path(dsanet.__file__).resolve().parents[1]
"""The folder that holds dsanet, in a checkout, in an installed Slicer and after pip alike."""

_OTHER_INTERPRETER = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What points one Python at its own libraries and breaks another; Slicer sets all of them."""

_INTERACTIVE = ("PYTHONINSPECT", "PYTHONSTARTUP")


def own_interpreter() -> str:
    """The Python that this process runs in.

    In Slicer `sys.executable` is PythonSlicer, a launcher that starts `python-real` beside it in
    the environment that Slicer itself already has. The latter is taken, because a launcher hides
    how its child ended, is killed without it and need not pass standard input on.
    """
    executable = Path(sys.executable)
    real = executable.with_name("python-real" + executable.suffix)
    return str(real if executable.stem == "PythonSlicer" and real.is_file() else executable)


@dataclass(frozen=True)
class Launch:
    """What one client starts its workers with.

    Attributes:
        interpreter: A Python that has the requirements of dsanet.
        environment: Environment variables to start from.
        parent: Where private folders are made.
        program: Arguments of the interpreter; the private folder's path follows them.
    """

    interpreter: str = field(default_factory=own_interpreter)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    parent: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    program: Sequence[str] = PROGRAM

    def start(self, folder: Path) -> subprocess.Popen[bytes]:
        """Start a worker in a session of its own, so that Ctrl-C in a terminal spares it.

        Raises:
            OSError: The interpreter cannot be started.
        """
        return subprocess.Popen(
            [self.interpreter, *self.program, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.variables(),
            cwd=_ROOT,  # -m looks there first, and it holds nothing of the user's
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
            | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def variables(self) -> dict[str, str]:
        """The child's environment: it finds dsanet, and no setting of another Python."""
        foreign = Path(self.interpreter).parent != Path(sys.executable).parent
        dropped = {*_INTERACTIVE, *(_OTHER_INTERPRETER if foreign else ())}
        kept = {name: text for name, text in self.environment.items() if name not in dropped}
        paths = [str(_ROOT), *filter(None, [kept.get("PYTHONPATH")])]
        return {**kept, "PYTHONPATH": os.pathsep.join(paths)}


def end_now(process: subprocess.Popen[bytes]) -> None:
    """End a process, and on POSIX all that it started, without asking; it may be gone already."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        elif process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
