"""Model packages: their format, their check, and the registry of those that can be used.

No torch and no OpenVINO here: a package is checked before either sees it.

- `find_package(None | name | folder)` gives the `ModelPackage` to run.
- `Registry` lists, imports, exports, removes, activates and goes back.
- `load_package(folder)` checks one folder.
- `read_gate(file)` reads the report that allows an activation.
"""

from dsanet.packages.bundled import DEFAULT_NAME, bundled_folder
from dsanet.packages.find import bundled_packages, find_package
from dsanet.packages.gate_record import GateRecord, read_gate
from dsanet.packages.home import default_home
from dsanet.packages.manifest import CLASS_NAMES, FORMAT, IR_FILES, IR_PARTS, MANIFEST, WEIGHTS
from dsanet.packages.names import check_name
from dsanet.packages.package import ModelPackage, load_package
from dsanet.packages.registry import ModelEntry, Registry, RolledBack

__all__ = [
    "CLASS_NAMES",
    "DEFAULT_NAME",
    "FORMAT",
    "IR_FILES",
    "IR_PARTS",
    "MANIFEST",
    "WEIGHTS",
    "GateRecord",
    "ModelEntry",
    "ModelPackage",
    "Registry",
    "RolledBack",
    "bundled_folder",
    "bundled_packages",
    "check_name",
    "default_home",
    "find_package",
    "load_package",
    "read_gate",
]
