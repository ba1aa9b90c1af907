"""What arguments mean, and the options that several commands share."""

import argparse
import math
from pathlib import Path
from typing import NoReturn

DEVICES = ("auto", "cuda", "mps", "openvino", "cpu")
"""Those of `dsanet.engine.DEVICES`, which takes too long to import for --help."""

INVERT = {"auto": None, "yes": True, "no": False}
"""`PrepareChoices.invert` by its word."""

MOST_FRAMES = 4096
"""That of `dsanet.io.Limits`: no run has a frame of a higher number."""


class OneLineParser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        """Leave with 2 and one line."""
        self.exit(2, f"{self.prog}: {' '.join(message.split())}; see {self.prog} --help\n")


def window(text: str) -> tuple[int, int]:
    """Read an arterial window.

    Raises:
        argparse.ArgumentTypeError: It is not two frame numbers, first <= last, from 0.

    >>> window("3:12")
    (3, 12)
    """
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        msg = f"{text!r} is not FIRST:LAST, two frame numbers from 0 such as 3:12"
        raise argparse.ArgumentTypeError(msg)
    return int(first), int(last)


def mask_frames(text: str) -> tuple[int, ...]:
    """Read frame numbers, and ranges of them with both ends included.

    Raises:
        argparse.ArgumentTypeError: It is something else.

    >>> mask_frames("0,2,5"), mask_frames("0:3")
    ((0, 2, 5), (0, 1, 2, 3))
    """
    try:
        ends = [window(part if ":" in part else f"{part}:{part}") for part in text.split(",")]
    except argparse.ArgumentTypeError:
        msg = f"{text!r} is not a list of frame numbers from 0 such as 0,1,2 or 0:2"
        raise argparse.ArgumentTypeError(msg) from None
    if max(last for _, last in ends) >= MOST_FRAMES:
        msg = f"{text!r} goes beyond {MOST_FRAMES - 1}, the highest number that a frame can have"
        raise argparse.ArgumentTypeError(msg)
    return tuple(sorted({frame for first, last in ends for frame in range(first, last + 1)}))


def pixel_shift(text: str) -> tuple[float, float]:
    """Read a shift.

    Raises:
        argparse.ArgumentTypeError: It is not two finite numbers.

    >>> pixel_shift("-1.5,2")
    (-1.5, 2.0)
    """
    try:
        rows, columns = (float(part) for part in text.split(","))
    except ValueError:
        rows = columns = math.nan
    if not (math.isfinite(rows) and math.isfinite(columns)):
        msg = f"{text!r} is not ROWS,COLUMNS, two numbers of pixels such as 1.5,-2"
        raise argparse.ArgumentTypeError(msg)
    return rows, columns


def run_number(text: str) -> int:
    """Read the number of a run, from 1.

    Raises:
        argparse.ArgumentTypeError: It is none.

    >>> run_number("2")
    2
    """
    if not (text.isdecimal() and int(text) > 0):
        msg = f"{text!r} is not the number of a run, from 1"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def path(text: str) -> Path:
    """Read a path.

    Raises:
        argparse.ArgumentTypeError: It is empty, as an unset variable of a script is.

    >>> path("run.dcm").name
    'run.dcm'
    """
    if not text:
        msg = "the path is empty; write . for the current folder"
        raise argparse.ArgumentTypeError(msg)
    return Path(text)


def add_input(parser: argparse.ArgumentParser) -> None:
    """Let a command take a run."""
    parser.add_argument(
        "input", type=path, metavar="INPUT", help="a run: a file, or a folder of its frames"
    )
    parser.add_argument(
        "--run",
        type=run_number,
        metavar="N",
        help="which run of a folder with several, as of a biplane acquisition, from 1",
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """Let a command take a model and a device."""
    parser.add_argument(
        "--model", metavar="NAME_OR_PATH", help="a model's name or a model package's folder"
    )
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="default: auto, the fastest there is"
    )


def add_preparation(parser: argparse.ArgumentParser) -> None:
    """Let a command take choices about the preparation; `dsanet.cli.choices` reads them."""
    group = parser.add_argument_group(
        "preparation", "What is not chosen is found in the run. Frames are numbered from 0."
    )
    group.add_argument(
        "--window",
        type=window,
        metavar="FIRST:LAST",
        help="arterial window, frame numbers from 0, both included",
    )
    group.add_argument(
        "--subtract",
        choices=("auto", "never", "always"),
        default="auto",
        help="never: use the frames as stored; always: subtract a mask even if the run looks"
        " subtracted",
    )
    group.add_argument(
        "--invert",
        choices=tuple(INVERT),
        default="auto",
        help="yes: vessels are brighter than their surroundings as displayed; no: darker",
    )
    group.add_argument(
        "--mask-frames",
        type=mask_frames,
        metavar="FRAMES",
        help="frames to average into the mask, from 0: a list such as 0,1,2 or a range such as"
        " 0:2, both ends included; only where the run is subtracted here",
    )
    moved = group.add_mutually_exclusive_group()
    moved.add_argument(
        "--no-register",
        dest="register",
        action="store_false",
        help="do not measure how far the patient has moved; keep the header's shift of the mask",
    )
    moved.add_argument(
        "--pixel-shift",
        type=pixel_shift,
        metavar="ROWS,COLUMNS",
        help="move the mask by so many pixels down and to the right instead of measuring; write"
        " --pixel-shift=-1,2 where the first is negative",
    )


def add_common(parser: argparse.ArgumentParser, json_help: str) -> None:
    """Give a command the options that every command has.

    Args:
        parser: The command's.
        json_help: What --json does.
    """
    parser.add_argument("--json", action="store_true", help=json_help)
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
