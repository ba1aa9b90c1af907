"""Finding a model package: the active one, one by its name, or one by its folder."""

from pathlib import Path

from dsanet.errors import PackageError
from dsanet.packages.bundled import bundled_folders
from dsanet.packages.package import ModelPackage, load_package
from dsanet.packages.registry import Registry
from dsanet.packages.store import load_named


def bundled_packages() -> list[ModelPackage]:
    """Every bundled model package, by name.

    Raises:
        PackageError: One is damaged.
    """
    return [load_named(folder) for folder in bundled_folders().values()]


def find_package(
    name_or_path: str | Path | None = None, registry: Registry | None = None
) -> ModelPackage:
    """Find and check a model package.

    Args:
        name_or_path: The name of a bundled or imported model, or the folder of any package; a
            folder that has the name of a model is meant when it is written `./NAME`. None is the
            active model.
        registry: Where to look; None is the user's.

    Raises:
        PackageError: There is none, or it is broken. A broken active model is not replaced by
            another, see `dsanet.packages.registry`.
    """
    if not name_or_path:
        return (registry or Registry()).active()
    wanted = str(name_or_path)
    bundled = bundled_folders()
    if wanted in bundled:
        return load_named(bundled[wanted])
    imported = (registry or Registry()).imported()
    if wanted in imported:
        return load_named(imported[wanted])
    if Path(wanted).is_dir():
        return load_package(Path(wanted))
    if Path(wanted).is_file():
        msg = f"{wanted} is a file; take it in with dsanet models import, then use its name"
        raise PackageError(msg)
    msg = f"no model package {wanted!r}: it is neither a folder nor one of {[*bundled, *imported]}"
    raise PackageError(msg)
