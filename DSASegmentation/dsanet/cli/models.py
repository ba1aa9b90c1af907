"""`dsanet models`: the model packages that come with dsanet."""

import argparse
from typing import Any

from dsanet.cli.streams import show
from dsanet.export import to_json
from dsanet.packages import DEFAULT_NAME, ModelPackage, bundled_packages


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet models`.

    Raises:
        PackageError: A bundled package is damaged.
    """
    models = [describe(package) for package in bundled_packages()]
    show(to_json(models) if arguments.json else _table(models))


def describe(package: ModelPackage) -> dict[str, Any]:
    """Describe a model package.

    Args:
        package: A checked package.

    Returns:
        JSON values: name, whether it is the default, folder, hash, OpenVINO, and its manifest.
    """
    return {
        "name": package.name,
        "default": package.folder.name == DEFAULT_NAME,
        "folder": str(package.folder),
        "weights_sha256": package.weights_sha256,
        "openvino": package.has_ir,
        "manifest": package.manifest,
    }


def _table(models: list[dict[str, Any]]) -> str:
    lines = [
        f"{model['name']:<24} {'default' if model['default'] else '':<8}"
        f" {'torch, OpenVINO' if model['openvino'] else 'torch':<16} {model['folder']}"
        for model in models
    ]
    return "\n".join(lines or ["There is no bundled model."]) + "\n"
