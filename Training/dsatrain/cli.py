"""The command line: `dsatrain phantom | import | export | train | package | evaluate`."""

import argparse
import logging
import sys
import warnings
from collections.abc import Sequence

from dsanet.atomic import new_folder
from dsanet.cli.arguments import OneLineParser, path
from dsanet.cli.main import guarded
from dsanet.cli.streams import open_streams
from dsanet.errors import DSAError
from dsatrain.data.commands import add_commands
from dsatrain.data.folds import FOLDS
from dsatrain.learning_arguments import add_learning


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments, those of the process if None.

    Returns:
        The exit code: 0, 2 after an error and 130 after Ctrl-C.
    """
    arguments = _parser().parse_args(argv)
    open_streams(json=False)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with warnings.catch_warnings():
        if not arguments.debug:
            warnings.simplefilter("ignore")
        return guarded(
            "dsatrain",
            lambda: _explaining(arguments),
            debug=arguments.debug,
            interrupted="interrupted; the files that are there are complete",
        )


def _explaining(arguments: argparse.Namespace) -> None:
    """Run the command; what the user can mend is told without the name of its class.

    Raises:
        DSAError: The command failed in one of the ways that are expected.
    """
    try:
        arguments.command(arguments)
    except ModuleNotFoundError as error:
        msg = f"{error}; install what training needs: pip install 'dsa-segmentation[train]'"
        raise DSAError(msg) from error
    except (OSError, ValueError, FloatingPointError) as error:
        raise DSAError(str(error)) from error


def _positive(text: str) -> int:
    """Read a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        msg = f"{text!r} is no whole number from 1"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _natural(text: str) -> int:
    """Read a whole number from 0."""
    return 0 if text == "0" else _positive(text)


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="dsatrain", description=__doc__)
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    phantom = commands.add_parser("phantom", help="write phantoms as XA DICOM with their labels")
    phantom.add_argument("--output", type=path, required=True, metavar="DIR")
    phantom.add_argument("--count", type=_positive, default=1)
    phantom.add_argument("--seed", type=_natural, default=0, help="of the first phantom")
    phantom.add_argument("--arrays", action="store_true", help="also write the exact maps (npz)")
    phantom.add_argument("--gallery", type=path, metavar="PNG", help="also draw them on one sheet")
    phantom.set_defaults(command=_phantom)

    add_commands(commands)

    _add_train(commands)
    add_learning(commands, _positive)

    package = commands.add_parser("package", help="make a model package of a training")
    package.add_argument("training", type=path, metavar="DIR")
    package.add_argument("--output", type=path, required=True, metavar="DIR")
    package.add_argument("--scores", type=path, metavar="JSON", help="scores.json of evaluate")
    package.add_argument(
        "--calibration-runs",
        type=_natural,
        default=12,
        metavar="N",
        help="held-out phantoms that its probabilities are calibrated on; 0 for none",
    )
    package.add_argument(
        "--trunk-in-overview",
        type=float,
        metavar="P",
        help="how clear a trunk that is not plain must be in a small picture of the"
        " whole run, 0 to 1, else the run has no MAT; only where that was tried on the model",
    )
    package.add_argument(
        "--vessel-threshold",
        type=float,
        metavar="P",
        help="probability of vessel from which on a pixel is one, 0 to 1, instead of the most"
        " probable class; only where that was tried on the model",
    )
    package.add_argument(
        "--look-px",
        type=int,
        metavar="N",
        help="longest side of a picture that the network is shown, larger runs are made smaller;"
        " only where that was tried on the model",
    )
    package.add_argument(
        "--second-look",
        type=float,
        metavar="F",
        help="look at each run again, smaller by this factor, 0 to 1, and take vessel for what both"
        " looks on average say is one; only where that was tried on the model",
    )
    package.set_defaults(command=_package)

    evaluate = commands.add_parser("evaluate", help="score a model on phantoms or a data set")
    evaluate.add_argument(
        "model", nargs="?", metavar="MODEL", help="name or folder of a model package"
    )
    evaluate.add_argument("--device", default="auto")
    runs = evaluate.add_mutually_exclusive_group()
    runs.add_argument(
        "--data", type=path, metavar="DATASET", help="score on its cases instead of phantoms"
    )
    runs.add_argument(
        "--frozen", action="store_true", help="score on the 200 phantoms of the frozen test set"
    )
    evaluate.add_argument("--split", choices=["train", "test"], default="test", help="of the cases")
    evaluate.add_argument("--count", type=_positive, default=40, help="of the phantoms")
    evaluate.add_argument("--true-window", action="store_true")
    evaluate.add_argument("--output", type=path, metavar="DIR", help="also write tables, pictures")
    evaluate.add_argument("--json", action="store_true", help="print JSON")
    evaluate.set_defaults(command=_evaluate)

    ablate = commands.add_parser("ablate", help="measure what each part of DSANet is worth")
    ablate.add_argument("--output", type=path, required=True, metavar="DIR")
    ablate.add_argument("--variants", nargs="+", metavar="NAME", help="rows of the table")
    ablate.add_argument("--seeds", nargs="+", type=_positive, metavar="SEED")
    for name in ("steps", "crop-px", "width", "heads", "test-count"):
        ablate.add_argument(f"--{name}", type=_positive)
    ablate.set_defaults(command=_ablate)
    return parser


