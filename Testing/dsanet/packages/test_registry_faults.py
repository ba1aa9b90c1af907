"""The registry under full disks, refused writes, kills and a second process."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import dsanet
from dsanet.errors import DSAError, PackageError, WriteError
from dsanet.packages import DEFAULT_NAME, Registry, RolledBack

ENGINE = Path(dsanet.__file__).parents[1]
WRITES = [
    *((os, name) for name in ("open", "write", "fsync", "link")),
    *((Path, name) for name in ("mkdir", "rename", "replace", "chmod")),
]
REMOVALS = [(Path, "unlink"), (shutil, "rmtree"), (os, "unlink"), (os, "rmdir")]
Act = Callable[[Registry, Any], object]
ACTS: dict[str, Act] = {
    "import": lambda registry, forge: registry.import_package(forge.folder),
    "activate": lambda registry, _: registry.activate("two", override="tested"),
    "roll back": lambda registry, _: registry.roll_back(),
    "remove": lambda registry, _: registry.remove("two"),
}
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@contextmanager
def at_call(nth: int, functions: list[Any], happen: Callable[[], None]) -> Iterator[list[int]]:
    """Let something happen before the nth call of any of the functions."""
    made: list[int] = []

    def wrap(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            made.append(1)
            if len(made) == nth:
                happen()
            return real(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in functions:
            patch.setattr(owner, name, wrap(getattr(owner, name)))
        yield made


def failing(code: int) -> Callable[[], None]:
    def fail() -> None:
        raise OSError(code, os.strerror(code))

    return fail


def tree(home: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(home.rglob("*"))
    }


def state(registry: Registry) -> tuple[dict[str, str], str]:
    """The imported models and their fingerprints, and the active one; all must be sound."""
    entries = registry.list_models()
    assert all(entry.status == "ready" for entry in entries)
    prints = {e.name: e.package.fingerprint for e in entries if e.package and not e.bundled}
    return prints, registry.active().name


@pytest.fixture
def prepared(imported: Registry, forge: Any, tmp_path: Path) -> Path:
    """A home of two models, of which `one` is active; the forge holds a third."""
    imported.activate("one", override="tested")
    forge.set_weight(0.25).rename("three")
    return shutil.copytree(imported.home, tmp_path / "prepared")


def fresh(home: Path, prepared: Path) -> Registry:
    shutil.rmtree(home)
    shutil.copytree(prepared, home)
    return Registry(home)


def refused(act: Act, registry: Registry, forge: Any) -> str | None:
    try:
        act(registry, forge)
    except WriteError as error:
        return str(error)
    return None


def done(act: Act, home: Path, prepared: Path, forge: Any) -> tuple[dict[str, str], str]:
    registry = fresh(home, prepared)
    act(registry, forge)
    return state(registry)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
@pytest.mark.parametrize("kind", ACTS)
def test_a_failing_write_anywhere_changes_nothing(
    kind: str, code: int, home: Path, prepared: Path, forge: Any
) -> None:
    act = ACTS[kind]
    after = done(act, home, prepared, forge)
    for nth in range(1, 100):
        registry = fresh(home, prepared)
        before = tree(home)
        with at_call(nth, WRITES, failing(code)) as made:
            refusal = refused(act, registry, forge)
            assert refusal is None or (str(home) in refusal and tree(home) == before)
        if refusal:
            act(registry, forge)
        assert state(registry) == after
        if len(made) < nth:
            break
    assert 1 < nth < 99


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_first_import_that_fails_leaves_no_folder(
    code: int, registry: Registry, home: Path, forge: Any
) -> None:
    forge.without_ir()
    for nth in range(1, 100):
        with at_call(nth, WRITES, failing(code)) as made, suppress(WriteError):
            registry.import_package(forge.folder)
        if len(made) < nth:
            break
        if home.exists():
            assert state(registry)[0].keys() == {"tiny"}  # a fault with a way round it
            shutil.rmtree(home)
    assert 10 < nth < 99
    assert state(registry)[0].keys() == {"tiny"}


def killed_at(nth: int, act: Act, registry: Registry, forge: Any) -> bool:
    """Act in a child that is killed before its nth call that writes or removes."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            happen = lambda: os.kill(os.getpid(), signal.SIGKILL)  # noqa: E731
            with at_call(nth, [*WRITES, *REMOVALS], happen):
                act(registry, forge)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("kind", ACTS)
