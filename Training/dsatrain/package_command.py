"""`dsatrain package`: makes a model package of what a training has reached."""

import argparse
import json
import logging
from typing import Any

from dsanet.atomic import new_folder
from dsanet.packages.manifest import LOOK_PX, SHARES, checked_look_px, checked_share
from dsatrain.calibrate import collect, error_of, fit_temperatures
from dsatrain.packaging import trial_engine, write_package
from dsatrain.train import Reached, reached, validation_phantoms

log = logging.getLogger(__name__)


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsatrain package`.

    Raises:
        ValueError: The folder holds no training, or a setting is outside its range.
        WriteError: The package could not be written.
    """
    found = reached(arguments.training)
    scores = json.loads(arguments.scores.read_text(encoding="utf-8")) if arguments.scores else None
    facts = {
        "training": {"steps_done": found.step, **found.config.as_dict()},
        "parent": found.config.parent,
        "scores": scores,
    }
    for name in SHARES:
        if (share := getattr(arguments, name)) is not None:
            facts[name] = checked_share(f"--{name.replace('_', '-')}", share)
    look_px = found.config.look_px if arguments.look_px is None else arguments.look_px
    if look_px is not None:
        facts[LOOK_PX] = checked_look_px("--look-px", look_px)
    if arguments.calibration_runs:
        facts |= calibration(found, arguments.calibration_runs)
    with new_folder(arguments.output):
        name = arguments.output.resolve().name
        write_package(arguments.output, name, found.config.network, found.weights, facts)


def calibration(found: Reached, count: int) -> dict[str, Any]:
    """Fit the temperatures of a training's model on held-out phantoms.

    Args:
        found: The training.
        count: Number of phantoms; every second one only measures.

    Returns:
        What the manifest says: temperatures, and the calibration error on the phantoms that they
        were not fitted on, before and after.
    """
    with trial_engine(found.config.network, found.weights, "cpu") as engine:
        runs = validation_phantoms(count)
        temperatures = fit_temperatures(*collect(engine, runs[::2]))
        others = collect(engine, runs[1::2] or runs)
    errors = [round(error_of(*others, choice), 5) for choice in ((1.0, 1.0, 1.0), temperatures)]
    log.info("temperatures %s, calibration error %s before, %s after", temperatures, *errors)
    return {
        "temperatures": [round(value, 4) for value in temperatures],
        "calibration": {"runs": count, "error_before": errors[0], "error_after": errors[1]},
    }
