"""How the child is started: it finds dsanet wherever that lies, and stays out of the user's way."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import dsanet
from dsanet.worker.exits import how_it_ended
from dsanet.worker.folder import private_folder
from dsanet.worker.launch import Launch, end_now, own_interpreter

ROOT = str(Path(dsanet.__file__).resolve().parents[1])
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such thing")
SLICER = {"PYTHONHOME": "/slicer/lib/Python", "LD_LIBRARY_PATH": "/slicer/lib", "PYTHONPATH": "/s"}


def test_dsanet_comes_first_on_the_path():
    assert Launch(environment={}).variables() == {"PYTHONPATH": ROOT}
    paths = Launch(environment={"PYTHONPATH": "/a"}).variables()["PYTHONPATH"]
    assert paths == f"{ROOT}{os.pathsep}/a"


def test_this_python_keeps_its_own_settings():
    variables = Launch(environment={**SLICER, "PYTHONINSPECT": "1"}).variables()
    assert variables == {**SLICER, "PYTHONPATH": f"{ROOT}{os.pathsep}/s"}


def test_another_python_gets_none_of_them():
    launch = Launch(interpreter="/usr/bin/python3.12", environment={**SLICER, "HOME": "/h"})
    assert launch.variables() == {"PYTHONPATH": ROOT, "HOME": "/h"}


@pytest.mark.parametrize(
    ("present", "expected"), [(("python-real",), "python-real"), ((), "PythonSlicer")]
)
def test_in_slicer_the_launcher_is_passed_by(tmp_path, monkeypatch, present, expected):
    for name in present:
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "PythonSlicer"))
    assert own_interpreter() == str(tmp_path / expected)


def test_elsewhere_it_is_the_running_python():
    assert own_interpreter() == sys.executable


@posix
def test_nothing_in_the_working_folder_is_imported(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    code = "import numpy, os, sys; sys.stdout.write(f'{os.getsid(0) == os.getpid()}')"
    process = Launch(program=("-c", code)).start(tmp_path)
    out, _ = process.communicate(timeout=30)
    assert (out, process.returncode) == (b"True", 0)


def has_ended(pid):
    """Whether a process is gone, or dead and not yet waited for by its new parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_end_now_ends_what_the_process_started_too(tmp_path):
    code = (
        "import subprocess as s; p = s.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
    )
    process = Launch(program=("-c", code)).start(tmp_path)
    child = int(process.stdout.readline())
    end_now(process)
    process.communicate(timeout=5)
    until = time.monotonic() + 5
    while not has_ended(child):
        assert time.monotonic() < until
        time.sleep(0.02)
    end_now(process)


def test_the_child_refuses_a_folder_that_no_client_made(tmp_path):
    (tmp_path / "precious").touch()
    command = [sys.executable, "-m", "dsanet.worker", str(tmp_path)]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": ROOT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "was not made by dsanet.worker.Client" in done.stderr
    assert (tmp_path / "precious").exists()


def test_the_child_removes_its_folder_when_its_input_ends(tmp_path):
    with private_folder(tmp_path) as folder:
        process = Launch().start(folder)
        assert process.stdout.readline().startswith(b'{"')
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, b"")
        assert not folder.exists()


@posix
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "ended by itself with exit code 0"),
        (-9, "memory is full"),
        (-15, "ended from outside"),
        (-11, "SIGSEGV"),
        (-4, "was ended by SIGILL"),
        (3221225477, "0xC0000005"),
        (-1073740791, "0xC0000409"),
    ],
)
def test_exit_codes_are_worded(code, words):
    assert words in how_it_ended(code)
