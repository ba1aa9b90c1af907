"""Model packages: their format, their check, where they are found. No torch here."""

from dsanet.packages.find import DEFAULT_NAME, bundled_folder, bundled_packages, find_package
from dsanet.packages.package import (
    CLASS_NAMES,
    FORMAT,
    IR_FILES,
    IR_PARTS,
    MANIFEST,
    WEIGHTS,
    ModelPackage,
    load_package,
)

__all__ = [
    "CLASS_NAMES",
    "DEFAULT_NAME",
    "FORMAT",
    "IR_FILES",
    "IR_PARTS",
    "MANIFEST",
    "WEIGHTS",
    "ModelPackage",
    "bundled_folder",
    "bundled_packages",
    "find_package",
    "load_package",
]
