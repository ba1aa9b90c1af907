"""Has the host start the double of dsatrain instead of the real one."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dsanet

ROOT = Path(dsanet.__file__).resolve().parents[1]
DOUBLE = Path(__file__).with_name("training_double.py")
PATIENCE = 120


def install(patch: pytest.MonkeyPatch, home: Path, child: Path) -> None:
    """Put the double and a user's folder in place.

    Args:
        patch: Undoes it.
        home: The user's folder; the double lies beside it.
        child: The package that every fine-tuning comes to.
    """
    from DSASegmentationLib.learning import task

    package = home.parent / "double" / "dsatrain"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").touch()
    shutil.copy(DOUBLE, package / "cli.py")
    patch.setattr(task, "_folders", lambda: [str(ROOT), str(package.parent)])
    patch.setenv("DSANET_HOME", str(home))
    patch.setenv("DSA_TEST_CHILD", str(child))


def until(done: Callable[[], bool], poll: Callable[[], Any]) -> None:
    """Wait, but not forever."""
    end = time.monotonic() + PATIENCE
    while not done():
        poll()
        time.sleep(0.01)
        assert time.monotonic() < end
