"""A process that works for a test until it is killed."""

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def told_until_killed(module: str, *arguments: str) -> list[tuple[str, str]]:
    """Let a module work in a process of its own until it tells `more`; kill it there.

    Args:
        module: Name of the module; it writes lines of a name, a tab and a digest.
        arguments: For it.

    Returns:
        The names and digests that it told.
    """
    command = [sys.executable, "-m", module, *arguments]
    told: list[tuple[str, str]] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        for line in process.stdout or ():
            name, _, digest = line.strip().partition("\t")
            told.append((name, digest))
            if name == "more":
                process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    return told
