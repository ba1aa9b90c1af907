"""Scenes as files: written completely or not at all, and opened again.

Slicer writes a scene in place, so that a full disk or a crash would lose the one saved before.
Here it is written to a temporary folder and put in place by `dsanet.atomic`.
"""

import shutil
import tempfile
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from dsanet import atomic
from dsanet.errors import WriteError
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.visibility import refresh

BUNDLE, FOLDER = ".mrb", ".mrml"
DATA = "Data"


def saveScene(scene: Any, path: Path) -> None:
    """Write a scene with all that is in it.

    Args:
        scene: The scene.
        path: `NAME.mrb`, one file, or `NAME.mrml` with the data in a folder `Data` beside it,
            which no other scene may share; its folder exists.

    Raises:
        SceneError: The name has another ending, or another scene is in the folder.
        WriteError: It could not be written; what was there before is unchanged.
    """
    checkPlace(path)
    with tempfile.TemporaryDirectory() as scratch:
        staged = Path(scratch) / path.stem
        written = _bundle(scene, staged) if path.suffix == BUNDLE else _folder(scene, staged)
        if not written:
            msg = f"{path} could not be written: Slicer's log has the reason"
            raise WriteError(msg)
        files = [staged.with_suffix(BUNDLE)] if path.suffix == BUNDLE else _files(staged)
        _put(files, path)


def checkPlace(path: Path) -> None:
    """Check before long work whether a scene may be written to a path.

    Args:
        path: As `saveScene` takes it.

    Raises:
        SceneError: As `saveScene` does.
    """
    if path.suffix not in (BUNDLE, FOLDER):
        msg = f"{path} is no name for a scene: it must end in {BUNDLE} or {FOLDER}"
        raise SceneError(msg)
    if path.suffix == FOLDER:
        _check_alone(path)


def openScene(scene: Any, path: Path) -> None:
    """Add what a scene file holds to a scene; its own content stays, its runs are hidden.

    Args:
        scene: The scene.
        path: `NAME.mrb` or `NAME.mrml`.

    Raises:
        SceneError: The file is missing, is no scene, or lacks data; in the last case what could be
            read is in the scene.
    """
    if not path.is_file():
        msg = f"{path} is no file; choose a scene that ends in {BUNDLE} or {FOLDER}"
        raise SceneError(msg)
    with tempfile.TemporaryDirectory() as scratch:
        found = _unpacked(path, Path(scratch)) if path.suffix == BUNDLE else path.absolute()
        done = _imported(scene, found)
    refresh(scene)
    if not done:
        msg = (
            f"{path} could not be read completely: it is no scene, or its data may be missing"
            f" from the folder {DATA} beside it; Slicer's log names the file"
        )
        raise SceneError(msg)


def _imported(scene: Any, file: Path) -> bool:
    url, root = scene.GetURL(), scene.GetRootDirectory()
    try:
        scene.SetURL(str(file))
        return bool(scene.Import())
    finally:
        scene.SetURL(url)
        scene.SetRootDirectory(root)


def _unpacked(path: Path, folder: Path) -> Path:
    """Unpack a bundle and give its scene file.

    Slicer's own way follows names that lead out of the folder; Python's does not.
    """
    try:
        with ZipFile(path) as bundle:
            needed = sum(entry.file_size for entry in bundle.infolist())
            if needed > shutil.disk_usage(folder).free:
                msg = f"{path} unpacks to {needed} bytes, more than is free in {folder}"
                raise SceneError(msg)
            bundle.extractall(folder)
    except (BadZipFile, zlib.error, OSError, ValueError, RuntimeError) as error:
        msg = f"{path} is no scene bundle, or it is damaged ({error}); choose another file"
        raise SceneError(msg) from error
    scenes = list(folder.glob(f"*/*{FOLDER}"))
    if len(scenes) != 1:
        msg = f"{path} is no scene bundle: it holds {len(scenes)} scenes, expected one"
        raise SceneError(msg)
    return scenes[0]


def _bundle(scene: Any, staged: Path) -> bool:
    return bool(scene.WriteToMRB(str(staged.with_suffix(BUNDLE))))


def _folder(scene: Any, staged: Path) -> bool:
    staged.mkdir()
    return bool(scene.SaveSceneToSlicerDataBundleDirectory(str(staged)))


def _check_alone(path: Path) -> None:
    """Two scenes in a folder would write over each other's data."""
    others = [other for other in path.parent.glob(f"*{FOLDER}") if other.name != path.name]
    if others or (not path.exists() and (path.parent / DATA).exists()):
        found = others[0] if others else path.parent / DATA
        msg = f"{found} is in the folder already; choose an empty folder for the scene"
        raise SceneError(msg)


def _files(staged: Path) -> list[Path]:
    """The data first and the scene, which vouches for them, last."""
    found = [path for path in staged.rglob("*") if path.is_file()]
    return sorted(found, key=lambda path: (path.suffix == FOLDER, path))


def _put(files: list[Path], path: Path) -> None:
    """Put staged files in place, those of a folder in the folders that the scene names."""
    root = files[-1].parent
    targets = {path.parent / file.relative_to(root): file.read_bytes() for file in files[:-1]}
    targets[path] = files[-1].read_bytes()
    with ExitStack() as folders:
        for folder in sorted({target.parent for target in targets}):
            folders.enter_context(atomic.new_folder(folder))
        atomic.write_all(targets)
