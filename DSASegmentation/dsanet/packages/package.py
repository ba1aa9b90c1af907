"""ModelPackage: a folder that holds one trained network and all that is known about it.

| file | content |
| --- | --- |
| `model.json` | this table's other files with their SHA-256 and size, the architecture, classes, \
training data, scores, parent, licence |
| `model.safetensors` | the weights, fp16 |
| `frame_encoder.xml` | OpenVINO IR of the frame encoder: (N, 1, H, W) -> five outputs |
| `fusion.xml` | IR of the rest: MinIP, pooled features, bottlenecks, times -> scores |
| `frame_encoder.bin`, `fusion.bin` | their few constants that are not among the weights |

The IR is the same network as the weights: it takes its constants from them, and `model.json` names
the hash of the weights that it was made from. In packages of format 1 the weights lie in the IR's
own files once more.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsanet.errors import PackageError
from dsanet.model import DSANetConfig
from dsanet.packages.files import FolderFiles, PackageFiles, naming
from dsanet.packages.ir import all_constants, check_ir, own_constants_begin
from dsanet.packages.manifest import (
    IR_FILES,
    IR_PARTS,
    LOOK_PX,
    MANIFEST,
    MAX_MANIFEST_BYTES,
    NO_TEMPERATURES,
    SECOND_LOOK,
    TRUNK_IN_OVERVIEW,
    VESSEL_THRESHOLD,
    WEIGHTS,
    Manifest,
    StatedFile,
    parse_manifest,
    shares_constants,
)
from dsanet.packages.shapes import expected_shapes
from dsanet.packages.weights import check_weights, check_weights_size


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

    @property
    def temperatures(self) -> tuple[float, ...]:
        """What each class's scores are divided by before they become probabilities."""
        return tuple(self.manifest.get("temperatures", NO_TEMPERATURES))

    @property
    def trunk_in_overview(self) -> float | None:
        """How clear a trunk must be in an overview where it is not plain, else the run has no MAT.

        See `dsanet.engine.overview`; None where the model was not tried for that.
        """
        stated: float | None = self.manifest.get(TRUNK_IN_OVERVIEW)
        return stated

    @property
    def vessel_threshold(self) -> float | None:
        """From which probability of vessel on a pixel is one; see `dsanet.engine.postprocess`.

        None where the model was not tried for that: the most probable class counts.
        """
        stated: float | None = self.manifest.get(VESSEL_THRESHOLD)
        return stated

    @property
    def look_px(self) -> int | None:
        """The longest side of a picture that the model is shown; larger runs are made smaller.

        None where the model was not tried for that: it is shown any run as it is.
        """
        stated: int | None = self.manifest.get(LOOK_PX)
        return stated

    @property
    def second_look(self) -> float | None:
        """How large a second look at a run is, as a share of the first one's sides.

        None where the model was not tried for that: one look suffices.
        """
        stated: float | None = self.manifest.get(SECOND_LOOK)
        return stated

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that `model.json` says, and so of every file through its hash."""
        text = json.dumps(self.manifest, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def ir_constants(self, part: str) -> bytes:
        """Read what the offsets in the IR of one of `IR_PARTS` count in.

        Raises:
            PackageError: A file is missing or has changed.
        """
        own = self.read(f"{part}.bin")
        return all_constants(self.read(WEIGHTS), own) if shares_constants(self.manifest) else own

    def read(self, name: str) -> bytes:
        """Read one of its files anew, and check that it is still the one that was checked.

        Args:
            name: A file that `model.json` lists.

        Raises:
            PackageError: It is missing or has changed.
        """
        stated = self.manifest["files"][name]
        with naming(self.folder):
            expected = StatedFile(stated["sha256"], stated["bytes"])
            return _read_stated(FolderFiles(self.folder), name, expected)


def load_package(folder: Path) -> ModelPackage:
    """Check a model package and describe it; nothing in it is run.

    Files that `model.json` does not list are not opened: a desktop leaves its own in any folder.

    Args:
        folder: The package's folder.

    Raises:
        PackageError: A file is missing, damaged, of another network or of an unknown format.
    """
    with naming(folder):
        files = FolderFiles(folder)
        manifest = read_manifest(files)
        for _ in checked_files(manifest, files):
            pass  # one at a time, so that memory holds one
    return describe(manifest, folder)


def describe(manifest: Manifest, folder: Path) -> ModelPackage:
    """Describe a package whose files have been checked, and which lies in a folder."""
    return ModelPackage(
        folder=folder,
        name=manifest.name,
        config=manifest.config,
        weights_sha256=manifest.files[WEIGHTS].sha256,
        manifest=manifest.facts,
    )


def read_manifest(files: PackageFiles) -> Manifest:
    """Read `model.json`.

    Raises:
        PackageError: It is missing or not of a known format.
    """
    return parse_manifest(files.read(MANIFEST, MAX_MANIFEST_BYTES))


def read_contents(manifest: Manifest, files: PackageFiles) -> dict[str, bytes]:
    """Read a whole package into memory, checked.

    Args:
        manifest: What is expected.
        files: Where the files are.

    Returns:
        All files by name, `model.json` last: it vouches for the others.

    Raises:
        PackageError: A file is not as stated, or holds another network.
    """
    said = json.dumps(manifest.facts, indent=2) + "\n"
    return {**dict(checked_files(manifest, files)), MANIFEST: said.encode()}


def checked_files(manifest: Manifest, files: PackageFiles) -> Iterator[tuple[str, bytes]]:
    """Read each file that a manifest lists: size and hash first, then what it holds.

    Args:
        manifest: What is expected.
        files: Where the files are.

    Yields:
        Name and content, the weights first.

    Raises:
        PackageError: A file is not as stated, or holds another network.
    """
    shapes = expected_shapes(manifest.config)
    check_weights_size(WEIGHTS, manifest.files[WEIGHTS].size, shapes)
    weights = _read_stated(files, WEIGHTS, manifest.files[WEIGHTS])
    check_weights(WEIGHTS, weights, shapes)
    yield WEIGHTS, weights
    before = own_constants_begin(len(weights)) if shares_constants(manifest.facts) else 0
    for part in IR_PARTS if set(IR_FILES) <= set(manifest.files) else ():
        graph, constants = f"{part}.xml", f"{part}.bin"
        for name in (graph, constants):
            data = _read_stated(files, name, manifest.files[name])
            if name == graph:
                check_ir(part, graph, data, before + manifest.files[constants].size)
            yield name, data


def _read_stated(files: PackageFiles, name: str, stated: StatedFile) -> bytes:
    data = files.read(name, stated.size)
    if len(data) != stated.size:
        msg = f"{name} is damaged: it has {len(data)} bytes, expected {stated.size}"
        raise PackageError(msg)
    if hashlib.sha256(data).hexdigest() != stated.sha256:
        msg = f"{name} is damaged: its SHA-256 is not the stated one"
        raise PackageError(msg)
    return data
