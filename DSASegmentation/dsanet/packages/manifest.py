"""`model.json`, read and checked: what a package says of itself."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from dsanet import labels
from dsanet.errors import PackageError
from dsanet.model import DSANetConfig
from dsanet.packages.names import check_name
from dsanet.packages.strict_json import parse_object

FORMAT = 2
"""What is written now; 1 is read too."""
SHARING_FORMAT = 2
"""From this one on the IR's constants lie in the weights, see `dsanet.packages.ir`."""
MANIFEST = "model.json"
WEIGHTS = "model.safetensors"
IR_PARTS = ("frame_encoder", "fusion")
IR_FILES = tuple(f"{part}{suffix}" for part in IR_PARTS for suffix in (".xml", ".bin"))
FILES = (WEIGHTS, *IR_FILES)
CLASS_NAMES = ("background", *(entry.name for entry in labels.CLASSES))

MAX_MANIFEST_BYTES = 1 << 20
MAX_BYTES = {".xml": 12 << 20, ".safetensors": 1 << 29, ".bin": 1 << 29}
"""The most bytes of a file by its suffix: a third above the graph of the deepest network, and twice
268 million weights, as many as width 64 takes."""
MAX_OWN_CONSTANTS = 1 << 20
"""The most bytes of a graph's constants that are not among the weights; the bundled model
has 1880."""
LEAST_BYTES = {".bin": 0}
"""Where a file may be empty: all constants of a graph may lie in the weights."""

NO_TEMPERATURES = (1.0,) * labels.CLASS_COUNT
"""What a package that states no temperatures is used with: scores as they are."""

COLDEST, HOTTEST = 0.05, 20.0
"""Outside these a temperature makes every probability 0 or 1, or all of them equal."""

TRUNK_IN_OVERVIEW = "trunk_in_overview"
VESSEL_THRESHOLD = "vessel_threshold"
SECOND_LOOK = "second_look"
SHARES = (TRUNK_IN_OVERVIEW, VESSEL_THRESHOLD, SECOND_LOOK)
"""Numbers between 0 and 1 that a package may state."""
LOOK_PX = "look_px"
HOW_USED = (*SHARES, LOOK_PX)
"""What a package says of how its network is used, beside its temperatures."""
LEAST_LOOK_PX, MOST_LOOK_PX = 64, 1 << 14

