"""The model packages that come with dsanet. They are package data of dsanet, and only read."""

from importlib import resources
from pathlib import Path

from dsanet.packages.manifest import MANIFEST

DEFAULT_NAME = "dsanet-phantom"
"""The model that is active before any other is activated."""


def bundled_folder() -> Path:
    """The folder of bundled model packages, in a checkout, in Slicer and after pip alike."""
    return Path(str(resources.files("dsanet"))) / "resources" / "models"


def bundled_folders() -> dict[str, Path]:
    """The folder of each bundled model, by name."""
    return {
        path.parent.name: path.parent for path in sorted(bundled_folder().glob(f"*/{MANIFEST}"))
    }
