"""Store: the folders of model packages, bundled and imported, by name."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dsanet import atomic
from dsanet.errors import PackageError
from dsanet.packages.archive import open_archive, pack
from dsanet.packages.bundled import bundled_folders
from dsanet.packages.files import FolderFiles, PackageFiles, naming, reason
from dsanet.packages.home import HOME_HINT
from dsanet.packages.package import (
    ModelPackage,
    describe,
    load_package,
    read_contents,
    read_manifest,
)
from dsanet.packages.staging import put_folder, remove_left_overs, take_folder_away


class Store:
    """The bundled models, and those in the user's folder. A bundled name is never another's."""

    def __init__(self, folder: Path) -> None:
        """Open the store; nothing is read or made yet.

        Args:
            folder: The user's folder of models, which need not exist.
        """
        self.folder = folder

    def imported(self) -> dict[str, Path]:
        """The user's folders by name, whatever they hold.

        Raises:
            PackageError: The user's folder cannot be read.
        """
        try:
            return {
                path.name: path
                for path in sorted(self.folder.iterdir())
                if not path.name.startswith(".") and not stat.S_ISREG(path.lstat().st_mode)
            }
        except FileNotFoundError:
            return {}
        except OSError as error:
            msg = f"the folder of models {self.folder} cannot be read: {reason(error)}; {HOME_HINT}"
            raise PackageError(msg) from error

    def find(self, name: str) -> ModelPackage:
        """Load a model by name.

        Raises:
            PackageError: There is none, or it is broken.
        """
        bundled = bundled_folders()
        if name in bundled:
            return load_named(bundled[name])
        imported = self.imported()
        if name in imported:
            return load_named(imported[name])
        msg = f"there is no model {name!r}, only {sorted({*bundled, *imported})}"
        raise PackageError(msg)

    def take_in(self, source: Path, sha256: str = "") -> ModelPackage:
        """Check a package and copy it into the user's folder; see `Registry.import_package`."""
        self.clean_up()
        with naming(source), _open(source) as files:
            manifest = read_manifest(files)
            package = describe(manifest, self.folder / manifest.name)
            _check_expected(package, sha256.strip().lower())
            same = self._same(package)
            if same is not None:
                return same
            contents = read_contents(manifest, files)
        put_folder(package.folder, contents)
        return package

    def pack(self, name: str) -> bytes:
        """Pack a model into one zip.

        Raises:
            PackageError: There is none, or it is broken.
        """
        folder = self.find(name).folder
        with naming(folder):
            files = FolderFiles(folder)
            return pack(name, read_contents(read_manifest(files), files))

    def remove(self, name: str) -> None:
        """Remove an imported model, broken or not.

        Raises:
            PackageError: There is none.
            WriteError: It could not be removed; it is unchanged.
        """
        self.clean_up()
        imported = self.imported()
        if name in imported:
            take_folder_away(imported[name])
            return
        if name in bundled_folders():
            msg = f"{name} comes with dsanet and cannot be removed"
            raise PackageError(msg)
        msg = f"there is no imported model {name!r} to remove, only {sorted(imported)}"
        raise PackageError(msg)

    def clean_up(self) -> None:
        """Remove what killed processes have left, where that is possible."""
        remove_left_overs(self.folder)
        atomic.remove_orphans(self.folder)

    def _same(self, package: ModelPackage) -> ModelPackage | None:
        """Find the very package in the store.

        Raises:
            PackageError: Another one has its name, or one that some systems take for the same.
        """
        for name in {**bundled_folders(), **self.imported()}:
            if name.casefold() != package.name.casefold():
                continue
            if name == package.name and self._fingerprint(name) == package.fingerprint:
                return self.find(name)
            msg = (
                f"its name is {package.name}, and another model {name} is there already; remove"
                " that one first, or package this one under another name"
            )
            raise PackageError(msg)
        return None

    def _fingerprint(self, name: str) -> str:
        try:
            return self.find(name).fingerprint
        except PackageError:
            return ""


def _check_expected(package: ModelPackage, sha256: str) -> None:
    """Refuse another package than the one that was announced; its files are checked afterwards.

    Raises:
        PackageError: Neither its fingerprint nor the hash of its weights is the announced one.
    """
    if sha256 and sha256 not in (package.fingerprint, package.weights_sha256):
        msg = (
            f"its fingerprint is {package.fingerprint} and its weights have"
            f" {package.weights_sha256}, expected {sha256[:64]}; copy it again"
        )
        raise PackageError(msg)


def load_named(folder: Path) -> ModelPackage:
    """Load a package of the store, whose folder has its name.

    Raises:
        PackageError: It is broken, a link, or has another name.
    """
    if folder.is_symlink():
        msg = f"model package {folder}: it is a link, expected a folder; import it instead"
        raise PackageError(msg)
    package = load_package(folder)
    if package.name != folder.name:
        msg = f"model package {folder}: it calls itself {package.name}; import it instead"
        raise PackageError(msg)
    return package


@contextmanager
def _open(source: Path) -> Iterator[PackageFiles]:
    if source.is_dir():
        yield FolderFiles(source)
    else:
        with open_archive(source) as files:
            yield files
