"""Finding a model package by name or path. The bundled ones are package data of dsanet."""

from importlib import resources
from pathlib import Path

from dsanet.errors import PackageError
from dsanet.packages.package import MANIFEST, ModelPackage, load_package

DEFAULT_NAME = "dsanet-phantom"


def bundled_folder() -> Path:
    """The folder of bundled model packages, in a checkout, in Slicer and after pip alike."""
    return Path(str(resources.files("dsanet"))) / "resources" / "models"


def bundled_packages() -> list[ModelPackage]:
    """Every bundled model package, by name.

    Raises:
        PackageError: One is damaged.
    """
    return [load_package(path.parent) for path in sorted(bundled_folder().glob(f"*/{MANIFEST}"))]


def find_package(name_or_path: str | Path | None = None) -> ModelPackage:
    """Find and check a model package.

    Args:
        name_or_path: The name of a bundled package, or the folder of any; None is the default.

    Raises:
        PackageError: There is none, or it is damaged.
    """
    wanted = str(name_or_path or DEFAULT_NAME)
    bundled = bundled_folder() / wanted
    if Path(wanted).name == wanted and (bundled / MANIFEST).is_file():
        return load_package(bundled)
    if Path(wanted).is_dir():
        return load_package(Path(wanted))
    names = sorted(path.parent.name for path in bundled_folder().glob(f"*/{MANIFEST}"))
    msg = f"no model package {wanted!r}: it is neither a folder nor one of {names}"
    raise PackageError(msg)
