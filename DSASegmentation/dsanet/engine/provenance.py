"""Provenance: where an answer comes from, as plain JSON values."""

import platform
import time
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import dsanet
from dsanet.engine.backend import Backend
from dsanet.engine.fallback import Scored
from dsanet.engine.tiling import OVERLAP, Region
from dsanet.packages import ModelPackage
from dsanet.prepare import PrepareChoices, PreparedRun


def provenance(
    package: ModelPackage,
    scored: Scored,
    device_choice: str,
    source: dict[str, Any],
    prepared: PreparedRun,
    choices: PrepareChoices | None,
) -> dict[str, Any]:
    """Describe how a run's answer came about.

    Args:
        package: The model.
        scored: Its scores, with the backend that gave them.
        device_choice: Why that model was first tried on the device that it was tried on.
        source: The input: UIDs, where there are any, and the hash of its pixels.
        prepared: What was made of it.
        choices: What the user decided; None for the defaults.

    Returns:
        JSON values; frames are numbered from 0.
    """
    backend = scored.backend
    return {
        "model": package.name,
        "model_sha256": package.weights_sha256,
        "engine": f"dsanet {dsanet.__version__}",
        "libraries": library_versions(backend),
        "backend": backend.name,
        "device": backend.device,
        "precision": backend.precision,
        "temperatures": list(package.temperatures),
        "vessel_threshold": package.vessel_threshold,
        "look_px": package.look_px,
        "second_look": package.second_look,
        "threads": getattr(backend, "threads", None),  # a caller's own backend may not say
        "device_choice": " ".join((device_choice, *scored.notes)),
        "tiling": _tiling(scored.regions),
        "preparation": _preparation(prepared, choices or PrepareChoices()),
        "input": source,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def library_versions(backend: Backend) -> dict[str, str]:
    """Versions of what computed: Python, numpy, scipy and the backend's library."""
    found = {"python": platform.python_version()}
    for name in ("numpy", "scipy", backend.name):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def _tiling(regions: list[Region]) -> dict[str, Any]:
    rows, columns = regions[0]
    return {
        "tiles": len(regions),
        "rows": rows.stop - rows.start,
        "columns": columns.stop - columns.start,
        "least_overlap": OVERLAP if len(regions) > 1 else 0.0,
    }


def _preparation(prepared: PreparedRun, choices: PrepareChoices) -> dict[str, Any]:
    """What the user decided, and what was found."""
    return {
        "subtraction": prepared.subtraction,
        "center": prepared.center,
        "scale": prepared.scale,
        "arterial_window": list(prepared.arterial_window),
        "exposed_share": float(prepared.field.mean()),
        "findings": list(prepared.warnings),
        "choices": _listed(asdict(choices)),
    }


def _listed(values: dict[str, Any]) -> dict[str, Any]:
    """The same with lists for tuples, as JSON gives them back."""
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
    }
