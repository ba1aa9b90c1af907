"""Private folders: closed to others, never left for long, and a living client's is safe."""

import os
import stat
import sys
import time

import pytest

from dsanet.worker import folder as folders
from dsanet.worker.folder import OWNER, PREFIX, is_private_folder, private_folder, remove_leftovers

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such thing")


def grow_old(folder):
    old = time.time() - folders.SETTLING_SECONDS - 1
    os.utime(folder, (old, old))


@pytest.fixture
def leftover(tmp_path):
    """What a dead client left."""
    folder = tmp_path / f"{PREFIX}dead"
    folder.mkdir()
    (folder / OWNER).touch()
    (folder / "answer-0.npy").write_bytes(b"x")
    grow_old(folder)
    return folder


@posix
def test_a_private_folder_is_closed_to_others_and_goes_with_its_block(tmp_path):
    with private_folder(tmp_path) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert is_private_folder(folder)
        (folder / "answer-0.npy").write_bytes(b"x")
    assert list(tmp_path.iterdir()) == []


def test_it_goes_when_the_block_fails(tmp_path):
    with pytest.raises(KeyError), private_folder(tmp_path):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_leftovers_are_removed_before_a_new_folder_is_made(tmp_path, leftover):
    with private_folder(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]


def test_a_leftover_without_a_mark_is_removed(tmp_path, leftover):
    (leftover / OWNER).unlink()
    grow_old(leftover)
    assert remove_leftovers(tmp_path) == [leftover]
    assert not leftover.exists()


def test_a_living_client_s_folder_is_never_touched(tmp_path):
    with private_folder(tmp_path) as folder:
        grow_old(folder)
        assert remove_leftovers(tmp_path) == []
        assert (folder / OWNER).exists()


def test_a_folder_that_is_just_being_made_is_left_alone(tmp_path, leftover):
    os.utime(leftover)
    assert remove_leftovers(tmp_path) == []
    assert leftover.exists()


@posix
def test_other_folders_links_and_files_are_left_alone(tmp_path, leftover):
    leftover.rename(tmp_path / "mine")
    grow_old(tmp_path / "mine")
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "mine")
    (tmp_path / f"{PREFIX}file").touch()
    grow_old(tmp_path / f"{PREFIX}file")
    assert remove_leftovers(tmp_path) == []
    assert (tmp_path / "mine" / "answer-0.npy").exists()


@posix
def test_another_user_s_folder_is_left_alone(tmp_path, leftover, monkeypatch):
    user = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: user + 1)
    assert remove_leftovers(tmp_path) == []


def test_a_missing_parent_has_no_leftovers(tmp_path):
    assert remove_leftovers(tmp_path / "missing") == []


@pytest.mark.parametrize("name", ["documents", f"{PREFIX}x"])
def test_only_folders_made_here_are_private(tmp_path, name):
    (tmp_path / name).mkdir()
    assert not is_private_folder(tmp_path / name)
