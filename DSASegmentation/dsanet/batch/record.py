"""The record in a run's report that tells later whether its results still hold."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import dsanet
from dsanet.batch.one import Place
from dsanet.engine import ALL_STEPS, CleanUp
from dsanet.errors import CancelledError, ReadError
from dsanet.packages import ModelPackage
from dsanet.prepare import PrepareChoices

KEY = "batch"
"""Of the record in the report."""

MOST_REPORT_BYTES = 1 << 22
BLOCK = 1 << 20
FACTS = {"frames": int, "arterial_window": list, "pixels": dict, "warnings": list}
"""What a row takes from a report."""

Standing = Literal["missing", "outdated", "changed", "kept"]


def request(
    package: ModelPackage, choices: PrepareChoices, clean_up: CleanUp = ALL_STEPS
) -> dict[str, Any]:
    """Describe what, besides the input, decides about the results.

    Args:
        package: The model.
        choices: What the user decided about the preparation.
        clean_up: The steps that tidy the labels.

    Returns:
        JSON values.
    """
    wanted = {
        "model_sha256": package.weights_sha256,
        "engine": f"dsanet {dsanet.__version__}",
        "choices": asdict(choices),
        "clean_up": asdict(clean_up),
    }
    return dict(json.loads(json.dumps(wanted)))


def content_sha256(files: Sequence[Path], cancel: Callable[[], bool] = lambda: False) -> str:
    """Hash the content of a run's files, in order, without their names.

    Args:
        files: The files.
        cancel: Asked after each block.

    Raises:
        CancelledError: `cancel` answered True.
        ReadError: A file cannot be read.
    """
    digest = hashlib.sha256()
    for path in files:
        try:
            digest.update(path.stat().st_size.to_bytes(8, "little"))
            with path.open("rb") as file:
                while block := file.read(BLOCK):
                    _stop_if(cancel)
                    digest.update(block)
        except OSError as error:
            msg = f"{path.name} cannot be read: {error.strerror or error}; check the file"
            raise ReadError(msg) from error
    return digest.hexdigest()


def _stop_if(cancel: Callable[[], bool]) -> None:
    if cancel():
        msg = "hashing was cancelled"
        raise CancelledError(msg)


def record(
    wanted: Mapping[str, Any], input_sha256: str, contents: Mapping[str, bytes]
) -> dict[str, Any]:
    """Make the record of a run that was just segmented.

    Args:
        wanted: As `request` returns it.
        input_sha256: As `content_sha256` returns it.
        contents: Of the other result files, by kind.
    """
    hashes = {kind: hashlib.sha256(content).hexdigest() for kind, content in contents.items()}
    return {KEY: {**wanted, "input_sha256": input_sha256, "files": hashes}}


def read_report(place: Place) -> dict[str, Any] | None:
    """Read the report of an earlier batch; None where there is no sound one with a record."""
    try:
        with place.files["report"].open("rb") as file:
            facts = json.loads(file.read(MOST_REPORT_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(facts, dict) or not isinstance(facts.get(KEY), dict):
        return None
    sound = all(isinstance(facts.get(name), kind) for name, kind in FACTS.items())
    return facts if sound and isinstance(facts[KEY].get("files"), dict) else None


def standing(
    place: Place, report: Mapping[str, Any] | None, wanted: Mapping[str, Any], input_sha256: str
) -> tuple[Standing, str]:
    """Tell how a run's results stand to what is asked for now.

    Args:
        place: Of the results.
        report: As `read_report` returns it.
        wanted: As `request` returns it.
        input_sha256: Of the run as it is now.

    Returns:
        `missing`: not there, or not all. `outdated`: there, of another input, model or choice.
        `kept`: there and as asked for. `changed`: some were changed after they were written, by
        hand perhaps, while another input, model or choice is asked for. And the name of a file
        that was changed, empty if none was.
    """
    if report is None:
        return "missing", ""
    stated = report[KEY]
    found = {kind: _sha256(place.files[kind]) for kind in place.files if kind != "report"}
    altered = [
        kind for kind, digest in found.items() if digest not in ("", stated["files"].get(kind))
    ]
    name = place.files[altered[0]].name if altered else ""
    same = {**stated, **wanted, "input_sha256": input_sha256} == stated
    if same and all(found.values()):
        return "kept", name
    if altered:
        return "changed", name
    return "outdated" if all(found.values()) else "missing", ""


def _sha256(path: Path) -> str:
    """Hash a result file, empty where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