def test_a_kill_anywhere_leaves_the_old_state_or_the_new_one(
    kind: str, home: Path, prepared: Path, forge: Any
) -> None:
    act = ACTS[kind]
    after = done(act, home, prepared, forge)
    before = state(fresh(home, prepared))
    seen = []
    for nth in range(1, 200):
        registry = fresh(home, prepared)
        if not killed_at(nth, act, registry, forge):
            break
        found = state(registry)
        assert found in (before, after)
        assert not list(home.rglob(".*"))
        seen.append(found)
        if found == before:
            act(registry, forge)
            assert state(registry) == after
    assert 3 < nth < 199
    assert seen[0] == before
    assert state(registry) == after


CHILD = """
import random, sys
from pathlib import Path
from dsanet.errors import DSAError
from dsanet.packages import DEFAULT_NAME, Registry
home, source = map(Path, sys.argv[1:3])
registry = Registry(home)
acts = [
    lambda: registry.import_package(source),
    lambda: registry.activate(random.choice(["one", "two", DEFAULT_NAME]), override="tested"),
    lambda: registry.roll_back(),
    lambda: registry.remove("three"),
]
print("ready", flush=True)
while True:
    try:
        random.choice(acts)()
    except DSAError as error:
        assert "no imported model" in str(error) or "no earlier model" in str(error), error
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
def test_random_kills_leave_a_registry_that_works(home: Path, prepared: Path, forge: Any) -> None:
    one, two = (Registry(prepared).find(name).fingerprint for name in ("one", "two"))
    for _ in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(home), str(forge.folder)],
            env={**os.environ, "PYTHONPATH": str(ENGINE)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stdout
        child.stdout.readline()
        time.sleep(random.uniform(0, 0.3))
        child.send_signal(signal.SIGKILL)
        _, errors = child.communicate(timeout=60)
        assert errors == ""
        prints, active = state(Registry(home))
        assert (prints.pop("one"), prints.pop("two")) == (one, two)
        assert prints.keys() <= {"three"}
        assert active in ("one", "two", DEFAULT_NAME)
        assert not list(home.rglob(".*"))


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_processes_at_once_lose_no_record_and_break_nothing(
    imported: Registry, home: Path, forge: Any
) -> None:
    forge.set_weight(0.25).rename("three")
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            code = 1
            with suppress(BaseException):
                for number in range(12):
                    imported.activate(("one", "two")[number % 2], override="tested")
                    for act in (
                        lambda: imported.import_package(forge.folder),
                        lambda: imported.remove("three"),
                    ):
                        with suppress(PackageError, WriteError):
                            act()
                code = 0
            os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert len(list((home / "activations").iterdir())) == 36
    prints, active = state(imported)
    assert {"one", "two"} <= prints.keys() <= {"one", "two", "three"}
    assert active in ("one", "two")
    assert not list(home.rglob(".*"))
    steps: list[RolledBack] = []
    with suppress(DSAError):
        while len(steps) < 40:
            steps.append(imported.roll_back())
    assert steps[-1].package.name == DEFAULT_NAME


def test_what_others_are_still_writing_stays_until_it_is_old(
    imported: Registry, home: Path
) -> None:
    from dsanet import atomic

    staged = f".staged-{atomic.HOST}"
    alive = home / "models" / f"{staged}-{os.getpid()}-{'0' * 16}"
    foreign = home / "models" / f".staged-00000000-1-{'0' * 16}"
    old = home / "models" / f"{staged}-{os.getpid()}-{'1' * 16}"
    notes = home / "models" / ".staged-notes"
    for folder in (alive, foreign, old, notes):
        folder.mkdir()
        (folder / "model.json").write_text("{}")
    os.utime(old, (0, 0))
    assert {entry.name for entry in imported.list_models()} == {DEFAULT_NAME, "one", "two"}
    hidden = {path for path in (home / "models").iterdir() if path.name.startswith(".")}
    assert hidden == {alive, foreign, notes}
