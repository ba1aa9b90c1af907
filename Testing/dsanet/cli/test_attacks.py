"""What a shell, a script or a hostile name does to the command line."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dsanet
from dsanet.batch import one
from dsanet.cli import main
from dsanet.cli.interrupt import ctrl_c_until

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(dsanet.__file__).parents[1])}
DSANET = f"{sys.executable} -m dsanet"
Loaded = list[tuple[Any, str]]
on_posix = pytest.mark.skipif(os.name == "nt", reason="POSIX shell")


def shell(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}", "bash", *map(str, arguments)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


@on_posix
def test_a_reader_that_leaves_is_no_error(frames: Path) -> None:
    run = shell(f'{DSANET} info "$1" --json | (exec 0<&-; sleep 3)', frames)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_standard_output_is_one_line(frames: Path) -> None:
    run = shell(f'{DSANET} info "$1" > /dev/full', frames)
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "standard output could not be written: no space left on device" in run.stderr


@on_posix
def test_closed_streams_change_nothing_but_what_is_seen(frames: Path, tmp_path: Path) -> None:
    run = shell(f'{DSANET} info "$1" >&-', frames)
    assert (run.returncode, run.stderr) == (0, "")
    assert shell(f'{DSANET} info "$1" 2>&-', tmp_path / "gone").returncode == 2


@on_posix
def test_json_is_utf8_whatever_the_locale(frames: Path) -> None:
    folder = frames.rename(frames.with_name("größe"))
    run = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "dsanet", "info", str(folder), "--json"],
        env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii:strict"},
        capture_output=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert json.loads(run.stdout.decode("utf-8"))["name"] == "größe"


@on_posix
def test_text_with_letters_that_the_terminal_lacks_is_escaped(frames: Path) -> None:
    folder = frames.rename(frames.with_name("größe"))
    run = subprocess.run(
        [sys.executable, "-m", "dsanet", "info", str(folder)],
        env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii:strict"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert r"gr\xf6\xdfe" in run.stdout


def test_a_name_too_long_for_the_system_is_refused_by_name(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    long = tmp_path / ("y" * 300)
    assert main(["segment", str(long), "--output", str(tmp_path / "out")]) == 2
    assert main(["segment", str(frames), "--output", str(long)]) == 2
    line, second = capsys.readouterr().err.splitlines()
    assert "unexpected" not in line + second
    assert long.name in line
    assert long.name in second
    assert list(tmp_path.iterdir()) == [frames]


@pytest.mark.parametrize("wrong", [["", "--output", "out"], ["run", "--output", ""]])
def test_an_empty_path_is_not_the_current_folder(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["segment", *wrong])
    assert stop.value.code == 2
    line = capsys.readouterr().err
    assert "the path is empty" in line
    assert line.count("\n") == 1


def test_a_wrong_argument_with_line_ends_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["info", "run", "more\nand\nmore"])
    assert capsys.readouterr().err.count("\n") == 1


def test_an_input_with_a_short_name_is_named(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    short = frames.rename(tmp_path / "a")
    assert main(["segment", str(short), "--output", str(tmp_path / "out"), "--window=9:9"]) == 2
    assert str(short) in capsys.readouterr().err


@on_posix
def test_an_output_that_is_a_broken_link_is_refused_before_work(
    frames: Path, tmp_path: Path, loaded: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert main(["segment", str(frames), "--output", str(tmp_path / "link" / "out")]) == 2
    assert "link is a link that leads nowhere" in capsys.readouterr().err
    assert loaded == []


@on_posix
def test_ctrl_c_while_writing_comes_too_late(
    frames: Path, tmp_path: Path, loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all: Callable[..., None] = one.write_all

    def interrupted(files: dict[Path, bytes]) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        write_all(files)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(one, "write_all", interrupted)
    before = signal.getsignal(signal.SIGINT)
    assert main(["segment", str(frames), "--output", str(tmp_path / "out"), "--quiet"]) == 0
    assert len(list((tmp_path / "out").iterdir())) == 4
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_counts_until_the_stage_begins() -> None:
    told: list[tuple[str, float]] = []
    with ctrl_c_until("write") as watching:
        report = watching(lambda stage, done: told.append((stage, done)))
        report("infer", 1.0)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        report("write", 0.0)
        signal.raise_signal(signal.SIGINT)
    assert told == [("infer", 1.0), ("write", 0.0)]


@on_posix
def test_ctrl_c_while_python_ends_changes_no_exit_code() -> None:
    code = (
        "import atexit, os, signal, sys\nfrom dsanet.cli import main\n"
        "atexit.register(os.kill, os.getpid(), signal.SIGINT)\n"
        "sys.argv[1:] = ['models']\nsys.exit(main())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
