"""`python -m dsatrain.demo`: segments a synthetic run, or the user's own, and shows the result.

The synthetic run is a phantom with exact labels that no training has seen. How well it is
segmented says nothing about patients.
"""

import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from dsanet.cli.arguments import OneLineParser, path
from dsanet.cli.interrupt import Watching, ctrl_c_until
from dsanet.cli.main import be_quiet, guarded
from dsanet.cli.progress import progress_bar
from dsanet.cli.segment import Segmented, check_writable, segment_to_folder
from dsanet.cli.streams import open_streams
from dsanet.export import NOTICE
from dsatrain.evaluate import TEST_SEEDS_FROM, dice_scores
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.truth import write_phantom

SAMPLE_SEED = TEST_SEEDS_FROM + 2
"""A lateral view of an internal carotid artery with all it feeds."""

SAMPLE_SIZE = (512, 512)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo.

    Args:
        argv: The arguments, those of the process if None.

    Returns:
        The exit code: 0, 2 after an error and 130 after Ctrl-C.
    """
    parser = OneLineParser(prog="dsatrain.demo", description=__doc__)
    parser.add_argument("--output", type=path, required=True, metavar="DIR")
    parser.add_argument("--run", type=path, metavar="PATH", help="your own run instead")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    arguments = parser.parse_args(argv)
    open_streams(json=False)
    # Paths are shown as they are: brackets and colons in them are neither markup nor emoji.
    console = Console(highlight=False, markup=False, emoji=False)

    def run() -> None:
        with ctrl_c_until("write") as watching:
            if arguments.run is None:
                segment_sample(arguments.output, console, watching)
            else:
                show(segment(arguments.run, arguments.output, watching), console)

    with warnings.catch_warnings():
        if not arguments.debug:
            be_quiet()
        return guarded("dsatrain.demo", run, source=arguments.run, debug=arguments.debug)


def segment_sample(output: Path, console: Console, watching: Watching) -> None:
    """Segment the synthetic run, written as multi-frame XA DICOM, and compare with its truth.

    Args:
        output: Folder for the run, its truth and the results; it is made if missing.
        console: Where to show the scores.
        watching: What Ctrl-C is told by, see `dsanet.cli.interrupt`.

    Raises:
        DSAError: A step failed; nothing was written before the segmentation was done.
    """
    check_writable(output)
    console.print("Making a synthetic run with exact labels ...")
    phantom = make_phantom(sample_settings(SAMPLE_SEED, size=SAMPLE_SIZE))
    with tempfile.TemporaryDirectory() as scratch:
        result = segment(write_phantom(phantom, Path(scratch)), output, watching)
    run = write_phantom(phantom, output)
    console.print(score_table(result.prediction.labels, phantom.labels))
    console.print("A phantom's scores say nothing about patients.\n", style="dim")
    console.print(f"{'run':<13} {run}", soft_wrap=True)
    show(result, console)


def segment(run: Path, output: Path, watching: Watching) -> Segmented:
    """Segment a run as `dsanet segment` does, with a progress bar on a terminal."""
    with progress_bar(enabled=sys.stderr.isatty()) as progress:
        return segment_to_folder(run, output, progress=watching(progress))


def score_table(answer: NDArray[np.uint8], truth: NDArray[np.uint8]) -> Table:
    """Show the Dice of BV, MAT and both as one.

    Args:
        answer: uint8 (H, W) labels found.
        truth: uint8 (H, W) true labels.
    """
    table = Table("class", "Dice against the truth")
    for name, score in dice_scores(answer, truth).items():
        table.add_row(name, f"{score:.3f}")
    return table


def show(result: Segmented, console: Console) -> None:
    """Say where the results are, how long it took, and what to look out for."""
    for kind, file in result.files.items():
        console.print(f"{kind:<13} {file}", soft_wrap=True)
    seconds, provenance = result.report["seconds"], result.report["provenance"]
    total = sum(seconds.values())
    console.print(f"{'time':<13} {total:.1f} s with {provenance['backend']}", soft_wrap=True)
    for text in result.report["warnings"]:
        console.print(f"{'warning':<13} {text}", style="yellow", soft_wrap=True)
    console.print(f"Open the overlay to look, the segmentation in 3D Slicer to correct. {NOTICE}")


if __name__ == "__main__":
    raise SystemExit(main())
