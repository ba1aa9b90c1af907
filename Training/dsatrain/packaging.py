"""Writing a model package: fp16 weights, the same network as OpenVINO IR, and the manifest."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from dsanet import atomic
from dsanet.engine import Engine
from dsanet.engine.openvino_backend import import_openvino
from dsanet.model import FIXED_FRAMES, DSANetConfig
from dsanet.model.dsanet import DSANet
from dsanet.packages import (
    CLASS_NAMES,
    FORMAT,
    IR_PARTS,
    MANIFEST,
    WEIGHTS,
    check_name,
    load_package,
)
from dsatrain.ir_sharing import share_constants

LICENCE = "Apache-2.0"


class _FusionForExport(nn.Module):
    """`DSANet.fuse` with its inputs in one flat row, as OpenVINO takes them."""

    def __init__(self, network: DSANet) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        minip: Tensor,
        links: tuple[Tensor, Tensor, Tensor, Tensor, Tensor],
        bottleneck: Tensor,
        times: Tensor,
    ) -> Tensor:
        return self.network.fuse(minip, links, bottleneck, times)[0]


def write_package(
    folder: Path,
    name: str,
    config: DSANetConfig,
    weights: dict[str, Tensor],
    facts: dict[str, Any],
    *,
    with_ir: bool = True,
) -> None:
    """Write a model package; the folder's files appear together or not at all.

    Args:
        folder: Where to; its parent exists.
        name: The model's name.
        config: Its architecture.
        weights: Its state dict; stored as fp16, and the IR is made of these rounded values.
        facts: What else the manifest says: training data, recipe, scores, parent.
        with_ir: Whether to convert the network, so that it runs on OpenVINO too.
    """
    halves = {key: value.detach().half().contiguous() for key, value in weights.items()}
    network = DSANet(config)
    network.load_state_dict({key: value.float() for key, value in halves.items()})
    data = save(halves)
    files = {WEIGHTS: data, **(convert(network.eval(), data) if with_ir else {})}
    described = {
        key: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for key, data in files.items()
    }
    manifest = {
        "format": FORMAT,
        "name": check_name(name),
        "architecture": config.as_dict(),
        "classes": list(CLASS_NAMES),
        "licence": LICENCE,
        **facts,
        "ir_of": described[WEIGHTS]["sha256"],
        "files": described,
    }
    files[MANIFEST] = (json.dumps(manifest, indent=2) + "\n").encode()
    folder.mkdir(exist_ok=True)
    atomic.write_all({folder / key: data for key, data in files.items()})


@contextmanager
def trial_engine(
    config: DSANetConfig,
    weights: dict[str, Tensor],
    device: str,
    facts: dict[str, Any] | None = None,
) -> Iterator[Engine]:
    """Open weights that are not packaged yet, in a package of their own that does not stay.

    Args:
        config: The network.
        weights: Its state dict.
        device: `cuda`, `mps` or `cpu`; there is no IR.
        facts: What else its manifest says, such as how scores are read.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "trial"
        write_package(folder, folder.name, config, weights, facts or {}, with_ir=False)
        yield Engine.load(load_package(folder), device)


def convert(network: DSANet, weights: bytes) -> dict[str, bytes]:
    """Convert a network to the two parts of OpenVINO IR, any frame size and count.

    Args:
        network: The network.
        weights: Its safetensors file, fp16, in which the constants of the IR lie.

    Returns:
        The files of the IR by name.
    """
    openvino = import_openvino()
    channels = network.config.channels
    height, width = 64, 96
    frames = FIXED_FRAMES if network.config.temporal == "fixed8" else 2
    links = tuple(
        torch.zeros(1, c, height >> stage, width >> stage) for stage, c in enumerate(channels)
    )
    bottleneck = torch.zeros(1, frames, channels[-1], height >> 4, width >> 4)
    parts = {
        "frame_encoder": openvino.convert_model(
            network.frame_encoder, example_input=torch.zeros(1, 1, height, width)
        ),
        "fusion": openvino.convert_model(
            _FusionForExport(network),
            example_input=(
                torch.zeros(1, 1, height, width),
                links,
                bottleneck,
                torch.arange(frames, dtype=torch.float32)[None],
            ),
        ),
    }
    files = {}
    with tempfile.TemporaryDirectory() as scratch:
        for part in IR_PARTS:
            path = Path(scratch) / f"{part}.xml"
            openvino.save_model(parts[part], path, compress_to_fp16=True)
            graph, constants = path.read_bytes(), path.with_suffix(".bin").read_bytes()
            files[path.name], files[f"{part}.bin"] = share_constants(graph, constants, weights)
    return files
