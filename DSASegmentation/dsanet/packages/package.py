"""ModelPackage: a folder that holds one trained network and all that is known about it.

| file | content |
| --- | --- |
| `model.json` | this table's other files with their SHA-256 and size, the architecture, classes, \
training data, scores, parent, licence |
| `model.safetensors` | the weights, fp16 |
| `frame_encoder.xml`, `.bin` | OpenVINO IR of the frame encoder: (N, 1, H, W) -> five outputs |
| `fusion.xml`, `.bin` | IR of the rest: MinIP, pooled features, bottlenecks, times -> scores |

The IR is the same network as the weights: `model.json` names the hash of the weights that it was
made from, and a package whose two differ is refused.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from dsanet import labels
from dsanet.errors import PackageError
from dsanet.model.config import DSANetConfig

FORMAT = 1
MANIFEST = "model.json"
WEIGHTS = "model.safetensors"
IR_PARTS = ("frame_encoder", "fusion")
IR_FILES = tuple(f"{part}{suffix}" for part in IR_PARTS for suffix in (".xml", ".bin"))
MAX_MANIFEST_BYTES = 1 << 20
CLASS_NAMES = ("background", *(entry.name for entry in labels.CLASSES))


@dataclass(frozen=True)
class ModelPackage:
    """A checked model package.

    Attributes:
        folder: Where it lies.
        name: Its name, for people.
        config: The network's architecture.
        weights_sha256: SHA-256 of `model.safetensors`.
        manifest: All of `model.json`.
    """

    folder: Path
    name: str
    config: DSANetConfig
    weights_sha256: str
    manifest: dict[str, Any]

    @property
    def weights(self) -> Path:
        """The file of fp16 weights."""
        return self.folder / WEIGHTS

    @property
    def has_ir(self) -> bool:
        """Whether the package can run on OpenVINO."""
        return set(IR_FILES) <= set(self.manifest["files"])

    def ir(self, part: str) -> Path:
        """The OpenVINO IR of one of `IR_PARTS`."""
        return self.folder / f"{part}.xml"


def load_package(folder: Path) -> ModelPackage:
    """Check a model package and describe it; nothing in it is run or parsed but `model.json`.

    Args:
        folder: The package's folder.

    Raises:
        PackageError: A file is missing, its hash differs from the stated one, or the format,
            classes or architecture are not known to this version.
    """
    manifest = _read_manifest(folder / MANIFEST)
    if manifest.get("format") != FORMAT:
        _refuse(folder, f"has format {manifest.get('format')!r}, expected {FORMAT}")
    if manifest.get("classes") != list(CLASS_NAMES):
        _refuse(folder, f"has classes {manifest.get('classes')}, expected {list(CLASS_NAMES)}")
    files = manifest.get("files")
    if not isinstance(files, dict) or not set(files) <= {WEIGHTS, *IR_FILES}:
        _refuse(folder, f"must list its files, of {[WEIGHTS, *IR_FILES]}")
    if WEIGHTS not in files:
        _refuse(folder, f"lists no {WEIGHTS}")
    for name, stated in files.items():
        _check_file(folder, name, stated)
    weights_sha256 = files[WEIGHTS]["sha256"]
    if manifest.get("ir_of") not in (None, weights_sha256):
        _refuse(folder, "has an OpenVINO IR made from other weights; export it again")
    architecture = manifest.get("architecture")
    if not isinstance(architecture, dict):
        _refuse(folder, "states no architecture")
    try:
        config = DSANetConfig.from_dict(architecture)
    except PackageError as error:
        _refuse(folder, f"cannot be used: {error}")
    return ModelPackage(
        folder=folder,
        name=str(manifest.get("name", folder.name)),
        config=config,
        weights_sha256=weights_sha256,
        manifest=manifest,
    )


def _refuse(folder: Path, reason: str) -> NoReturn:
    msg = f"model package {folder} {reason}"
    raise PackageError(msg)


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            _refuse(path.parent, f"has a {MANIFEST} above {MAX_MANIFEST_BYTES} bytes")
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"{path.parent} is no model package: {MANIFEST} cannot be read ({error.strerror})"
        raise PackageError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{path} is not valid JSON: {error}"
        raise PackageError(msg) from error
    if not isinstance(manifest, dict):
        _refuse(path.parent, f"has a {MANIFEST} that is no JSON object")
    return dict(manifest)


def _check_file(folder: Path, name: str, stated: object) -> None:
    if not isinstance(stated, dict) or not {"sha256", "bytes"} <= set(stated):
        _refuse(folder, f"states no sha256 and bytes for {name}")
    try:
        size = (folder / name).stat().st_size
        if size != stated["bytes"]:
            _refuse(folder, f"is damaged: {name} has {size} bytes, expected {stated['bytes']}")
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    except OSError as error:
        msg = f"model package {folder} is damaged: {name} cannot be read ({error.strerror})"
        raise PackageError(msg) from error
    if digest != stated["sha256"]:
        _refuse(folder, f"is damaged: the SHA-256 of {name} is not the stated one")