def _add_train(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Values that are left out are those of the recipe."""
    train = commands.add_parser("train", help="train a model, or go on with a training")
    train.add_argument("--output", type=path, required=True, metavar="DIR")
    train.add_argument(
        "--data", type=path, metavar="DATASET", help="train on its cases instead of phantoms"
    )
    train.add_argument(
        "--fold", type=int, choices=range(FOLDS), default=0, help="of its patients, to validate on"
    )
    train.add_argument(
        "--recipe", choices=["fast", "paper"], default="fast", help="what the rest is taken from"
    )
    train.add_argument("--from", dest="parent", metavar="MODEL", help="start from its weights")
    train.add_argument("--restart", action="append", default=[], metavar="PART")
    train.add_argument(
        "--renew",
        action="store_true",
        help="give --from's network today's normalisation; what that spoils starts afresh",
    )
    train.add_argument("--width", type=_positive)
    train.add_argument("--heads", type=_positive)
    train.add_argument("--temporal", choices=["timestamps", "fixed8"])
    for name in ("steps", "batch-size", "crop-px", "max-frames", "warmup", "loaders"):
        train.add_argument(f"--{name}", type=_positive)
    for name in ("learning-rate", "ema-decay", "skeleton-recall", "cl-dice"):
        train.add_argument(f"--{name}", type=float)
    train.add_argument(
        "--look-px", type=_positive, help="crop runs as they are shown in use, at most so large"
    )
    train.add_argument(
        "--most-noise", type=float, help="add noise to a third of the crops, up to this deviation"
    )
    train.add_argument("--seed", type=_positive)
    train.add_argument("--device", choices=["auto", "cuda", "mps", "cpu"], default="auto")
    train.add_argument("--validation-runs", type=_natural, default=6)
    train.add_argument("--validate-every", type=_positive, default=500, metavar="STEPS")
    train.add_argument("--tensorboard", action="store_true", help="write event files too")
    train.set_defaults(command=_train)


def _phantom(arguments: argparse.Namespace) -> None:
    from dsatrain.phantom import make_phantom, sample_settings
    from dsatrain.phantom.gallery import write_gallery
    from dsatrain.phantom.truth import write_phantom

    seeds = range(arguments.seed, arguments.seed + arguments.count)
    with new_folder(arguments.output):
        for seed in seeds:
            phantom = make_phantom(sample_settings(seed))
            written = write_phantom(phantom, arguments.output, arrays=arguments.arrays)
            logging.info("%s", written)
        if arguments.gallery is not None:
            write_gallery(arguments.gallery, seeds)


def _train(arguments: argparse.Namespace) -> None:
    from dsatrain.train.command import run_command

    run_command(arguments)


def _package(arguments: argparse.Namespace) -> None:
    from dsatrain.package_command import run_command

    run_command(arguments)


def _evaluate(arguments: argparse.Namespace) -> None:
    from dsatrain.evaluate.command import run_command

    run_command(arguments)


def _ablate(arguments: argparse.Namespace) -> None:
    from dsatrain.ablate.command import run_command

    run_command(arguments)


if __name__ == "__main__":
    sys.exit(main())