_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class StatedFile:
    """What a package says of one of its files: SHA-256 in lower case hexadecimal, and bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """A checked `model.json`.

    Attributes:
        name: The model's name.
        config: Its architecture.
        files: What is said of the other files, the weights always among them.
        facts: All of `model.json`.
    """

    name: str
    config: DSANetConfig
    files: Mapping[str, StatedFile]
    facts: dict[str, Any]


def shares_constants(facts: Mapping[str, Any]) -> bool:
    """Whether a checked `model.json` is of a format whose IR takes its constants from the weights.

    Args:
        facts: All of it.
    """
    return bool(facts["format"] >= SHARING_FORMAT)


def parse_manifest(data: bytes) -> Manifest:
    """Parse and check `model.json`.

    Args:
        data: Its content, at most `MAX_MANIFEST_BYTES`.

    Raises:
        PackageError: It is no JSON object, or says what this version does not know.
    """
    facts = parse_object(data, MANIFEST)
    if type(facts.get("format")) is not int or not 1 <= facts["format"] <= FORMAT:
        _refuse(
            f"has format {facts.get('format')!r}, expected 1 to {FORMAT}; this dsanet may be too"
            " old"
        )
    if facts.get("classes") != list(CLASS_NAMES):
        _refuse(f"has classes {facts.get('classes')!r}, expected {list(CLASS_NAMES)}")
    files = _files(facts.get("files"))
    _check_ir(facts.get("ir_of"), files)
    if shares_constants(facts):
        _check_own_constants(files)
    _check_temperatures(facts.get("temperatures", list(NO_TEMPERATURES)))
    _check_how_used(facts)
    architecture = facts.get("architecture")
    if not isinstance(architecture, dict):
        _refuse("states no architecture")
    return Manifest(
        name=_named(check_name, facts.get("name")),
        config=_named(DSANetConfig.from_dict, architecture),
        files=files,
        facts=facts,
    )


_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


def _named(step: Callable[[_Given], _Made], value: _Given) -> _Made:
    try:
        return step(value)
    except PackageError as error:
        _refuse(f"cannot be used: {error}")


def _refuse(found: str) -> NoReturn:
    msg = f"{MANIFEST} {found}"
    raise PackageError(msg)


def _files(stated: object) -> dict[str, StatedFile]:
    if not isinstance(stated, dict) or not set(stated) <= set(FILES):
        names = sorted(stated) if isinstance(stated, dict) else stated
        _refuse(f"lists the files {str(names)[:200]}, expected those of {list(FILES)}")
    if WEIGHTS not in stated:
        _refuse(f"lists no {WEIGHTS}")
    missing = set(IR_FILES) - set(stated)
    if missing and len(missing) < len(IR_FILES):
        _refuse(f"lists a part of the OpenVINO IR, but no {min(missing)}")
    return {name: _file(name, entry) for name, entry in stated.items()}


def _file(name: str, stated: object) -> StatedFile:
    if not isinstance(stated, dict) or set(stated) != {"sha256", "bytes"}:
        _refuse(f"does not state sha256 and bytes of {name}")
    digest, size = stated["sha256"], stated["bytes"]
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        _refuse(f"states {str(digest)[:80]!r} as the sha256 of {name}, expected 64 of 0-9 and a-f")
    suffix = name[name.rindex(".") :]
    least, most = LEAST_BYTES.get(suffix, 1), MAX_BYTES[suffix]
    if type(size) is not int or not least <= size <= most:
        _refuse(f"states {str(size)[:40]!r} as the bytes of {name}, expected {least} to {most}")
    return StatedFile(digest, size)


def _check_own_constants(files: Mapping[str, StatedFile]) -> None:
    """The IR takes its constants from the weights, but for a few."""
    for name, stated in files.items():
        if name.endswith(".bin") and stated.size > MAX_OWN_CONSTANTS:
            _refuse(
                f"states {stated.size} bytes of constants in {name} beside the weights, expected"
                f" at most {MAX_OWN_CONSTANTS}"
            )


def _check_temperatures(stated: object) -> None:
    numbers = stated if isinstance(stated, list) else []
    fits = [type(t) is float and COLDEST <= t <= HOTTEST for t in numbers]
    if fits != [True] * labels.CLASS_COUNT:
        _refuse(
            f"has temperatures {stated!r}, expected {labels.CLASS_COUNT} numbers from {COLDEST} to"
            f" {HOTTEST}"
        )


def _check_how_used(facts: Mapping[str, Any]) -> None:
    for name in HOW_USED:
        stated = facts.get(name)
        check = checked_look_px if name == LOOK_PX else checked_share
        try:
            if stated is not None:
                check(f"has {name}", stated)
        except ValueError as error:
            _refuse(f"{error}, or null")


def checked_share(words: str, value: object) -> float:
    """Check a number that is one of `SHARES`.

    Args:
        words: Said before it.
        value: What is.

    Raises:
        ValueError: It is no number between 0 and 1.
    """
    if type(value) is float and 0 < value < 1:
        return value
    msg = f"{words} {value!r}, expected a number between 0 and 1"
    raise ValueError(msg)


def checked_look_px(words: str, value: object) -> int:
    """Check the longest side of a picture that a model is shown.

    Args:
        words: Said before it.
        value: What is.

    Raises:
        ValueError: It is no whole number in range.
    """
    if type(value) is int and LEAST_LOOK_PX <= value <= MOST_LOOK_PX:
        return value
    msg = f"{words} {value!r}, expected a whole number from {LEAST_LOOK_PX} to {MOST_LOOK_PX}"
    raise ValueError(msg)


def _check_ir(ir_of: object, files: Mapping[str, StatedFile]) -> None:
    """The IR is the network of the weights that it names."""
    if ir_of != files[WEIGHTS].sha256 and (ir_of is not None or set(IR_FILES) <= set(files)):
        _refuse("says that the OpenVINO IR was made from other weights; export the package again")
