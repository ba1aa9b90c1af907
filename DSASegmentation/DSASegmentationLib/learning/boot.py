"""Starts dsatrain in a Python of any kind, or tells which packages it lacks.

    python boot.py FOLDERS NEEDED COMMAND ...

FOLDERS, separated as in PATH, hold dsanet and dsatrain. NEEDED is `module=package,...`. What is
missing is told as one line of JSON. When standard input ends, dsatrain is asked to stop: the host
has closed it, or is gone. That works on Windows too, where a process cannot be sent a signal.

It imports nothing of the host, and of dsatrain only what runs it.
"""

import _thread
import json
import os
import signal
import sys
import threading
from importlib import import_module
from importlib.util import find_spec

MISSING, STOPPED = 3, 130
"""Exit codes: packages are missing; stopped where there was nothing to be left in order."""


def main(folders: str, needed: str, *arguments: str) -> int:
    """Run a command of dsatrain.

    Args:
        folders: See above.
        needed: See above.
        arguments: Of dsatrain.

    Returns:
        The exit code: `MISSING`, or that of dsatrain.
    """
    sys.path[:1] = folders.split(os.pathsep)  # in place of this file's own folder
    wanted = dict(pair.split("=", 1) for pair in needed.split(",") if pair)
    missing = [package for module, package in wanted.items() if find_spec(module) is None]
    if missing:
        sys.stdout.write(json.dumps({"event": "missing", "packages": missing}) + "\n")
        return MISSING
    threading.Thread(target=_stop_with_the_host, daemon=True).start()
    code: int = import_module("dsatrain.cli").main(arguments)
    return code


def _stop_with_the_host() -> None:
    """Wait for the end of standard input, then stop as at SIGTERM."""
    while os.read(0, 1):
        pass
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        os._exit(STOPPED)  # files are written whole or not at all
    _thread.interrupt_main(signal.SIGTERM)


if __name__ == "__main__":  # loaders of training data import this file again
    sys.exit(main(*sys.argv[1:]))
