import errno
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dsanet import atomic
from dsanet.atomic import new_folder, remove_orphans, write_all, write_bytes, write_text
from dsanet.errors import WriteError

ENGINE = Path(atomic.__file__).parents[1]
CALLS = [
    (os, "open"),
    (os, "write"),
    (os, "fsync"),
    (os, "link"),
    (Path, "replace"),
    (Path, "chmod"),
]


def fail_at(patch: pytest.MonkeyPatch, nth: int, code: int) -> Callable[[], int]:
    """Let the nth call of any function that writes fail, and tell how many were made."""
    made = 0

    def wrap(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal made
            made += 1
            if made == nth:
                raise OSError(code, os.strerror(code))
            return real(*args, **kwargs)

        return call

    for owner, name in CALLS:
        patch.setattr(owner, name, wrap(getattr(owner, name)))
    return lambda: made


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run_python(code: str, *args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        env={**os.environ, "PYTHONPATH": str(ENGINE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_bytes_and_text_are_written_exactly(tmp_path: Path) -> None:
    write_bytes(tmp_path / "b", b"\x00\r\n\xff")
    write_text(tmp_path / "t", "größe\n")
    write_bytes(tmp_path / "empty", b"")
    assert content(tmp_path) == {"b": b"\x00\r\n\xff", "t": "größe\n".encode(), "empty": b""}


def test_existing_files_are_replaced_and_keep_their_mode(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o640)
    write_bytes(tmp_path / "a", b"new")
    assert content(tmp_path) == {"a": b"new"}
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_new_files_get_the_mode_of_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_bytes(tmp_path / "a", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "a")
    write_bytes(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert content(tmp_path / "elsewhere") == {"a": b"new"}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failing_call_anywhere_changes_nothing(tmp_path: Path, code: int) -> None:
    before = {"a": b"old a", "c": b"old c"}
    after = {"a": b"new a", "b": b"new b", "c": b"new c"}
    for nth in range(1, 100):
        for path in tmp_path.iterdir():
            path.unlink()
        for name, data in before.items():
            (tmp_path / name).write_bytes(data)
        with pytest.MonkeyPatch.context() as patch:
            made = fail_at(patch, nth, code)
            expected = before
            with suppress(WriteError):
                write_all({tmp_path / name: data for name, data in after.items()})
                expected = after  # no fault is left, or one with a way round it: links
        assert content(tmp_path) == expected
        if made() < nth:
            break
    assert 15 < nth < 99


def test_a_full_disk_is_named_with_file_and_bytes_needed(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fail_at(patch, 2, errno.ENOSPC)
        with pytest.raises(WriteError, match=r"a\.png.*no space left.*5 bytes needed"):
            write_bytes(tmp_path / "a.png", b"12345")


def test_what_cannot_be_put_back_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"old")
    replace = Path.replace
    calls = []

    def broken_after_first(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) > 1:
            raise OSError(errno.EIO, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", broken_after_first)
    with pytest.raises(WriteError, match=r"a could not be put back .* it holds the new content"):
        write_all({tmp_path / "a": b"new", tmp_path / "b": b"new"})
    assert content(tmp_path) == {"a": b"new"}


def test_ctrl_c_amid_a_set_puts_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if target.name == "b":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_all({tmp_path / "a": b"new", tmp_path / "b": b"new"})
    assert content(tmp_path) == {"a": b"old"}


def test_file_systems_without_links_and_folder_sync_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: Any) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "link", unsupported)
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda fd: unsupported() if stat.S_ISDIR(os.fstat(fd).st_mode) else real(fd)
    )
    (tmp_path / "a").write_bytes(b"old")
    write_bytes(tmp_path / "a", b"new")
    assert content(tmp_path) == {"a": b"new"}


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"the folder .*gone does not exist"):
        write_bytes(tmp_path / "gone" / "a", b"")


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(WriteError, match="not a plain file"):
        write_bytes(tmp_path / "a", b"")
    assert (tmp_path / "a").is_dir()


@pytest.mark.skipif(os.name == "nt", reason="there are no FIFOs in Windows folders")
def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(WriteError, match="not a plain file"):
        write_bytes(tmp_path / "a", b"")
    assert (tmp_path / "a").is_fifo()


@pytest.mark.skipif(os.name == "nt", reason="folder modes are those of POSIX")
def test_a_read_only_folder_is_named_and_left_alone() -> None:
    code = """
import os, sys
from pathlib import Path
from dsanet.atomic import write_all
from dsanet.errors import WriteError
if os.geteuid() == 0:
    os.setuid(65534)
try:
    write_all({Path(sys.argv[1]) / "a": b"new", Path(sys.argv[1]) / "b": b"new"})
except WriteError as error:
    print(error)
"""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a").write_bytes(b"old")
        folder.chmod(0o555)
        out, _ = run_python(code, folder).communicate(timeout=60)
        assert "read-only for you" in out
        assert content(folder) == {"a": b"old"}
        folder.chmod(0o755)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
def test_twenty_kills_leave_whole_files_and_removable_orphans(tmp_path: Path) -> None:
    code = """
import itertools, sys
from pathlib import Path
from dsanet.atomic import write_all
folder = Path(sys.argv[1])
print("ready", flush=True)
for version in itertools.cycle(range(256)):
    write_all({folder / name: bytes([version]) * 300_000 for name in "abc"})
"""
    for _ in range(20):
        process = run_python(code, tmp_path)
        assert process.stdout
        process.stdout.readline()
        time.sleep(random.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        for path in tmp_path.glob("[abc]"):
            assert len(path.read_bytes()) == 300_000
            assert len(set(path.read_bytes())) == 1
        remove_orphans(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} <= set("abc")


def test_orphans_of_the_living_stay_until_they_are_old(tmp_path: Path) -> None:
    gone = run_python("pass")
    gone.communicate(timeout=60)
    token = "0123456789abcdef"
    here, elsewhere = f".dsanet-{atomic.HOST}", ".dsanet-00000000"
    dead = tmp_path / f"{here}-{gone.pid}-{token}.tmp"
    alive = tmp_path / f"{here}-{os.getpid()}-{token}.tmp"
    foreign = tmp_path / f"{elsewhere}-{gone.pid}-{token}.tmp"
    old = tmp_path / f"{here}-{os.getpid()}-{token[::-1]}.tmp"
    other = tmp_path / ".dsanet-notes.tmp"
    for path in (dead, alive, foreign, old, other):
        path.write_bytes(b"")
    os.utime(old, (0, 0))
    assert sorted(remove_orphans(tmp_path)) == sorted([dead, old])
    assert set(tmp_path.iterdir()) == {alive, foreign, other}
    assert remove_orphans(tmp_path / "missing") == []


def test_a_new_folder_stays_after_success_and_goes_after_failure(tmp_path: Path) -> None:
    with new_folder(tmp_path / "a" / "b") as folder:
        write_bytes(folder / "x", b"1")
    assert content(tmp_path / "a" / "b") == {"x": b"1"}
    with pytest.raises(KeyError), new_folder(tmp_path / "c" / "d"):
        raise KeyError
    with pytest.raises(KeyError), new_folder(tmp_path / "a" / "b"):
        raise KeyError
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert content(tmp_path / "a" / "b") == {"x": b"1"}


def test_a_file_in_place_of_the_new_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(WriteError, match="a is a file, not a folder"), new_folder(tmp_path / "a"):
        pass
    with pytest.raises(WriteError, match="b could not be written"), new_folder(tmp_path / "a/b"):
        pass


def test_scratch_is_written_in_parts_and_never_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    atomic.write_scratch(path, (b"head", memoryview(b"body"), b""))
    assert path.read_bytes() == b"headbody"
    with pytest.raises(WriteError, match="exists"):
        atomic.write_scratch(path, (b"other",))
    assert path.read_bytes() == b"headbody"


@pytest.mark.parametrize(("name", "code"), [("open", errno.EACCES), ("write", errno.ENOSPC)])
def test_scratch_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    def fail(*_arguments: Any, **_options: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, name, fail)
    with pytest.raises(WriteError, match=r"a\.npy could not be written"):
        atomic.write_scratch(tmp_path / "a.npy", (b"data",))
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
