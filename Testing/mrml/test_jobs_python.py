"""Which Python the worker runs in, and that none is left behind when a launcher is in between."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dsanet.worker import WorkerError
from dsanet.worker.launch import Launch

from .conftest import make_run
from .working import PROGRAM, Poller

pytest.importorskip("slicer")

import slicer

from DSASegmentationLib import runs, segments
from DSASegmentationLib.jobs import Segmenter, workerPython
from DSASegmentationLib.jobs.python import applicationPython

posix = pytest.mark.skipif(sys.platform == "win32", reason="the launcher is a script with #!")

LAUNCHER = f"""#!{sys.executable}
import subprocess, sys
sys.exit(subprocess.run([{sys.executable!r}, *sys.argv[1:]], start_new_session=True).returncode)
"""
"""Starts Python in a session of its own, so that killing the launcher's leaves it alive, as killing
a launcher does on Windows."""


def installation(folder: Path, *names: str) -> Path:
    """The programs of an installed Slicer."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_outside_of_slicer_it_is_the_running_python() -> None:
    assert workerPython("/usr/bin/python3") == applicationPython().__class__("/usr/bin/python3")
    assert applicationPython().interpreter == sys.executable


@pytest.mark.parametrize("suffix", ["", ".exe"])
def test_in_slicer_it_is_the_python_behind_the_launcher(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONHOME", raising=False)
    monkeypatch.delenv("PYTHONNOUSERSITE", raising=False)
    names = (f"bin/PythonSlicer{suffix}", f"bin/python-real{suffix}", "lib/Python/x")
    home = installation(tmp_path, *names)
    python = workerPython(str(home / "bin" / f"PythonSlicer{suffix}"), str(home))
    assert python.interpreter == str(home / "bin" / f"python-real{suffix}")
    assert python.environment == {
        "PYTHONNOUSERSITE": "1",
        "PYTHONHOME": str(home / "lib" / "Python"),
    }
    monkeypatch.setenv("PYTHONHOME", "/slicer")
    assert (
        "PYTHONHOME"
        not in workerPython(str(home / "bin" / f"PythonSlicer{suffix}"), str(home)).environment
    )


def test_the_variables_of_slicer_reach_the_python_behind_the_launcher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = installation(tmp_path, "bin/PythonSlicer", "bin/python-real", "lib/Python/x")
    monkeypatch.delenv("PYTHONHOME", raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/slicer/lib")
    monkeypatch.setattr(sys, "executable", str(home / "bin" / "PythonSlicer"))
    monkeypatch.setattr(slicer, "app", SimpleNamespace(slicerHome=str(home)), raising=False)
    python = applicationPython()
    variables = Launch(python.interpreter, python.variables()).variables()
    assert variables["PYTHONHOME"] == str(home / "lib" / "Python")
    assert variables["LD_LIBRARY_PATH"] == "/slicer/lib"


@pytest.mark.parametrize("executable", ["", "/slicer/bin/SlicerApp-real", "bin/PythonSlicer"])
def test_without_the_python_behind_it_the_launcher_is_taken(
    tmp_path: Path, executable: str
) -> None:
    home = installation(tmp_path, "bin/PythonSlicer")
    given = str(home / executable) if executable.startswith("bin") else executable
    assert workerPython(given, str(home)).interpreter == str(home / "bin" / "PythonSlicer")


def test_a_slicer_without_python_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match="no PythonSlicer was found in .*bin; install Slicer"):
        workerPython("", str(tmp_path))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(pid: int, seconds: float = 3.0) -> None:
    until = time.monotonic() + seconds
    while is_alive(pid):
        assert time.monotonic() < until, f"process {pid} is still there"
        time.sleep(0.02)


@posix
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at /proc")
@pytest.mark.parametrize("end", ["the launcher is killed", "the segmenter is closed"])
def test_no_worker_is_left_behind_a_launcher(host: Any, tmp_path: Path, end: str) -> None:
    launcher = tmp_path / "PythonSlicer"
    launcher.write_text(LAUNCHER, encoding="utf-8")
    launcher.chmod(0o755)
    private = tmp_path / "private"
    private.mkdir()
    segmenter = Segmenter(host.scene, str(launcher), program=PROGRAM, folder=private)
    browser = runs.addRun(host.scene, make_run())
    job = Poller(segmenter).run(browser)
    pid = segments.provenanceOf(job.segmentation)["pid"]
    parent = int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(pid)]))
    assert parent != os.getpid()
    if end == "the launcher is killed":
        os.kill(parent, signal.SIGKILL)
    else:
        segmenter.close()
    wait_until_gone(pid)
    segmenter.close()
